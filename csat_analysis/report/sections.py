"""What each section of the report says: from recorded results to the values its template shows, and nothing where there is nothing."""

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

BEST, WORST = 100, 0            # the ends of the index, in points
EXTREMES = 3                    # how many lowest and highest items the reading names
TILES = {"satisfaction.against_standard": "tile.against_standard", "target.progress": "tile.target",
         "satisfaction.satisfied_share": "tile.satisfied_share", "satisfaction.csat": "tile.csat", "satisfaction.nps": "tile.nps"}
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

    def period_title(self, period: str) -> str:
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
    absent = [view.say(label) for key, label in TILES.items() if view.has(key) and view.results.get(key).status == "not_supplied"]
    return {"headline": headline(view), "index_note": change_note(view, "index"), "trend": charts.trend_chart(view.numbers),
            "trend_records": charts.trend_records(view.numbers, "index"), "tiles": [t for t in tiles if t],
            "changed": changed(view), "unsaid": unsaid(view), "absent": absent,
            "lede": lede(view)}


def lede(view: View) -> Markup:
    """What the index is, why it matters, and its caveat."""
    what = "overview.what.equal" if view.programme.equal_weights else "overview.what"
    return view.sentences(view.say(what, count=len(view.programme.dimensions), best=BEST, worst=WORST), view.say("overview.why"),
                          view.say(CAVEATS[view.facts["weights"]]))


def headline(view: View) -> str:
    index = view.results.get("satisfaction.index")
    if not index.shown:
        return view.say("headline.absent", reason=view.say(wording.STATUSES[index.status]))
    score = {"index": view.numbers.bare(index.key), "best": BEST}
    change = view.change("index")
    if change is None or not change.shown:
        return view.say("headline.alone", **score)
    return view.say(worded(change, wording.HEADLINES), **score, size=view.numbers.size(change.key, **change.group), before=view.before)


def tile(view: View, key: str, label: str) -> dict[str, Any] | None:
    """A number with its interval and what is to be said of it; nothing for what was not supplied."""
    record = view.results.get(key)
    if record.status == "not_supplied":
        return None
    measure = MEASURE_OF.get(key)
    return {"label": view.say(label), "number": view.numbers.bare(key), "interval": view.numbers.interval(key), "shown": record.shown,
            "note": tile_note(view, record) if record.shown else "", "change": change_note(view, measure) if measure else "",
            "spark": charts.spark_chart(view.numbers, measure) if measure else None}


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
    return view.say(worded(change, wording.CHANGES), size=view.numbers.size(change.key, **change.group), before=view.before)


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
    return [view.say(sentence, items=view.list(found[word]), before=view.before) for word, sentence in wording.CHANGED.items() if word in found]


def unsaid(view: View) -> list[str]:
    """What the numbers leave open, each as a sentence; who stayed silent is always open until answers are weighted to the frame."""
    found, open_questions = changes(view, [*view.programme.dimensions, *OUTCOMES]).get(TOO_FEW), []
    if found:
        open_questions.append(view.say("overview.unsaid.changes", items=view.list(found)))
    if view.has("target.progress") and view.results.get("target.progress").verdict == "cannot_be_told":
        open_questions.append(view.say("overview.unsaid.target"))
    if view.has("satisfaction.against_standard") and view.results.get("satisfaction.against_standard").verdict == "not_distinguishable":
        open_questions.append(view.say("overview.unsaid.standard"))
    return open_questions + [view.say("overview.unsaid.silent")]


def where(view: View) -> dict[str, Any] | None:
    if not view.records("satisfaction.dimension"):
        return None
    return {"dimensions": dimensions(view), "items": items(view), "segments": segments(view), "panels": panels(view)}


def extremes(view: View, rows: list[tuple[str, str, Record]], count: int = 1) -> dict[str, Markup]:
    """The best and the worst of the rows shown, best or worst first."""
    shown = sorted((row for row in rows if row[2].shown), key=lambda row: row[2].value)
    phrase = [view.named(name, record) for _, name, record in shown]
    return {"best": wording.phrases_text(phrase[::-1][:count], view.language), "worst": wording.phrases_text(phrase[:count], view.language)}


