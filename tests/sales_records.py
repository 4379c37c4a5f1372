"""Records of sales of a believable half-year, as notebook 05 would write them."""

from report_records import record

from csat_analysis.results import Record

STAGES = {"lead": 0.87, "contacted": 0.77, "needs": 0.85, "proposal": 0.80, "negotiation": 0.88}


def found(key: str, *numbers, **group) -> Record:
    return record(key, *numbers, notebook="05c_sales_and_target", **({"n": 147} | group))


def fact(key: str, value: float, **group) -> Record:
    return found(key, value, n=None, status="exact", **group)


def check(outcome: str, value: float, half: float, verdict: str, unit: str) -> Record:
    made = found("target.on_course", value, half, verdict=verdict)
    return Record(**{**vars(made), "key": "target.check", "group": {"outcome": outcome}, "unit": unit})


def sales_records(
    *, course: str = "course_untold", rates: str = "rates_not_told_apart", growth: str = "growth_untold"
) -> list[Record]:
    return [
        fact("target.on_course", 0.31, verdict=course),
        check("loyalty_index", 2.3, 4.1, "too_few_to_say", "points"),
        check("exclusive_customers", 0.051, 0.02, "rose", "growth"),
        check("exclusive_sales", 0.028, 0.19, "too_few_to_say", "growth"),
        found("loyalty.index", 78.8, 3.0),
        found("loyalty.part", 76.9, 2.5, part="repurchase_intent"),
        found("loyalty.part", 82.0, 7.0, part="repurchase_rate"),
        fact("customers.exclusive_count", 186),
        fact("customers.exclusive_share", 0.228),
        fact("customers.exclusive_sales_share", 0.239),
        found("customers.exclusive_sales_growth", 0.028, 0.19),
        found("customers.other_sales_growth", -0.118, 0.12),
        found("customers.exclusive_growth_gap", 0.166, 0.27, verdict="pace_untold"),
        *[fact("sales.leads", n, state=state) for state, n in (("all", 179), ("won", 60), ("lost", 87), ("open", 32))],
        found("sales.win_rate", 0.40, 0.08),
        found("sales.days_to_close", 53.0, 8.0),
        fact("sales.cost_per_lead", 1830.0),
        fact("sales.cost_per_won", 5459.0),
        *[found("sales.stage_conversion", value, 0.07, stage=stage) for stage, value in STAGES.items()],
        fact("sales.win_rates_equal_p", 0.14, column="source", verdict="rates_not_told_apart"),
        fact("sales.win_rates_equal_p", 0.02, column="manager", verdict=rates),
        found(
            "sales.win_rate_manager",
            0.12,
            0.1,
            manager="M11",
            verdict="lower" if rates == "rates_differ" else "no_detectable_difference",
        ),
        fact("sales.attainment_all", 0.978),
        fact("sales.attainment", 0.905, manager="M01"),
        found("sales.attainment", None, n=None, status="suppressed", manager="M02"),
        found("sales.growth_slope", 0.012, 0.039, verdict=growth),
        found("sales.referred_share", 0.133, 0.08, n=60),
        found("sales.refer_difference", None, status="not_estimable"),
        fact("kpi.target", 30.0, measure="nps"),
        found("kpi.value", 11.5, 12.0, measure="nps"),
        found("kpi.gap", -18.5, 12.0, measure="nps", verdict="missed"),
        fact("kpi.target", 0.9, measure="retention"),
        found("kpi.value", None, status="not_computed", measure="retention"),
        found("kpi.gap", None, status="not_computed", measure="retention"),
    ]
