"""Sales against target, exclusive customers' growth, satisfaction and growth: hand-worked, with what must be hidden."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from csat_analysis import verdicts
from csat_analysis.design import Design
from csat_analysis.disclosure import dominated
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.attainment import Unassigned, attainment, hidden_managers
from csat_analysis.metrics.books import is_covered, sales_by_customer, same_days_before
from csat_analysis.metrics.buying import bought_again
from csat_analysis.metrics.exclusive import Exclusive
from csat_analysis.metrics.growth import Growth, symmetric_growth, weighted_slope
from csat_analysis.metrics.kpi import figure_of, gap_to
from csat_analysis.metrics.moved import Moved, log_growth
from csat_analysis.metrics.referral import share_referred
from csat_analysis.period import Period

NOW = Period.parse("2026H1")


def orders_of(*rows: tuple) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount"])
    return found.assign(ordered_on=pd.to_datetime(found["ordered_on"]))


def wave(**tables: pd.DataFrame) -> SimpleNamespace:
    left = tables["customers"].iloc[:0]
    programme = SimpleNamespace(reporting=SimpleNamespace(min_group=2, confidence=0.95))
    return SimpleNamespace(clean=SimpleNamespace(tables={"customers_left": left} | tables), programme=programme)


def managed(targets: dict[str, float], owners: dict[str, str]) -> dict:
    customers = pd.DataFrame({"customer_id": list(owners), "manager_id": list(owners.values())})
    managers = pd.DataFrame({"manager_id": list(targets), "sales_target": list(targets.values())})
    return {NOW: wave(customers=customers, managers=managers)}


def test_attainment_is_the_managers_customers_sales_of_the_periods_days_over_the_target():
    waves = managed({"M1": 200.0, "M2": 50.0}, {"a": "M1", "b": "M1", "c": "M2", "d": "M2"})
    orders = orders_of(
        ("a", "2026-01-01", 60),
        ("b", "2026-06-30", 40),
        ("a", "2025-12-31", 999),
        ("c", "2026-03-01", 30),
        ("d", "2026-03-01", 30),
    )
    found = attainment(waves, NOW, orders)
    assert found.of("M1") == pytest.approx(0.5)
    assert found.of("M2") == pytest.approx(1.2)
    assert found.overall == pytest.approx(160 / 250)


def test_a_target_of_nothing_and_a_manager_whom_nobody_knows_are_said():
    waves = managed({"M1": 0.0, "M2": 50.0}, {"a": "M1", "b": "M9", "c": None, "d": "M2"})
    found = attainment(waves, NOW, orders_of(*[(name, "2026-03-01", 10) for name in "abcd"]))
    assert found.of("M1").status == "not_estimable"
    assert found.unassigned["no_manager"] == Unassigned(20, 2, hidden=False)
    assert found.overall == pytest.approx(10 / 50)


def test_orders_that_name_no_customer_have_a_place_of_their_own_and_all_sales_are_somewhere():
    waves = managed({"M1": 100.0, "M2": 50.0}, {"a": "M1", "b": "M9", "d": "M2"})
    orders = orders_of(
        *[(name, "2026-03-01", 10) for name in "abd"],
        *[(None, "2026-03-01", amount) for amount in (7, 8)],
        (None, "2025-12-31", 999),
    )
    found = attainment(waves, NOW, orders)
    assert found.unassigned["no_customer"] == Unassigned(15, 2, hidden=True), "one order is more than half"
    assert found.unassigned["no_manager"] == Unassigned(10, 1, hidden=True)
    everything = found.table["sales"].sum() + sum(outside.sales for outside in found.unassigned.values())
    assert everything == orders.loc[orders["ordered_on"] >= "2026", "amount"].sum()


@pytest.mark.parametrize("lacking", ["orders", "managers", "manager_id"])
def test_without_a_table_attainment_is_not_supplied(lacking):
    waves = managed({"M1": 1.0}, {"a": "M1"})
    tables = waves[NOW].clean.tables
    orders = NoEstimate("not_supplied", "no orders") if lacking == "orders" else orders_of(("a", "2026-03-01", 1))
    if lacking == "managers":
        del tables["managers"]
    if lacking == "manager_id":
        tables["customers"], tables["customers_left"] = (
            tables[name].drop(columns="manager_id") for name in ("customers", "customers_left")
        )
    assert attainment(waves, NOW, orders).status == "not_supplied"


def test_a_manager_with_one_dominating_customer_hides_and_another_with_it():
    sales = pd.Series(
        {"a": 90.0, "b": 5.0, "c": 5.0, "d": 40.0, "e": 30.0, "f": 30.0, "g": 50.0, "h": 50.0, "i": 40.0, "j": 45.0}
    )
    owner = pd.Series({**dict.fromkeys("abc", "M1"), **dict.fromkeys("def", "M2"), **dict.fromkeys("ghij", "M3")})
    assert dominated([90, 5, 5]) and not dominated([40, 30, 30])
    assert hidden_managers(sales, owner, 2) == {"M1", "M2"}
    assert hidden_managers(sales.drop(list("abc")), owner, 2) == set()


def test_hidden_managers_together_are_not_one_customers_sales_either():
    sales = pd.Series({"a": 500.0, "b": 5.0, "c": 5.0, "d": 40.0, "e": 30.0, "g": 250.0, "h": 250.0})
    owner = pd.Series({**dict.fromkeys("abc", "M1"), **dict.fromkeys("de", "M2"), **dict.fromkeys("gh", "M3")})
    assert hidden_managers(sales, owner, 2) == {"M1", "M2", "M3"}


def test_growth_of_a_sum_by_hand_and_by_symmetry():
    now, before = np.array([10.0, 20, 0, 30]), np.array([10.0, 10, 20, 0])
    value, error, size = log_growth(now, before)
    assert np.expm1(value) == pytest.approx(0.5)
    assert size == 4
    back, same_error, _ = log_growth(before, now)
    assert (back, same_error) == (pytest.approx(-value), pytest.approx(error))
    assert log_growth(100 * now, before)[1] == pytest.approx(error), "an error doesn't hang on the currency"


def test_growth_needs_more_than_one_customer_on_both_sides():
    assert log_growth([10.0, 0], [10.0, 5]).status == "not_estimable"
    assert log_growth([0.0, 0], [10.0, 5]).status == "not_estimable"


def sides(now: dict, before: dict) -> Exclusive:
    def frame(rows: dict) -> pd.DataFrame:
        table = pd.DataFrame(rows, index=["exclusive", "sales"]).T
        return table.assign(in_frame=True, sales=table["sales"].astype(float))

    return Exclusive(frame(now), frame(before))


def test_a_customer_counts_as_exclusive_as_the_list_said_in_each_period():
    only = sides(
        {"a": ("yes", 10), "b": ("yes", 20), "c": ("no", 30), "d": ("no", 40)},
        {"a": ("yes", 10), "b": ("no", 10), "c": ("no", 30), "e": ("yes", 5)},
    )
    assert (only.count, only.count_before, only.share) == (2, 2, 0.5)
    assert (only.sales, only.sales_before, only.sales_share) == (30, 15, pytest.approx(0.3))
    assert only.sales_growth.on_scale(only.sales_growth.value) == pytest.approx(1.0)
    assert only.growth_gap.on_scale(only.growth_gap.value) == pytest.approx(2.0 / (70 / 40) - 1)
    assert only.hides(3) and only.hides(2), "b has two thirds of the sales"


def many(kind: str, sales: list[float], first: str) -> dict:
    return {f"{first}{n}": (kind, amount) for n, amount in enumerate(sales)}


def test_exclusive_customers_do_not_tell_of_few_others():
    """Total = sales / share, so the others' sales are on the page too."""
    plenty, few, one = [10.0] * 8, [10.0] * 2, [900.0] + [10.0] * 7
    whole = many("yes", plenty, "a") | many("no", plenty, "b")
    assert not sides(whole, whole).hides(5)
    for others in (few, one, [10.0] * 2 + [0.0] * 6):
        thin = many("yes", plenty, "a") | many("no", others, "b")
        assert sides(thin, whole).hides(5) and sides(whole, thin).hides(5)
        turned = many("no", plenty, "a") | many("yes", others, "b")
        assert sides(turned, whole).hides(5) and sides(whole, turned).hides(5)
    assert not sides(many("yes", plenty, "a"), many("yes", plenty, "a")).hides(5), "no others, so none to show"


