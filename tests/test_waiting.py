"""Waiting times with open cases: Kaplan and Meier by hand, against R's survival, and with customers as clusters."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics import waiting
from csat_analysis.metrics.cases import Cases
from csat_analysis.metrics.waiting import kaplan_meier, waiting_number

R = json.loads((Path(__file__).parent / "reference" / "waiting.json").read_text())
# fmt: off
WAIT = [1, 3, 3, 5, 7, 8, 8, 12, 15, 20, 2, 4, 9, 9, 11, 30, 6, 6, 18, 25, 14, 3, 40, 1, 10, 5, 22, 16, 7, 13]
OVER = [1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1]
WHOSE = [1, 1, 2, 2, 3, 3, 3, 4, 5, 5, 6, 6, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 13, 13, 14, 15, 15, 15, 16, 17]
# fmt: on


def cases(wait, over=None, whose=None) -> Cases:
    size = len(wait)
    table = pd.DataFrame(
        {
            "customer_id": [f"C{c}" for c in (whose if whose is not None else range(size))],
            "wait": np.array(wait, dtype=float),
            "ended": np.array(over if over is not None else np.ones(size), dtype=bool),
        }
    )
    return Cases(table, {}, "hours")


def test_the_curve_by_hand():
    """Waits 1, 2+, 3, 4 (+: still open): S is 3/4 after 1, 3/4 · 1/2 after 3, 0 after 4."""
    curve = kaplan_meier([1, 2, 3, 4], [True, False, True, True], list("abcd"))
    assert [curve.at(t) for t in (0.5, 1, 2, 3, 4)] == pytest.approx([1, 0.75, 0.75, 0.375, 0])


def test_survival_and_standard_errors_are_those_of_r():
    plain, robust = kaplan_meier(WAIT, OVER, range(30)), kaplan_meier(WAIT, OVER, WHOSE)
    assert [plain.at(t) for t in R["at"]] == pytest.approx(R["survival"], abs=1e-10)
    for curve, key in ((plain, "se"), (robust, "se_clustered")):
        n = curve.clusters  # R leaves n/(n − 1) out
        assert [np.sqrt(curve.variance(t) * (n - 1) / n) for t in R["at"]] == pytest.approx(R[key], abs=1e-10)


def test_bounds_of_quantiles_are_those_of_r_where_the_normal_serves_for_t(monkeypatch):
    monkeypatch.setattr(waiting, "far_out", lambda *_: 1.959963984540054)
    for whose, kind in ((range(30), ""), (WHOSE, "_clustered")):
        curve = kaplan_meier(WAIT, OVER, whose)
        n = curve.clusters
        plain = type(curve).variance
        monkeypatch.setattr(type(curve), "variance", lambda self, t, n=n, own=plain: own(self, t) * (n - 1) / n)
        for place, level in enumerate((0.5, 0.9)):
            value, low, high = curve.quantile(level, 0.95)
            assert (value, low) == (R["quantile"][place], R[f"lower{kind}"][place])
            upper = R[f"upper{kind}"][place]
            assert np.isnan(high) if upper is None else high == upper
        monkeypatch.undo()
        monkeypatch.setattr(waiting, "far_out", lambda *_: 1.959963984540054)


def test_without_open_cases_and_with_a_case_each_the_variance_is_the_binomial():
    curve = kaplan_meier(range(1, 21), [True] * 20, range(20))
    assert curve.variance(5) == pytest.approx(0.75 * 0.25 / 20 * 20 / 19)


def test_open_cases_are_censored_and_not_dropped():
    """Ten answered within an hour, ten still open after five: half wait longer than five hours, not none."""
    wait, over = [1.0] * 10 + [5.0] * 10, [True] * 10 + [False] * 10
    dropped, kept = cases(wait[:10]), cases(wait, over)
    assert waiting_number(dropped, "within_target", target=1).value == 1
    assert waiting_number(kept, "within_target", target=1).value == pytest.approx(0.5)


def test_cases_of_fewer_customers_tell_less():
    rng = np.random.default_rng(1)
    wait = np.repeat(rng.lognormal(2, 1, 60), 5)
    alone = waiting_number(cases(wait), "median")
    together = waiting_number(cases(wait, whose=np.repeat(range(60), 5)), "median")
    assert alone.value == together.value
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_the_order_of_cases_and_the_names_of_customers_do_not_matter():
    found = kaplan_meier(WAIT, OVER, WHOSE).quantile(0.5, 0.95)
    turned = kaplan_meier(WAIT[::-1], OVER[::-1], [f"x{c}" for c in WHOSE[::-1]]).quantile(0.5, 0.95)
    assert found == turned


def test_a_quantile_that_open_cases_hide_is_not_told():
    found = waiting_number(cases([1, 2, 3] + [4] * 30, [True] * 3 + [False] * 30), "median")
    assert isinstance(found, NoEstimate) and "open" in found.reason


def test_a_target_longer_than_any_case_was_followed_is_not_told():
    found = waiting_number(cases([1, 2, 3, 4], [True, True, True, False]), "within_target", target=10)
    assert isinstance(found, NoEstimate) and "followed" in found.reason


def test_all_within_the_target_still_has_an_interval():
    found = waiting_number(cases([1, 2, 3, 4] * 20), "within_target", target=10)
    assert found.value == 1 and found.low < 0.97 and found.high == 1


def test_without_a_target_none_is_made_up():
    found = waiting_number(cases([1, 2, 3]), "within_target")
    assert isinstance(found, NoEstimate) and found.status == "not_supplied"


def test_many_open_cases_or_few_customers_are_not_certified():
    rng = np.random.default_rng(2)
    wait = rng.exponential(10, 200)
    assert waiting_number(cases(wait), "median").holds
    assert not waiting_number(cases(np.minimum(wait, 10.5), wait <= 10.5), "median").holds
    few = waiting_number(cases(wait, whose=np.arange(200) % 10), "median")
    assert isinstance(few, Measured) and not few.holds


def test_one_customer_alone_tells_nothing_of_others():
    assert isinstance(waiting_number(cases([1, 2, 3], whose=[1, 1, 1]), "median"), NoEstimate)
