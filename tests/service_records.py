"""Records of service of a believable half-year, as notebook 05 would write them."""

from dataclasses import replace

from report_records import record

from csat_analysis.results import Record

CATEGORIES = {
    "all": 0.166,
    "quality": 0.039,
    "contract": 0.014,
    "transport": 0.053,
    "service": 0.037,
    "uncategorised": 0.023,
}
WAITS = {
    "first_reply_hours": (6.7, 22.6, 0.909, 24),
    "resolution_hours": (35.3, 110.7, 0.799, 72),
    "processing_days": (1, 3, 0.856, 2),
    "delivery_days": (5, 9, 0.789, 7),
}
GAPS = {"enquiry": None, "order": -0.5, "delivery": -3.0, "after_sales": None, "complaint": -3.8}
BANDS = {"none": 69.8, "quick": 67.9, "middle": 64.4, "slow": 68.9}


def service_records(
    change: str = "complaints_level", slope: str = "no_slope_told", stage: str = "lost_here"
) -> list[Record]:
    def found(key: str, *numbers, **group) -> Record:
        return record(key, *numbers, notebook="05b_service", **({"n": 297} | group))

    def fact(key: str, value: float, **group) -> Record:
        return found(key, value, n=None, status="exact", **group)

    counts = {
        "days": 181,
        "customers": 869,
        "orders": 2960,
        "complaints": 135,
        "unlisted_complaints": 2,
        "unlisted_orders": 0,
    }
    records = [fact("service.exposure", value, what=what) for what, value in counts.items()]
    for category, rate in CATEGORIES.items():
        records.append(found("service.complaint_rate", rate, rate / 5, category=category, per="customer"))
        records.append(found("service.complaint_rate", 27 * rate, 5 * rate, category=category, per="100_orders"))
    records += [found("service.complaint_trend", 0.15, 0.03, period=p) for p in ("2025H1", "2025H2", "2026H1")]
    before = {"per": "customer", "from": "2025H2", "verdict": change}
    records.append(found("service.complaint_change", 0.011, 0.04, category="all", **before))
    for level, verdict in (("A", "lower"), ("B", None)):
        group = {"segment": "customer_class", "level": level}
        hidden = {} if verdict else {"status": "suppressed", "n": None}
        records.append(found("service.complaint_segment", 0.1 if verdict else None, 0.02, **group, **hidden))
        records.append(
            found("service.complaint_gap", -0.07 if verdict else None, 0.03, verdict=verdict, **group, **hidden)
        )
    for wait, (median, p90, within, target) in WAITS.items():
        records += [
            found(f"service.{wait}", median, 0.5, statistic="median"),
            found(f"service.{wait}", p90, 1, statistic="p90"),
        ]
        records += [within_target(wait, within), fact(f"service.{wait}", target, statistic="target")]
        records += [
            fact("service.cases", n, wait=wait, state=s)
            for s, n in (("known", 297), ("unfinished", 5), ("left_out", 0))
        ]
        records += [found("service.waiting_band", score, 2, wait=wait, band=band) for band, score in BANDS.items()]
        records.append(found("service.waiting_slope", -0.3, 0.6, wait=wait, measure="index", verdict=slope))
    records.append(
        found("service.waiting_slope_item", -1.3, 0.9, wait="delivery_days", item="c1", verdict="falls_with_waiting")
    )
    for name, gap in GAPS.items():
        told = {"status": "not_certified"} if gap is None else {}
        verdict = None if gap is None else "not_told_here" if name == "order" else stage
        records.append(found("journey.bad_share", 0.49, 0.05, stage=name))
        records.append(found("journey.gap", gap, 2, stage=name, verdict=verdict, **told))
        records.append(found("journey.lost", None if gap is None else gap * 0.4, 0.7, stage=name, **told))
    records.append(found("journey.item_gap", -5.8, 3.5, stage="delivery", verdict="lost_here"))
    return records


def within_target(wait: str, share: float) -> Record:
    made = record(f"service.{wait}", share, 0.04, n=297, notebook="05b_service", statistic="within_target")
    return replace(made, unit="share")
