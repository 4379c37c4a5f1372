"""The study of customer numbers reckons as the package does, and holds what the notebook says of it."""

import numpy as np
import pytest

from csat_analysis import certification, intervals
from csat_analysis.metrics.amounts import SPREADS, amount_per_unit, kind_at, relative_spread
from csat_analysis.metrics.counted import counted_difference
from csat_analysis.studies import customers, stored


@pytest.fixture(scope="module")
def table():
    return stored.table("customers")


def test_many_amounts_are_the_packages_own():
    orders, sales = customers.orders_and_sales(1.2, (4, 60), np.random.default_rng(1))
    many = customers.estimated(sales, orders)
    for place in range(4):
        one = amount_per_unit(sales[place], orders[place])
        assert [many[name][place] for name in ("value", "low", "high")] == pytest.approx([one.value, one.low, one.high])
        assert many["spread"][place] == pytest.approx(relative_spread(one))


def test_its_shares_and_differences_are_the_packages_own():
    low, high = customers.wilson(np.array([0.9]), 40)
    assert (low[0], high[0]) == pytest.approx(intervals.wilson(0.9, 40, 0.95))
    one = counted_difference(36, 40, 30, 50)
    inside, outside = one.high - 1e-9, one.high + 1e-9
    assert customers.newcombe_held(36, 40, 30, 50, inside) and not customers.newcombe_held(36, 40, 30, 50, outside)


@pytest.mark.parametrize("made", [customers.lognormal, customers.with_zeros])
def test_simulated_amounts_have_the_mean_and_spread_they_are_named_for(made):
    y = made(1.0, (1, 400_000), np.random.default_rng(2))[0]
    assert y.mean() == pytest.approx(1, abs=0.02) and y.std() / y.mean() == pytest.approx(1.0, abs=0.03)


def test_every_spread_that_was_tried_is_looked_up_and_a_larger_one_never_holds():
    for spread in SPREADS:
        assert {f"amount_{spread:g}", f"clv_{spread:g}"} <= set(certification.STUDIED_APART)
    assert not certification.holds_at(kind_at(10 * max(SPREADS)), 10_000)


def test_counted_shares_and_differences_hold_at_every_size(table):
    counted = table[table["test"].str.startswith("counted")]
    assert counted["holds"].all() and counted["coverage"].min() >= 0.93


def test_of_amounts_shown_by_the_rule_few_miss_the_truth(table):
    rule = table[table["test"] == "amount_by_rule"]
    assert rule["missed"].max() <= 0.07 and (rule["shown"] > 0.9).any()


def test_no_amount_is_suspected_that_is_right(table):
    found = table[table["test"] == "hundredfold"]
    assert (found["false_alarms"] <= 0.001).all() and found["found"].max() > 0.7


def test_a_stored_coverage_is_found_again(table):
    (old,) = table.query("test == 'amount_1' and setting == 'lognormal' and answers == 80")["coverage"]
    rng, held = np.random.default_rng(9), []
    for size in customers.chunks(1000):
        held.append(customers.held(customers.estimated(customers.lognormal(1.0, (size, 80), rng)), 1.0))
    assert np.concatenate(held).mean() == pytest.approx(old, abs=4 * np.sqrt(0.05 * 0.95 / 1000))
