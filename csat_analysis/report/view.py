"""What every section is made of: the results with their words, and the changes by verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.report import message_tables, wording
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record, Results
from csat_analysis.verdict_rules import rule_of

BEST, WORST = 100, 0  # the ends of the index, in points
OUTCOMES = ("nps", "csat")
TOO_FEW = "too_few_to_say"
TILES = {  # the first screen's numbers beside the index
    "satisfaction.against_standard": "tile.against_standard",
    "target.progress": "tile.target",
    "satisfaction.satisfied_share": "tile.satisfied_share",
    "satisfaction.csat": "tile.csat",
    "satisfaction.nps": "tile.nps",
    "customers.retention": "tile.retention",
    "repurchase.rate": "tile.repurchase",
}


@dataclass(frozen=True)
class View:
    """All that a section is made of."""

    results: Results
    programme: Programme
    period: Period
    language: str
    facts: dict[str, Any]
    numbers: Numbers

    def say(self, key: str, **parts: object) -> str:
        return say(key, self.language, linked=self.rules, **parts)

    @cached_property
    def rules(self) -> frozenset[str]:
        """The rules of the verdicts that this report gives, each explained among the terms."""
        given = {rule_of(record.key, record.verdict) for record in self.results.records if record.verdict}
        return frozenset(given - {None})

    def has(self, key: str, **group: str) -> bool:
        return self.results.has(key, **group)

    def shown(self, key: str, **group: str) -> Record | None:
        """The record where it was recorded and has a value to show."""
        record = self.results.get(key, **group) if self.has(key, **group) else None
        return record if record and record.shown else None

    def status(self, record: Record) -> str:
        """Why there is no number, in words."""
        return self.say(message_tables.STATUSES[record.status])

    def records(self, key: str) -> list[Record]:
        return [record for record in self.results.records if record.key == key]

    def has_any(self, key: str) -> bool:
        return any(record.key == key for record in self.results.records)

    def list(self, items: list) -> Markup:
        return wording.list_text(items, self.language)

    def sentences(self, *sentences: str) -> Markup:
        return wording.sentences_text(sentences, self.language)

    @property
    def previous(self) -> str | None:
        return self.facts["previous"]

    @property
    def before(self) -> str:
        return wording.period_text(self.previous, self.language)

    def period_title(self, period: Period | str) -> str:
        return wording.period_text(period, self.language, title=True)

    @property
    def confidence(self) -> str:
        return wording.percent_text(self.programme.reporting.confidence, self.language)

    @property
    def margins(self) -> Markup:
        """The columns of the list of customers that answers are weighted to."""
        names = [record.group["variable"] for record in self.records("design.margin_levels")]
        return self.list([self.programme.label("segment", name, self.language) for name in names])

    def change(self, measure: str) -> Record | None:
        """The change of a measure since the period before, where it was recorded."""
        group = {"measure": measure, "from": self.previous}
        return self.results.get("satisfaction.change", **group) if self.has("satisfaction.change", **group) else None

    def named(self, name: str, record: Record, *, write: Callable = Numbers.bare) -> Markup:
        """Sales staff (75.2), its number a button."""
        return Markup(self.say("list.named", name=name, value=write(self.numbers, record.key, **record.group)))


def changes(view: View, measures: Iterable[str]) -> dict[str, list[Markup]]:
    """Verdict word → the measures that it was given to, each with its change."""
    found: dict[str, list[Markup]] = {}
    for measure in measures:
        change = view.change(measure)
        if change and change.shown and change.verdict:
            found.setdefault(change.verdict, []).append(view.named(view.numbers.measure(measure), change))
    return found


def change_sentences(view: View, found: dict[str, list[Markup]]) -> list[str]:
    return [
        view.say(sentence, items=view.list(found[word]), before=view.before)
        for word, sentence in message_tables.CHANGED.items()
        if word in found
    ]


def likeliest_of(records: list[Record]) -> Record | None:
    """Of dimensions or plans whose chance of being the first may be shown, the likeliest."""
    judged = [record for record in records if record.shown and record.verdict]
    return max(judged, key=lambda record: record.value) if judged else None


def asked_otherwise(view: View, change: Record | None) -> bool:
    """Whether a change isn't computed because the two surveys asked other questions."""
    return bool(change and change.status == "not_computed" and view.facts["questionnaire_changed"])
