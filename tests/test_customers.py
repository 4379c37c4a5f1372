"""Who stayed, why others left, how sales are spread and what customers are worth: by hand, by invariance, by published numbers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from customer_lists import BEFORE, FIRST, HEAD, NOW, ORDERS, SECOND, waves

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics import abc, acquisition, churn, migration, purchasing, value
from csat_analysis.metrics.amounts import amount_per_unit, kind_at
from csat_analysis.metrics.counted import counted_difference, counted_share, difference_p_value
from csat_analysis.metrics.customer_table import PERSONAL, customers_360
from csat_analysis.metrics.lifetime import value_and_bounds
from csat_analysis.metrics.retention import Retentions, stay
from csat_analysis.metrics.retention_groups import group_rates
from csat_analysis.models.customer_findings import CustomerFindings
from csat_analysis.verdicts import most_verdict, retention_verdict, share_verdicts


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    return waves(tmp_path_factory.mktemp("lists"))


@pytest.fixture(scope="module")
def found(lists):
    return stay(lists, BEFORE, NOW)


# --- who stayed ------------------------------------------------------------------------------------------------------


def test_retention_by_customer_and_by_formula_differ_by_just_what_is_named(found):
    assert found.counts == {"start": 6, "end": 7, "new": 1, "stayed": 4}
    assert found.rate().value == pytest.approx(4 / 6) and found.formula == pytest.approx((7 - 1) / 6)
    assert found.gaps == {"came_back": 1, "listed_late": 1, "began_anew": 0}
    assert found.lost == {"left": 1, "not_listed": 1}


def test_a_new_date_of_beginning_makes_a_customer_count_as_new_in_the_formula_alone(tmp_path):
    moved = SECOND.replace("C3,south,2020-01-01", "C3,south,2026-01-01")
    found = stay(waves(tmp_path, lists=(FIRST, moved)), BEFORE, NOW)
    assert found.counts["stayed"] == 4 and found.gaps["began_anew"] == 1 and found.formula == pytest.approx(5 / 6)
    named = found.gaps["came_back"] + found.gaps["listed_late"] - found.gaps["began_anew"]
    assert found.formula * 6 == pytest.approx(found.counts["stayed"] + named)


def test_who_ordered_between_the_surveys_is_the_behavioural_twin(found):
    assert found.rate("ordered").value == pytest.approx(3 / 6)  # C1, C2 and C5; C3's order was before


def test_wilson_s_interval_and_newcombe_s_are_the_published_ones():
    share = counted_share(81, 263)  # Newcombe (1998), table I: .2553 to .3662
    assert (share.low, share.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    difference = counted_difference(56, 70, 48, 80)
    assert (difference.value, difference.low, difference.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert difference.n == 70


def test_a_difference_turned_around_changes_sign_alone():
    one, other = counted_difference(9, 10, 30, 60), counted_difference(30, 60, 9, 10)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert difference_p_value(9, 10, 30, 60) == pytest.approx(difference_p_value(30, 60, 9, 10))
    assert difference_p_value(3, 4, 1, 4) == pytest.approx(0.4857, abs=1e-4)  # Fisher's lady tasting tea


def test_a_gap_between_periods_or_a_missing_list_is_no_retention(lists):
    assert Retentions({NOW: lists[NOW]}, NOW).latest.status == "not_computed"
    assert Retentions(lists, NOW).change().status == "not_computed"
    assert stay(lists, None, NOW).status == "not_computed"


def test_lists_that_never_tell_who_left_still_give_a_value(tmp_path):
    def unleft(rows):
        return "\n".join(",".join(row.split(",")[:-2]) for row in rows.splitlines()) + "\n"

    head = ",".join(HEAD.strip().split(",")[:-2]) + "\n"
    assert HEAD.strip().endswith("left_on,left_reason")
    found = stay(waves(tmp_path, lists=(unleft(FIRST), unleft(SECOND)), head=head), BEFORE, NOW)
    assert found.lost["left"] == 0 and value.years_listed(found).between(0, found.years).all()


GROWING = "".join(FIRST.splitlines(keepends=True)[:6]) + "C7,north,2026-02-01,20,90,,\n"  # as a CRM that drops nobody


@pytest.mark.parametrize("columns", [-2, None])  # without left_on and left_reason, and with both left blank
def test_a_list_that_never_lets_a_customer_go_tells_no_retention_and_what_rests_on_it(tmp_path, columns):
    def cut(rows):
        return "\n".join(",".join(row.split(",")[:columns]) for row in rows.splitlines()) + "\n"

    lists = tuple(cut(rows) for rows in ("".join(FIRST.splitlines(keepends=True)[:6]), GROWING))
    grown = waves(tmp_path, lists=lists, head=cut(HEAD))
    found, findings = stay(grown, BEFORE, NOW), CustomerFindings(grown, NOW)
    assert found.counts == {"start": 6, "end": 7, "new": 1, "stayed": 6} and list(found.acquired) == ["C7"]
    assert found.rate("stayed").status == "not_supplied" and found.rate("ordered").value == pytest.approx(3 / 6)
    assert findings.retention_formula.status == "not_supplied" and not findings.groups("stayed")
    everyone = findings.values[value.EVERYONE]
    assert {everyone.retention.status, everyone.lifetime.status, everyone.clv.status} == {"not_supplied"}
    assert everyone.purchases.value > 0 and findings.hidden_values  # six customers are few, whatever is known of them


def test_one_customer_gone_from_any_list_so_far_lets_retention_be_told(tmp_path):
    all_stay = "".join(row for row in FIRST.splitlines(keepends=True) if not row.startswith("C8"))
    assert stay(waves(tmp_path / "none", lists=(all_stay, all_stay)), BEFORE, NOW).rate().status == "not_supplied"
    left_before = waves(tmp_path / "before", lists=(FIRST, all_stay))  # C8 had left by the first list
    assert stay(left_before, BEFORE, NOW).rate().value == 1.0


def test_retention_changes_are_worded_by_their_interval_and_only_where_it_holds():
    change = counted_difference(95, 100, 60, 100)
    assert retention_verdict(change) == "more_stay"
    assert retention_verdict(counted_difference(60, 100, 95, 100)) == "fewer_stay"
    assert retention_verdict(counted_difference(80, 100, 81, 100)) == "stay_not_told"
    assert retention_verdict(counted_difference(4, 5, 1, 5)) is None


# --- groups ----------------------------------------------------------------------------------------------------------


def test_small_groups_are_hidden_and_have_no_verdict(found):
    rates = {(rate.segment, rate.level): rate for rate in group_rates(found)}
    assert rates["branch", "north"].rate.value == pytest.approx(2 / 3)
    assert all(rate.hidden and rate.verdict is None for rate in rates.values())


def test_a_group_s_difference_from_the_others_is_by_hand(found):
    gaps = {(rate.segment, rate.level): rate.gap for rate in group_rates(found)}
    north, south = gaps["branch", "north"], gaps["branch", "south"]
    assert north.value == pytest.approx(2 / 3 - 2 / 3) and north.low == pytest.approx(-south.high)
    assert (north.low, north.high) == pytest.approx((-0.53347, 0.53347), abs=5e-6)  # Newcombe of 2 of 3 and 2 of 3


def test_many_groups_are_judged_together():
    alone = share_verdicts({"a": (0.1, 0.03)})
    among = share_verdicts({"a": (0.1, 0.03)} | {n: (0.0, 0.9) for n in range(20)})
    assert alone["a"] == "higher" and among["a"] == "no_detectable_difference"


# --- churn, acquisition, migration -----------------------------------------------------------------------------------


def test_reasons_are_of_those_who_left_since_and_gave_one(found):
    reasons = churn.churn_reasons(found)
    assert list(reasons) == ["price"] and reasons["price"].value == 1 and reasons["price"].n == 1


UNNAMED = ("closed", "competitor", "other")


@pytest.mark.parametrize(
    ("least", "hidden"),
    [(2, set()), (4, {"service", "policy", *UNNAMED}), (5, {"service", "policy", "price", *UNNAMED})],
)
def test_a_reason_that_few_left_for_is_hidden_with_others_that_would_tell_it(tmp_path, least, hidden):
    """Seven left over quality, four over price, three over service, two over policy. Among the hidden stand those that nobody
    named: as many hidden reasons as customers who left for them would tell one each."""
    reasons = ["quality"] * 7 + ["price"] * 4 + ["service"] * 3 + ["policy"] * 2
    before = "".join(f"C{n},north,2020-01-01,100,10,,\n" for n in range(30))
    after = "".join(
        f"C{n},north,2020-01-01,100,10,{'2026-03-01,' + reasons[n - 2] if 2 <= n < 18 else ','}\n" for n in range(30)
    )
    lists = waves(tmp_path, orders=None, lists=(before, after))
    reporting = lists[NOW].programme.reporting.model_copy(update={"min_group": least})
    wave = replace(lists[NOW], programme=lists[NOW].programme.model_copy(update={"reporting": reporting}))
    found = CustomerFindings(lists | {NOW: wave}, NOW)
    assert found.hidden_reasons == hidden
    assert found.reasons["quality"].value == pytest.approx(7 / 16)
    shown = [reason for reason in ("quality", "price", "service", "policy") if reason not in hidden]
    assert list(found.reasons) == [*shown, *sorted(hidden)]  # by frequency, the order of hidden ones would tell


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ([9, 1], "named_most"),  # 2 × (1 + 10) / 2^10 = .021
        ([8, 2], "most_not_told"),  # 2 × (1 + 10 + 45) / 2^10 = .109
        ([6], "named_most"),  # 2 / 2^6 = .031
        ([5, 0], "most_not_told"),  # 2 / 2^5 = .063
        ([40, 40, 3], "most_not_told"),
        ([], None),
    ],
)
def test_a_reason_leads_where_the_next_named_as_often_would_hardly_give_such_a_lead(counts, word):
    assert most_verdict(counts) == word == most_verdict(reversed(counts))


def test_a_lead_that_is_none_is_seldom_called_one():
    """Five reasons, all as likely: how often the first of 60 who left is said to lead, at a level of 5 %."""
    rng = np.random.default_rng(4)
    said = [most_verdict(rng.multinomial(60, [0.2] * 5)) == "named_most" for _ in range(600)]
    assert np.mean(said) < 0.05


def test_a_customer_who_left_and_is_listed_again_is_won_back(lists):
    back = churn.win_back(lists, NOW)
    assert (back.value, back.n) == (1.0, 1)


def test_new_customers_are_those_never_listed_before_and_their_cost_is_theirs(found):
    assert list(found.acquired) == ["C7"] and acquisition.acquired_count(found) == 1
    assert acquisition.acquisition_cost(found).status == "not_estimable"


def test_classes_move_by_each_list_s_own_limits(found):
    matrix = migration.class_matrix(found)
    assert matrix.loc["A", "A"] == 1 and matrix.loc["new"].sum() == 3 and matrix["gone"].sum() == 2
    shares = migration.moved(found)
    assert sum(share.value for share in shares.values()) == pytest.approx(1) and shares["down"].value > 0


# --- ABC, RFM, products ----------------------------------------------------------------------------------------------


def test_abc_lorenz_and_gini_by_hand():
    sales = pd.Series([70, 20, 10.0])
    table = abc.class_table(sales, {"A": 0.7, "B": 0.9})
    assert table["customer_share"].tolist() == pytest.approx([1 / 3] * 3)
    assert table["sales_share"].tolist() == pytest.approx([0.7, 0.2, 0.1]) and (table["largest"] == 1).all()
    assert abc.gini(sales) == pytest.approx(0.4)  # mean difference over all nine pairs 26.7, over twice the mean 66.7
    assert abc.gini(10 * sales) == pytest.approx(abc.gini(sales))
    assert abc.sales_of_smallest(sales, 2 / 3) == pytest.approx(0.3)


def test_equal_customers_share_a_score_in_rfm():
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "e", "e"],
            "ordered_on": pd.to_datetime(["2026-01-01"] * 4 + ["2026-01-05", "2026-01-09"]),
            "amount": [5.0, 5, 5, 5, 40, 2],
        }
    )
    scores = purchasing.rfm(orders, pd.Timestamp("2026-01-10").date())
    assert scores.loc["a", ["r", "f", "m"]].tolist() == scores.loc["d", ["r", "f", "m"]].tolist() == [3, 3, 3]
    assert scores.loc["e", ["recency", "frequency", "monetary", "r", "f", "m"]].tolist() == [1, 2, 42, 5, 5, 5]


def test_product_mix_counts_customers_and_the_largest_one():
    orders = pd.DataFrame({"customer_id": ["a", "b", None], "product": ["x", "x", "y"], "amount": [30.0, 10, 60]})
    mix = purchasing.product_mix(orders)
    assert mix.loc["x", ["customers", "sales_share", "largest"]].tolist() == pytest.approx([2, 0.4, 0.75])
    assert mix["sales_share"].sum() == pytest.approx(1)


# --- amounts and lifetime value --------------------------------------------------------------------------------------


def test_an_amount_per_unit_is_a_ratio_of_totals_and_scales_with_its_unit():
    y, x = np.array([10.0, 0, 30, 12]), np.array([1.0, 2, 3, 1])
    found, tenfold = amount_per_unit(y, x), amount_per_unit(10 * y, x)
    assert found.value == pytest.approx(52 / 7)
    assert (tenfold.low, tenfold.high) == pytest.approx((10 * found.low, 10 * found.high))
    assert found.low < found.value < found.high and not found.holds


def test_the_more_amounts_vary_the_more_customers_they_need():
    rng = np.random.default_rng(3)
    even, skewed = rng.lognormal(0, 0.3, 100), rng.lognormal(0, 1.4, 100)
    assert amount_per_unit(even).holds and not amount_per_unit(skewed).holds
    assert (kind_at(0.39), kind_at(0.41), kind_at(9.0)) == ("amount_0.5", "amount_1", "beyond")


def test_where_all_amounts_are_equal_or_nobody_bought_there_is_no_interval():
    for amounts in ([5.0, 5, 5], [0.0, 0, 0], [4.0]):
        assert amount_per_unit(np.array(amounts)).status == "not_estimable"


def test_lifetime_value_by_hand(lists):
    found = value.cohort(lists, NOW)
    bought = value.purchases_of(lists, found)
    days = (pd.Timestamp("2026-06-01") - pd.Timestamp("2025-12-01")).days
    assert bought.loc["C1", ["orders", "sales"]].tolist() == [2, 400] and bought.loc["C3", "sales"] == 0
    assert bought.loc["C1", "margin"] == pytest.approx(140)
    usual = (50 + 90 + 4 + 7 * 0.2) / (100 + 300 + 20 + 7)
    assert bought.loc["C2", "margin"] == pytest.approx(40 * usual)
    assert bought.loc["C5", "years"] == pytest.approx(90 / 365.25)
    assert bought.loc["C6", "years"] == pytest.approx(days / 365.25 / 2)
    everyone = value.values_by_class(lists, NOW)["all"]
    yearly, stays = 460 / bought["years"].sum(), (4 / 6) ** (365.25 / days)
    assert everyone.purchases.value == pytest.approx(yearly) and everyone.retention.value == pytest.approx(stays)
    assert everyone.clv.value == pytest.approx(yearly / (1 - stays) - 20)
    margin = bought["margin"].sum() / bought["years"].sum()
    assert everyone.discounted.value == pytest.approx(margin * stays / (1.1 - stays) - 20)
    assert everyone.mean_order.value * everyone.orders_a_year.value == pytest.approx(yearly)


def test_no_lifetime_is_longer_than_the_horizon():
    assert value.lifetime(0.5, 5) == 2 and value.lifetime(0.95, 5) == 5 and value.lifetime(1.0, 5) == 5


def test_bounds_of_a_value_are_its_parts_own_where_only_one_part_is_uncertain():
    sure, unsure, nothing = np.array([4.0, 4, 4]), np.array([10.0, 8, 13]), np.zeros(3)
    assert [float(end) for end in value_and_bounds(unsure, sure, nothing)] == pytest.approx([40, 32, 52])
    assert [float(end) for end in value_and_bounds(sure, sure, unsure)] == pytest.approx([6, 3, 8])


# --- one table of customers ------------------------------------------------------------------------------------------


def test_one_row_a_customer_with_what_is_known_of_each(lists):
    table = customers_360(lists, NOW, value.values_by_class(lists, NOW))
    assert table.index.is_unique and list(table.index) == ["C1", "C2", "C3", "C4", "C5", "C7", "C8", "C9"]
    assert not table.loc["C5", "listed"] and table.loc["C1", "referrals"] == 0 and table.loc["C2", "referrals"] == 1
    assert table.loc["C1", ["frequency", "monetary", "products"]].tolist() == [2, 400, 2]
    assert table.loc["C1", "satisfaction"] == pytest.approx(80) and table.loc["C1", "answered_in"] == "2026H1"
    assert {"enquiries", "complaints", "name"}.isdisjoint(table) and PERSONAL == ("name",)
    assert table.query("branch == 'south' and sales_12m > 100").index.tolist() == ["C3"]


# --- what may be shown -----------------------------------------------------------------------------------------------


def test_small_classes_and_curves_of_few_customers_are_hidden_and_two_periods_differ(lists):
    now, before = CustomerFindings(lists, NOW), CustomerFindings(lists, BEFORE)
    assert now.classes["hidden"].all() and now.lorenz == {} and {"A", "B"} <= now.hidden_values
    assert now.classes["sales"].sum() == 1000 and before.classes["sales"].sum() == 1000
    assert now.classes.loc["A", "sales"] == 900 and before.classes.loc["A", "sales"] == 700


def test_scores_of_the_few_who_left_over_one_reason_are_not_told():
    """Five contacts of one customer who left over the price are one customer; six who left over service may be shown."""
    who = ["p"] * 5 + list("abcdef")
    start = SimpleNamespace(
        answers=pd.DataFrame({"customer_id": who}),
        answer_scores=pd.DataFrame({"goods": [40.0] * 5 + [50.0] * 6}),
        programme=SimpleNamespace(dimensions=("goods",), reporting=SimpleNamespace(min_group=5)),
    )
    table = pd.DataFrame({"stayed": False, "left_reason": ["price"] + ["service"] * 6}, index=list("pabcdef"))
    found = churn.scores_by_reason(SimpleNamespace(start=start, table=table))
    assert found.loc["price"].isna().all()
    assert found.loc["service"].to_dict() == {"goods": 50, "answers": 6}


def test_a_class_that_one_customer_dominates_is_hidden_with_those_that_would_tell_it(tmp_path):
    many = "".join(
        f"C{n},north,2020-01-01,{sales},10,,\n" for n, sales in enumerate([6500] + [100] * 30 + [40] * 20, 1)
    )
    all_of = CustomerFindings(waves(tmp_path, orders=None, lists=(None, many)), NOW)
    assert all_of.classes.loc["A", "customers"] >= 5 and all_of.classes.loc["A", "largest"] > 0.5
    assert all_of.classes["hidden"].all()


def test_a_product_that_one_customer_buys_most_of_is_hidden_with_one_that_would_tell_it(tmp_path):
    bought = [("p1", 900)] + [("p1", 10)] * 7 + [("p2", 50)] * 9 + [("p3", 60)] * 10
    orders = "".join(f"O{n},C{n},2026-03-01,{amount},0.2,{product},\n" for n, (product, amount) in enumerate(bought))
    listed = "".join(f"C{n},north,2020-01-01,100,10,,\n" for n in range(len(bought)))
    products = CustomerFindings(waves(tmp_path, orders=orders, lists=(None, listed)), NOW).products
    assert products.loc["p1", "largest"] > 0.5 and products["hidden"].to_dict() == {"p1": True, "p2": True, "p3": False}


# --- what isn't there ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "absent", [{"orders": None}, {"lists": (None, None)}, {"lists": (FIRST, None)}, {"lists": (None, SECOND)}]
)
def test_where_a_table_is_absent_every_number_says_so_and_nothing_fails(tmp_path, absent):
    all_of = CustomerFindings(waves(tmp_path, **absent), NOW)
    numbers = [
        *(all_of.rate(column) for column in ("stayed", "ordered")),
        *all_of.reasons.values(),
        *(all_of.left_index_gap, all_of.win_back, all_of.acquired, all_of.acquisition_cost),
        *(all_of.acquisition_cost_pooled, *all_of.moved.values(), *all_of.value_at.values(), *all_of.kept_at.values()),
    ]
    assert all(isinstance(number, Measured | NoEstimate | int) for number in numbers)
    assert any(number.status == "not_supplied" for number in numbers if isinstance(number, NoEstimate))
    assert all_of.groups("stayed") == [] or "lists" not in absent
    assert isinstance(all_of.values, NoEstimate) and isinstance(all_of.lorenz, dict)
    table = customers_360(all_of.waves, NOW, all_of.values)
    assert isinstance(table, NoEstimate) == (absent.get("lists", (0, 0))[1] is None)


def test_a_list_without_dates_of_leaving_tells_who_is_gone_but_not_why(tmp_path):
    plain = "".join(line.rsplit(",", 2)[0] + "\n" for line in FIRST.splitlines() if "service" not in line)
    later = "".join(line.rsplit(",", 2)[0] + "\n" for line in SECOND.splitlines() if "price" not in line)
    head = "customer_id,branch,since,sales_12m,acquisition_cost\n"
    orders = "".join(line + "\n" for line in ORDERS.splitlines() if "C5" not in line)
    all_of = CustomerFindings(waves(tmp_path, lists=(plain, later), head=head, orders=orders), NOW)
    assert all_of.rate("stayed").value == pytest.approx(4 / 6) and all_of.stay.lost == {"left": 0, "not_listed": 2}
    assert all_of.reasons["other"].status == "not_supplied" and all_of.win_back.status == "not_supplied"


# --- published orders ------------------------------------------------------------------------------------------------


def cdnow(folder) -> pd.DataFrame:
    columns = ["master", "customer_id", "ordered_on", "discs", "amount"]
    orders = pd.read_csv(folder / "cdnow_sample.txt", sep=r"\s+", names=columns, dtype={"customer_id": str})
    return orders.assign(ordered_on=pd.to_datetime(orders["ordered_on"].astype(str)))


def test_cdnow_s_repeat_rate_retention_and_mean_order(reference_data):
    orders = cdnow(reference_data)
    once = orders.drop_duplicates()
    assert len(orders) - len(once) == 21
    assert purchasing.repeat_rate(orders).value == pytest.approx(0.488757, abs=5e-7)
    assert purchasing.repeat_rate(orders, distinct_days=True).value == pytest.approx(0.483241, abs=5e-7)
    assert purchasing.bought_after(orders, pd.Timestamp("1997-09-30").date()).value == pytest.approx(0.290199, abs=5e-7)
    assert purchasing.mean_order(orders).value == pytest.approx(35.27850, abs=5e-6)
    assert purchasing.repeat_rate(once).value == pytest.approx(0.487908, abs=5e-7)
    assert purchasing.mean_order(once).value == pytest.approx(35.32631, abs=5e-6)


def test_cdnow_s_mean_order_has_an_interval_that_holds_at_so_many_customers(reference_data):
    order = purchasing.mean_order(cdnow(reference_data))
    assert order.n == 2357 and order.holds and order.low < order.value < order.high
