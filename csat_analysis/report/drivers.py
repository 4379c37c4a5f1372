"""What moves satisfaction, ranks only as sure as they are, and what plans would bring: from recorded results alone."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from csat_analysis.report import drivers_charts, message_tables, wording
from csat_analysis.report.first_step import first_step
from csat_analysis.report.plans import plan_part
from csat_analysis.report.repurchase import with_interval
from csat_analysis.report.view import View, likeliest_of
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

ABSENT = {
    "not_supplied": "drivers.absent.not_supplied",
    "not_estimable": "drivers.absent.not_estimable",
}
SPLITS = ("thirds", "points")
AGREED = ("basic", "excitement", "performance")


def drivers(view: View) -> dict[str, Any] | None:
    explained = view.records("drivers.explained")
    if not explained:
        return None
    plans = plan_part(view)
    if not any(record.shown for record in explained) and all(r.status in ABSENT for r in explained):
        reason = view.say(ABSENT[explained[0].status])
        return {
            "absent": reason,
            "first": first_step(view) if plans else None,
            "importance": None,
            "map": None,
            "kinds": [],
            "plans": plans,
        }
    return {
        "absent": None,
        "first": first_step(view),
        "importance": importance(view),
        "map": importance_map(view),
        "kinds": [*kinds(view), *competitors(view)],
        "plans": plans,
    }


def importance(view: View) -> dict[str, Any]:
    rows = drivers_charts.importance_rows(view.numbers)
    said = [
        *untold(view),
        *explained(view),
        *ranked(view),
        *needed(view),
        *mattering(view, rows),
        *others(view),
        *halo(view),
        *derived(view),
    ]
    shown = [row for row in rows if row[2].shown]
    return {
        "outcome": view.numbers.outcome(view.records("drivers.explained")[0].group["outcome"]),
        "chart": drivers_charts.importance_chart(view.numbers),
        "rows": [(name, record, chance_of(view, record), weight_of(view, record)) for _, name, record in shown],
        "readings": [*said, *items(view)],
    }


def untold(view: View) -> list[str]:
    """That the outcome of record has no drivers, where others have."""
    record = view.records("drivers.explained")[0]
    if record.status not in ABSENT or record.group["outcome"] == "repurchase":
        return []
    return [view.say("drivers.absent.outcome", outcome=view.numbers.outcome(record.group["outcome"]))]


def explained(view: View) -> list[str]:
    found = [r for r in view.records("drivers.explained") if r.shown and r.group["outcome"] != "repurchase"]
    if not found:
        return []
    record, rows = found[0], drivers_charts.importance_rows(view.numbers)
    answers = next((r.n for _, _, r in rows if r.n is not None), None)
    if answers is None:
        return []
    outcome = view.numbers.outcome(record.group["outcome"])
    share = view.numbers.bare(record.key, **record.group)
    return [view.say("drivers.explained", share=share, outcome=outcome, count=answers)]


def chance_of(view: View, record: Record) -> Record | None:
    return view.shown("drivers.rank_first", **record.group)


def weight_of(view: View, record: Record) -> Record | None:
    return view.shown("satisfaction.weight", **record.group)


def ranked(view: View) -> list[str]:
    """Which dimension comes first, that none can be said to, or that such chances don't hold here."""
    records = view.records("drivers.rank_first")
    if not records:
        return []
    likeliest = likeliest_of(records)
    if likeliest is None:
        return [view.say("drivers.rank.hidden")]
    parts = {
        "dimension": view.numbers.measure(likeliest.group["dimension"]),
        "chance": view.numbers.bare(likeliest.key, **likeliest.group),
    }
    return [view.say(worded(likeliest, message_tables.RANKS), **parts)]


def needed(view: View) -> list[str]:
    """How many answers it takes to name a first dimension, by simulated companies; nothing where one is named."""
    likeliest = likeliest_of(view.records("drivers.rank_first"))
    named = view.records("drivers.could_rank")
    if not named or (likeliest and likeliest.verdict == "ranks_first"):
        return []
    said = {}
    for name, record in (("now", named[0]), ("more", named[-1])):
        said[name] = view.numbers.bare(record.key, **record.group)
        said[f"{name}_answers"] = wording.number_text(int(record.group["answers"]), "count", view.language)
    return [view.say("drivers.needed", **said)]


def mattering(view: View, rows: list[tuple[str, str, Record]]) -> list[str]:
    shown = [row for row in rows if row[2].shown]
    if not shown:
        return [view.say("drivers.shares.hidden")] if rows else []
    more = [view.named(name, record) for _, name, record in shown if record.verdict == "matters_more"]
    return [view.say("drivers.more", items=view.list(more)) if more else view.say("drivers.more.none")]


