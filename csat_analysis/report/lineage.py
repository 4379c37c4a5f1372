"""Numbers that carry their way home: each is a button that opens its interval, base, status, notebook and cell."""

from __future__ import annotations

from markupsafe import Markup, escape

from csat_analysis.intake.rules import Rule
from csat_analysis.keys import KEYS
from csat_analysis.metrics.value import EVERYONE
from csat_analysis.models.plan_proposals import SEPARATOR
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.report import message_tables, wording
from csat_analysis.report.key_kinds import CHANCES, COUNTED, DIFFERENCES, GIVEN, RESPONDENTS
from csat_analysis.report.wording import say
from csat_analysis.results import WITH_INTERVAL, Record, Results
from csat_analysis.survey.answering import MISSING
from csat_analysis.verdict_rules import rule_of

KEY_LABELS = {key: f"key.{key}" for key in KEYS}
MEASURES = {
    "index": "key.satisfaction.index",
    "nps": "key.satisfaction.nps",
    "csat": "key.satisfaction.csat",
    "satisfied_share": "key.satisfaction.satisfied_share",
} | {
    name: f"sales.kpi.{name}"
    for name in ("retention", "satisfaction", "complaint_rate", "attainment", "conversion", "loyalty")
}
MEASURES |= {name: f"managers.measure.{name}" for name in ("acquisition", "audits")}


FORETOLD = "status.foretold"


def foretold(record: Record) -> bool:
    """Whether a number was judged by whether it comes true, and so has no interval."""
    return record.status == "ok" and record.low is None


