"""Beside a headline: how many defensible analyses say the same, and the choice under which most say otherwise."""

from __future__ import annotations

from csat_analysis.report import message_tables
from csat_analysis.report.view import View

VERDICT_OF = {"satisfaction.against_standard": "standard", "target.progress": "target"}
OF_MEASURE = {"index": "change", "nps": "nps", "csat": "csat"}


def gives_verdict(view: View, headline: str) -> bool:
    measure = next((measure for measure, name in OF_MEASURE.items() if name == headline), None)
    key = next((key for key, name in VERDICT_OF.items() if name == headline), None)
    record = view.change(measure) if measure else view.shown(key)
    return record is not None and record.shown and record.verdict is not None


def robust_note(view: View, headline: str | None) -> str:
    """Nothing where the verdict wasn't run under other choices, or where the report itself gives none to agree with."""
    if headline is None or not view.shown("robustness.agree", headline=headline) or not gives_verdict(view, headline):
        return ""
    parts = {name: view.numbers.bare(f"robustness.{name}", headline=headline) for name in ("agree", "analyses")}
    most = next((r for r in view.records("robustness.otherwise") if r.group["headline"] == headline), None)
    if most is None:
        return view.say("robustness.same", **parts)
    choice = view.say(message_tables.GROUPS["choice", most.group["choice"]])
    share = view.numbers.bare(most.key, **most.group)
    return view.say("robustness.otherwise", choice=choice, share=share, **parts)
