"""Bootstrap of a survey: weights of many resamples that keep the design's strata and customers together."""

from __future__ import annotations

import numpy as np

from csat_analysis.design import Design

DRAWS = 2000
SEED = 20260701


def bootstrap_weights(design: Design, *, draws: int = DRAWS, seed: int = SEED) -> np.ndarray:
    """Draws × contacts: each contact's weight in each resample.

    Rao and Wu (1988): in each stratum one sampling unit fewer than answered is drawn with replacement, and weights are
    scaled by n_h/(n_h − 1), so that the variance over resamples is the design's (without its finite population: a
    statement about the process). All answers of a customer come along. Weights after raking are taken as fixed: raking isn't
    repeated in each resample, which widens intervals a little (studies/drivers.py says how honest they are).
    """
    rng = np.random.default_rng(seed)
    of_unit = np.zeros(len(design.unit_name), dtype=np.int64)
    of_unit[design.unit] = design.stratum
    times = np.ones((draws, len(design.unit_name)))
    for stratum in range(len(design.strata)):
        units = np.flatnonzero(of_unit == stratum)
        if len(units) > 1:
            drawn = rng.multinomial(len(units) - 1, np.full(len(units), 1 / len(units)), size=draws)
            times[:, units] = drawn * len(units) / (len(units) - 1)
    return times[:, design.unit] * design.weight
