"""Beside a headline: how many defensible analyses say the same, and the choice under which most say otherwise."""

from __future__ import annotations

from csat_analysis.report import message_tables
from csat_analysis.report.view import View

VERDICT_OF = {"satisfaction.against_standard": "standard", "target.progress": "target"}
OF_MEASURE = {"index": "change", "nps": "nps", "csat": "csat"}


def robust_note(view: View, headline: str | None) -> str:
    """Nothing where the verdict wasn't run under other choices."""
    if headline is None or not view.shown("robustness.agree", headline=headline):
        return ""
    parts = {name: view.numbers.bare(f"robustness.{name}", headline=headline) for name in ("agree", "analyses")}
    most = next((r for r in view.records("robustness.otherwise") if r.group["headline"] == headline), None)
    if most is None:
        return view.say("robustness.same", **parts)
    choice = view.say(message_tables.GROUPS["choice", most.group["choice"]])
    share = view.numbers.bare(most.key, **most.group)
    return view.say("robustness.otherwise", choice=choice, share=share, **parts)
