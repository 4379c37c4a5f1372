"""The study of service: its stored table is of the code as it stands, and it tells good intervals from bad ones."""

import numpy as np
import pytest

from csat_analysis import certification
from csat_analysis.metrics.complaints import Rate
from csat_analysis.metrics.waiting import Survival
from csat_analysis.studies import service, stored

PLACES = {setting: place for place, setting in enumerate(service.settings())}


def coverage(setting: service.Setting, draws: int = 150) -> float:
    return service.measure((PLACES[setting], setting), draws=draws, seed=1)["coverage"]


def test_the_stored_table_is_current_and_speaks_for_every_kind():
    assert stored.is_current("service")
    assert stored.stored("service")["draws"] >= 1000
    kinds = {kind for kind, study in certification.STUDIED_APART.items() if study == "service"}
    assert kinds == set(stored.table("service")["test"])


def test_the_same_seed_gives_the_same_row():
    setting = next(iter(PLACES))
    assert service.measure((0, setting), draws=20, seed=3) == service.measure((0, setting), draws=20, seed=3)


def test_true_waits_are_those_of_the_draws():
    setting = service.Setting("wait_median", 4000, "days", 1.3)
    wait, over, _ = service.customers_waits(setting, 0.35, 4000, np.random.default_rng(1))
    median, p90, within = service.true_waits("days", 0.35)
    assert np.median(wait[over]) == median and np.quantile(wait[over], 0.9) == pytest.approx(p90, abs=1)
    assert (wait[over] <= 7).mean() == pytest.approx(within, abs=0.03)


def test_poisson_bounds_without_clusters_would_be_found_out(monkeypatch):
    """Customers who differ much in readiness: the plain Poisson interval covers far too little."""
    setting = service.Setting("complaint_rate", 400, "orders")
    honest = coverage(setting)
    monkeypatch.setattr(Rate, "deff", property(lambda self: 1.0))
    assert honest >= certification.BAND[0] - 0.02 > coverage(setting)


def test_waits_taken_for_independent_would_be_found_out(monkeypatch):
    setting = service.Setting("wait_within_target", 150, "days", 3.5)
    honest, plain = coverage(setting, 200), Survival.variance
    monkeypatch.setattr(Survival, "variance", lambda self, t: plain(self, t) / 2)
    assert honest > 0.9 > coverage(setting, 200)
