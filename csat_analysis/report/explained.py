"""What changed and why: the change of the index by dimension and by cause, and what of it chance alone could explain."""

from __future__ import annotations

from typing import Any

from csat_analysis.metrics.change_parts import CHANNEL
from csat_analysis.metrics.explained import CAUSES, DIMENSIONS, NOISE, QUESTIONNAIRE, TOTAL
from csat_analysis.report import wording
from csat_analysis.report.explained_chart import TONES, waterfall_chart
from csat_analysis.report.view import View
from csat_analysis.results import Record

KEY = "satisfaction.change_part"
TITLES = {DIMENSIONS: "explained.dimensions", CAUSES: "explained.causes"}
WHOLE = "both"  # the view of the whole change, which both views add up to
METHOD = (QUESTIONNAIRE, CHANNEL)


def explained(view: View) -> dict[str, Any] | None:
    if not view.has(KEY, view=WHOLE, part=TOTAL):
        return None
    total = view.shown(KEY, view=WHOLE, part=TOTAL)
    if total is None or view.previous is None:
        return {"absent": untold(view), "views": []}
    return {
        "absent": None,
        "total": view.say("explained.total", value=view.numbers.number(KEY, **total.group), before=view.before),
        "method": method(view),
        "views": [one_view(view, name, total) for name in TITLES],
    }


def untold(view: View) -> str:
    """Why the change can't be taken apart."""
    if view.previous is None:
        return view.say("overview.changed.none")
    total = view.results.get(KEY, view=WHOLE, part=TOTAL)
    if total.status == "not_computed":
        return view.say("explained.untold.questionnaire", before=view.before)
    return view.say("explained.untold", before=view.before, reason=view.status(total))


def one_view(view: View, name: str, total: Record) -> dict[str, Any]:
    rows = [
        (view.numbers.part(record.group["part"]), record)
        for record in view.records(KEY)
        if record.group["view"] == name and record.group["part"] != NOISE
    ]
    drawn = [row for row in rows if row[1].status != "exact" or row[1].value]
    whole = (view.numbers.part(TOTAL), total)
    title = view.say(TITLES[name])
    return {
        "title": title,
        "chart": waterfall_chart(view.numbers, f"explained-{name}", drawn, whole, title=title),
        "rows": [*rows, whole],
        "readings": readings(view, name, rows),
    }


def readings(view: View, name: str, rows: list[tuple[str, Record]]) -> list[str]:
    """The largest part that chance doesn't explain, and the others; else that none can be told; and what chance could explain."""
    told = sorted((row for row in rows if row[1].verdict in TONES), key=lambda row: -abs(row[1].value))
    said = []
    if told:
        items = [view.named(label, record) for label, record in told]
        said.append(view.say("explained.told", items=wording.phrases_text(items, view.language)))
    elif any(record.verdict for _, record in rows):
        change = view.change("index")
        together = change is not None and change.verdict in ("rose", "fell")
        said.append(view.say("explained.none.together" if together else "explained.none"))
    noise = view.shown(KEY, view=name, part=NOISE)
    if noise and any(record.verdict == "part_noise" for _, record in rows):
        said.append(view.say("explained.noise", value=view.numbers.number(KEY, **noise.group)))
    absent = [label for label, record in rows if not record.shown]
    return said + ([view.say("explained.absent", items=view.list(absent))] if absent else [])


def method(view: View) -> str:
    """What was asked otherwise, and by another way; or that survey.yml declares neither."""
    moved = [part for part in METHOD if not unmoved(view, part)]
    if not moved:
        declared = view.programme.fieldwork.channels
        return view.say("explained.method.none" if declared else "explained.method.undeclared")
    return view.say("explained.method.changed", items=view.list([view.numbers.part(part) for part in moved]))


def unmoved(view: View, part: str) -> bool:
    record = view.shown(KEY, view=CAUSES, part=part)
    return record is not None and record.status == "exact" and record.value == 0
