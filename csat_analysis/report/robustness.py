"""Beside a headline: how many defensible analyses say the same, and the choice under which most say otherwise."""

from __future__ import annotations

from csat_analysis.report import message_tables
from csat_analysis.report.view import View
from csat_analysis.results import Record

VERDICT_OF = {"satisfaction.against_standard": "standard", "target.progress": "target"}
OF_MEASURE = {"index": "change", "nps": "nps", "csat": "csat"}


def robust_note(view: View, headline: str | None) -> str:
    """Nothing where the verdict wasn't run under other choices, or where the report itself gives none to agree with."""
    if headline is None or not judged(view, headline) or not view.shown("robustness.agree", headline=headline):
        return ""
    parts = {name: view.numbers.bare(f"robustness.{name}", headline=headline) for name in ("agree", "analyses")}
    parts["different"] = different(view, headline)
    most = next((r for r in view.records("robustness.otherwise") if r.group["headline"] == headline), None)
    if most is None:
        return view.say("robustness.same", **parts)
    choice = view.say(message_tables.GROUPS["choice", most.group["choice"]])
    share = view.numbers.bare(most.key, **most.group)
    return view.say("robustness.otherwise", choice=choice, share=share, **parts)


def judged(view: View, headline: str) -> Record | None:
    """The number that the headline is read from, where it is shown and has a verdict."""
    measures, keys = ({name: of for of, name in names.items()} for names in (OF_MEASURE, VERDICT_OF))
    record = view.change(measures[headline]) if headline in measures else view.shown(keys[headline])
    return record if record and record.shown and record.verdict else None


def different(view: View, headline: str) -> str:
    """How many numbers the analyses come to: those that differ in their interval alone come to one."""
    if not view.shown("robustness.numbers", headline=headline):
        return ""
    return view.say("robustness.different", numbers=view.numbers.bare("robustness.numbers", headline=headline))