def test_growth_has_a_place_for_customers_who_stopped_or_began():
    found = symmetric_growth(pd.Series([110.0, 0, 5, 0]), pd.Series([90.0, 5, 0, 0]))
    assert found[:3].tolist() == [0.2, -2, 2]
    assert np.isnan(found[3])


def test_the_slope_of_growth_is_that_of_weighted_least_squares():
    rng = np.random.default_rng(2)
    score, weight = rng.normal(70, 10, 200), rng.uniform(1, 3, 200)
    growth = 0.01 * score + rng.normal(0, 0.3, 200)
    expected = np.polyfit(score, growth, 1, w=np.sqrt(weight))[0]
    value, influence = weighted_slope(score, growth, weight)
    assert value == pytest.approx(expected)
    assert influence.sum() == pytest.approx(0, abs=1e-3)
    table = pd.DataFrame({"satisfaction": score, "growth": growth, "left_out": ""})
    slope = Growth(table, Design.of(range(200), weight=weight)).slope()
    assert abs(slope.value - 0.01) < 3 * slope.se
    assert Growth(table.head(10), Design.of(range(10))).slope().status == "not_estimable"


def test_a_window_counts_once_orders_reach_beyond_it_and_have_no_hole():
    answers = pd.DataFrame(
        {"customer_id": ["a", "b", "a"], "responded_on": pd.to_datetime(["2025-06-10", "2025-06-10", "2026-03-01"])}
    )
    orders = orders_of(("a", "2025-06-10", 1), ("a", "2025-08-01", 1), ("b", "2026-01-05", 1), ("c", "2026-06-30", 1))
    assert bought_again(answers, orders, 180).fillna(-1).tolist() == [1, 0, -1]
    monthly = [("c", day, 1) for month in range(1, 13) if month != 8 for day in [f"2025-{month:02d}-15"] * 12]
    holed = orders_of(("a", "2025-09-01", 1), ("c", "2026-06-30", 1), *monthly)
    assert bought_again(answers.head(1), holed, 180).isna().all()


