"""The study of differences between groups: current, its truths its draws' own, and bounds that are too narrow found out."""

import numpy as np
import pytest

from csat_analysis import certification
from csat_analysis.measured import Measured
from csat_analysis.metrics.lifetime import lifetime
from csat_analysis.metrics.value import lifetime_value
from csat_analysis.metrics.waiting import Survival
from csat_analysis.studies import segments, service, stored

PLACES = {setting: place for place, setting in enumerate(segments.settings())}


def test_the_stored_table_is_current_and_speaks_for_every_kind():
    assert stored.is_current("segments")
    kinds = {kind for kind, study in certification.STUDIED_APART.items() if study == "segments"}
    assert kinds == set(stored.table("segments")["test"])


def test_differences_of_promises_kept_and_of_win_rates_hold_at_the_sizes_of_a_house():
    for kind in ("wait_within_target_gap", "conversion_gap"):
        assert certification.holds_at(kind, 60), kind
    assert not certification.holds_at("wait_within_target_gap", 10), "smaller than any that was tried"


def test_the_same_seed_gives_the_same_row():
    setting = segments.Setting("wait_within_target_gap", 20, "days", 1)
    task = PLACES[setting], setting
    assert segments.measure(task, draws=5, seed=3) == segments.measure(task, draws=5, seed=3)


@pytest.mark.parametrize("unit", ["hours", "days"])
def test_the_true_share_within_a_target_is_that_of_the_study_of_service(unit):
    for alike in service.ALIKE:
        assert segments.within(unit, alike, service.TARGETS[unit]) == pytest.approx(service.true_waits(unit, alike)[2])


def test_a_group_s_lifetime_value_is_the_packages_own():
    (side,) = segments.worth(0.5, 60, 0.7, 1.0, 1, np.random.default_rng(4))
    rng = np.random.default_rng(4)
    yearly, cost = (
        segments.customers.estimated(scale * segments.customers.lognormal(cv, (1, 60), rng))
        for scale, cv in ((1.0, 0.5), (0.1, segments.customers.COST_CV))
    )
    kept = rng.binomial(60, 0.7, 1) / 60
    ends = [float(lifetime(end[0], 5.0)) for end in (kept, *segments.customers.wilson(kept, 60))]

    def measured(found: dict) -> Measured:
        value, spread = float(found["value"][0]), float(found["spread"][0])
        return Measured(value, float(found["low"][0]), float(found["high"][0]), 60, True, se=value * spread / 60**0.5)

    own = lifetime_value(measured(yearly), Measured(*ends, 60, True), measured(cost), 5.0)
    assert (side.value, *side.interval(0.95)) == pytest.approx((own.value, own.low, own.high))


def test_bounds_that_take_cases_for_independent_would_be_found_out(monkeypatch):
    setting = segments.Setting("wait_within_target_gap", 150, "days", 3)
    honest = segments.measure((0, setting), draws=40, seed=1)["coverage"]
    plain = Survival.variance
    monkeypatch.setattr(Survival, "variance", lambda self, t: plain(self, t) / 4)
    assert honest > 0.9 > segments.measure((0, setting), draws=40, seed=1)["coverage"]
