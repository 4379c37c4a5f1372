"""What weighting moved: the wave's numbers with every answer counted alike, beside those that are reported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics import satisfaction
from csat_analysis.metrics.wave import MEASURES, Number, Wave


def unweighted(wave: Wave) -> dict[str, Number]:
    """Measure (index, nps, csat) → its value with every answer of the representative sample alike, in the same strata."""
    sample = wave.design_sample
    design = replace(sample.design, weight=np.ones_like(sample.design.weight), margins=(), base=None)
    answers, scores = wave.responses.loc[sample.rows], wave.scores.loc[sample.rows]
    found = (
        satisfaction.index_of(design, scores, wave.programme),
        satisfaction.nps(design, answers, wave.programme),
        satisfaction.csat(design, answers, wave.programme),
    )
    return dict(zip(MEASURES, found, strict=True))


def weighting_shifts(wave: Wave) -> dict[str, NoEstimate | float]:
    """Measure → weighted − unweighted: a fact about two numbers made of the same answers, not an estimate of the bias."""
    shifts = {measure: wave.measure(measure) - alike for measure, alike in unweighted(wave).items()}
    return {measure: shift if isinstance(shift, NoEstimate) else shift.value for measure, shift in shifts.items()}
