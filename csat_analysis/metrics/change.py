"""From wave to wave: the standard that was set, and how a measure changed since."""

from __future__ import annotations

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.period import Period
from csat_analysis.programme import Standard


def standard_in_force(waves: dict[Period, Wave], period: Period) -> Number:
    """The standard as it was set, with its interval: an estimate of the wave that survey.yml names, or a number given there."""
    rule = waves[period].programme.standard
    if rule is None:
        return NoEstimate("not_supplied", "survey.yml sets no standard")
    if not isinstance(rule, Standard):
        return rule
    set_at = Period.parse(rule.from_panels)
    if set_at not in waves:
        return NoEstimate(
            "not_computed",
            f"the standard is set from the panels of {set_at}, which is not among the waves up to {period}",
        )
    return waves[set_at].panel_mean


def standard_files(waves: dict[Period, Wave], period: Period) -> list[str]:
    """The raw files that the standard rests on."""
    rule = waves[period].programme.standard
    set_at = waves.get(Period.parse(rule.from_panels)) if isinstance(rule, Standard) else None
    return set_at.files if set_at else list(waves[period].programme_files)


def threshold(standard: Number | float, waves: dict[Period, Wave], period: Period) -> Number | float:
    """The standard to be reached: frozen to its number after the wave that set it, an estimate within that wave."""
    if isinstance(standard, Estimate) and standard.design.wave != str(period):
        return standard.value
    return standard


def change(waves: dict[Period, Wave], period: Period, earlier: Period | None, measure: str) -> Number:
    """A measure's change since an earlier wave: same customers in both count as such, through their influences."""
    if earlier not in waves:
        return NoEstimate(
            "not_computed",
            f"there is no wave before {period} to compare with" if earlier is None else f"{earlier} has no raw files",
        )
    return waves[period].measure(measure) - waves[earlier].measure(measure)


def change_files(waves: dict[Period, Wave], period: Period, earlier: Period | None) -> list[str]:
    """The raw files that a change rests on."""
    return list(dict.fromkeys(file for p in (period, earlier) if p in waves for file in waves[p].files))


def wave_before(waves: dict[Period, Wave], period: Period) -> Period | None:
    """The latest wave before a period; not necessarily the half-year before."""
    return max((p for p in waves if p < period), default=None)
