"""Records of a believable half-year of the house survey, as its notebooks would write them."""

from csat_analysis.programme import Programme
from csat_analysis.results import KEYS, MEASURE_UNITS, Record

PERIODS = ("2024H1", "2024H2", "2025H1", "2025H2", "2026H1")
# fmt: off
ITEM_SCORES = (
    74.1, 71.9, 70.8, 66.2, 73.5,
    68.4, 64.9, 66.0, 61.3, 70.7,
    72.8, 69.4, 70.1, 73.9, 71.0,
    80.2, 77.1, 75.3, 74.8, 78.0,
    72.2, 67.4, 66.1, 60.2, 63.8,
)
# fmt: on


def record(
    key: str,
    value: float | None,
    half: float = 0.0,
    *,
    n: int | None = 128,
    verdict: str | None = None,
    status: str = "ok",
    notebook: str = "04_satisfaction",
    **group: str,
) -> Record:
    unit = KEYS[key][0]
    unit = MEASURE_UNITS.get(group["measure"], "points") if unit == "measure" else unit
    bounds = (None, None, None) if value is None else (half / 1.96, value - half, value + half)
    place = "-".join([key.replace(".", "-"), *map(str, group.values())])
    return Record(
        key,
        group,
        value,
        *bounds,
        n,
        unit,
        status,
        verdict,
        notebook,
        f"cell-{abs(hash_of(place)) % 10**8:08d}",
        ("responses.csv",),
    )


def hash_of(text: str) -> int:
    return sum(ord(letter) * 31**place for place, letter in enumerate(text))


def counted(key: str, value: int, **group: str) -> Record:
    return record(key, value, n=None, status="exact", notebook="01_clean_data", **group)


def headline_records(verdict: str) -> list[Record]:
    before = {"from": "2025H2"}
    trend = {
        "index": ((66.4, 2.6), (67.3, 2.4), (68.2, 2.5), (69.2, 2.3), (71.3, 2.3)),
        "nps": ((14.1, 9.1), (17.0, 9.0), (19.2, 8.8), (24.4, 8.7), (31.0, 8.5)),
        "csat": ((0.702, 0.06), (0.731, 0.058), (0.744, 0.057), (0.79, 0.055), (0.823, 0.052)),
    }
    return [
        record("satisfaction.index", 71.3, 2.3),
        record("satisfaction.standard", 66.7, 1.2, n=185),
        record("satisfaction.against_standard", 4.6, 2.6, verdict="above"),
        record("satisfaction.three_panel_mean", 73.9, 1.5),
        record("target.gain", 5, n=None, status="exact"),
        record("target.progress", 3.1, 2.7, verdict="cannot_be_told"),
        record("satisfaction.satisfied_share", 0.642, 0.06),
        record("satisfaction.csat", 0.823, 0.052),
        record("satisfaction.nps", 31.0, 8.5),
        record("satisfaction.change", 2.1, 1.8, measure="index", verdict=verdict, **before),
        record("satisfaction.change", 6.6, 9.4, measure="nps", verdict="too_few_to_say", **before),
        record("satisfaction.change", 0.033, 0.06, measure="csat", verdict="no_detectable_change", **before),
        *[
            record("satisfaction.trend", value, half, measure=measure, period=period)
            for measure, values in trend.items()
            for period, (value, half) in zip(PERIODS, values, strict=True)
        ],
        record("satisfaction.panel", 70.9, 2.6, n=112, panel="sample"),
        record("satisfaction.panel", 72.4, 0.0, n=20, panel="key_account", status="exact"),
        record("satisfaction.panel", 78.4, 3.1, n=19, panel="internal"),
        record("satisfaction.perception_gap", 7.1, 3.9, verdict="executives_higher"),
    ]


def part_records(programme: Programme) -> list[Record]:
    scores = {
        "product": (71.3, 2.4),
        "policy": (66.3, 2.9),
        "after_sales": (71.4, 2.5),
        "staff": (77.1, 2.1),
        "management": (65.9, 3.0),
    }
    changes = {
        "product": (1.4, 2.1, "no_detectable_change"),
        "policy": (0.6, 2.5, "no_detectable_change"),
        "after_sales": (4.2, 2.2, "rose"),
        "staff": (2.9, 1.9, "rose"),
        "management": (-0.4, 2.8, "too_few_to_say"),
    }
    return [
        *[
            record("satisfaction.dimension", value, half, dimension=name, verdict=place(value))
            for name, (value, half) in scores.items()
        ],
        *[
            record("satisfaction.weight", weight, n=None, status="exact", dimension=name)
            for name, weight in programme.weights.items()
        ],
        *[
            record("satisfaction.change", value, half, measure=name, verdict=verdict, **{"from": "2025H2"})
            for name, (value, half, verdict) in changes.items()
        ],
        *[
            record("satisfaction.item", value, 3.1, item=item, verdict=place(value))
            for item, value in zip(programme.items, ITEM_SCORES, strict=True)
        ],
    ]


