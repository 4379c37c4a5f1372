"""Records of managers and actions of a believable half-year, as notebook 09 would write them."""

from report_records import record

from csat_analysis.results import Record

GAPS = {"M01": (-0.5, 3.7, 24), "M02": (4.4, 5.3, 13), "M03": (-2.1, 3.4, 24), "M06": (5.0, 7.4, 8)}


def managers_records(
    spread: str = "spread_by_chance", stands: dict[str, str] | None = None, action: str = "worked"
) -> list[Record]:
    def found(key: str, *numbers, **group) -> Record:
        return record(key, *numbers, notebook="09_managers_and_actions", **({"n": 24} | group))

    def fact(key: str, value: float, **group) -> Record:
        return found(key, value, n=None, status="exact", **group)

    own = []
    for manager, (gap, half, n) in GAPS.items():
        word = (stands or {}).get(manager, "within_chance")
        own += [
            found("managers.satisfaction", 70 + gap, half, n=n, manager=manager),
            found("managers.against_expected", gap, half, n=n, manager=manager, verdict=word),
            fact("managers.limit", half, manager=manager, limit="warning"),
            fact("managers.limit", 1.6 * half, manager=manager, limit="action"),
            found("managers.score", 75 + gap / 2, half / 2, n=n, manager=manager),
            fact("managers.score_carried", 0.95 if manager == "M06" else 1.0, manager=manager),
        ]
    if spread == "spread_beyond_chance":
        own += [fact("managers.top_third", 0.4, manager=manager) for manager in GAPS]
    hidden = [
        found(key, None, n=None, status="suppressed", manager="M12")
        for key in ("managers.satisfaction", "managers.against_expected")
    ]
    return [
        *(fact("managers.answers", n, what=w) for w, n in (("counted", 120), ("changed_hands", 3), ("nobodys", 5))),
        fact("managers.spread_p", 0.49 if spread == "spread_by_chance" else 0.002, verdict=spread),
        fact("managers.spread_chi2", 6.5),
        fact("managers.spread_freedom", 7),
        found("managers.tau", 1.2, 1.1, n=119),
        *own,
        *hidden,
        found("managers.part", None, n=8, status="not_certified", manager="M06", measure="retention"),
        found("managers.part", None, n=8, status="not_certified", manager="M06", measure="audits"),
        *(
            fact("managers.part_weight", w, measure=m)
            for m, w in (("satisfaction", 0.6), ("retention", 0.4), ("audits", 0.0))
        ),
        found("actions.effect", 9.2, 5.0, action="X01", verdict=action),
        fact("actions.waves", 3, action="X01", dimension="after_sales", segment="region", level="西部"),
        found("actions.placebo", 0.8, 4.0, action="X01"),
        fact("actions.expected", 7.5, action="X01"),
        found("actions.low_scorers", 7.0, 4.0, action="X01"),
        found("actions.effect", None, n=0, status="not_estimable", action="X02"),
        fact("actions.waves", 1, action="X02", dimension="index", segment="everybody", level=""),
        *(fact("actions.study_points", p, answers="24", customers=w) for w, p in (("same", 12.2), ("others", 15.1))),
        *(
            fact("actions.study_found", s, answers="24", effect="7", customers=w)
            for w, s in (("same", 0.5), ("others", 0.4))
        ),
        fact("actions.next_gain", 0.8, plan="delivery_and_returns"),
        fact("actions.next_needed", 88, plan="delivery_and_returns", customers="others"),
        found("actions.next_needed", None, n=0, status="not_computed", plan="delivery_and_returns", customers="same"),
    ]
