"""Results for the report's tests: a house survey with everything in it, in good times and bad, and a foreign one."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from drivers_records import drivers_records
from report_records import (
    PERIODS,
    certification_records,
    counted,
    headline_records,
    intake_records,
    part_records,
    questionnaire_records,
    record,
    segment_records,
)
from repurchase_records import repurchase_records

from csat_analysis.period import Period
from csat_analysis.programme import Programme, load_programme
from csat_analysis.report import Report
from csat_analysis.results import Record, Results

CHECKOUT = Path(__file__).resolve().parents[1]
FACTS = {
    "previous": "2025H2",
    "fieldwork": ("2026-06-03", "2026-06-28"),
    "weights": "design",
    "not_supplied": ["history"],
    "standard_from": "2024H1",
    "questionnaire_changed": False,
    "stand_ins": [],
    "commit": "3f2a91c",
}
FOREIGN_FACTS = {
    "previous": None,
    "fieldwork": None,
    "weights": "none",
    "not_supplied": ["customers", "invitations", "orders"],
    "standard_from": None,
    "questionnaire_changed": False,
    "stand_ins": ["response_id", "panel", "responded_on"],
    "commit": None,
}


@cache  # tests only read it
def house_programme() -> Programme:
    return load_programme(CHECKOUT, "2026H1")


def house_results(*, verdict: str = "rose") -> Results:
    """A believable half-year: the index rose (or whatever `verdict` says), one group is too small to be shown."""
    return Results(
        [
            *headline_records(verdict),
            *part_records(house_programme()),
            *segment_records(),
            *repurchase_records(),
            *drivers_records(),
            *intake_records(),
            *questionnaire_records(),
            *certification_records(),
        ]
    )


def without(results: Results, status: str, chosen: Callable[[Record], bool]) -> Results:
    """The same results, but the chosen records have a status in place of their value."""
    empty = {"value": None, "se": None, "low": None, "high": None, "verdict": None}
    return Results([replace(r, **empty, status=status) if chosen(r) else r for r in results.records])


def of(key: str, **group: str) -> Callable[[Record], bool]:
    """Records of a key, and of a group where one is named."""
    return lambda record: record.key == key and group.items() <= record.group.items()


def changed_questionnaire_results() -> Results:
    """Another questionnaire than in every survey before: nothing of the index can be compared."""
    apart = (
        of("satisfaction.against_standard"),
        of("satisfaction.satisfied_share"),
        of("target.progress"),
        *(of("satisfaction.change", measure=measure) for measure in ("index", "product", "policy")),
        *(of("satisfaction.trend", measure="index", period=period) for period in PERIODS[:-1]),
    )
    return without(house_results(), "not_computed", lambda record: any(chosen(record) for chosen in apart))


def thin_results() -> Results:
    """Few answers: groups, a panel and an outcome are hidden, for one reason or another."""
    hidden = {
        "suppressed": [of("satisfaction.segment", level=level) for level in ("华北", "西部")],
        "not_certified": [
            of("satisfaction.nps"),
            of("satisfaction.panel", panel="internal"),
            of("satisfaction.change", measure="csat"),
            of("satisfaction.trend", measure="index", period="2025H1"),
            *(of("satisfaction.segment", level=level) for level in ("new", "零售", "批发", "A", "B", "C")),
        ],
        "not_estimable": [of("satisfaction.item", item="c5")],
    }
    results = house_results()
    for status, choices in hidden.items():
        for chosen in choices:
            results = without(results, status, chosen)
    return results


def foreign_programme() -> Programme:
    return Programme.model_validate(
        {
            "name": "Mobile phone panel",
            "scale": {"min": 1, "max": 10},
            "dimensions": {
                "image": {"label": "Image", "items": ["IMAG1", "IMAG2"]},
                "quality": {"label": "Quality", "items": ["PERQ1", "PERQ2"]},
            },
            "outcomes": {"nps": {"column": "CUSL3", "min": 1, "max": 10, "promoter": [9, 10], "detractor": [1, 6]}},
        }
    )


def foreign_results() -> Results:
    return Results(
        [
            record("satisfaction.index", 73.6, 1.9, n=250),
            record("satisfaction.standard", None, n=None, status="not_supplied"),
            record("satisfaction.against_standard", None, n=None, status="not_supplied"),
            record("satisfaction.satisfied_share", None, n=None, status="not_supplied"),
            record("satisfaction.csat", None, n=None, status="not_supplied"),
            record("satisfaction.nps", 14.0, 8.9, n=250),
            record("satisfaction.dimension", 72.6, 2.0, n=250, dimension="image"),
            record("satisfaction.dimension", 74.6, 2.1, n=250, dimension="quality"),
            *[
                record("satisfaction.item", value, 2.4, n=250, item=item)
                for item, value in (("IMAG1", 73.0), ("IMAG2", 72.2), ("PERQ1", 76.4), ("PERQ2", 72.8))
            ],
            record("satisfaction.trend", 73.6, 1.9, n=250, measure="index", period="2026H1"),
            counted("data.rows_in", 250, table="responses"),
            counted("data.rows_kept", 250, table="responses"),
            counted("data.rows_set_aside", 0, table="responses"),
            counted("data.answers", 250, panel="all"),
        ]
    )


def report(results: Results, language: str = "en", **facts: object) -> Report:
    return Report(results, house_programme(), Period.parse("2026H1"), language, facts=FACTS | facts)


@cache  # tests only read it
def house_report(language: str, **verdict: str) -> Report:
    return report(house_results(**verdict), language)


@cache  # tests only read it
def changed_report(language: str) -> Report:
    return report(changed_questionnaire_results(), language, questionnaire_changed=True)


@cache  # tests only read it
def thin_report(language: str) -> Report:
    return report(thin_results(), language)


@cache  # tests only read it
def foreign_report(language: str) -> Report:
    return Report(foreign_results(), foreign_programme(), Period.parse("2026H1"), language, facts=FOREIGN_FACTS)
