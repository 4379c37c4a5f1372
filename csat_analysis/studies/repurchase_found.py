"""What the study of repurchase finds in its companies: of each number, whether its interval holds what is true.

Each function takes drawn companies and gives a row a company: columns of 1 (holds), 0, or NaN where there is no interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from csat_analysis import intervals
from csat_analysis.certification import CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import share
from csat_analysis.models import validation
from csat_analysis.models.curves import KNOTS
from csat_analysis.models.groups import FEWEST_RARER
from csat_analysis.models.sensitivity import QUARTILES
from csat_analysis.studies import many_logits
from csat_analysis.studies import repurchase_world as world
from csat_analysis.studies.repurchase_world import Layout, Truth

FAR_OUT = (55.0, 70.0, 80.0)  # points at which predictions are tried
OVERCONFIDENT = 2.5  # times the true slope
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(15)


@dataclass(frozen=True)
class Drawn:
    """Companies of one layout: arrays companies × contacts (× columns); x has the intercept, the score and the first controls."""

    layout: Layout
    truth: Truth
    score: np.ndarray
    controls: np.ndarray
    leaning: np.ndarray
    bought: np.ndarray
    columns: int

    @property
    def x(self) -> np.ndarray:
        intercept = np.ones((*self.score.shape, 1))
        return np.concatenate([intercept, self.score[..., None], self.controls[..., : self.columns - 1]], axis=2)

    @property
    def design(self) -> Design:
        own = self.layout
        return Design.of(range(len(own.unit)), weight=own.weight, unit=own.unit, stratum=own.stratum[own.unit])

    @property
    def far(self) -> float:
        return stats.t.ppf((1 + CONFIDENCE) / 2, self.layout.degrees_of_freedom)

    def se(self, influence: np.ndarray) -> np.ndarray:
        return np.sqrt(many_logits.covariance(influence, influence, self.layout.unit, self.layout.stratum))

    def of(self, companies: np.ndarray) -> Drawn:
        own = {name: getattr(self, name)[companies] for name in ("score", "controls", "leaning", "bought")}
        return Drawn(self.layout, self.truth, columns=self.columns, **own)


def effects(drawn: Drawn) -> pd.DataFrame:
    fits = many_logits.fit(drawn.x, drawn.bought, drawn.layout.weight)
    value, influence = many_logits.average_marginal_effect(fits)
    half = drawn.far * drawn.se(influence)
    # a separated company has a penalised fit, whose interval is certified nowhere
    return pd.DataFrame({"effect": value, "low": value - half, "high": value + half, "separated": fits.separated})


def linear_effects(drawn: Drawn) -> pd.DataFrame:
    value, influence = many_logits.linear_slope(drawn.x, drawn.bought, drawn.layout.weight)
    half = drawn.far * drawn.se(influence)
    return pd.DataFrame({"effect": value, "low": value - half, "high": value + half})


def group_effects(drawn: Drawn) -> pd.DataFrame:
    """A slope for each level of competition, which has no part in buying: the truth is the same in all."""
    levels = levels_of(drawn)
    score = drawn.score[..., None]
    x = np.concatenate([drawn.x[..., :2], score * levels[..., 1:], levels[..., 1:], drawn.x[..., 2:]], axis=2)
    fits = many_logits.fit(x, drawn.bought, drawn.layout.weight)
    slopes = np.zeros_like(x)
    slopes[..., 1], slopes[..., 2:4] = 1.0, levels[..., 1:]
    found = {}
    for place in range(levels.shape[2]):
        value, influence = many_logits.average_marginal_effect(fits, slopes, levels[..., place])
        holds = np.abs(value - drawn.truth.effect) <= far_in(drawn, levels[..., place]) * se_in(
            drawn, influence, levels[..., place]
        )
        found[place] = np.where(enough(drawn, levels[..., place]) & ~fits.separated, holds, np.nan)
    return pd.DataFrame(found)


def group_curves(drawn: Drawn) -> pd.DataFrame:
    """A spline for each level of competition: its mean probability at some scores, by the log odds."""
    levels = levels_of(drawn)
    own = np.concatenate([drawn.score[..., None], spline_bends(drawn.score, KNOTS[3])], axis=2)
    parts = [own * levels[..., place, None] for place in (1, 2)]
    x = np.concatenate([drawn.x[..., :1], own, *parts, levels[..., 1:], drawn.x[..., 2:]], axis=2)
    fits = many_logits.fit(x, drawn.bought, drawn.layout.weight)
    found = {}
    for at in (60.0, *FAR_OUT[1:]):
        bend = spline_bends(np.full_like(drawn.score, at), KNOTS[3], of=drawn.score)
        there = np.concatenate([np.full_like(drawn.score, at)[..., None], bend], axis=2)
        moved = x.copy()
        moved[..., 1:7] = np.concatenate([there, *[there * levels[..., place, None] for place in (1, 2)]], axis=2)
        for place in range(levels.shape[2]):
            value, influence = many_logits.predicted(fits, moved, levels[..., place])
            freedom = freedom_in(drawn, levels[..., place])
            holds = held(value, drawn.se(influence), freedom, world.prediction_at(drawn.truth)(at))
            found[at, place] = np.where(enough(drawn, levels[..., place]) & ~fits.separated, holds, np.nan)
    return pd.DataFrame(found)


def levels_of(drawn: Drawn) -> np.ndarray:
    """Companies × contacts × levels of competition, 0 and 1."""
    others = drawn.controls[..., world.LEVELS_OF_COMPETITION]
    return np.concatenate([1 - others.sum(axis=2, keepdims=True), others], axis=2)


def enough(drawn: Drawn, inside: np.ndarray) -> np.ndarray:
    """Companies with as many of the rarer outcome in a group as a slope of its own asks for."""
    bought, size = (inside * drawn.bought).sum(axis=1), inside.sum(axis=1)
    return np.minimum(bought, size - bought) >= FEWEST_RARER


def freedom_in(drawn: Drawn, inside: np.ndarray) -> np.ndarray:
    """Degrees of freedom in a group of customers: its customers less strata."""
    first = np.flatnonzero(np.r_[True, drawn.layout.unit[1:] != drawn.layout.unit[:-1]])
    return inside[:, first].sum(axis=1) - len(np.unique(drawn.layout.stratum))


def se_in(drawn: Drawn, influence: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """With the correction that intervals of small domains have (estimate.py)."""
    units, sampled = freedom_in(drawn, inside) + 1, len(drawn.layout.stratum)
    return drawn.se(influence) * np.sqrt(units / (units - 1) * (sampled - 1) / sampled)


def far_in(drawn: Drawn, inside: np.ndarray) -> np.ndarray:
    return stats.t.ppf((1 + CONFIDENCE) / 2, freedom_in(drawn, inside))


def predictions(drawn: Drawn) -> pd.DataFrame:
    """At each of FAR_OUT: does the interval of the log odds hold the true mean probability of customers of such a score?"""
    fits, found = many_logits.fit(drawn.x, drawn.bought, drawn.layout.weight), {}
    for at in FAR_OUT:
        value, influence = many_logits.prediction(fits, at)
        truth = world.prediction_at(drawn.truth)(at)
        found[at] = held(value, drawn.se(influence), drawn.layout.degrees_of_freedom, truth)
    return pd.DataFrame(found)


def risk_ratios(drawn: Drawn) -> pd.DataFrame:
    """Of buying again at the upper against the lower quartile of the company's scores, on the log scale."""
    fits = many_logits.fit(drawn.x, drawn.bought, drawn.layout.weight)
    ends = np.quantile(drawn.score, QUARTILES, axis=1)
    (below, of_below), (above, of_above) = (many_logits.prediction(fits, at[:, None]) for at in ends)
    half = drawn.far * drawn.se(of_above / above[:, None] - of_below / below[:, None])
    lower, upper = (world.prediction_at(drawn.truth)(at) for at in ends)
    return pd.DataFrame({"ratio": (np.abs(np.log(above / below) - np.log(upper / lower)) <= half).astype(float)})


