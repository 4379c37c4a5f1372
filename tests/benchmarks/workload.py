"""What the benchmarks compute: six means, an index of a hundred segments, raking to six margins, at any size.

python workload.py 1000000      prints the megabytes that all of it takes at its peak beyond the data (Linux)
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate
from csat_analysis.estimators import mean
from csat_analysis.survey.weighting import rake

STRATA, SEGMENTS, SAMPLED = 20, 100, 0.2
LEVELS = list("abcde")
DIMENSION_WEIGHTS = (0.3, 0.2, 0.2, 0.2, 0.1)


@dataclass(frozen=True, eq=False)
class Workload:
    """Answers with six scores (0–100), weights, strata, segments and six factors of five levels."""

    scores: np.ndarray
    weight: np.ndarray
    stratum: np.ndarray
    segment: np.ndarray
    factors: pd.DataFrame
    margins: dict[str, dict[str, float]]

    @classmethod
    def of(cls, size: int, *, seed: int = 1) -> Workload:
        rng = np.random.default_rng(seed)
        drawn = rng.integers(0, len(LEVELS), (6, size), dtype=np.int8)
        return cls(
            scores=np.clip(rng.normal(70, 12, (6, size)), 0, 100),
            weight=rng.uniform(0.5, 2, size),
            stratum=rng.integers(0, STRATA, size, dtype=np.int32),
            segment=rng.integers(0, SEGMENTS, size, dtype=np.int32),
            factors=pd.DataFrame({f"m{k}": np.array(LEVELS)[codes] for k, codes in enumerate(drawn)}),
            margins={f"m{k}": dict(zip(LEVELS, size * rng.dirichlet([20] * len(LEVELS)))) for k in range(6)},
        )

    @cached_property
    def population(self) -> np.ndarray:
        """Customers a stratum."""
        return np.bincount(self.stratum, minlength=STRATA) / SAMPLED

    @cached_property
    def design(self) -> Design:
        population = {str(stratum): size for stratum, size in enumerate(self.population)}
        contact = pd.RangeIndex(len(self.weight))
        return Design.of(contact, weight=self.weight, stratum=self.stratum, population=population)


def six_means(work: Workload) -> list[tuple[float, float]]:
    """Value and standard error of each score."""
    found = [mean(work.design, score) for score in work.scores]
    return [(estimate.value, estimate.se) for estimate in found]


def segment_indices(work: Workload) -> list[tuple[Estimate, tuple[float, float]]]:
    """Each segment's index of five dimensions with its interval."""
    in_order = np.argsort(work.segment, kind="stable")
    ends = np.cumsum(np.bincount(work.segment, minlength=SEGMENTS))[:-1]
    return [segment_index(work, inside) for inside in np.split(in_order, ends)]


def segment_index(work: Workload, inside: np.ndarray) -> tuple[Estimate, tuple[float, float]]:
    dimensions = [mean(work.design, score, inside=inside, bounds=(0, 100)) for score in work.scores[:5]]
    index = sum(weight * dimension for weight, dimension in zip(DIMENSION_WEIGHTS, dimensions, strict=True))
    return index, index.interval()


def raked_weights(work: Workload) -> np.ndarray:
    return rake(work.factors, work.margins, weight=work.weight).weight


def megabytes(field: str) -> float:
    """Memory of this process now (VmRSS) or at its highest (VmHWM)."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field)]
    return int(line.split()[1]) / 1024


def peak_beyond_the_data(size: int) -> float:
    work = Workload.of(size)
    six_means(Workload.of(1000))  # what the first call loads is no part of it
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest mark so far
    before = megabytes("VmRSS")
    for compute in (six_means, segment_indices, raked_weights):
        compute(work)
    return megabytes("VmHWM") - before


if __name__ == "__main__":
    print(peak_beyond_the_data(int(sys.argv[1])))
