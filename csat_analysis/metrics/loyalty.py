"""The loyalty index: what customers say they will do, and what they did, as one number of 0–100."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from csat_analysis.certification import fewest, holds_at, is_certified
from csat_analysis.errors import ProgrammeError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.measured import Measured
from csat_analysis.metrics.buying import repurchase_share
from csat_analysis.metrics.moved import Moved
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

Number = Estimate | NoEstimate
POINTS = (0.0, 100.0)


def asked(name: str) -> Callable:
    def part(waves: Mapping[Period, Wave], at: Period, _: pd.DataFrame | NoEstimate) -> Number:
        """The mean of a question in points, 0 at its lowest answer and 100 at its highest; of this wave."""
        wave = waves[at]
        outcome = wave.programme.outcomes.get(name)
        if outcome is None or name not in wave.answers:
            return NoEstimate("not_supplied", f"no question {name}")
        points = 100 * (wave.answers[name] - outcome.min) / (outcome.max - outcome.min)
        return mean(wave.sample.design, points, bounds=POINTS)

    return part


def done(waves: Mapping[Period, Wave], at: Period, orders: pd.DataFrame | NoEstimate) -> Number:
    """Share who bought again, in points, of the latest wave whose windows had closed by the end of the period."""
    if isinstance(orders, NoEstimate):
        return orders
    known = orders[orders["ordered_on"] <= pd.Timestamp(at.end)]
    found: Number = NoEstimate("not_computed", "no window has closed yet")
    for period in sorted((p for p in waves if not at < p), reverse=True):
        found = repurchase_share(waves[period], known) if len(known) else found
        if isinstance(found, Estimate):
            return 100 * found
    return found


PARTS: dict[str, Callable] = {
    "repurchase_intent": asked("repurchase_intent"),
    "nps": asked("nps"),
    "repurchase_rate": done,
}


def parts_named(wave: Wave) -> tuple[str, ...]:
    """The parts that survey.yml switches on; a name that isn't one is an error."""
    names = wave.programme.loyalty
    if unknown := [name for name in names if name not in PARTS]:
        raise ProgrammeError(
            f"survey.yml: loyalty: {unknown[0]} is no part of the loyalty index; it may be {', '.join(PARTS)}"
        )
    return names


def loyalty_parts(waves: Mapping[Period, Wave], at: Period, orders: pd.DataFrame | NoEstimate) -> dict[str, Number]:
    """Part → its value in points at a period, as it stood then: by the waves and orders up to its end."""
    return {name: PARTS[name](waves, at, orders) for name in parts_named(waves[at])}


def loyalty_index(waves: Mapping[Period, Wave], at: Period, orders: pd.DataFrame | NoEstimate) -> Number:
    """Loyalty index, 0–100: the mean of the parts that survey.yml names under `loyalty`.

    A statement about the process: its parts are of different waves. None where a part is lacking: another set of parts would be
    another index.
    """
    parts = list(loyalty_parts(waves, at, orders).values())
    if not parts:
        return NoEstimate("not_supplied", "survey.yml names no parts under loyalty")
    return (sum(parts) / len(parts)).process()


def loyalty_change(waves: Mapping[Period, Wave], now: Period, orders: pd.DataFrame | NoEstimate) -> Number:
    """The index less that of the same half a year earlier; customers in both count as such."""
    earlier = now.year_before()
    if earlier not in waves:
        return NoEstimate("not_computed", f"{earlier} has no files")
    if parts_named(waves[earlier]) != parts_named(waves[now]):
        return NoEstimate("not_computed", f"{earlier} makes the index of other parts")
    return loyalty_index(waves, now, orders) - loyalty_index(waves, earlier, orders)


def certified(found: Number, kind: str, confidence: float) -> Measured | NoEstimate:
    """The interval of a sum of estimates; it holds where its weighting was tried (certified.json) and its make-up too (studies/sales.py)."""
    if isinstance(found, NoEstimate):
        return found
    moved = Moved.of(found, found.n, holds(found, kind))
    if isinstance(moved, NoEstimate):
        return moved
    low, high = found.interval(confidence)
    return Measured(found.value, low, high, found.n, moved.holds, moved.se)


def holds(found: Estimate, kind: str) -> bool:
    return is_certified(found) and holds_at(kind, fewest(found))
