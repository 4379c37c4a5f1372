"""From wave to wave: the standard that was set, and how a measure changed since."""

from __future__ import annotations

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.period import Period
from csat_analysis.programme import Programme, Standard


def standard_in_force(waves: dict[Period, Wave], period: Period) -> Number:
    """The standard as it was set, with its interval: an estimate of the wave that survey.yml names, or a number given there."""
    rule = waves[period].programme.standard
    if rule is None:
        return NoEstimate("not_supplied", "survey.yml sets no standard")
    if not isinstance(rule, Standard):
        return rule
    set_at = Period.parse(rule.from_panels)
    if set_at in waves and (other := comparable(waves[set_at], waves[period], "index")):
        return other
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
    """A measure's change since an earlier wave: same customers in both count as such, through their influences.

    Not computed where there is no earlier wave, or where it asked something else.
    """
    if earlier not in waves:
        missing = f"there is no wave before {period}" if earlier is None else f"{earlier} has no raw files"
        return NoEstimate("not_computed", missing)
    return comparable(waves[earlier], waves[period], measure) or waves[period].measure(measure) - waves[
        earlier
    ].measure(measure)


def first_comparable(waves: dict[Period, Wave], period: Period, measure: str) -> Period | None:
    """The earliest wave that asked the measure as this one does; None where that is the wave before, or none."""
    asked_alike = [
        earlier
        for earlier in sorted(waves)
        if earlier < period and not comparable(waves[earlier], waves[period], measure)
    ]
    return asked_alike[0] if len(asked_alike) > 1 else None


def trend(waves: dict[Period, Wave], period: Period, earlier: Period, measure: str) -> Number:
    """A measure of an earlier wave as it stands in the trend up to a period: none where it asked something else."""
    return comparable(waves[earlier], waves[period], measure) or waves[earlier].measure(measure)


def comparable(earlier: Wave, later: Wave, measure: str) -> NoEstimate | None:
    """None where both waves ask the same of a measure (index, nps, csat, a dimension); else why they can't be compared."""
    if asked(earlier.programme, measure) == asked(later.programme, measure):
        return None
    return NoEstimate("not_computed", f"{later.period} asks {measure} otherwise than {earlier.period}")


def asked(programme: Programme, measure: str) -> object:
    """What makes a measure the same in two waves: its question's codes, or scale, items, weights and rule for blanks."""
    if measure in ("nps", "csat"):
        outcome = programme.outcomes.get(measure)
        return outcome and outcome.model_dump(exclude={"column", "label", "missing_codes"})
    names = programme.dimensions if measure == "index" else [measure]
    items = {name: tuple(programme.dimensions[name].items) for name in names if name in programme.dimensions}
    return programme.scale, items, programme.missing_items, programme.weights if measure == "index" else None


def change_files(waves: dict[Period, Wave], period: Period, earlier: Period | None) -> list[str]:
    """The raw files that a change rests on."""
    return list(dict.fromkeys(file for p in (period, earlier) if p in waves for file in waves[p].files))


def wave_before(waves: dict[Period, Wave], period: Period) -> Period | None:
    """The latest wave before a period; not necessarily the half-year before."""
    return max((p for p in waves if p < period), default=None)