def place(value: float) -> str:
    """The verdict of a dimension or item of the example, whose index is 71.3."""
    if abs(value - 71.3) < 4:
        return "level_with_index"
    return "above_index" if value > 71.3 else "below_index"


def segment_records() -> list[Record]:
    groups = {
        "customer_class": {"A": (74.0, 2.7), "B": (71.7, 3.2), "C": (69.8, 3.4)},
        "tenure": {"new": (66.1, 4.0), "established": (72.2, 2.3)},
        "region": {"华东": (75.6, 2.8), "华南": (71.0, 3.5), "华北": (67.0, 3.6), "西部": (70.4, 4.4)},
        "industry": {
            "零售": (71.9, 3.2),
            "批发": (70.2, 3.3),
            "制造": (72.6, 4.1),
            "餐饮": (None, 0),
            "其他": (70.0, 5.6),
        },
    }
    verdicts = {"华东": "higher", "new": "lower", "华北": "lower"}
    return [
        record(
            "satisfaction.segment",
            value,
            half,
            n=None if value is None else 48,
            segment=segment,
            level=level,
            status="ok" if value else "suppressed",
            verdict=verdicts.get(level, "no_detectable_difference") if value else None,
        )
        for segment, levels in groups.items()
        for level, (value, half) in levels.items()
    ] + [
        record(
            "satisfaction.segment_nps",
            None if value is None else round(value - 40, 1),
            14.2,
            n=None if value is None else 48,
            segment=segment,
            level=level,
            status="ok" if value else "suppressed",
        )
        for segment, levels in groups.items()
        for level, (value, _) in levels.items()
    ]


def intake_records() -> list[Record]:
    rows = {"responses": (148, 142), "customers": (812, 801), "invitations": (200, 200), "orders": (10486, 10480)}
    return [
        *[
            counted(key, value, table=table)
            for table, (received, kept) in rows.items()
            for key, value in (
                ("data.rows_in", received),
                ("data.rows_kept", kept),
                ("data.rows_set_aside", received - kept),
            )
        ],
        counted("data.values_missing", 4, table="responses", rule="off_scale"),
        counted("data.values_missing", 11, table="responses", rule="missing_code"),
        counted("data.values_repaired", 17, table="responses", rule="another_form"),
        counted("data.values_repaired", 3, table="orders", rule="another_form"),
        counted("data.rows_set_aside_by_rule", 11, table="customers", rule="left_before_survey"),
        counted("data.rows_set_aside_by_rule", 6, table="responses", rule="second_answer"),
        counted("data.asked", 160, panel="sample"),
        counted("data.asked", 20, panel="key_account"),
        counted("design.merged_strata", 1),
        counted("data.answers", 112, panel="sample"),
        counted("data.answers", 16, panel="key_account"),
        counted("data.answers", 19, panel="internal"),
        record("data.clean_share", 0.9963, n=None, status="exact", notebook="01_clean_data"),
    ]


def questionnaire_records() -> list[Record]:
    """α and ω of every dimension (one of them low, one untold), structure, careless answers."""
    values = {"product": 0.81, "policy": 0.84, "after_sales": 0.72, "staff": 0.85, "management": 0.55}
    words = {"after_sales": "reliability_untold", "management": "not_reliable"}
    reliability = [
        record(
            f"quality.{kind}",
            value,
            0.05,
            n=120,
            dimension=name,
            verdict=words.get(name, "reliable") if kind == "alpha" else None,
        )
        for name, value in values.items()
        for kind in ("alpha", "omega")
    ]
    return [
        *reliability,
        counted("quality.factors", 3),
        counted("quality.items_off_dimension", 1),
        record("quality.careless_share", 0.034, 0.03, n=130),
        record("quality.careless_by_chance", 0.002, n=None, status="exact"),
        record("quality.careless_effect", 0.7, 0.8, n=130),
    ]


def certification_records() -> list[Record]:
    coverage = {
        "index": {"20": 0.943, "40": 0.948, "150": 0.951, "600": 0.95},
        "nps": {"20": 0.951, "40": 0.947, "150": 0.953, "600": 0.949},
        "p90": {"40": 0.958, "150": 0.955, "600": 0.951},
    }
    return [
        counted("certification.cells", 58, outcome="tried"),
        counted("certification.cells", 54, outcome="held"),
        *[
            record("certification.coverage", share, n=None, status="exact", estimator=estimator, answers=answers)
            for estimator, shares in coverage.items()
            for answers, share in shares.items()
        ],
    ]
