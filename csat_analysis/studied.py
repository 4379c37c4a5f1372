"""An estimate that a study of its own speaks for: which study, and how many of the rarer outcome it rests on."""

from __future__ import annotations

from dataclasses import dataclass, fields

from csat_analysis.estimate import Estimate, NoEstimate


@dataclass(frozen=True, eq=False, repr=False)
class Studied(Estimate):
    """study: a name in certification.STUDIED_APART; rarer: contacts with the rarer of two outcomes, by which its settings are
    told apart (twenty non-buyers among 400 tell as much as twenty among 90).
    """

    study: str = ""
    rarer: int = 0


def studied(estimate: Estimate | NoEstimate, study: str, rarer: int) -> Studied | NoEstimate:
    """The same number with the study that judges its interval."""
    if isinstance(estimate, NoEstimate):
        return estimate
    own = {f.name: getattr(estimate, f.name) for f in fields(Estimate)}
    return Studied(**own, study=study, rarer=int(rarer))
