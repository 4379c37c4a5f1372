"""Section 9's part on the survey's design: was the sample drawn as the rule says, and what could it detect?"""

from __future__ import annotations

from typing import Any

from csat_analysis.report.view import View
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

DRAWN = {word: f"belief.design.{word}" for word in ("as_drawn", "nearly_as_drawn", "not_as_drawn")}
COULD_FIND = {"fine_enough": "belief.design.fine_enough", "too_coarse": "belief.design.too_coarse"}
SIZES = {"feasible": "belief.design.feasible", "not_feasible": "belief.design.not_feasible"}
MEASURES = ("index", "nps", "satisfied_share", "csat")
MEASURE_KEY, PANEL_KEY = "design.detectable_change_measure", "design.detectable_change"


def survey_design(view: View) -> dict[str, Any] | None:
    """Readings on the draw, the power and the sample's size, and the table of detectable changes; None where nothing was recorded."""
    if not view.records(MEASURE_KEY):
        return None
    return {"drawn": [*drawn(view), *mix(view)], "power": power(view), "rows": rows(view), "size": size(view)}


def drawn(view: View) -> list[str]:
    """How each panel agrees with its rule; why not, where that can't be checked."""
    said = []
    for record in view.records("design.draw_explained"):
        panel = view.numbers.panel(record.group["panel"])
        if not record.shown:
            said.append(view.say("belief.design.unchecked", panel=panel, reason=view.status(record)))
        elif record.verdict:
            share = view.numbers.bare(record.key, **record.group)
            said.append(view.say(worded(record, DRAWN), panel=panel, share=share))
    return said


def mix(view: View) -> list[str]:
    if not view.shown("design.levels_off"):
        return []
    counts = {name: view.numbers.bare(f"design.levels_{name}") for name in ("compared", "off")}
    return [view.say("belief.design.mix", **counts)]


def power(view: View) -> list[str]:
    index = view.results.get(MEASURE_KEY, measure="index")
    if not index.shown:
        return [view.say("belief.design.no_plan", reason=view.status(index))]
    return [view.say(worded(index, COULD_FIND), size=view.numbers.size(index.key, **index.group))]


def rows(view: View) -> list[tuple[str, Record]]:
    """(name, record) of each measure and panel that has a detectable change."""
    measures = {record.group["measure"]: record for record in view.records(MEASURE_KEY) if record.shown}
    found = [(view.numbers.measure(name), measures[name]) for name in MEASURES if name in measures]
    panels = [record for record in view.records(PANEL_KEY) if record.shown]
    return found + [(view.numbers.label(record), record) for record in panels]


def size(view: View) -> str:
    """What a margin needs next time."""
    record = view.shown("design.sample_size")
    if not record or not record.verdict:
        return ""
    parts = {"margin": view.numbers.number("design.margin"), "answers": view.numbers.bare("design.sample_size")}
    if "invitations" in view.facts["not_supplied"]:  # nobody knows what share of those asked would answer
        return view.say("belief.design.answers_alone", **parts)
    return view.say(worded(record, SIZES), invitations=view.numbers.bare("design.invitations"), **parts)
