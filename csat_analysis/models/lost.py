"""Points that go with a gap in a part of all customers: a product of two estimates."""

from __future__ import annotations

from dataclasses import replace

from csat_analysis.estimate import Estimate


def lost(gap: Estimate, of_all: Estimate) -> Estimate:
    """Share × gap as an Estimate: influence gap · u(share) + share · u(gap)."""
    both = gap * of_all.value + of_all * gap.value - of_all.value * gap.value
    return replace(both, terms=(), kind="other")
