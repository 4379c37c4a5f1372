"""Raking: weights whose sums agree with the frame's margins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.errors import EstimateError


@dataclass(frozen=True)
class Raked:
    """Raked weights, in the order of the factors' rows; `iterations` until every margin agreed."""

    weight: np.ndarray
    iterations: int


def rake(
    factors: pd.DataFrame,
    margins: Mapping[str, Mapping[str, float]],
    *,
    weight: np.ndarray | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
) -> Raked:
    """Weights as close to the given ones as the margins allow (iterative proportional fitting, Deming and Stephan 1940).

    What it tells a manager: answers count so that classes, regions … have the shares that they have in the frame.

    factors   one row an answer, one column a margin; no missing levels (make missing a level).
    margins   variable → level → total in the frame; all variables have the same grand total.
    weight    starting weights ≥ 0, in each level some above 0; default 1.

    Answers with the same levels change by the same factor, so the fitting runs on their cells: its time hardly depends on
    the number of answers. Stops when every margin agrees within `tolerance` of its total.

    Raises EstimateError naming the variable and level: a level of the sample that the frame lacks, a level of the frame
    without answers, margins with different totals, no convergence. Checked against R survey `rake` (tests/reference).
    """
    weight = np.ones(len(factors)) if weight is None else np.asarray(weight, dtype=float)
    if not margins:
        raise EstimateError("raking: no margin is named, so there is nothing to rake to")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise EstimateError("raking: a starting weight is missing, infinite or negative; weights are 0 or more")
    codes = {name: level_codes(factors[name], name, totals) for name, totals in margins.items()}
    check_totals(margins)
    targets = {name: np.array(list(totals.values()), dtype=float) for name, totals in margins.items()}
    return rake_codes(codes, targets, weight, tolerance=tolerance, max_iterations=max_iterations)


def rake_codes(
    codes: Mapping[str, np.ndarray],
    targets: Mapping[str, np.ndarray],
    weight: np.ndarray,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
) -> Raked:
    """Raking of levels that are codes already and were checked: each has answers and a total above 0."""
    shape = [len(totals) for totals in targets.values()]
    cells, cell = np.unique(np.ravel_multi_index(tuple(codes.values()), shape), return_inverse=True)
    levels = dict(zip(targets, np.unravel_index(cells, shape)))
    start = np.bincount(cell, weight)
    fitted, iterations = fit(start, levels, targets, tolerance, max_iterations)
    change = np.divide(fitted, start, out=np.zeros_like(fitted), where=start > 0)
    return Raked(weight * change[cell], iterations)


def fit(
    start: np.ndarray,
    levels: Mapping[str, np.ndarray],
    targets: Mapping[str, np.ndarray],
    tolerance: float,
    max_iterations: int,
) -> tuple[np.ndarray, int]:
    """Scale the cells to each margin in turn until all agree."""
    fitted = start.copy()
    for iteration in range(1, max_iterations + 1):
        worst = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            for name, target in targets.items():
                factor = target / np.bincount(levels[name], fitted, minlength=len(target))
                fitted = fitted * factor[levels[name]]
                worst = np.maximum(worst, np.abs(factor - 1).max())  # unlike max(), it keeps a NaN
        if not np.isfinite(fitted).all():
            raise EstimateError(
                f"raking to {', '.join(targets)}: all answers of a level have the weight 0; merge it with another"
            )
        if worst < tolerance:
            return fitted, iteration
    raise EstimateError(
        f"raking to {', '.join(targets)} does not converge in {max_iterations} rounds: the margins contradict each "
        "other in this sample (two levels that never occur apart?); drop a margin or merge levels"
    )


def level_codes(column: pd.Series, name: str, totals: Mapping[str, float]) -> np.ndarray:
    """Position of each answer's level among the margin's; the two must have the same levels."""
    levels = pd.Index(list(totals))
    codes = levels.get_indexer(column)
    if (codes < 0).any():
        stranger = column[codes < 0].iloc[0]
        raise EstimateError(
            f"raking: {name} is {stranger!r} in the sample, but the frame's margin lacks that level; its levels are {', '.join(map(str, levels))}"
        )
    empty = np.flatnonzero(np.bincount(codes, minlength=len(levels)) == 0)
    if len(empty):
        raise EstimateError(
            f"raking: nobody with {name} = {levels[empty[0]]!r} answered; merge that level with another"
        )
    if not all(np.isfinite(total) and total > 0 for total in totals.values()):
        raise EstimateError(
            f"raking: the frame's total of {name} = {next(k for k, t in totals.items() if not t > 0 or t == np.inf)!r} is not above 0"
        )
    return codes


def check_totals(margins: Mapping[str, Mapping[str, float]]) -> None:
    totals = {name: sum(levels.values()) for name, levels in margins.items()}
    first, *others = totals
    for name in others:
        if not np.isclose(totals[name], totals[first], rtol=1e-6):
            raise EstimateError(
                f"raking: {name} adds up to {totals[name]:g}, but {first} to {totals[first]:g}: margins are of one frame"
            )