def others(view: View) -> list[str]:
    """The same for the other outcomes, a sentence each."""
    said, hidden = [], []
    for explained in view.records("drivers.explained"):
        outcome = explained.group["outcome"]
        records = [r for r in view.records("drivers.rank_first_for") if r.group["outcome"] == outcome]
        if not records:
            continue
        name, likeliest = view.numbers.outcome(outcome), likeliest_of(records)
        if likeliest is None:
            hidden.append(name)
            continue
        parts = {
            "dimension": view.numbers.measure(likeliest.group["dimension"]),
            "chance": view.numbers.bare(likeliest.key, **likeliest.group),
        }
        said.append(view.say(worded(likeliest, message_tables.OTHER_RANKS), outcome=name, **parts))
    if hidden:
        said.append(view.say("drivers.others.hidden", items=view.list(hidden)))
    return [view.sentences(*said)] if said else []


def halo(view: View) -> list[str]:
    records = [r for r in view.records("drivers.beyond_halo") if r.shown]
    if not records:
        return []
    outcome = view.numbers.outcome(view.records("drivers.explained")[0].group["outcome"])
    still = [gap_of(view, r) for r in records if r.low > 0]
    against = [gap_of(view, r) for r in records if r.high < 0]
    key = "drivers.halo" if still else "drivers.halo.none"
    said = [view.say(key, outcome=outcome, **({"items": wording.phrases_text(still, view.language)} if still else {}))]
    return said + ([view.say("drivers.against", items=wording.phrases_text(against, view.language))] if against else [])


def gap_of(view: View, record: Record) -> Markup:
    """After-sales service +0.26 (+0.07 to +0.43)."""
    name = view.numbers.measure(record.group["dimension"])
    return view.say("drivers.gap", name=name, gap=with_interval(view, record))


def derived(view: View) -> list[str]:
    if not (view.shown("drivers.index_derived") and view.shown("drivers.index_shift")):
        return []
    shift = with_interval(view, view.results.get("drivers.index_shift"))
    index, interval = view.numbers.bare("drivers.index_derived"), view.numbers.interval("drivers.index_derived")
    return [view.say("drivers.derived", index=index, interval=interval, shift=shift)]


def items(view: View) -> list[str]:
    """That items can't be ranked is said; their shares stay with the analysts."""
    records = view.records("drivers.item_first")
    return [view.say("drivers.items.hidden")] if records and likeliest_of(records) is None else []


def importance_map(view: View) -> dict[str, Any] | None:
    drawn = drivers_charts.map_chart(view.numbers)
    if drawn is None:
        return None
    important = [row for row in drivers_charts.importance_rows(view.numbers) if row[2].verdict == "matters_more"]
    places = {record.name: place_of(view, record) for _, _, record in important}
    act = [view.named(name, record) for _, name, record in important if places[record.name] == "below_index"]
    if act:
        said = view.say("drivers.map.act", items=view.list(act))
    else:
        said = view.say("drivers.map.untold" if None in places.values() else "drivers.map.none")
    return {"chart": drawn, "readings": [said]}


def place_of(view: View, record: Record) -> str | None:
    """Where a dimension was found to lie beside the index; None where that can't be told."""
    place = view.shown("satisfaction.dimension", **record.group)
    return place.verdict if place else None


def kinds(view: View) -> list[str]:
    """Of which kind each dimension is, where both splits say the same; where they disagree; what is untold."""
    words: dict[str, list[str | None]] = {}
    for record in view.records("drivers.contrast"):
        words.setdefault(record.group["dimension"], []).append(record.verdict)
    found: dict[str, list[str]] = {}
    for dimension, both in words.items():
        told = [word for word in both if word in AGREED]
        word = (
            both[0]
            if len(told) == len(SPLITS) and len(set(both)) == 1
            else "disagree"
            if len(set(told)) > 1
            else "untold"
        )
        found.setdefault(word, []).append(view.numbers.measure(dimension))
    said = [view.say(key, items=view.list(found[word])) for word, key in message_tables.KINDS.items() if word in found]
    for word, key in (("disagree", "drivers.kinds.disagree"), ("untold", "drivers.kinds.untold")):
        if word in found:
            said.append(view.say(key, items=view.list(found[word])))
    return said


def competitors(view: View) -> list[str]:
    """Who is ahead, by each gap's verdict, with the gaps and their intervals."""
    shown = [r for r in view.records("drivers.competitor_gap") if r.shown]
    said = []
    for word, key in message_tables.AGAINST_COMPETITORS.items():
        found = [gap_of(view, record) for record in shown if record.verdict == word]
        if found:
            said.append(view.say(key, items=wording.phrases_text(found, view.language)))
    return said