def single_customers(drawn: Drawn) -> pd.DataFrame:
    """Probabilities of customers like those who answered, by fifths of their true probability.

    What nobody observes is averaged out of the truth.
    """
    fits = many_logits.fit(drawn.x, drawn.bought, drawn.layout.weight)
    spread = np.empty((len(drawn.x), drawn.x.shape[2], drawn.x.shape[2]))
    influence = many_logits.robust_influence(fits)
    for i in range(spread.shape[1]):
        for j in range(i + 1):
            spread[:, i, j] = spread[:, j, i] = many_logits.covariance(
                influence[..., i], influence[..., j], drawn.layout.unit, drawn.layout.stratum
            )
    some = slice(None, None, max(len(drawn.layout.unit) // 40, 1))
    x = drawn.x[:, some]
    odds = np.einsum("dnk,dk->dn", x, fits.beta)
    half = drawn.far * np.sqrt(np.einsum("dni,dij,dnj->dn", x, spread, x))
    known = drawn.truth.log_odds(drawn.score[:, some]) + world.SALES * drawn.controls[:, some, 0]
    known += world.BEFORE * drawn.controls[:, some, 1]
    p = special.expit(known[..., None] + world.UNSEEN * NODES) @ (NODE_WEIGHTS / NODE_WEIGHTS.sum())
    holds = np.abs(odds - special.logit(p)) <= half
    fifth = np.digitize(p, np.quantile(p, [0.2, 0.4, 0.6, 0.8]))
    with np.errstate(invalid="ignore"):
        return pd.DataFrame(
            {
                g: np.where(fifth == g, holds, np.nan).sum(axis=1, where=fifth == g) / (fifth == g).sum(axis=1)
                for g in range(5)
            }
        )


def within(drawn: Drawn) -> pd.DataFrame:
    """The slope of buying on the score, both less the customer's own mean, over customers who answered more than once."""
    unit, weight = drawn.layout.unit, drawn.layout.weight
    back = np.flatnonzero(np.bincount(unit)[unit] > 1)
    codes = np.unique(unit[back], return_inverse=True)[1]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    weight = weight[back] / weight[back].mean()

    def own(values: np.ndarray) -> np.ndarray:
        return values - (np.add.reduceat(weight * values, starts, axis=1) / np.add.reduceat(weight, starts))[:, codes]

    score, bought = own(drawn.score[:, back]), own(drawn.bought[:, back])
    x = np.stack([np.ones_like(score), score], axis=2)
    value, influence = many_logits.linear_slope(x, bought, weight)
    stratum = drawn.layout.stratum[np.unique(unit[back])]
    se = np.sqrt(many_logits.covariance(influence, influence, codes, stratum))
    far = stats.t.ppf((1 + CONFIDENCE) / 2, len(starts) - len(np.unique(stratum)))
    return pd.DataFrame({"within": (np.abs(value - world.slope_within(drawn.truth)) <= far * se).astype(float)})


def by_score(truth: Truth, score: np.ndarray, controls: np.ndarray) -> np.ndarray:
    """A forecast that knows the score and how it works."""
    return special.expit(truth.log_odds(score) + world.SALES * 3.6 + world.BEFORE * 0.8)


def overconfident(truth: Truth, score: np.ndarray, controls: np.ndarray) -> np.ndarray:
    """A forecast that makes too much of the score."""
    return special.expit(
        special.logit(truth.rate)
        + OVERCONFIDENT * truth.log_odds(score)
        - OVERCONFIDENT * truth.log_odds(np.array(world.MEDIAN))
    )


def by_sales(truth: Truth, score: np.ndarray, controls: np.ndarray) -> np.ndarray:
    """A forecast that knows sales and the earlier order alone."""
    odds = special.logit(truth.rate) + world.SALES * (controls[..., 0] - 3.6)
    return special.expit(odds + world.BEFORE * (controls[..., 1] - 0.8))


def by_all(truth: Truth, score: np.ndarray, controls: np.ndarray) -> np.ndarray:
    odds = truth.log_odds(score) + world.SALES * controls[..., 0]
    return special.expit(odds + world.BEFORE * controls[..., 1])


FORECASTS = (by_score, overconfident)


def areas(drawn: Drawn) -> pd.DataFrame:
    """Does the interval of the log odds hold the true area under the curve of a forecast that goes by the score?"""
    given, design = by_score(drawn.truth, drawn.score, drawn.controls), drawn.design
    found = [validation.auc(design, y, p) for y, p in zip(drawn.bought, given, strict=True)]
    value, se = np.array([area.value for area in found]), np.array([area.se for area in found])
    truth = world.area_under_curve(drawn.truth, by_score)
    return pd.DataFrame({"auc": held(value, se, drawn.layout.degrees_of_freedom, truth)})


def area_gains(drawn: Drawn) -> pd.DataFrame:
    both = [how(drawn.truth, drawn.score, drawn.controls) for how in (by_all, by_sales)]
    truth = world.area_under_curve(drawn.truth, by_all) - world.area_under_curve(drawn.truth, by_sales)
    design = drawn.design
    found = [
        validation.auc(design, y, p) - validation.auc(design, y, q) for y, p, q in zip(drawn.bought, *both, strict=True)
    ]
    return pd.DataFrame({"gain": [holds(number, truth) for number in found]})


def squared_misses(drawn: Drawn) -> pd.DataFrame:
    """Brier score; that less a constant's; what satisfaction does to it; and how far forecasts are too low on average."""
    them, found = world.everybody(), {}
    p = them.probability(drawn.truth)

    def miss(given: np.ndarray) -> float:
        return them.mean(given**2 - 2 * given * p + p)

    for how in (*FORECASTS, by_all):
        given, of_all = (how(drawn.truth, own.score, own.controls) for own in (drawn, them))
        other, other_of_all = (by_sales(drawn.truth, o.score, o.controls) for o in (drawn, them))
        if how is not by_all:
            other, other_of_all = (np.full_like(own, drawn.truth.rate) for own in (given, of_all))
        own = validation.miss(drawn.bought, given)
        found[f"{how.__name__} brier"] = mean_holds(drawn, own, miss(of_all))
        gap = own - validation.miss(drawn.bought, other)
        found[f"{how.__name__} gap"] = mean_holds(drawn, gap, miss(of_all) - miss(other_of_all))
        found[f"{how.__name__} level"] = mean_holds(drawn, drawn.bought - given, them.mean(p - of_all))
    return pd.DataFrame(found)


def mean_holds(drawn: Drawn, values: np.ndarray, truth: float) -> np.ndarray:
    """The t interval of a weighted mean (estimators.mean, over a whole sample)."""
    weight = drawn.layout.weight / drawn.layout.weight.sum()
    value = values @ weight
    return (np.abs(value - truth) <= drawn.far * drawn.se(weight * (values - value[:, None]))).astype(float)


def calibration_slopes(drawn: Drawn) -> pd.DataFrame:
    found = {}
    for how in FORECASTS:
        odds = special.logit(how(drawn.truth, drawn.score, drawn.controls))
        fits = many_logits.fit(np.stack([np.ones_like(odds), odds], axis=2), drawn.bought, drawn.layout.weight)
        se = drawn.se(many_logits.robust_influence(fits)[..., 1])
        gap = fits.beta[:, 1] - world.slope_of_forecast(drawn.truth, how)
        found[how.__name__] = np.where(fits.separated, np.nan, np.abs(gap) <= drawn.far * se)
    return pd.DataFrame(found)


def fifths(drawn: Drawn) -> pd.DataFrame:
    """Share who bought again in each fifth by a forecast, which goes by the score."""
    design, found = drawn.design, []
    for score, bought in zip(drawn.score, drawn.bought, strict=True):
        cuts = np.quantile(score, [0.2, 0.4, 0.6, 0.8])
        group = np.searchsorted(cuts, score)
        truth = world.share_between(drawn.truth)(np.r_[-1.0, cuts], np.r_[cuts, 100.0])
        found.append(
            [holds(share(design, bought, inside=group == g).process(), truth[g]) for g in range(validation.GROUPS)]
        )
    return pd.DataFrame(found)


def rates(drawn: Drawn) -> pd.DataFrame:
    """Share who bought again: of all, and of the half with the lower scores."""
    design, found = drawn.design, []
    for score, bought in zip(drawn.score, drawn.bought, strict=True):
        cut = np.median(score)
        low = share(design, bought, inside=score <= cut).process()
        truth = world.share_between(drawn.truth)(np.array(-1.0), cut)
        found.append([holds(share(design, bought).process(), drawn.truth.rate), holds(low, truth)])
    return pd.DataFrame(found)


def rate_gaps(drawn: Drawn) -> pd.DataFrame:
    """Share of the half with the higher scores less that of the other half."""
    design, found = drawn.design, []
    for score, bought in zip(drawn.score, drawn.bought, strict=True):
        cut, between = np.median(score), world.share_between(drawn.truth)
        gap = share(design, bought, inside=score > cut) - share(design, bought, inside=score <= cut)
        truth = between(cut, np.array(100.0)) - between(np.array(-1.0), cut)
        found.append([holds(gap.process(), truth)])
    return pd.DataFrame(found)


def shapes(drawn: Drawn) -> pd.DataFrame:
    """p of the Wald test of the bends, and the power that the test foretells for the named curvature."""
    bends = spline_bends(drawn.score, KNOTS[4])
    x = np.concatenate([drawn.x[..., :2], bends, drawn.x[..., 2:]], axis=2)
    fits = many_logits.fit(x, drawn.bought, drawn.layout.weight)
    influence = many_logits.robust_influence(fits)[..., 2 : 2 + bends.shape[2]]
    count, freedom = bends.shape[2], drawn.layout.degrees_of_freedom
    spread = np.empty((len(x), count, count))
    for i in range(count):
        for j in range(count):
            spread[:, i, j] = many_logits.covariance(
                influence[..., i], influence[..., j], drawn.layout.unit, drawn.layout.stratum
            )
    found = fits.beta[:, 2 : 2 + count]
    statistic = np.einsum("di,dij,dj->d", found, np.linalg.inv(spread), found)
    beyond = stats.f.isf(1 - CONFIDENCE, count, freedom)
    size = many_logits.noncentrality(fits, drawn.score, spread, world.EFFECT)
    return pd.DataFrame(
        {"p": stats.f.sf(statistic / count, count, freedom), "power": stats.ncf.sf(beyond, count, freedom, size)}
    )


def spline_bends(score: np.ndarray, quantiles: tuple[float, ...], of: np.ndarray | None = None) -> np.ndarray:
    """The bending columns of each company's restricted cubic spline (models/curves.py), knots at its own quantiles."""
    knots = np.quantile(score if of is None else of, quantiles, axis=1)[..., None]
    *_, before, last = knots
    beyond = [np.maximum(score - knot, 0.0) ** 3 for knot in knots]
    columns = [
        beyond[place] - beyond[-2] * (last - knot) / (last - before) + beyond[-1] * (before - knot) / (last - before)
        for place, knot in enumerate(knots[:-2])
    ]
    return np.stack(columns, axis=-1) / (last - knots[0])[..., None] ** 2


def holds(number: Estimate | NoEstimate, truth: float) -> float:
    """1 where the interval holds the truth, else 0; NaN where there is none."""
    low, high = number.interval(CONFIDENCE) if isinstance(number, Estimate) else (np.nan, np.nan)
    return np.nan if np.isnan(low) else float(low <= truth <= high)


def held(value: np.ndarray, se: np.ndarray, freedom: np.ndarray | float, truth: float) -> np.ndarray:
    """The same by the t interval of the log odds."""
    freedom = np.broadcast_to(freedom, value.shape)
    bounds = [intervals.logit(v, s, df, CONFIDENCE) for v, s, df in zip(value, se, freedom, strict=True)]
    return np.array([np.nan if np.isnan(low) else float(low <= truth <= high) for low, high in bounds])


FOUND: dict[str, Callable[[Drawn], pd.DataFrame]] = {
    "effect": effects,
    "effect_linear": linear_effects,
    "group_effect": group_effects,
    "group_curve": group_curves,
    "prediction": predictions,
    "risk_ratio": risk_ratios,
    "customer": single_customers,
    "within": within,
    "auc": areas,
    "auc_gain": area_gains,
    "brier": squared_misses,
    "calibration_slope": calibration_slopes,
    "calibration": fifths,
    "rate": rates,
    "rate_gap": rate_gaps,
    "shape": shapes,
}
