"""What weighting moved: the wave's numbers with every answer counted alike, beside those that are reported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from csat_analysis.estimate import Estimate
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


def weighting_shifts(wave: Wave) -> dict[str, Number | float]:
    """Measure → weighted − unweighted, with the interval of their difference: both rest on the same answers. Exactly 0
    where every answer has the same weight."""
    weight, alike = wave.sample.design.weight, unweighted(wave)
    if np.ptp(weight) <= 1e-12 * weight.max():
        return {measure: 0.0 if isinstance(alike[measure], Estimate) else alike[measure] for measure in MEASURES}
    return {measure: wave.measure(measure) - alike[measure] for measure in MEASURES}
