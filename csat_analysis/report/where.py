"""Where customers are more and less satisfied: dimensions, items, customer groups, and the panels side by side."""

from __future__ import annotations

from typing import Any

from csat_analysis.report import charts, message_tables, wording
from csat_analysis.report.view import TOO_FEW, View, change_sentences, changes
from csat_analysis.report.wording import worded
from csat_analysis.results import Record


def where(view: View) -> dict[str, Any] | None:
    if not view.records("satisfaction.dimension"):
        return None
    return {"dimensions": dimensions(view), "items": items(view), "segments": segments(view), "panels": panels(view)}


def places(view: View, rows: list[tuple[str, str, Record]]) -> list[str]:
    """Which rows lie above and which below the index, furthest first; only the ends where none was compared with it."""
    judged = sorted((row for row in rows if row[2].verdict), key=lambda row: row[2].value)
    if not judged:
        return extremes(view, rows)
    readings = []
    for word, sentence in message_tables.PLACES.items():
        found = [view.named(name, record) for _, name, record in judged if record.verdict == word]
        if word == "above_index":
            found.reverse()
        if found:
            readings.append(view.say(sentence, items=wording.phrases_text(found, view.language)))
    return readings or [view.say("where.places.none")]


def extremes(view: View, rows: list[tuple[str, str, Record]]) -> list[str]:
    shown = sorted((row for row in rows if row[2].shown), key=lambda row: row[2].value)
    if len(shown) < 2:
        return []
    (_, worst, lowest), (_, best, highest) = shown[0], shown[-1]
    return [view.say("where.places.ends", best=view.named(best, highest), worst=view.named(worst, lowest))]


def hidden(view: View, rows: list[tuple[str, str, Record]]) -> list[str]:
    """Which rows have no number, by reason."""
    readings = []
    for status, sentence in message_tables.HIDDEN.items():
        if found := [name for _, name, record in rows if record.status == status]:
            readings.append(view.say(sentence, items=view.list(found)))
    return readings


def dimensions(view: View) -> dict[str, Any]:
    rows = [
        ("", view.numbers.measure(record.group["dimension"]), record)
        for record in view.records("satisfaction.dimension")
    ]
    drawn = charts.dots_chart(
        view.numbers, "dimensions", rows, title=view.say("where.dimensions"), alt="where.dimensions.alt"
    )
    return {
        "chart": drawn,
        "rows": [(name, record, view.change(record.group["dimension"])) for _, name, record in rows],
        "weights": bool(view.records("satisfaction.weight")),
        "readings": places(view, rows) + dimension_changes(view) + hidden(view, rows),
    }


def dimension_changes(view: View) -> list[str]:
    found = changes(view, view.programme.dimensions)
    too_few = [view.say("overview.unsaid.changes", items=view.list(found[TOO_FEW]))] if TOO_FEW in found else []
    return change_sentences(view, found) + too_few


def items(view: View) -> dict[str, Any] | None:
    by_item = {record.group["item"]: record for record in view.records("satisfaction.item")}
    rows = [
        (
            view.programme.label("dimension", name, view.language),
            view.programme.label("item", item, view.language),
            by_item[item],
        )
        for name, dimension in view.programme.dimensions.items()
        for item in dimension.items
        if item in by_item
    ]
    if not rows:
        return None
    drawn = charts.dots_chart(view.numbers, "items", rows, title=view.say("where.items"), alt="where.items.alt")
    return {"chart": drawn, "rows": rows, "readings": places(view, rows) + hidden(view, rows)}


def segments(view: View) -> dict[str, Any] | None:
    records = view.records("satisfaction.segment")
    if not records:
        return None
    rows = [
        (
            view.numbers.trait(r.group["segment"]),
            view.numbers.trait(r.group["segment"], r.group["level"]),
            r,
        )
        for r in records
    ]
    drawn = charts.dots_chart(
        view.numbers, "segments", rows, title=view.say("where.segments"), alt="where.segments.alt"
    )
    readings = []
    for word, sentence in message_tables.SEGMENTS.items():
        if found := [view.named(name, record) for _, name, record in rows if record.verdict == word]:
            readings.append(view.say(sentence, items=view.list(found)))
    if not readings and any(record.verdict for _, _, record in rows):
        readings.append(view.say("where.segments.none"))
    nps = bool(view.records("satisfaction.segment_nps"))
    return {"chart": drawn, "rows": rows, "readings": readings + hidden(view, rows), "nps": nps}


def panels(view: View) -> dict[str, Any] | None:
    """The panels side by side; the gap is drawn from all customers to the one panel of the company's own people."""
    rows = [("", view.numbers.panel(record.group["panel"]), record) for record in view.records("satisfaction.panel")]
    if not [row for row in rows if row[2].shown]:
        return None
    readings, bracket = [], None
    index, gap = view.shown("satisfaction.index"), view.shown("satisfaction.perception_gap")
    staff = [
        record for _, _, record in rows if record.shown and not view.programme.panels[record.group["panel"]].from_frame
    ]
    if gap and gap.verdict:
        parts = {"size": view.numbers.size(gap.key), "value": view.numbers.number(gap.key)}
        readings.append(view.say(worded(gap, message_tables.GAPS), **parts))
        if len(staff) == 1 and index and gap.verdict != "no_detectable_difference":
            words = view.say("label.gap", value=wording.number_text(abs(gap.value), gap.unit, view.language))
            bracket = (index.value, staff[0].value, words)
    if view.shown("satisfaction.three_panel_mean"):
        mean = view.numbers.bare("satisfaction.three_panel_mean")
        if view.shown("satisfaction.standard"):
            standard = view.numbers.bare("satisfaction.standard")
            readings.append(view.say("where.panels.mean", mean=mean, standard=standard))
        else:
            readings.append(view.say("where.panels.mean.alone", mean=mean))
    drawn = charts.dots_chart(
        view.numbers, "panels", rows, title=view.say("where.panels"), alt="where.panels.alt", bracket=bracket
    )
    return {"chart": drawn, "rows": rows, "readings": readings + hidden(view, rows)}
