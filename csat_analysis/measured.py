"""A number whose interval isn't made of influences: an inverted χ², a bootstrap. Where influences serve, use `Estimate`."""

from __future__ import annotations

from dataclasses import dataclass

from csat_analysis.estimate import NoEstimate


@dataclass(frozen=True)
class Measured:
    """A value with its interval at the programme's confidence.

    n      people, or other units, that it rests on.
    holds  whether a study showed this interval to hold at this n; where not, the number isn't certified.
    se     standard error, where there is one.
    """

    value: float
    low: float
    high: float
    n: int
    holds: bool
    se: float | None = None


@dataclass(frozen=True)
class Foretold:
    """A number without an interval that is judged by whether what it foretells comes true: the chance of an event, or what
    knowing more could be worth.

    n      people that it rests on.
    holds  whether a study showed that it came true as often (or was worth as much) as foretold at this n.
    """

    value: float
    n: int
    holds: bool


@dataclass(frozen=True)
class Published:
    """A figure published before the programme, as it was: not recomputed, not tested, compared with nothing.

    low, high, se  where its standard error is known.
    n              answers behind it, where that is known.
    """

    value: float
    low: float | None = None
    high: float | None = None
    se: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Compared:
    """A difference, or a slope, with its interval, and the p value of the test that there is none."""

    number: Measured
    p_value: float


def number_of(found: Compared | NoEstimate) -> Measured | NoEstimate:
    """What is recorded of a comparison."""
    return found if isinstance(found, NoEstimate) else found.number
