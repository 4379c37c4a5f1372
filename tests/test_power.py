"""What a survey could detect: against R's power.t.test, by hand, and from waves of the sample company."""

import numpy as np
import pytest
from sample_files import CHECKOUT

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.metrics.change import change
from csat_analysis.metrics.power import Power, response_rates
from csat_analysis.metrics.wave import load_waves
from csat_analysis.period import Period
from csat_analysis.studies import stored
from csat_analysis.survey.power import PlannedChange, by_size, correlation_between, plan_change, sample_size
from csat_analysis.verdicts import change_verdicts, detectable_change, draw_verdict, size_verdict

# R 4.2: power.t.test(n=40, delta=5, sd=12, strict=TRUE)$power; the same paired with sd=12*sqrt(2*(1-.6));
# power.t.test(n=40, power=.8, sd=12)$delta
FRESH, SAME, DELTA = 0.4524997, 0.8193946, 7.611588


def planned(n=40, overlap=0.0, correlation=0.0) -> PlannedChange:
    return PlannedChange(144 / n, n, n - 1, n, overlap, correlation)


def wave(scores, names, period="2025H2") -> Estimate:
    return mean(Design.of(names, wave=period), np.asarray(scores, dtype=float))


def test_forty_visits_find_five_points_in_45_percent_fresh_and_82_with_the_same_customers():
    assert planned().power(5) == pytest.approx(FRESH, abs=1e-6)
    assert planned(overlap=40, correlation=0.6).power(5) == pytest.approx(SAME, abs=1e-6)
    assert planned().detectable() == pytest.approx(DELTA, abs=2e-5)


def test_the_plan_has_the_standard_error_that_the_change_itself_has():
    rng = np.random.default_rng(4)
    lasting = rng.normal(0, 9, 60)
    names = [f"C{i}" for i in range(60)]
    before = wave(70 + lasting + rng.normal(0, 6, 60), names)
    after = wave(72 + lasting + rng.normal(0, 6, 60), names, "2026H1")
    plan = plan_change(before, 60, overlap=60, correlation=correlation_between(before, after))
    found = after - before
    assert plan.se == pytest.approx(found.se, rel=0.06) and plan.degrees_of_freedom == found.degrees_of_freedom
    strangers = wave(72 + lasting, [f"D{i}" for i in range(60)], "2026H1") - before
    assert plan_change(before, 60).degrees_of_freedom == pytest.approx(118) and strangers.se > found.se


def test_too_few_pairs_or_an_inverse_correlation_count_as_strangers():
    ten = [f"C{i}" for i in range(10)]
    assert correlation_between(wave(range(10), ten), wave(range(10), ten)) == pytest.approx(1)
    assert correlation_between(wave(range(9), ten[:9]), wave(range(9), ten[:9])) == 0
    assert correlation_between(wave(range(10), ten), wave(range(10, 0, -1), ten)) == 0


def test_a_margin_needs_what_the_formula_says():
    # n0 = 1.95996² 12² / 3² = 61.463; × 1.2 = 73.756; / (1 + 72.756/800) = 67.607 → 68; / .7 = 97.1 → 98
    needed = sample_size(12, 3, deff=1.2, population=800, response_rate=0.7)
    assert (needed.completes, needed.invitations, needed.feasible) == (68, 98, True)
    few = sample_size(12, 1, population=100, response_rate=0.5)
    assert not few.feasible and size_verdict(few.feasible) == "not_feasible"
    assert sample_size(0.5, 0.05).completes == 385


@pytest.mark.parametrize("odd", [{"sd": 0.0, "margin": 3}, {"sd": 12, "margin": -1}, {"sd": np.nan, "margin": 3}])
def test_a_size_from_no_spread_or_no_margin_is_refused(odd):
    with pytest.raises(EstimateError, match="must be above 0"):
        sample_size(**odd)


def test_more_answers_find_smaller_changes_and_cost_more():
    table = by_size(
        wave(np.resize([58.0, 82.0], 40), range(40)),
        [20, 40, 400],
        correlation=0.6,
        response_rate=0.5,
        population=500,
        cost=300,
    )
    assert (
        table["detectable_fresh"].is_monotonic_decreasing
        and (table["detectable_same"] < table["detectable_fresh"]).all()
    )
    assert table["feasible"].tolist() == [True, True, False] and table["cost"].tolist() == [6000, 12000, 120000]


@pytest.mark.parametrize(("detectable", "word"), [(3.0, "no_detectable_change"), (6.0, "too_few_to_say")])
def test_the_plan_tells_no_change_from_too_few(detectable, word):
    small = wave(np.resize([-20.0, 20.0], 400), range(400))
    assert change_verdicts({"index": small}, {"index": 5.0}, detectable={"index": detectable}) == {"index": word}


def test_a_good_plan_does_not_excuse_few_answers_and_without_a_plan_the_answers_decide():
    few = wave(np.resize([-20.0, 20.0], 40), range(40))
    for plan in (None, {"index": 3.0}, {"index": NoEstimate("not_computed", "first wave")}):
        assert change_verdicts({"index": few}, {"index": 5.0}, detectable=plan) == {"index": "too_few_to_say"}


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ((20, 0, 0), "as_drawn"),
        ((20, 0, 1), "nearly_as_drawn"),
        ((19, 1, 1), "nearly_as_drawn"),
        ((18, 2, 2), "not_as_drawn"),
        ((0, 0, 5), None),
    ],
)
def test_a_draw_is_called_by_what_it_explains(counts, word):
    assert draw_verdict(*counts) == word


@pytest.fixture(scope="module")
def waves():
    return load_waves(CHECKOUT, "2025H1")


def test_the_sample_companys_plan_foresees_the_error_that_the_change_then_had(waves):
    now = Period.parse("2025H1")
    power = Power(waves, now)
    for measure in ("index", "nps", "csat"):
        achieved = detectable_change(change(waves, now, power.before, measure))
        assert power.detectable(measure) == pytest.approx(achieved, rel=0.12)


def test_small_groups_get_no_number_and_others_one_each(waves):
    power = Power(waves, Period.parse("2025H1"))
    managers = power.managers()
    sizes = (
        power.last.answers["customer_id"]
        .map(power.last.clean.tables["customers"].set_index("customer_id")["manager_id"])
        .value_counts()
    )
    assert {name for name, size in managers.items() if isinstance(size, NoEstimate)} == set(sizes[sizes < 5].index)
    assert all(size > power.detectable("index") for size in power.segments().values())


def test_the_first_wave_has_no_plan_and_says_why(waves):
    first = Power({p: w for p, w in waves.items() if str(p) == "2024H1"}, Period.parse("2024H1"))
    assert "no wave before" in first.detectable("index").reason and first.segments() == first.managers() == {}


def test_response_rates_leave_out_the_ineligible(waves):
    rates = response_rates(waves[Period.parse("2025H1")])
    assert rates.loc["internal", "rate"] <= 1 and rates["asked"].sum() < 200


def test_the_stored_study_found_the_power_that_is_claimed():
    table = stored.table("power")
    assert (abs(table["found"] - table["claimed"]) < 4 * table["monte_carlo_error"] + 0.02).all()
    forty = table[(table["known"] == "given") & (table["answers"] == 40)].set_index("same")["found"]
    assert forty[0.0] == pytest.approx(0.45, abs=0.06) and forty[1.0] == pytest.approx(0.82, abs=0.06)