def dimensions(view: View) -> dict[str, Any]:
    rows = [("", view.numbers.measure(record.group["dimension"]), record) for record in view.records("satisfaction.dimension")]
    shown = [row for row in rows if row[2].shown]
    reading = view.say("where.dimensions.reading" if len(shown) > 1 else "where.dimensions.one", **extremes(view, rows)) if shown else ""
    drawn = charts.dots_chart(view.numbers, "dimensions", rows, title=view.say("where.dimensions"), alt="where.dimensions.alt")
    weights = {name: wording.percent_text(weight, view.language) for name, weight in view.programme.weights.items()}
    return {"chart": drawn, "rows": [(name, record, weights[record.group["dimension"]], view.change(record.group["dimension"]))
                                     for _, name, record in rows], "readings": [reading, *dimension_changes(view)]}


def dimension_changes(view: View) -> list[str]:
    found = changes(view, view.programme.dimensions)
    too_few = [view.say("overview.unsaid.changes", items=view.list(found[TOO_FEW]))] if TOO_FEW in found else []
    return change_sentences(view, found) + too_few


def items(view: View) -> dict[str, Any] | None:
    by_item = {record.group["item"]: record for record in view.records("satisfaction.item")}
    rows = [(view.programme.label("dimension", name, view.language), view.programme.label("item", item, view.language), by_item[item])
            for name, dimension in view.programme.dimensions.items() for item in dimension.items if item in by_item]
    shown = [row for row in rows if row[2].shown]
    if not rows:
        return None
    count = min(EXTREMES, len(shown) // 2)
    drawn = charts.dots_chart(view.numbers, "items", rows, title=view.say("where.items"), alt="where.items.alt")
    return {"chart": drawn, "rows": rows, "readings": [view.say("where.items.reading", **extremes(view, rows, count))] if count else []}


def segments(view: View) -> dict[str, Any] | None:
    records = view.records("satisfaction.segment")
    if not records:
        return None
    rows = [(view.programme.label("segment", r.group["segment"], view.language),
             view.programme.label("segment", r.group["segment"], view.language, r.group["level"]), r) for r in records]
    drawn = charts.dots_chart(view.numbers, "segments", rows, title=view.say("where.segments"), alt="where.segments.alt", tones=charts.TONES)
    readings = []
    for word, sentence in wording.SEGMENTS.items():
        if found := [view.named(name, record) for _, name, record in rows if record.verdict == word]:
            readings.append(view.say(sentence, items=view.list(found)))
    if hidden := [name for _, name, record in rows if record.status == "suppressed"]:
        readings.append(view.say("where.segments.hidden", items=view.list(hidden)))
    return {"chart": drawn, "rows": rows, "readings": readings, "nps": bool(view.records("satisfaction.segment_nps"))}


def panels(view: View) -> dict[str, Any] | None:
    """The panels side by side; the gap is drawn from all customers to the one panel of the company's own people."""
    rows = [("", view.numbers.panel(record.group["panel"]), record) for record in view.records("satisfaction.panel")]
    if not [row for row in rows if row[2].shown]:
        return None
    readings, bracket = [], None
    index = view.results.get("satisfaction.index")
    gap = view.results.get("satisfaction.perception_gap") if view.has("satisfaction.perception_gap") else None
    staff = [record for _, _, record in rows if record.shown and not view.programme.panels[record.group["panel"]].from_frame]
    if gap and gap.shown and gap.verdict:
        parts = {"size": view.numbers.size(gap.key), "value": view.numbers.number(gap.key)}
        readings.append(view.say(worded(gap, wording.GAPS), **parts))
        if len(staff) == 1 and index.shown and gap.verdict != "no_detectable_difference":
            words = view.say("label.gap", value=wording.number_text(abs(gap.value), gap.unit, view.language))
            bracket = (index.value, staff[0].value, words)
    if view.has("satisfaction.three_panel_mean") and view.has("satisfaction.standard"):
        readings.append(view.say("where.panels.mean", mean=view.numbers.bare("satisfaction.three_panel_mean"),
                                 standard=view.numbers.bare("satisfaction.standard")))
    drawn = charts.dots_chart(view.numbers, "panels", rows, title=view.say("where.panels"), alt="where.panels.alt", bracket=bracket)
    return {"chart": drawn, "rows": rows, "readings": readings}
