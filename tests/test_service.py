"""Service of any programme: what isn't supplied is said and nothing fails; one period alone; small groups hidden."""

import pytest
from raw_period import ANSWERS, CUSTOMERS, PERIOD, clean, programme

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured, number_of
from csat_analysis.metrics.cases import WAITS
from csat_analysis.metrics.waiting import STATISTICS
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.service import Service
from csat_analysis.models.slowness import BANDS
from csat_analysis.period import Period
from csat_analysis.results import make_record

NOW = Period.parse(PERIOD)
TICKETS = "ticket_id,customer_id,kind,category,opened_at,first_reply_at,resolved_at\n" + "".join(
    f"T{n},C{n % 2 + 1},complaint,,2026-03-{n + 1:02d} 10:00,2026-03-{n + 1:02d} 12:00,2026-03-{n + 2:02d} 10:00\n"
    for n in range(8)
)


def service_of(root, **files: str) -> Service:
    using = programme(segments=["region"])
    return Service({NOW: Wave(NOW, using, clean(root, using=using, responses=ANSWERS, **files))}, NOW)


def everything(service: Service) -> list[tuple]:
    """(key, group, number) of all that notebook 05 records."""
    found = [("service.complaint_rate", {"category": c, "per": p}, n) for (c, p), n in service.rates.items()]
    found += [("service.complaint_trend", {"period": p}, n) for p, n in service.trend.items()]
    found += [(f"service.{w}", {"statistic": s}, service.waiting(w, s)) for w in WAITS for s in STATISTICS]
    found += [("service.waiting_band", {"wait": w, "band": b}, service.by_band(w)[b]) for w in WAITS for b in BANDS]
    found += [
        ("service.waiting_slope", {"wait": w, "measure": s}, number_of(n)) for (w, s), n in service.slopes.items()
    ]
    for stage, at in service.stages.items():
        found += [
            (f"journey.{name}", {"stage": stage}, getattr(at, name))
            for name in ("satisfaction", "items", "bad_share", "lost")
        ]
        found += [
            ("journey.gap", {"stage": stage}, number_of(at.gap)),
            ("journey.item_gap", {"stage": stage}, number_of(at.item_gap)),
        ]
    return found


def statuses(service: Service) -> set[str]:
    own = service.wave.programme
    return {make_record(k, n, g, programme=own, notebook="05").status for k, g, n in everything(service)}


@pytest.mark.parametrize("files", [{}, {"customers": CUSTOMERS}], ids=["answers alone", "no events"])
def test_without_tickets_and_orders_all_is_not_supplied(tmp_path, files):
    service = service_of(tmp_path, **files)
    assert statuses(service) == {"not_supplied"}
    assert service.changes == {} and service.groups == [] and service.stage_verdicts
    assert all(service.states(wait) == {} for wait in WAITS)


def test_one_small_period_alone_gives_no_number_that_so_few_can_bear(tmp_path):
    service = service_of(tmp_path, customers=CUSTOMERS, tickets=TICKETS)
    assert service.before is None and service.changes == {}
    assert statuses(service) <= {"not_supplied", "not_estimable", "not_certified", "suppressed"}
    assert service.few_customers("resolution_hours")
    assert isinstance(service.rates["all", "customer"], Measured)


def test_large_customers_stand_against_small_ones(tmp_path):
    service = service_of(tmp_path, customers=CUSTOMERS, tickets=TICKETS)
    assert [g.level for g in service.groups if g.segment == "customer_size"] == ["large", "small"]


def test_small_groups_are_hidden(tmp_path):
    service = service_of(tmp_path, customers=CUSTOMERS, tickets=TICKETS)
    assert [g.level for g in service.groups] and all(group.hidden for group in service.groups)
    assert service.group_verdicts == {}


def test_without_targets_only_the_share_within_them_is_lacking(tmp_path):
    service = service_of(tmp_path, customers=CUSTOMERS, tickets=TICKETS)
    within = service.waiting("resolution_hours", "within_target")
    assert isinstance(within, NoEstimate) and within.status == "not_supplied"
    assert service.waiting("resolution_hours", "median").reason.startswith("too few cases")
