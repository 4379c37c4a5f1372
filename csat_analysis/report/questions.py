"""What cannot be told yet, each with its reason."""

from __future__ import annotations

from csat_analysis.report import wording
from csat_analysis.report.view import OUTCOMES, TILES, TOO_FEW, View, asked_otherwise, changes
from csat_analysis.results import Record

TOLD_ELSEWHERE = ("ok", "exact", "not_supplied", "not_computed")


def open_questions(view: View) -> list[str]:
    """What the numbers leave open; who stayed silent is always open until answers are weighted to the frame."""
    return [
        *changes_open(view),
        *target_open(view),
        *standard_open(view),
        *numbers_open(view),
        silence_open(view),
    ]


def silence_open(view: View) -> str:
    """What those who didn't answer think, and where it is known what they would have to think to matter."""
    point = view.shown("bias.tipping_point")
    if point is None or point.verdict not in ("only_if_far_lower", "hangs_on_silent"):
        return view.say("overview.unsaid.silent")
    return view.say("overview.unsaid.silent.tipping", point=view.numbers.number(point.key))


def changes_open(view: View) -> list[str]:
    """Changes that too few answers or another questionnaire keep from being told."""
    too_few = changes(view, [*view.programme.dimensions, *OUTCOMES]).get(TOO_FEW)
    otherwise = [
        view.numbers.measure(measure)
        for measure in ("index", *view.programme.dimensions, *OUTCOMES)
        if asked_otherwise(view, view.change(measure))
    ]
    said = [view.say("overview.unsaid.changes", items=view.list(too_few))] if too_few else []
    if otherwise:
        said.append(view.say("overview.unsaid.questionnaire", items=view.list(otherwise), before=view.before))
    return said


def target_open(view: View) -> list[str]:
    if not view.has("target.progress"):
        return []
    progress = view.results.get("target.progress")
    if progress.verdict == "cannot_be_told":
        return [view.say("overview.unsaid.target", interval=view.numbers.interval(progress.key))]
    if progress.status != "not_computed":
        return []
    surveyed = view.has("satisfaction.trend", measure="index", period=str(view.period.year_before()))
    return [view.say("overview.unsaid.target.questionnaire" if surveyed else "overview.unsaid.target.no_year")]


def standard_open(view: View) -> list[str]:
    if not view.has("satisfaction.against_standard"):
        return []
    against = view.results.get("satisfaction.against_standard")
    if against.verdict == "not_distinguishable":
        return [view.say("overview.unsaid.standard", interval=view.numbers.interval(against.key))]
    if against.status != "not_computed":
        return []
    if view.shown("satisfaction.standard") or standard_asked(view):
        return [view.say("overview.unsaid.standard.questionnaire")]
    set_in = wording.period_text(view.facts["standard_from"], view.language)
    return [view.say("overview.unsaid.standard.missing", period=set_in)]


def standard_asked(view: View) -> bool:
    """Is the wave that sets the standard among the waves that were read?"""
    return view.has("satisfaction.trend", measure="index", period=str(view.facts["standard_from"]))


def numbers_open(view: View) -> list[str]:
    """Numbers of the first screen that were computed but may not be shown: a sentence for each reason, and one for its changes."""
    levels = [(view.numbers.label(record), record) for record in map(view.results.get, filter(view.has, TILES))]
    measures = ("index", *view.programme.dimensions, *OUTCOMES)
    changed = [(view.numbers.measure(m), view.change(m)) for m in measures if view.change(m)]
    said = [view.say("overview.unsaid.number", items=items, reason=why) for why, items in kept_back(view, levels)]
    return said + [
        view.say("overview.unsaid.changes_of", items=items, before=view.before, reason=why)
        for why, items in kept_back(view, changed)
    ]


def kept_back(view: View, named: list[tuple[str, Record]]) -> list[tuple[str, str]]:
    """(reason, names of the records that are not shown for it), both in words."""
    reasons = {view.status(record): None for _, record in named if record.status not in TOLD_ELSEWHERE}
    return [(why, view.list([name for name, record in named if view.status(record) == why])) for why in reasons]