class Numbers:
    """Writes the numbers of one language's report and remembers which were written, so that each gets one popover."""

    def __init__(self, results: Results, programme: Programme, language: str):
        self.results, self.programme, self.language = results, programme, language
        self.places = {record.name: f"n{place}" for place, record in enumerate(results.records)}
        self.used: dict[str, Record] = {}

    def number(self, key: str, **group: str) -> Markup:
        """A level with its unit (71.3 points) or a difference with sign and unit (+2.1 points)."""
        record = self.results.get(key, **group)
        return self._button(record, self.full(record))

    def bare(self, key: str, **group: str) -> Markup:
        """The number alone, where the sentence or the column names its unit."""
        record = self.results.get(key, **group)
        return self._button(record, self._bare(record) if record.shown else "")

    def size(self, key: str, **group: str) -> Markup:
        """A difference without its sign, where the sentence says up or down."""
        record = self.results.get(key, **group)
        return self._button(
            record, wording.change_text(record.value, record.unit, self.language, signed=False) if record.shown else ""
        )

    def interval(self, key: str, **group: str) -> str:
        """69.0 to 73.6; nothing where there is none."""
        return self._interval(self.results.get(key, **group))

    def verdict(self, record: Record | None) -> Markup:
        """The verdict word, as the link to its rule among the terms; nothing where there is none."""
        if record is None or not record.verdict:
            return Markup("")
        words, rule = (
            say(wording.worded(record, message_tables.VERDICTS), self.language),
            rule_of(record.key, record.verdict),
        )
        return wording.rule_link(rule, words) if rule else escape(words)

    def label(self, record: Record) -> str:
        """What a record is, in words."""
        return say(
            KEY_LABELS[record.key],
            self.language,
            **{self._part(name): self._level(record, name) for name in record.group},
        )

    def measure(self, name: str) -> str:
        """The words for what a change or a trend is about: index, nps, csat or a dimension."""
        if name in self.programme.dimensions:
            return self.programme.label("dimension", name, self.language)
        return say(MEASURES[name], self.language)

    def part(self, name: str) -> str:
        """The words for a part of a change: a dimension, or a cause."""
        if ("part", name) in message_tables.GROUPS and name not in self.programme.dimensions:
            return say(message_tables.GROUPS["part", name], self.language)
        return self.measure(name)

    def panel(self, name: str) -> str:
        """The words for a panel; a survey without panels has one of all answers."""
        return (
            self.programme.label("panel", name, self.language)
            if name in self.programme.panels
            else say("panel.all", self.language)
        )

    def trait(self, name: str, level: str | None = None) -> str:
        """The words for a segment or another trait of customers, or for one of its levels; a number has no level."""
        if level == "":
            return self.trait(name)
        known = (name, level) in message_tables.TRAITS
        if known and name not in self.programme.segments:
            return say(message_tables.TRAITS[name, level], self.language)
        if level == MISSING:
            return say("trait.level.missing", self.language)
        return self.programme.label("segment", name, self.language, level)

    def customer_class(self, name: str) -> str:
        """The words for an ABC class, or for all customers."""
        return say("customers.class.all", self.language) if name == EVERYONE else self.trait("customer_class", name)

    def wait(self, name: str) -> str:
        return say(message_tables.GROUPS["wait", name], self.language)

    def stage(self, name: str) -> str:
        return say(message_tables.GROUPS["stage", name], self.language)

    def category(self, name: str) -> str:
        return say(message_tables.GROUPS["category", name], self.language)

    def per(self, name: str) -> str:
        return say(message_tables.GROUPS["per", name], self.language)

    def band(self, name: str) -> str:
        return say(message_tables.GROUPS["band", name], self.language)

    def outcome(self, name: str) -> str:
        """The words for an outcome of survey.yml, or for what customers did."""
        if name in self.programme.outcomes:
            return self.programme.label("outcome", name, self.language)
        return say(f"outcome.{name}", self.language)

    def plan(self, name: str) -> str:
        """The words for a plan; a proposed one is named by its dimension and, behind the separator, by its customers."""
        dimension, _, group = name.partition(SEPARATOR)
        if name in self.programme.plans or dimension not in self.programme.dimensions:
            return self.programme.label("plan", name, self.language)
        words = say("plan.proposed", self.language, dimension=self.measure(dimension))
        if not group:
            return words
        column, _, level = group.partition("=")
        return say("list.named", self.language, name=words, value=self.trait(column, level))

    def rule(self, name: str) -> str:
        return Rule(name).meaning[self.language]

    def table(self, name: str) -> str:
        return say(message_tables.TABLES[name], self.language)

    def popovers(self, places: list[str]) -> list[dict[str, object]]:
        """What the popovers of these places say, in the order of the records."""
        wanted = self.used.keys() & set(places)
        records = ((self.places[record.name], record) for record in self.results.records)
        return [self._popover(place, record) for place, record in records if place in wanted]

    def _popover(self, place: str, record: Record) -> dict[str, object]:
        error = (
            wording.number_text(record.se, record.unit, self.language, signed=True).lstrip("+")
            if record.status in WITH_INTERVAL and record.se is not None
            else None
        )
        return {
            "id": place,
            "label": self.label(record),
            "value": self.full(record),
            "exact": repr(record.value),
            "name": record.name,
            "cell": self._cell(record),
            "interval": self._interval(record),
            "error": error,
            "counted": self.counted(record),
            "answers": None if record.n is None else wording.number_text(record.n, "count", self.language),
            "status": self.status(record),
            "verdict": self.verdict(record) or None,
        }

    def hover(self, record: Record) -> str:
        """What a number says of itself before it is opened: what it is, interval, base, status, notebook and cell."""
        where = (part for part in (record.notebook, record.cell) if part)
        return " · ".join([self.label(record), *self.supports(record), *where])

    def supports(self, record: Record) -> list[str]:
        """What a number rests on, in words: interval, base, status."""
        base = wording.number_text(record.n, "count", self.language) if record.n is not None else ""
        answers = f"{self.counted(record)} {base}" if base else ""
        return [part for part in (self._interval(record), answers, self.status(record)) if part]

    def counted(self, record: Record) -> str:
        """What a record's n counts, in words."""
        starts = [start for start in COUNTED if record.key.startswith(start)]
        return say(COUNTED[max(starts, key=len)] if starts else RESPONDENTS, self.language)

    def status(self, record: Record) -> str:
        """What kind of number it is, or why there is none, in words."""
        return say(FORETOLD if foretold(record) else message_tables.STATUSES[record.status], self.language)

    @staticmethod
    def _cell(record: Record) -> Markup | None:
        """Notebook and cell, as the link that opens the analysts' copy there."""
        if not record.notebook:
            return None
        at = f"{record.notebook}.html" + (f"#cell-id={record.cell}" if record.cell else "")
        words = " · ".join(part for part in (record.notebook, record.cell) if part)
        return Markup('<a href="notebooks/{}">{}</a>').format(at, words)

    def _bare(self, record: Record) -> str:
        if record.key in CHANCES:
            return wording.chance_text(record.value, self.language)
        if record.key not in GIVEN:
            signed = record.key in DIFFERENCES
            return wording.number_text(record.value, record.unit, self.language, signed=signed)
        write = wording.percent_text if record.unit == "share" else wording.plain_text
        return write(record.value, self.language)

    def full(self, record: Record) -> str:
        """A number as it stands alone: a level or, with its sign, a difference, with the unit."""
        if not record.shown:
            return ""
        if record.key in GIVEN:
            text = self._bare(record)
            return say("unit.points", self.language, number=text) if record.unit == "points" else text
        if record.key in CHANCES:
            return self._bare(record)
        write = wording.change_text if record.key in DIFFERENCES else wording.level_text
        return write(record.value, record.unit, self.language)

    def _interval(self, record: Record) -> str:
        if record.status not in WITH_INTERVAL or record.low is None:
            return ""
        return wording.interval_text(
            record.low, record.high, record.unit, self.language, signed=record.key in DIFFERENCES
        )

    def _button(self, record: Record, text: str) -> Markup:
        place = self.places[record.name]
        self.used[place] = record
        words = text or say(message_tables.STATUSES[record.status], self.language)
        return Markup('<button class="num{}" popovertarget="{}" data-key="{}" title="{}">{}</button>').format(
            "" if text else " absent", place, record.key, self.hover(record), words
        )

    @staticmethod
    def _part(name: str) -> str:
        return "before" if name == "from" else name

    def _level(self, record: Record, name: str) -> str:
        level = record.group[name]
        if name in ("from", "period"):
            return wording.period_text(Period.parse(level), self.language)
        if name == "level":
            return self.trait(record.group.get("segment") or record.group["variable"], level)
        words = {
            "part": self.part,
            "measure": self.measure,
            "panel": self.panel,
            "variable": self.trait,
            "segment": self.trait,
            "by": lambda points: wording.plain_text(float(points), self.language),
            "rule": self.rule,
            "table": self.table,
            "answers": lambda n: wording.number_text(int(n), "count", self.language),
            "estimator": lambda name: say(f"estimator.{name}", self.language),
            "outcome": self.outcome,
            "plan": self.plan,
            "model": lambda name: say(f"plan.model.{name}", self.language),
            "split": lambda name: say(f"drivers.split.{name}", self.language),
            "interviews": lambda n: wording.number_text(int(n), "count", self.language),
            "manager": str,
            "action": str,
            "source": str,
            "stage": lambda name: say(f"repurchase.stage.{name}", self.language),
            "at": lambda points: wording.plain_text(float(points), self.language),
            "effect": lambda points: wording.plain_text(float(points), self.language),
            "column": self.trait,
            "region": lambda level: self.trait("region", level),
            "fifth": lambda place: say(f"repurchase.fifth.{place}", self.language),
            "step": lambda name: say(f"repurchase.step.{name}", self.language),
            "competition": lambda level: self.trait("competition", level),
            "intent": lambda name: say(f"repurchase.intent.{name}", self.language),
            "class": self.customer_class,
            "product": str,
            "word": str,
            "category": str,
            "competitor": str,
        }
        if (name, level) in message_tables.GROUPS:
            return say(message_tables.GROUPS[name, level], self.language)
        return words[name](level) if name in words else self.programme.label(name, level, self.language)
