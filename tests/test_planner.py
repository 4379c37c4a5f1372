"""Plans: points worked by hand, the end of the scale, money from points, and what can't be reckoned."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.errors import ProgrammeError
from csat_analysis.estimate import NoEstimate
from csat_analysis.models import choice, plan_numbers, planner
from csat_analysis.models.buying import Buying
from csat_analysis.models.later_years import LaterYears, multiple, retentions
from csat_analysis.models.plan_findings import PlanFindings
from csat_analysis.models.plan_numbers import FEWEST_NOW
from csat_analysis.models.plan_proposals import priorities, proposed_plans
from csat_analysis.programme import Programme, load_programme
from csat_analysis.programme_parts import Plan
from csat_analysis.studies import plans_world
from csat_analysis.verdicts import payback_verdict

PROGRAMME = Programme.model_validate(
    {
        "name": "Two dimensions",
        "scale": {"min": 0, "max": 10},
        "dimensions": {"goods": {"weight": 0.7, "items": ["g1", "g2"]}, "staff": {"weight": 0.3, "items": ["s1"]}},
        "segments": {"region": {}},
    }
)
SIZE, DRAWS = 60, 50


@pytest.fixture
def wave() -> SimpleNamespace:
    """Sixty customers, half of them in the east; everyone gives 60 to goods and 98 to staff."""
    names = [f"C{place}" for place in range(SIZE)]
    region = ["east", "west"] * (SIZE // 2)
    scores = pd.DataFrame({"goods": 60.0, "staff": 98.0, "g1": 60.0, "g2": 60.0, "s1": 98.0}, index=range(SIZE))
    frame = pd.DataFrame({"customer_id": names, "region": region, "sales_12m": 1000.0})
    return SimpleNamespace(
        programme=PROGRAMME,
        sample=SimpleNamespace(design=Design.of(names)),
        answers=pd.DataFrame({"customer_id": names, "region": region}),
        answer_scores=scores,
        segments=pd.DataFrame({"region": region}),
        clean=SimpleNamespace(tables={"customers": frame}, survey_date=dt.date(2026, 6, 1)),
    )


@pytest.fixture
def buying() -> Buying:
    """Log odds 0 + .04 a point above 70; the linear slope is .01; coefficients are known."""
    index = np.full(SIZE, 70.0)
    columns = np.column_stack([np.ones(SIZE), index])
    draws = {"logit": np.tile([-2.8, 0.04], (DRAWS + 1, 1)), "linear": np.tile([0.0, 0.01], (DRAWS + 1, 1))}
    absent = {"spline": NoEstimate("not_estimable", "too few scores")}
    return Buying(np.arange(SIZE), index, columns, draws, (), 0.0058, absent, 200)


WORTH = pd.DataFrame({"sales": 1000.0, "margin": 250.0}, index=[f"C{place}" for place in range(SIZE)])


def reckon(plan: Plan, wave, buying, worth=WORTH) -> planner.Reckoned:
    return planner.reckon({"plan": plan}, wave, buying, worth, draws=DRAWS)["plan"]


def test_points_times_weight_times_share_of_customers(wave, buying):
    found = reckon(Plan(raises={"goods": 10}, customers={"region": "east"}), wave, buying)
    assert (found.points[0], found.for_them[0]) == (pytest.approx(0.7 * 10 * 0.5), pytest.approx(7.0))
    assert (found.target, found.share, found.lost[0]) == (SIZE // 2, 0.5, 0.0)


def test_an_item_moves_its_dimension_by_its_part(wave, buying):
    assert reckon(Plan(raises={"g1": 10}), wave, buying).points[0] == pytest.approx(0.7 * 10 / 2)


def test_a_plan_beyond_the_scale_is_capped_and_said(wave, buying):
    found = reckon(Plan(raises={"staff": 10}), wave, buying)
    assert (
        found.points[0] == pytest.approx(0.3 * 2) and found.lost[0] == pytest.approx(0.8) and found.beyond == ["staff"]
    )
    assert plan_numbers.capped(found, 0.95).value == pytest.approx(0.8)
    assert plan_numbers.capped(reckon(Plan(raises={"goods": 10}), wave, buying), 0.95) is None


def test_money_follows_from_each_model_by_hand(wave, buying):
    found = reckon(Plan(raises={"goods": 10}, cost=1000), wave, buying)
    rise = 1 / (1 + np.exp(-0.04 * 7)) - 0.5
    assert found.chance["logit"][0] == pytest.approx(rise)
    assert found.value["logit", "margin"][0] == pytest.approx(rise * 250 * SIZE)
    assert found.value["linear", "sales"][0] == pytest.approx(0.07 * 1000 * SIZE)
    assert found.gain("linear")[0] == pytest.approx(0.07 * 250 * SIZE - 1000)
    assert found.value["published", "sales"][0] == pytest.approx(0.0058 * 7 * 1000 * SIZE)
    assert found.gain("spline").reason == "too few scores"


def test_ranges_of_points_and_cost_are_carried_into_the_gain(wave, buying):
    fixed = reckon(Plan(raises={"goods": 10}, cost=1000), wave, buying).gain()
    ranged = reckon(Plan(raises={"goods": (5, 15)}, cost=(500, 1500)), wave, buying).gain()
    assert fixed.std() == pytest.approx(0.0, abs=1e-9) and ranged.std() > 100 and ranged[0] == pytest.approx(fixed[0])


def test_without_orders_a_plan_ends_at_the_index_and_says_why(wave):
    found = reckon(Plan(raises={"goods": 10}, cost=5), wave, NoEstimate("not_supplied", "no orders"))
    assert found.points[0] == pytest.approx(7.0) and found.gain().reason == "no orders"
    assert plan_numbers.number(found, "repurchase", 0.95).status == "not_supplied"


def test_without_sales_or_cost_the_rest_is_still_said(wave, buying):
    nobody = reckon(Plan(raises={"goods": 10}), wave, buying, NoEstimate("not_supplied", "no list of customers"))
    assert nobody.chance["linear"][0] == pytest.approx(0.07) and "no list" in nobody.worth("sales").reason
    free = reckon(Plan(raises={"goods": 10}), wave, buying)
    assert free.gain().reason == "the plan names no cost" and free.worth("margin")[0] > 0


@pytest.mark.parametrize(
    ("customers", "words"),
    [({"region": "north"}, "no answer of region north; there are east, west"), ({"size": "big"}, "no column size")],
)
def test_customers_that_are_not_there_are_said(wave, buying, customers, words):
    found = reckon(Plan(raises={"goods": 5}, customers=customers), wave, buying)
    assert isinstance(found, NoEstimate) and words in found.reason


def test_too_few_answers_of_a_group_carry_no_gain(wave, buying):
    wave.answers["region"] = ["tiny"] * 8 + ["rest"] * (SIZE - 8)
    wave.clean.tables["customers"]["region"] = wave.answers["region"]
    found = reckon(Plan(raises={"goods": 5}, customers={"region": "tiny"}, cost=1), wave, buying)
    assert "8 answers of these customers" in found.gain().reason and found.points[0] > 0


def test_the_chance_of_paying_back_is_counted_over_draws():
    assert choice.pays_back(np.array([0.0, 1, 2, -1, 3])) == 0.75


def drawn(means: list[float], errors: list[float], size: int = 20_000, seed: int = 1) -> pd.DataFrame:
    """Gains with independent normal errors; the estimate itself first."""
    noise = np.random.default_rng(seed).normal(0, errors, (size, len(means)))
    return pd.DataFrame(np.vstack([means, means + noise]), columns=list("abcd")[: len(means)])


def test_chances_to_be_best_sum_to_one_follow_the_gains_and_do_not_depend_on_the_currency():
    chances = choice.best_chances(drawn([30, 20, 0], [10, 10, 10]))
    assert chances.sum() == pytest.approx(1) and list(chances.sort_values(ascending=False).index) == ["a", "b", "c"]
    pd.testing.assert_series_equal(chances, choice.best_chances(7.1 * drawn([30, 20, 0], [10, 10, 10])))
    assert choice.best_chances(drawn([30], [10])).empty
    assert choice.best_chances(drawn([5, 5], [10, 10])).to_numpy() == pytest.approx([0.5, 0.5], abs=0.03)


def test_the_plan_likeliest_to_be_best_is_so_no_less_often_than_foretold_where_counting_draws_is_too_sure():
    """400 companies with three plans whose true gains differ as little as their errors."""
    rng = np.random.default_rng(5)
    counted, foretold, came = [], [], []
    for _ in range(400):
        true = rng.normal(0, 8, 3)
        table = drawn(list(true + rng.normal(0, 8, 3)), [8, 8, 8], size=400, seed=int(rng.integers(2**31)))
        chances = choice.best_chances(table)
        foretold.append(chances.max())
        came.append(chances.idxmax() == "abc"[int(true.argmax())])
        counted.append(np.bincount(table.iloc[1:].to_numpy().argmax(axis=1), minlength=3).max() / 400)
    assert np.mean(counted) > np.mean(came) + 0.03 and np.mean(foretold) <= np.mean(came) + 0.03


def test_the_most_that_one_plan_can_lose_is_the_end_of_its_own_interval():
    """One plan or none: a gain of 10 ± 20 may be as low as 10 − 1.96 · 20, and doing nothing would then have been better by that."""
    assert choice.most_to_lose(drawn([10], [20])) == pytest.approx(1.96 * 20 - 10, rel=0.05)
    assert choice.most_to_lose(drawn([-10], [20])) == pytest.approx(1.96 * 20 - 10, rel=0.05)
    assert choice.most_to_lose(drawn([100], [20])) == 0.0  # pays whatever is true
    assert choice.most_to_lose(pd.DataFrame()) == 0.0


def test_of_two_plans_alike_the_limit_is_dunnetts():
    """Two plans far above none, 100 ± 10 each: d s with s = 10√2; none is too far to matter."""
    table = drawn([1000, 1000], [10, 10])
    assert choice.most_to_lose(table) == pytest.approx(1.96 * 10 * np.sqrt(2), rel=0.15)


def test_todays_choice_loses_no_more_than_the_limit_in_nineteen_of_twenty_companies_even_though_it_was_picked():
    rng = np.random.default_rng(2)
    held = []
    for spread in (0.0, 5.0, 20.0):  # how much plans really differ
        for _ in range(200):
            true = rng.normal(10, spread, 4)
            means = true + rng.normal(0, 10, 4)
            table = drawn(list(means), [10] * 4, size=400, seed=int(rng.integers(2**31)))
            today = true[means.argmax()] if means.max() > 0 else 0.0
            held.append(max(0.0, true.max()) - today <= choice.most_to_lose(table))
    assert np.mean(held) >= 0.95


def test_more_interviews_are_worth_more_and_never_more_than_the_limit():
    table = drawn([30, 20], [25, 25], size=4000)
    worth = [choice.most_interviews_are_worth(table, n, 300) for n in (0, 10, 50, 200, 1000, 10**7)]
    assert worth == sorted(worth) and worth[0] == 0.0
    assert worth[1] < 0.6 * worth[-1] and worth[-1] == pytest.approx(choice.most_to_lose(table), rel=0.01)
    assert choice.most_interviews_are_worth(pd.DataFrame(), 100, 300) == 0.0


def test_what_more_interviews_bring_on_average_is_within_their_limit_in_nineteen_of_twenty_companies():
    """N = 300 answers gave errors of 10; 100 more are asked 200 times over in each company, and it chooses again."""
    rng, held, extra, have = np.random.default_rng(3), [], 100, 300
    for spread in (2.0, 10.0):
        for _ in range(150):
            true = rng.normal(5, spread, 3)
            means = true + rng.normal(0, 10, 3)
            table = drawn(list(means), [10] * 3, size=400, seed=int(rng.integers(2**31)))
            new = true + rng.normal(0, 10 * np.sqrt(have / extra), (200, 3))
            after = (have * means + extra * new) / (have + extra)
            chosen = np.where(after.max(axis=1) > 0, true[after.argmax(axis=1)], 0.0)
            today = true[means.argmax()] if means.max() > 0 else 0.0
            held.append(chosen.mean() - today <= choice.most_interviews_are_worth(table, extra, have))
    assert np.mean(held) >= 0.95


def test_money_on_fewer_answers_than_the_smallest_survey_of_the_study_is_not_certified(wave, buying):
    tried = replace(buying, customers=400)
    found = reckon(Plan(raises={"goods": 10}, cost=1000), wave, tried)
    few = replace(found, inside=found.inside[1:])
    assert len(found.inside) == FEWEST_NOW == plans_world.FEWEST_NOW
    for what in ("repurchase", "sales", "margin", "gain"):
        assert plan_numbers.number(found, what, 0.95).holds and not plan_numbers.number(few, what, 0.95).holds
    assert plan_numbers.chance_to_pay(found).holds and not plan_numbers.chance_to_pay(few).holds
    for answers, held in ((FEWEST_NOW, True), (FEWEST_NOW - 1, False)):
        planned = PlanFindings(SimpleNamespace(wave=SimpleNamespace(answers=range(answers))))
        vars(planned).update(buying=tried, gains=pd.DataFrame({"a": np.linspace(-1, 3, 50), "b": 1.0}))
        assert planned.ranks_hold is held and planned.best["a"].holds is held
        assert planned.perfect_information.holds is held and planned.information(100).holds is held


def test_the_straight_line_is_not_certified_where_its_interval_is_wide_enough_to_hide_what_it_overstates(wave, buying):
    found = reckon(Plan(raises={"goods": 10}, cost=1000), wave, replace(buying, customers=40))
    assert plan_numbers.number(found, "gain", 0.95).holds
    assert not plan_numbers.number(found, "gain", 0.95, "linear").holds


def test_a_plan_pays_only_where_its_whole_certified_interval_does():
    from csat_analysis.measured import Measured

    assert payback_verdict(Measured(5, 1, 9, 60, True)) == "pays_back"
    assert payback_verdict(Measured(5, -1, 9, 60, True)) == "payback_untold"
    assert payback_verdict(Measured(-5, -9, -1, 60, True)) == "does_not_pay"
    assert payback_verdict(Measured(5, 1, 9, 60, False)) is None


def test_proposals_follow_importance_room_and_value(wave, buying):
    table = priorities(wave, {"goods": 0.5, "staff": 0.5}, buying, WORTH)
    of_all = table[table["segment"] == ""].set_index("dimension")["priority"]
    assert of_all["goods"] == pytest.approx(0.5 * 0.4 * 0.5 * 1000 * SIZE) and of_all["goods"] > of_all["staff"]
    plans = proposed_plans(table)
    assert list(plans)[:2] == ["goods", "staff"] and any("region=" in name for name in plans)


PLANS = "plans: {faster: {raise: {goods: [2, 6]}, customers: {region: east}, cost: 500}}"


def write(root, survey: str = "", plans: str | None = PLANS):
    raw = root / "data" / "raw"
    raw.mkdir(parents=True)
    base = "name: X\nscale: {min: 0, max: 10}\ndimensions: {goods: {items: [g1]}}\n"
    (raw / "survey.yml").write_text(base + survey, encoding="utf-8")
    if plans is not None:
        (raw / "plans.yml").write_text(plans, encoding="utf-8")
    return root


def test_plans_may_live_in_a_file_of_their_own_or_in_survey_yml(tmp_path):
    own, beside = write(tmp_path / "a"), write(tmp_path / "b", survey=PLANS, plans=None)
    plan = load_programme(own, "2026H1").plans["faster"]
    assert plan == load_programme(beside, "2026H1").plans["faster"]
    assert (plan.raises["goods"], plan.cost, plan.customers) == ((2, 6), (500, 500), {"region": "east"})


@pytest.mark.parametrize("plans", ["plans:\n", "plans: {}\n", "plans:\n  # faster: {raise: {goods: 3}}\n"])
def test_plans_that_are_all_commented_out_are_none(tmp_path, plans):
    assert load_programme(write(tmp_path, plans=plans), "2026H1").plans == {}


@pytest.mark.parametrize(
    ("plans", "words"),
    [
        ("plans: {x: {raise: {gods: 3}}}", "raises 'gods', which is neither a dimension nor an item"),
        ("plans: {x: {raise: {goods: -3}}}", "points are above 0"),
        ("plans: {x: {raise: {goods: [5, 2]}}}", "the lower first"),
        ("plans: {x: {raise: {goods: 3}, cost: -1}}", "CNY from 0 up"),
        ("plans: {x: {raise: {goods: .inf}}}", "goods by inf to inf"),
        ("plans: {x: {raise: {goods: 3}, cost: [1, .inf]}}", "cost: 1 to inf"),
        ("plans: {x: {raise: {goods: 3, g1: 5}}}", "raises goods and g1, one of its items"),
        ("plans: {x: {raise: {}}}", "plans.x.raise"),
        ("plans: {x: {raise: {goods: true}}}", "plans.x.raise.goods: True is neither a number nor [low, high]"),
        ("plans: {x: {raise: {goods: [true, 4]}}}", "[True, 4] is neither a number nor [low, high]"),
        ("plans: {x: {raise: {goods: [2, 4, 6]}}}", "[2, 4, 6] is neither a number nor [low, high]"),
        ("plans: {x: {raise: {goods: }}}", "None is neither a number nor [low, high]"),
        ("plans: {x: {raise: {goods: 3}, cost: true}}", "plans.x.cost: True is neither"),
        ("plans: {x: {raise: {goods: 3}, cost: '15,000'}}", "plans.x.cost: '15,000' is neither"),
        (
            "plans: {x: {raise: {goods: 3}, customers: {region: [A, B]}}}",
            "region is ['A', 'B']; a plan is for one level",
        ),
        ("plans: {x: {raise: {goods: 3}, customers: {region: }}}", "region is None; a plan is for one level"),
        ("name: Y", "holds `plans:` alone; 'name' belongs in survey.yml"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_one_line(tmp_path, plans, words):
    with pytest.raises(ProgrammeError) as error:
        load_programme(write(tmp_path, plans=plans), "2026H1")
    assert words in str(error.value) and "\n" not in str(error.value)
    assert str(error.value).startswith("plans.yml (raw)")


LATER = LaterYears(
    pd.Series(["A", "B"] * (SIZE // 2), [f"C{place}" for place in range(SIZE)]),
    {"A": np.full(DRAWS + 1, 4.5), "B": np.full(DRAWS + 1, 2.0)},
    120,
)


def test_lifetime_value_is_the_margin_kept_times_the_years_still_to_come_of_each_class(wave, buying):
    found = planner.reckon({"p": Plan(raises={"goods": 10})}, wave, buying, WORTH, LATER, draws=DRAWS)["p"]
    rise = 1 / (1 + np.exp(-0.04 * 7)) - 0.5
    assert found.value["logit", "clv"][0] == pytest.approx(rise * 250 * (4.5 + 2.0) * SIZE / 2)
    assert found.value["logit", "margin"][0] == pytest.approx(rise * 250 * SIZE)  # a year's, as without it


def test_how_unsure_retention_is_reaches_lifetime_value_alone(wave, buying):
    unsure = dict(LATER.multiples, A=np.r_[4.5, np.linspace(2, 9, DRAWS)])
    plan = {"p": Plan(raises={"goods": 10})}
    found = planner.reckon(plan, wave, buying, WORTH, LaterYears(LATER.classes, unsure, 120), draws=DRAWS)["p"]
    assert found.value["logit", "clv"].std() > 100 and found.value["logit", "margin"].std() == pytest.approx(
        0, abs=1e-9
    )


def test_lifetime_value_of_a_class_counted_on_few_is_not_certified(wave, buying):
    few = LaterYears(LATER.classes, LATER.multiples, 30)
    both = [
        planner.reckon({"p": Plan(raises={"goods": 10})}, wave, buying, WORTH, later, draws=DRAWS)["p"]
        for later in (LATER, few)
    ]
    assert not plan_numbers.number(both[1], "clv", 0.95).holds
    assert plan_numbers.number(both[1], "margin", 0.95).holds == plan_numbers.number(both[0], "margin", 0.95).holds


def test_without_two_lists_of_customers_there_is_no_lifetime_value_and_it_is_said(wave, buying):
    found = reckon(Plan(raises={"goods": 10}), wave, buying)
    assert plan_numbers.number(found, "clv", 0.95).reason == "nobody's retention is known"


def test_plausible_retentions_lie_about_the_share_who_stayed_and_closer_where_more_were_counted():
    few, many = (retentions(int(0.9 * n), n, 4000, np.random.default_rng(1)) for n in (50, 5000))
    assert few[0] == many[0] == 0.9 and few[1:].mean() == pytest.approx(0.9, abs=0.01)
    assert few[1:].std() > 5 * many[1:].std()


def test_later_years_are_a_geometric_series():
    by_hand = sum((0.8 / 1.1) ** year for year in range(1, 400))
    assert multiple(np.array(0.8), 0.1) == pytest.approx(by_hand)


def test_the_scenario_has_an_interval_of_its_points_and_reaches_to_all_that_is_planned(wave, buying):
    found = reckon(Plan(raises={"staff": 10}, cost=100), wave, buying)  # of 10 points 2 are possible
    number = plan_numbers.number(found, "gain", 0.95, "published")
    margin = 0.0058 * 0.3 * 2 * 250 * SIZE
    assert number.value == pytest.approx(margin - 100) and number.high == pytest.approx(margin * 5 - 100)


def test_the_share_of_customers_is_counted_on_the_list_where_it_tells(wave, buying):
    wave.clean.tables["customers"]["region"] = ["east"] * 15 + ["west"] * (SIZE - 15)
    wave.answers["mood"] = ["good"] * 20 + ["bad"] * 40
    listed = reckon(Plan(raises={"goods": 10}, customers={"region": "east"}), wave, buying)
    asked = reckon(Plan(raises={"goods": 10}, customers={"mood": "good"}), wave, buying)
    assert plan_numbers.of_customers(listed, wave) == 0.25
    assert plan_numbers.of_customers(asked, wave).value == pytest.approx(1 / 3)
    assert plan_numbers.of_customers(reckon(Plan(raises={"goods": 10}), wave, buying), wave) == 1.0
