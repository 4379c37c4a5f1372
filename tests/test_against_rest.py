"""Groups against all others: waits, lifetime value, exclusive customers, win rates, NPS; by hand, mirrored, and what is hidden."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from customer_lists import NOW, waves
from raw_period import programme

from csat_analysis import intervals
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics.against_rest import Group, Side, compared, places, side_gap, words_of
from csat_analysis.metrics.cases import Cases
from csat_analysis.metrics.closing import OPEN
from csat_analysis.metrics.exclusive_groups import exclusive_groups
from csat_analysis.metrics.funnel import WON, Funnel, equal_win_rates
from csat_analysis.metrics.sales import Sales
from csat_analysis.metrics.value_groups import value_groups
from csat_analysis.metrics.waiting_groups import waiting_groups
from csat_analysis.metrics.win_groups import hidden_levels, win_gap, with_regions
from csat_analysis.models.customer_findings import CustomerFindings
from csat_analysis.period import Period

SURVEYED = programme(reporting={"min_group": 2})


def share(yes: int, n: int, holds: bool = True) -> Side:
    return Side(yes / n, lambda confidence: intervals.wilson(yes / n, n, confidence), n, holds)


# --- a difference of two sides ---------------------------------------------------------------------------------------


def test_of_two_wilson_shares_the_difference_is_newcombe_s_published_one():
    found = side_gap(share(56, 70), share(48, 80), "counted_difference", 0.95)  # Newcombe (1998): .0524 to .3339
    assert (found.number.low, found.number.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.number.n == 70 and found.number.holds


def test_its_p_is_where_the_interval_touches_zero():
    found = side_gap(share(56, 70), share(48, 80), "counted_difference", 0.95)
    just = side_gap(share(56, 70), share(48, 80), "counted_difference", 1 - found.p_value)
    assert just.number.low == pytest.approx(0, abs=1e-9) and found.p_value < 0.05


def test_it_is_certified_only_where_both_sides_and_the_kind_are():
    assert not side_gap(share(56, 70, holds=False), share(48, 80), "counted_difference", 0.95).number.holds
    assert not side_gap(share(56, 70), share(48, 80, holds=False), "counted_difference", 0.95).number.holds
    assert not side_gap(share(56, 70), share(48, 80), "a kind that no study tried", 0.95).number.holds


# --- which groups ----------------------------------------------------------------------------------------------------


def test_groups_come_in_survey_yml_s_order_and_small_ones_hide_another():
    wanted = programme(segments={"branch": {"levels": {"south": "south"}}}, reporting={"min_group": 3})
    levels = pd.DataFrame({"branch": ["north"] * 5 + ["south"] * 4 + ["east"] * 2})
    found = list(places(levels, wanted))
    assert found == [("branch", "south", True), ("branch", "east", True), ("branch", "north", False)]


def test_customers_without_a_level_are_a_group_that_may_be_too_small():
    levels = pd.DataFrame({"branch": ["north"] * 5 + ["south"] * 4 + [None]})
    assert [hidden for *_, hidden in places(levels, SURVEYED)] == [False, True]


def test_a_group_called_few_is_hidden_however_large():
    levels = pd.DataFrame({"branch": ["a"] * 50 + ["b"] * 40 + ["c"] * 30})
    assert [hidden for *_, hidden in places(levels, SURVEYED, {("branch", "a")})] == [True, False, True]


def test_hidden_groups_and_uncertified_ones_are_not_among_those_compared():
    def group(level: str, p: float, **options) -> Group:
        number = Measured(0.2, 0.1, 0.3, 50, options.pop("holds", True))
        return Group("branch", level, 0.5, Compared(number, p), options.pop("hidden", False))

    groups = [group("a", 0.02), group("b", 0.04), group("c", 1e-6, hidden=True), group("d", 1e-6, holds=False)]
    words = words_of(groups)
    assert words == {("branch", "a"): "higher", ("branch", "b"): "higher", ("branch", "d"): None}
    assert compared(words.values()) == 2
    assert words_of([group("a", 0.02), group("b", 0.9), group("e", 0.9)])["branch", "a"] == "no_detectable_difference"


# --- waits -----------------------------------------------------------------------------------------------------------


def cases(rows: list[tuple[str, float, bool]]) -> Cases:
    return Cases(pd.DataFrame(rows, columns=["customer_id", "wait", "ended"]), {}, "hours")


BRANCHES = pd.DataFrame({"branch": ["north"] * 4 + ["south"] * 4 + [None]}, index=[*"abcdefgh", "x"])
WAITS = cases(
    [("a", 1, True), ("b", 2, True), ("c", 3, True), ("d", 9, True), ("d", 9, True)]
    + [("e", 1, True), ("f", 8, True), ("g", 9, True), ("h", 9, True), ("x", 1, True)]
)


def test_promises_kept_by_group_less_those_kept_for_the_others_by_hand():
    north, south = waiting_groups(WAITS, BRANCHES, "within_target", 5, SURVEYED)
    assert (north.number.value, south.number.value) == pytest.approx((3 / 5, 1 / 4))
    assert north.gap.number.value == pytest.approx(3 / 5 - 1 / 4), "x has no branch: in neither group nor rest"
    assert (north.gap.number.low, north.gap.number.high) == pytest.approx(
        (-south.gap.number.high, -south.gap.number.low)
    )
    below = np.hypot(north.number.value - north.number.low, south.number.high - south.number.value)
    assert north.gap.number.low == pytest.approx(0.35 - below)
    assert north.gap.number.n == 4 and north.gap.p_value == pytest.approx(south.gap.p_value)


def test_medians_by_group_and_a_case_still_open_waits_on():
    many = pd.DataFrame({"branch": ["north"] * 31 + ["south"] * 31}, index=range(62))
    waits = cases([(n, float(n + 1 if n < 31 else n - 20), True) for n in range(62)])  # 1 to 31 and 11 to 41
    north, south = waiting_groups(waits, many, "median", None, SURVEYED)
    assert (north.number.value, south.number.value, north.gap.number.value) == (16, 26, -10)
    assert north.gap.number.high < 0 < south.gap.number.low
    rows = WAITS.table.assign(ended=[True] * 3 + [False] * 2 + [True] * 5)
    open_ones = waiting_groups(Cases(rows, {}, "hours"), BRANCHES, "within_target", 5, SURVEYED)
    assert open_ones[0].number.value == pytest.approx(3 / 5)


def test_a_group_s_size_is_its_customers_with_a_case_not_its_cases():
    one = cases([("a", 1.0, True)] * 9 + [(c, 2.0, True) for c in "efgh"])
    assert [group.hidden for group in waiting_groups(one, BRANCHES, "median", None, SURVEYED)] == [True, True]


def test_without_cases_or_a_target_there_is_nothing_to_compare():
    assert waiting_groups(NoEstimate("not_supplied", "no tickets"), BRANCHES, "median", None, SURVEYED) == []
    assert all(g.gap.status == "not_supplied" for g in waiting_groups(WAITS, BRANCHES, "within_target", None, SURVEYED))


# --- lifetime value --------------------------------------------------------------------------------------------------


def test_lifetime_value_of_a_branch_less_that_of_the_others_by_hand(tmp_path):
    """Of the first list north is C1 (400 CNY), C2 (40) and C6; south C3, C4 and C5 (20), who left after 90 days."""
    found = {group.place: group for group in value_groups(waves(tmp_path), NOW)}
    days = (pd.Timestamp("2026-06-01") - pd.Timestamp("2025-12-01")).days
    years = np.array([days, days, days / 2]) / 365.25
    stays = (2 / 3) ** (365.25 / days)
    north = 440 / years.sum() / (1 - stays) - (10 + 10 + 30) / 3
    south = 20 / (2 * days / 365.25 + 90 / 365.25) / (1 - stays) - (20 + 20 + 30) / 3
    assert found["branch", "north"].number.value == pytest.approx(north)
    assert found["branch", "north"].gap.number.value == pytest.approx(north - south)
    assert found["branch", "south"].gap.number.value == pytest.approx(south - north)
    assert all(group.hidden for group in found.values())


def test_a_branch_one_customer_of_which_buys_most_is_hidden_with_one_that_would_tell_it(tmp_path):
    listed = "".join(f"C{n},{'north' if n % 2 else 'south'},2020-01-01,100,10,,\n" for n in range(24))
    for place, (largest, hidden) in enumerate(((10, False), (999, True))):
        bought = [largest if n == 1 else 10 + n for n in range(24)]
        orders = "".join(f"O{n},C{n},2026-03-01,{amount},0.2,p,\n" for n, amount in enumerate(bought))
        found = value_groups(waves(tmp_path / str(place), orders=orders, lists=(listed, listed)), NOW)
        assert {group.hidden for group in found if group.segment == "branch"} == {hidden}


def test_a_class_that_one_customer_dominates_can_not_be_told_from_the_classes_and_groups_beside_it(tmp_path):
    """Large customers are classes A and B together and are shown: B beside them would tell A."""
    yearly = [1300, 900, 800, 700, 600, 500] + [120] * 12 + [20] * 35
    listed = "".join(f"C{n},north,2020-01-01,{sales},{10 + n % 3},,\n" for n, sales in enumerate(yearly))
    for place, (largest, hidden) in enumerate(((600, set()), (2600, {"A", "B"}), (5000, {"A", "B", "C", "all"}))):
        bought = [largest, 500, 400, 350, 300, 250] + [120 + n for n in range(12)] + [20 + n % 5 for n in range(35)]
        orders = "".join(f"O{n},C{n},2026-03-01,{amount},0.2,p,\n" for n, amount in enumerate(bought))
        told = "".join(line for n, line in enumerate(listed.splitlines(True)) if n not in (20, 40))
        found = CustomerFindings(waves(tmp_path / str(place), orders=orders, lists=(listed, told)), NOW)
        assert found.hidden_values == hidden


# --- exclusive customers ---------------------------------------------------------------------------------------------


def listed(north: tuple[int, int], south: tuple[int, int]) -> SimpleNamespace:
    """Exclusive and other customers of two branches, as a wave has them."""
    rows = [
        (branch, kind)
        for branch, sides in (("north", north), ("south", south))
        for kind, n in zip(("yes", "no"), sides, strict=True)
        for _ in range(n)
    ]
    customers = pd.DataFrame(rows, columns=["branch", "exclusive"]).assign(
        customer_id=lambda t: [f"C{n}" for n in t.index]
    )
    clean = SimpleNamespace(tables={"customers": customers}, survey_date=pd.Timestamp("2026-06-01").date())
    return SimpleNamespace(clean=clean, programme=programme(reporting={"min_group": 5}))


def test_exclusive_shares_are_facts_and_their_difference_newcombe_s_by_hand():
    north, south = exclusive_groups(listed((56, 14), (48, 32)))
    assert (north.number, south.number) == (0.8, 0.6) and not north.hidden
    assert (north.gap.number.low, north.gap.number.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert south.gap.number.value == pytest.approx(-0.2)
    assert words_of([north, south]) == {("branch", "north"): "higher", ("branch", "south"): "lower"}


def test_a_branch_with_few_exclusive_customers_is_hidden_but_one_with_none_is_not():
    assert {group.hidden for group in exclusive_groups(listed((3, 40), (20, 20)))} == {True}
    assert {group.hidden for group in exclusive_groups(listed((0, 40), (20, 20)))} == {False}


def test_few_exclusive_customers_beside_a_branch_or_without_one_are_not_told_by_what_is_left():
    beside = listed((30, 20), (2, 20))
    beside.clean.tables["customers"].loc[range(62, 72), "branch"] = "east"  # none of them exclusive
    hidden = {group.level: group.hidden for group in exclusive_groups(beside)}
    assert hidden == {"north": True, "south": True, "east": False}, "north's 30 of all 32 would tell south's 2"
    nameless = listed((20, 20), (20, 20))
    nameless.clean.tables["customers"].loc[[0, *range(60, 75)], "branch"] = None  # one exclusive of 16
    hidden = {group.level: group.hidden for group in exclusive_groups(nameless)}
    assert hidden == {"north": False, "south": True}, "both beside all would tell the one"


# --- win rates -------------------------------------------------------------------------------------------------------


def leads() -> Funnel:
    """All closed: M1 won 6 of 10, M2 3 of 12, M9, of no known region, 1 of 1."""
    rows = [("M1", i < 6) for i in range(10)] + [("M2", i < 3) for i in range(12)] + [("M9", True)]
    table = pd.DataFrame(rows, columns=["manager_id", "won"])
    found = table.assign(days=[float(n % 7 + 1) for n in table.index], ending=np.where(table["won"], WON, 0))
    return with_regions(Funnel(found, 0.95), pd.DataFrame({"manager_id": ["M1", "M2"], "region": ["east", "west"]}))


def test_win_rates_differ_by_the_managers_region_by_hand():
    east, west = (win_gap(leads(), "region", level).number for level in ("east", "west"))
    assert east.value == pytest.approx(6 / 10 - 3 / 12), "M9's lead has no region: in neither"
    assert (east.low, east.high) == pytest.approx((-west.high, -west.low)) and east.n == 10
    (low, _), (_, high) = intervals.wilson(0.6, 10, 0.95), intervals.wilson(0.25, 12, 0.95)
    assert east.low == pytest.approx(0.35 - np.hypot(0.6 - low, high - 0.25), abs=0.02)  # nearly: the effective number


def test_without_a_table_of_managers_no_lead_has_a_region():
    assert with_regions(leads(), None).leads["region"].isna().all()
    assert win_gap(with_regions(leads(), None), "region", "east").status == "not_estimable"


def closed_leads(won_of: dict[str, tuple[str | None, int, int]]) -> Funnel:
    """Closed leads of managers: manager → region, won, lost."""
    rows = [(name, region, i < won) for name, (region, won, lost) in won_of.items() for i in range(won + lost)]
    table = pd.DataFrame(rows, columns=["manager_id", "region", "won"])
    return Funnel(table.assign(days=10.0, ending=np.where(table["won"], WON, 0)), 0.95)


def hidden_managers_and_regions(won_of: dict[str, tuple[str | None, int, int]]) -> tuple[set, set]:
    found = closed_leads(won_of)
    return tuple(hidden_levels(found, column, 5) for column in ("manager_id", "region"))


def test_a_manager_of_few_leads_is_not_told_by_the_region_less_its_other_managers():
    """Two are small, each in a region of their own, so among all managers neither can be worked out."""
    east = {"M1": ("east", 9, 9), "M2": ("east", 2, 1), "M3": ("east", 8, 12)}
    west = {"M4": ("west", 7, 9), "M5": ("west", 1, 3), "M6": ("west", 9, 14)}
    assert hidden_managers_and_regions(east | west) == ({"M1", "M2", "M4", "M5"}, set())


def test_a_small_region_is_not_told_by_the_managers_of_the_other_regions():
    leads = {"M1": ("east", 1, 2), "M2": ("west", 7, 9), "M3": ("west", 9, 14), "M4": ("north", 9, 9)}
    managers, regions = hidden_managers_and_regions(leads)
    assert "M1" in managers and "east" in regions
    shown = {name for name in leads if name not in managers}
    assert not {"M2", "M3", "M4"} <= shown and len(regions) > 1


def test_nobody_is_hidden_where_all_have_leads_enough():
    assert hidden_managers_and_regions({"M1": ("east", 5, 5), "M2": (None, 4, 4), "M3": ("west", 3, 5)}) == (
        set(),
        set(),
    )


def sales_with(found: Funnel) -> Sales:
    now = Period.parse("2026H1")
    sold = Sales({now: SimpleNamespace(programme=programme(reporting={"min_group": 5}))}, now)
    sold.__dict__["funnel"] = found
    return sold


def test_a_source_is_not_worse_for_its_leads_being_younger():
    """Both win 30 of 100 in the end, after 60 days, and lose after 20; half of the fair's leads are 40 days old."""
    ages = {"call": [150] * 200, "fair": [150] * 100 + [40] * 100}
    rows = [(source, n % 10 < 3, age) for source, given in ages.items() for n, age in enumerate(given)]
    table = pd.DataFrame(rows, columns=["source", "won", "age"])
    days = np.where(table["won"], 60, 20)
    ending = np.where(days > table["age"], OPEN, np.where(table["won"], WON, 0))
    found = Funnel(table.assign(days=np.minimum(days, table["age"]).astype(float), ending=ending), 0.95)
    closed = found.leads[found.closed]
    of_closed = (closed["ending"] == WON).groupby(closed["source"])
    assert equal_win_rates(of_closed.sum(), of_closed.size())[2] < 0.05, "counts of closed leads seem to differ"
    call, fair = sales_with(found).group_rates("source")
    assert sales_with(found).equal_rates("source") > 0.5
    assert call.rate.value == pytest.approx(0.3) and fair.rate.value == pytest.approx(0.3)
    assert {call.verdict, fair.verdict} == {"no_detectable_difference"}


def test_a_source_that_wins_less_is_named_where_all_leads_are_closed():
    rows = [("call", n < 40) for n in range(100)] + [("fair", n < 10) for n in range(100)]
    table = pd.DataFrame(rows, columns=["source", "won"])
    found = Funnel(table.assign(days=30.0 + np.arange(200) % 7, ending=np.where(table["won"], WON, 0)), 0.95)
    sold = sales_with(found)
    assert sold.equal_rates("source") == pytest.approx(equal_win_rates(pd.Series([40, 10]), pd.Series([100, 100]))[2])
    assert {group.level: group.verdict for group in sold.group_rates("source")} == {"call": "higher", "fair": "lower"}
