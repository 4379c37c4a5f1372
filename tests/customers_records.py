"""Records of customers of a believable half-year, as notebook 05 would write them."""

from report_records import record

from csat_analysis.results import Record

NOTEBOOK = "05a_customers"
LORENZ = {"10": 0.001, "30": 0.017, "50": 0.063, "70": 0.175, "90": 0.452}


def customers_records(
    *, change: str = "stay_not_told", left: str = "rated_not_told", came_back: int = 0
) -> list[Record]:
    def found(key: str, *numbers, **group) -> Record:
        return record(f"customers.{key}", *numbers, notebook=NOTEBOOK, **({"n": 809} | group))

    def fact(key: str, value: float, **group) -> Record:
        return found(key, value, n=None, status="exact", **group)

    return [
        *[fact("count", n, list=name) for name, n in (("start", 809), ("end", 815), ("new", 60), ("stayed", 755))],
        found("retention", 0.9333, 0.0173),
        fact("retention_formula", 0.9333 + came_back / 809),
        *[
            fact("retention_gap", n, gap=gap)
            for gap, n in (("came_back", came_back), ("listed_late", 0), ("began_anew", 0))
        ],
        found("retention_change", -0.009, 0.024, verdict=change),
        found("bought", 0.7985, 0.0276),
        found(
            "retention_in", 0.942, 0.04, n=137, segment="customer_class", level="A", verdict="no_detectable_difference"
        ),
        found("retention_in", 0.872, 0.03, n=486, segment="customer_class", level="C", verdict="lower"),
        found("retention_in", None, n=None, status="suppressed", segment="customer_class", level="B"),
        found("retention_in", 0.961, 0.02, n=404, segment="customer_size", level="large", verdict="higher"),
        found("churn_reason", 0.278, 0.116, n=54, reason="price", verdict="most_not_told"),
        found("churn_reason", 0.167, 0.099, n=54, reason="quality"),
        found("left_index_gap", -4.6, 7.6, n=130, verdict=left),
        found("win_back", 0.019, 0.018, n=210),
        fact("acquired", 60),
        found("acquisition_cost", None, n=60, status="not_certified"),
        found("acquisition_cost_pooled", 3029, 250, n=216),
        *[fact("class_share", share, **{"class": name}) for name, share in (("A", 0.182), ("B", 0.233), ("C", 0.585))],
        *[fact("class_sales", share, **{"class": name}) for name, share in (("A", 0.7), ("B", 0.2), ("C", 0.1))],
        fact("gini", 0.697),
        *[fact("lorenz", share, at=at) for at, share in LORENZ.items()],
        found("moved", 0.115, 0.023, n=755, direction="up"),
        found("moved", 0.064, 0.018, n=755, direction="down"),
        fact("clv_rule", 5, rule_of_value="horizon_years"),
        fact("clv_rule", 0.1, rule_of_value="discount_rate"),
        *[found("lifetime", 5, 0, **{"class": name}) for name in ("all", "A")],
        found("clv", 740776, 120000, **{"class": "all"}),
        found("clv", 2739293, 600000, n=136, **{"class": "A"}),
        found("clv", None, n=30, status="not_certified", **{"class": "B"}),
        *[found("clv_discounted", 136624, 28000, **{"class": name}) for name in ("all", "A", "B")],
        found("value_at", None, n=60, status="not_certified", band="dissatisfied"),
        found("kept_at", 1.06, 0.18, n=212, band="satisfied"),
        fact("product_share", 0.43, product="002"),
    ]
