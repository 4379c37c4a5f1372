"""Records of drivers and plans of a believable half-year, as notebook 07 would write them."""

from dataclasses import replace

from report_records import record

from csat_analysis.results import Record

SHARES = {
    "product": (0.36, 0.13, 0.71),
    "policy": (0.08, 0.07, 0.01),
    "after_sales": (0.27, 0.12, 0.20),
    "staff": (0.22, 0.11, 0.07),
    "management": (0.07, 0.06, 0.01),
}
PLANS = {"delivery_and_returns": (33_400, 45_000, 0.93), "fair_policy": (32_100, 50_000, 0.89)}


def drivers_records(
    rank: str = "cannot_rank", kind: str = "kind_untold", payback: str = "payback_untold"
) -> list[Record]:
    def found(key: str, *numbers, **group) -> Record:
        return record(key, *numbers, notebook="07_drivers_and_plan", **({"n": 126} | group))

    def fact(key: str, value: float, **group) -> Record:
        return found(key, value, n=None, status="exact", **group)

    def foretold(key: str, value: float, **group) -> Record:
        return replace(found(key, value, **group), low=None, high=None)

    best = {"delivery_and_returns": "ranks_first"} if rank == "ranks_first" else {}
    first = {"ranks_first": {"product": "ranks_first"}, "cannot_rank": dict.fromkeys(SHARES, "cannot_rank")}[rank]
    shares = [
        found(
            "drivers.importance", v, half, dimension=d, verdict="matters_more" if d == "product" else "matters_untold"
        )
        for d, (v, half, _) in SHARES.items()
    ]
    chances = [
        foretold("drivers.rank_first", chance, dimension=d, verdict=first.get(d))
        for d, (_, _, chance) in SHARES.items()
    ]
    contrasts = [
        found("drivers.contrast", -4.0, 3.0, dimension=d, split=split, verdict=kind)
        for d in SHARES
        for split in ("thirds", "points")
    ]
    plans = []
    for name, (gain, half, chance) in PLANS.items():
        plans += [
            found("plan.points", 0.7, 0.2, plan=name),
            found("plan.repurchase", 0.0021, 0.0015, plan=name, model="logit"),
            found("plan.sales", 4 * gain + 88_000, 4 * half, plan=name, model="logit"),
            found("plan.margin", gain + 22_000, half, plan=name, model="logit"),
            found("plan.gain", gain, half, plan=name, verdict=payback),
            found("plan.gain_by", gain + 40_000, half, plan=name, model="published"),
            fact("plan.cost", 22_000, plan=name),
            fact("plan.cost_end", 14_000, plan=name, end="low"),
            fact("plan.cost_end", 30_000, plan=name, end="high"),
            found("plan.clv", 5 * gain, 4 * half, plan=name, model="logit"),
            foretold("plan.pays_back", chance, plan=name),
            foretold("plan.best", chance / 2, plan=name, verdict=best.get(name, "cannot_rank")),
        ]
    return [
        *(found("drivers.explained", None, outcome=o, status="not_certified") for o in ("csat", "nps", "repurchase")),
        *shares,
        *chances,
        *(
            foretold("drivers.rank_first_for", c, outcome="nps", dimension=d, verdict="cannot_rank")
            for d, (_, _, c) in SHARES.items()
        ),
        found("drivers.rank_first_for", None, outcome="repurchase", dimension="staff", status="not_certified"),
        found("drivers.beyond_halo", 0.21, 0.15, dimension="product"),
        found("drivers.beyond_halo", 0.05, 0.15, dimension="policy"),
        found("drivers.index_derived", 71.9, 2.4),
        found("drivers.index_shift", 0.6, 0.9),
        found("drivers.item_first", None, item="a1", status="not_certified"),
        *contrasts,
        found("drivers.competitor_gap", 4.6, 6.0, n=52, dimension="product", verdict="no_detectable_difference"),
        found("drivers.competitor_gap", 9.1, 3.0, n=50, dimension="staff", verdict="ahead"),
        found("drivers.competitor_gap", -8.2, 3.0, n=50, dimension="management", verdict="behind"),
        *plans,
        *(fact("drivers.could_rank", share, answers=n) for n, share in (("100", 0.022), ("600", 0.15))),
        found("plan.capped", 0.09, 0.05, plan="delivery_and_returns"),
        foretold("plan.perfect_information", 91_636),
        *(foretold("plan.information", worth, interviews=n) for n, worth in (("50", 12_252), ("100", 25_252))),
        found("plan.limit_held", 0.985, 0.01, n=1000, answers="300"),
        found("plan.line_overstates", 0.241, 0.031, n=1000, answers="300"),
    ]
