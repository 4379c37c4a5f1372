"""Did all kinds of customers answer alike? R-indicators of the answering model, and the largest bias they allow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special, stats

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import NOBODY, estimated
from csat_analysis.measured import Measured
from csat_analysis.survey.answering import AnsweringModel

HOLDS_FROM = 100  # people asked from which the interval was shown to hold (studies/representativity.py)


@dataclass(frozen=True, eq=False)
class RIndicator:
    """R = 1 − 2 S(ρ): 1 where everybody asked was equally likely to answer, lower the more the chances differ.

    value      with the small-sample correction, 0–1.
    spread     S(ρ) with that correction: the standard deviation of the chances of answering.
    raw        1 − 2 S(ρ̂) without it: too low, since fitted chances differ by accident too.
    rate       mean chance: the response rate of those asked.
    asked, coefficients  people, and the model's columns without the intercept.
    estimate   the value with each person's influence on it.
    """

    value: float
    spread: float
    raw: float
    rate: float
    asked: int
    coefficients: int
    estimate: Estimate

    @property
    def holds(self) -> bool:
        """Was this interval shown to hold at this number of people asked?"""
        return self.asked >= HOLDS_FROM

    def spread_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Interval for S(ρ): asked × S² / (rate (1 − rate)) of the fitted chances, uncorrected, is about a noncentral χ²
        with `coefficients` degrees of freedom and the true value of the same as noncentrality, so its quantiles are
        inverted; the lower end is 0 where chance alone could have made all differences."""
        scale = self.rate * (1 - self.rate) / self.asked
        low, high = noncentrality(((1 - self.raw) / 2) ** 2 / scale, self.coefficients, confidence)
        return float(np.sqrt(low * scale)), float(np.sqrt(high * scale))

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        low, high = self.spread_interval(confidence)
        return max(1 - 2 * high, 0.0), 1 - 2 * low

    def measured(self, confidence: float = 0.95) -> Measured:
        """R with that interval, as it is recorded."""
        return Measured(self.value, *self.interval(confidence), n=self.asked, holds=self.holds)

    def largest_bias(self, score_sd: float, confidence: float = 0.95) -> Measured:
        """How far the mean of those who answered can lie from everybody's, S(ρ) S(y) / rate, were the score to go with the
        chance of answering entirely. In the score's unit. Source: Schouten, Cobben, Bethlehem (2009).

        It bounds what the model's variables can do; answering that depends on satisfaction itself is beyond it. Its
        interval is that of S(ρ): the rate is a fact of those asked, and S(y), which answers estimate, is taken as it is.
        """
        low, high = self.spread_interval(confidence)
        scale = score_sd / self.rate
        return Measured(self.spread * scale, low * scale, high * scale, n=self.asked, holds=self.holds)


def noncentrality(statistic: float, degrees_of_freedom: int, confidence: float) -> tuple[float, float]:
    """Noncentralities of a χ² under which the statistic would be at its upper and lower limit; 0 where none is."""
    error = (1 - confidence) / 2
    at_none = stats.chi2.cdf(statistic, degrees_of_freedom)
    return tuple(
        0.0 if at_none <= share else float(special.chndtrinc(statistic, degrees_of_freedom, share))
        for share in (1 - error, error)
    )


def r_indicator(model: AnsweringModel, answered: pd.Series) -> RIndicator | NoEstimate:
    """R-indicator of those asked, with its small-sample correction.

    What it tells a manager: how alike those who answered are to those who were asked, as far as the frame can tell.

    It is of the people asked, each once, and about the process of answering: who was drawn is given. Correction: the mean
    variance of the fitted chances (centred) is taken off their variance; below 0 it is 0, R then 1.
    No estimate where all or none answered, or the frame tells nothing.
    Source: Schouten, Cobben, Bethlehem (2009); Shlomo, Skinner, Schouten (2012) for the correction; checked by simulation
    (studies/representativity.py): the usual t interval covers .35–.98, the inverted χ² .93–.98 from 100 people asked.
    """
    coefficients = model.columns.shape[1] - 1
    if answered.all() or not answered.any():
        return NoEstimate("not_estimable", f"{'everybody' if answered.all() else 'nobody'} who was asked answered")
    if not coefficients:
        return NoEstimate("not_estimable", "nothing in the frame tells those asked apart, or too few were asked")
    chance, x = model.probability.to_numpy(), model.columns.to_numpy()
    slopes = (chance * (1 - chance))[:, None] * x
    inverse = np.linalg.inv(x.T @ slopes)
    centred = slopes - slopes.mean(axis=0)
    by_accident = float(((centred @ inverse) * centred).sum(axis=1).mean())
    spread = float(np.sqrt(max(chance.var() - by_accident, 0.0)))
    gradient = 2 * ((chance - chance.mean())[:, None] * slopes).mean(axis=0)
    influence = (x * (answered.to_numpy() - chance)[:, None]) @ inverse @ gradient
    influence = -influence / spread if spread > 0 else np.zeros(len(chance))
    design = Design.of(answered.index)
    estimate = estimated(1 - 2 * spread, influence, design.positions, design, NOBODY, bounds=(0.0, 1.0))
    return RIndicator(
        value=1 - 2 * spread,
        spread=spread,
        raw=float(1 - 2 * chance.std()),
        rate=float(chance.mean()),
        asked=len(chance),
        coefficients=coefficients,
        estimate=replace(estimate, kind="other", finite=False),
    )


def partial_indicators(model: AnsweringModel) -> pd.DataFrame:
    """How much of the differences in answering goes with each variable of the model: one row a variable, largest first.

    unconditional  standard deviation of the mean chances of the variable's groups, as fitted on its columns alone.
    by_chance      what that would be expected to be, squared, were answering not to depend on it (√ given).
    conditional    standard deviation of the chances that the other variables don't account for (their main effects stand
                   for the cross-classification, whose cells would hold one or two people here).
    chi2, df, p    Wald's test that all its coefficients are 0.
    Source: Schouten, Shlomo, Skinner (2011).
    """
    chance, rows = model.probability.to_numpy(), []
    x = model.columns.to_numpy()
    covariance = np.linalg.inv(x.T @ ((chance * (1 - chance))[:, None] * x))
    noise = chance.mean() * (1 - chance.mean()) / len(chance)
    for name, block in model.blocks.items():
        at = model.columns.columns.get_indexer(block)
        alone, others = np.column_stack([x[:, 0], x[:, at]]), np.delete(x, at, axis=1)
        beta = model.coefficients["log_odds"].to_numpy()[at]
        chi2 = float(beta @ np.linalg.solve(covariance[np.ix_(at, at)], beta))
        rows.append(
            {
                "variable": name,
                "unconditional": float(projected(chance, alone).std()),
                "by_chance": float(np.sqrt(len(block) * noise)),
                "conditional": float((chance - projected(chance, others)).std()),
                "chi2": chi2,
                "df": len(block),
                "p": float(stats.chi2.sf(chi2, len(block))),
            }
        )
    columns = ["unconditional", "by_chance", "conditional", "chi2", "df", "p"]
    table = pd.DataFrame(rows, columns=["variable", *columns]).set_index("variable")
    return table.sort_values("unconditional", ascending=False)


def projected(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    return x @ np.linalg.lstsq(x, y, rcond=None)[0]