def test_only_new_customers_count_for_the_share_referred():
    firsts = orders_of(("a", "2026-02-01", 1), ("b", "2026-02-01", 1), ("old", "2026-02-01", 1)).assign(
        referred_by=["x", None, None]
    )
    customers = pd.DataFrame(
        {"customer_id": ["a", "b", "old"], "since": pd.to_datetime(["2026-02-01", "2026-02-01", "2019-01-01"])}
    )
    found = share_referred(firsts, firsts, wave(customers=customers), NOW)
    assert (found.value, found.n) == (0.5, 2)


def test_the_same_days_are_compared_and_a_part_of_a_period_is_not_a_period():
    assert same_days_before(pd.Timestamp("2026-05-15"), NOW.year_before()) == pd.Timestamp("2025-05-15")
    assert same_days_before(pd.Timestamp("2026-06-30"), NOW.year_before()) == pd.Timestamp("2025-06-30")
    orders = orders_of(("a", "2026-01-05", 10), ("a", "2026-03-05", 7), ("b", "2026-06-05", 1))
    assert sales_by_customer(orders, NOW, pd.Timestamp("2026-03-05")).to_dict() == {"a": 17}
    assert is_covered(orders, NOW)
    assert not is_covered(orders.head(2), NOW)


@pytest.mark.parametrize(
    ("gap", "better", "word"),
    [
        (Measured(2, 0.5, 3, 90, True), 1, "met"),
        (Measured(-2, -3, -0.5, 90, True), 1, "missed"),
        (Measured(1, -1, 3, 90, True), 1, "cannot_be_told"),
        (Measured(-2, -3, -0.5, 90, True), -1, "met"),
        (Measured(1, 0.5, 3, 90, False), 1, None),
        (0.0, 1, "met"),
        (NoEstimate("not_computed", "no"), 1, None),
    ],
)
def test_a_target_value_is_met_only_by_the_whole_interval(gap, better, word):
    assert verdicts.kpi_verdict(gap, better) == word


def test_a_gap_moves_the_interval_with_the_figure():
    assert gap_to(Measured(0.93, 0.90, 0.95, 80, True, 0.01), 0.9).low == pytest.approx(0.0)
    assert figure_of(NoEstimate("not_computed", "not recorded")).status == "not_computed"


@pytest.mark.parametrize(
    ("target", "outcomes", "word"),
    [
        ("met", ["rose", "too_few_to_say"], "on_course"),
        ("met", ["rose", "fell"], "course_untold"),
        ("missed", ["rose", "rose"], "not_on_course"),
        ("cannot_be_told", ["rose"], "course_untold"),
        (None, ["rose"], None),
    ],
)
def test_on_course_needs_the_target_met_and_no_outcome_fallen(target, outcomes, word):
    assert verdicts.course_verdict(target, outcomes) == word


def test_checks_allow_for_their_number_and_tell_too_few_from_no_change():
    changes = {
        "up": Moved(0.3, 0.05, 100, 100, True),
        "flat": Moved(0.001, 0.01, 100, 100, True),
        "unsure": Moved(0.05, 0.1, 100, 100, True),
        "untried": Moved(0.3, 0.05, 100, 100, False),
        "none": NoEstimate("not_computed", "no year"),
    }
    words = verdicts.check_verdicts(changes, dict.fromkeys(changes, 0.05))
    assert words == {
        "up": "rose",
        "flat": "no_detectable_change",
        "unsure": "too_few_to_say",
        "untried": None,
        "none": None,
    }


def test_the_chance_to_reach_the_target_is_the_intervals_own():
    gain = Moved(5.0, 1.0, 60, 120, True)
    low, high = gain.measured(0.95).low, gain.measured(0.95).high
    assert gain.chance_above(5.0) == pytest.approx(0.5)
    assert gain.chance_above(low) == pytest.approx(0.975)
    assert gain.chance_above(high) == pytest.approx(0.025)
