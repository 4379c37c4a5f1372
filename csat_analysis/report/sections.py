"""The report's first screen, and what every section is made of: nothing is shown where nothing was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.report import charts, wording
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say, worded
from csat_analysis.results import Record, Results

BEST, WORST = 100, 0  # the ends of the index, in points
TILES = {
    "satisfaction.against_standard": "tile.against_standard",
    "target.progress": "tile.target",
    "satisfaction.satisfied_share": "tile.satisfied_share",
    "satisfaction.csat": "tile.csat",
    "satisfaction.nps": "tile.nps",
}
MEASURE_OF = {"satisfaction.csat": "csat", "satisfaction.nps": "nps"}
CAVEATS = {"design": "overview.caveat.design", "own": "overview.caveat.own", "none": "overview.caveat.none"}
OUTCOMES = ("nps", "csat")
TOO_FEW = "too_few_to_say"


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
        return say(key, self.language, **parts)

    def has(self, key: str, **group: str) -> bool:
        return self.results.has(key, **group)

    def records(self, key: str) -> list[Record]:
        return [record for record in self.results.records if record.key == key]

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

    def change(self, measure: str) -> Record | None:
        """The change of a measure since the period before, where it was recorded."""
        group = {"measure": measure, "from": self.previous}
        return self.results.get("satisfaction.change", **group) if self.has("satisfaction.change", **group) else None

    def named(self, name: str, record: Record, *, write: Callable = Numbers.bare) -> Markup:
        """Sales staff (75.2), its number a button."""
        return Markup(self.say("list.named", name=name, value=write(self.numbers, record.key, **record.group)))


def overview(view: View) -> dict[str, Any] | None:
    if not view.has("satisfaction.index"):
        return None
    tiles = [tile(view, key, label) for key, label in TILES.items() if view.has(key)]
    absent = [
        view.say(label)
        for key, label in TILES.items()
        if view.has(key) and view.results.get(key).status == "not_supplied"
    ]
    return {
        "headline": headline(view),
        "index_note": change_note(view, "index"),
        "trend": charts.trend_chart(view.numbers),
        "trend_records": charts.trend_records(view.numbers, "index"),
        "tiles": [t for t in tiles if t],
        "changed": changed(view),
        "unsaid": unsaid(view),
        "absent": absent,
        "lede": lede(view),
    }


def lede(view: View) -> Markup:
    """What the index is, why it matters, and its caveat."""
    what = "overview.what.equal" if view.programme.equal_weights else "overview.what"
    return view.sentences(
        view.say(what, count=len(view.programme.dimensions), best=BEST, worst=WORST),
        view.say("overview.why"),
        view.say(CAVEATS[view.facts["weights"]]),
    )


def headline(view: View) -> str:
    index = view.results.get("satisfaction.index")
    if not index.shown:
        return view.say("headline.absent", reason=view.say(wording.STATUSES[index.status]))
    score = {"index": view.numbers.bare(index.key), "best": BEST}
    change = view.change("index")
    if change is None or not change.shown:
        return view.say("headline.alone", **score)
    return view.say(
        worded(change, wording.HEADLINES),
        **score,
        size=view.numbers.size(change.key, **change.group),
        before=view.before,
    )


def tile(view: View, key: str, label: str) -> dict[str, Any] | None:
    """A number with its interval and what is to be said of it; nothing where there is nothing to compute it from."""
    record = view.results.get(key)
    if record.status in ("not_supplied", "not_computed"):
        return None
    measure = MEASURE_OF.get(key)
    return {
        "label": view.say(label),
        "number": view.numbers.bare(key),
        "interval": view.numbers.interval(key),
        "shown": record.shown,
        "note": tile_note(view, record) if record.shown else "",
        "change": change_note(view, measure) if measure else "",
        "spark": charts.spark_chart(view.numbers, measure) if measure else None,
    }


def tile_note(view: View, record: Record) -> str:
    numbers = view.numbers
    if record.key == "satisfaction.against_standard" and record.verdict:
        return view.say(worded(record, wording.STANDARDS), standard=numbers.bare("satisfaction.standard"))
    if record.key == "target.progress" and record.verdict:
        return view.say(worded(record, wording.TARGETS), gain=numbers.bare("target.gain"))
    return view.say("tile.satisfied_share.note") if record.key == "satisfaction.satisfied_share" else ""


def change_note(view: View, measure: str) -> str:
    change = view.change(measure)
    if change is None or not change.shown or not change.verdict:
        return ""
    return view.say(
        worded(change, wording.CHANGES), size=view.numbers.size(change.key, **change.group), before=view.before
    )


def changes(view: View, measures: Iterable[str]) -> dict[str, list[Markup]]:
    """Verdict word → the measures that it was given to, each with its change."""
    found: dict[str, list[Markup]] = {}
    for measure in measures:
        change = view.change(measure)
        if change and change.shown and change.verdict:
            found.setdefault(change.verdict, []).append(view.named(view.numbers.measure(measure), change))
    return found


def changed(view: View) -> list[str]:
    """One sentence each for what rose, what fell and what shows no change."""
    if view.previous is None:
        return [view.say("overview.changed.none")]
    return change_sentences(view, changes(view, [*view.programme.dimensions, *OUTCOMES]))


def change_sentences(view: View, found: dict[str, list[Markup]]) -> list[str]:
    return [
        view.say(sentence, items=view.list(found[word]), before=view.before)
        for word, sentence in wording.CHANGED.items()
        if word in found
    ]


def unsaid(view: View) -> list[str]:
    """What the numbers leave open; who stayed silent is always open until answers are weighted to the frame."""
    found, open_questions = changes(view, [*view.programme.dimensions, *OUTCOMES]).get(TOO_FEW), []
    if found:
        open_questions.append(view.say("overview.unsaid.changes", items=view.list(found)))
    if view.has("target.progress") and view.results.get("target.progress").verdict in ("cannot_be_told", None):
        open_questions.append(view.say("overview.unsaid.target"))
    if (
        view.has("satisfaction.against_standard")
        and view.results.get("satisfaction.against_standard").verdict == "not_distinguishable"
    ):
        open_questions.append(view.say("overview.unsaid.standard"))
    return open_questions + [view.say("overview.unsaid.silent")]
