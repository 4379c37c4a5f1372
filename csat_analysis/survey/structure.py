"""Do the items measure the dimensions that they are filed under? Suitability, number of factors, loadings, HTMT.

All of it rests on the complete answers to all items (listwise), weighted by the design.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import optimize, stats
from statsmodels.multivariate.factor import Factor, FactorResults
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from csat_analysis.certification import design_effect
from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.survey.reliability import NO_ERROR, Covariance, covariance

ANSWERS_AN_ITEM = 10  # complete answers that placing items asks for (Nunnally 1978)
OWN_LOADING = 0.40  # below it an item hardly belongs to its factor (Hair et al. 2010)
CROSS_LOADING = 0.32  # a tenth of the item's variance: it belongs to that factor too (Tabachnick & Fidell 2007)
DISTINCT = 0.90  # HTMT below it: two things; .85 where they aren't alike in meaning (Henseler et al. 2015)
DISTINCT_STRICT = 0.85
FEWEST_FOR_HTMT = 80  # complete answers; its t intervals covered .93–.96 from there, .92 at 40
SINGULAR = 1e-8
PERCENTILE = 95

Questionnaire = Mapping[str, Sequence[str]]  # dimension → its items


@dataclass(frozen=True, eq=False)
class Suitability:
    """Is there enough in common for factors? KMO 0–1 (below .5 unacceptable, Kaiser 1974), Bartlett's test of no correlation."""

    kmo: float
    kmo_items: pd.Series
    chi2: float
    degrees_of_freedom: int
    p_value: float


@dataclass(frozen=True, eq=False)
class ParallelAnalysis:
    """How many factors stand out from chance, and the eigenvalues beside those of permuted answers."""

    factors: int
    n: int
    eigenvalues: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Structure:
    """Items (index) with dimension, own_loading, other, other_loading, communality and place; all loadings; factors' correlations."""

    items: pd.DataFrame
    loadings: pd.DataFrame
    correlations: pd.DataFrame
    n: int


def suitability(design: Design, items: pd.DataFrame) -> Suitability | NoEstimate:
    """Kaiser–Meyer–Olkin measure and Bartlett's test of sphericity.

    KMO = Σr²/(Σr² + Σp²) over pairs, p the partial correlations; χ² = −(n − 1 − (2k + 5)/6) log|R| with Kish's effective n.
    Source: Kaiser (1974), Bartlett (1951). Checked against R psych `KMO`, `cortest.bartlett` (tests/reference/psych.R).
    """
    found = usable(design, items)
    if isinstance(found, NoEstimate):
        return found
    r, k = found.correlation, len(found.items)
    inverse = np.linalg.inv(r)
    spread = np.sqrt(np.diag(inverse))
    apart = ~np.eye(k, dtype=bool)
    squares, partial = np.where(apart, r, 0) ** 2, np.where(apart, inverse / np.outer(spread, spread), 0) ** 2
    own = squares.sum(axis=0) / (squares + partial).sum(axis=0)
    n, degrees = effective_n(found), k * (k - 1) // 2
    chi2 = float(-(n - 1 - (2 * k + 5) / 6) * np.linalg.slogdet(r)[1])
    kmo = float(squares.sum() / (squares.sum() + partial.sum()))
    return Suitability(kmo, pd.Series(own, index=found.items), chi2, degrees, float(stats.chi2.sf(chi2, degrees)))


def parallel_analysis(
    design: Design, items: pd.DataFrame, *, seed: int, draws: int = 200
) -> ParallelAnalysis | NoEstimate:
    """How many components have a larger eigenvalue than 95 % of answers whose items were permuted apart.

    What it tells a manager: how many different things the questionnaire can be seen to measure in these answers. A number
    below that of the dimensions isn't proof that they are one: related dimensions and few answers look alike.
    eigenvalues  one row a component: `observed`, and `chance`, the 95th percentile of the permuted.
    Source: Horn (1965); percentile and permutation: Buja & Eyuboglu (1992).
    """
    found = usable(design, items)
    if isinstance(found, NoEstimate):
        return found
    rng = np.random.default_rng(seed)
    permuted = np.array([eigenvalues(rng.permuted(found.deviation, axis=0), found.weight) for _ in range(draws)])
    table = pd.DataFrame(
        {
            "observed": eigenvalues(found.deviation, found.weight),
            "chance": np.percentile(permuted, PERCENTILE, axis=0),
        },
        index=pd.RangeIndex(1, len(found.items) + 1, name="component"),
    )
    stands_out = (table["observed"] > table["chance"]).to_numpy()
    return ParallelAnalysis(int(stands_out.cumprod().sum()), len(found.rows), table)


def eigenvalues(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Eigenvalues of the weighted correlations, largest first."""
    deviation = values - weight @ values
    spread = np.sqrt(weight @ deviation**2)
    scaled = deviation / spread
    return np.linalg.eigvalsh((scaled * weight[:, None]).T @ scaled)[::-1]


def structure(design: Design, items: pd.DataFrame, questionnaire: Questionnaire) -> Structure | NoEstimate:
    """Loadings of the items on as many oblique factors as there are dimensions of two items or more, each item held against
    its own.

    What it tells a manager: which questions measure something else than the dimension that they are counted in.
    Maximum likelihood, rotated by oblimin (γ = 0); each factor goes to the dimension whose items load on it most.
    place        own; cross (own, and CROSS_LOADING or more elsewhere); weak (no loading reaches OWN_LOADING); elsewhere
                 (its largest loading is on another dimension's factor).
    With fewer than ANSWERS_AN_ITEM complete answers an item nothing is placed: from 98 answers to 25 items, 5 that belong where
    they stand in the simulated company were put elsewhere.
    Checked against R psych `fa(fm = "ml", rotate = "oblimin")` (tests/reference/psych.R).
    """
    shared = {name: list(own) for name, own in questionnaire.items() if len(own) > 1}
    if len(shared) < 2:
        return NoEstimate("not_estimable", "fewer than two dimensions have more than one item")
    found = usable(design, items[[item for own in shared.values() for item in own]])
    if isinstance(found, NoEstimate):
        return found
    if len(found.rows) < ANSWERS_AN_ITEM * len(found.items):
        reason = f"{len(found.rows)} complete answers to {len(found.items)} items: their places ask for {ANSWERS_AN_ITEM} an item"
        return NoEstimate("not_estimable", reason, len(found.rows))
    fitted = maximum_likelihood(found, len(shared))
    if isinstance(fitted, str):
        return NoEstimate("not_estimable", fitted, len(found.rows))
    fitted.rotate("oblimin")
    names, signs = factor_names(fitted.loadings, found.items, shared)
    loadings = pd.DataFrame(fitted.loadings * signs, index=pd.Index(found.items, name="item"), columns=names)
    turn = fitted.rotation_matrix.T @ fitted.rotation_matrix
    correlations = pd.DataFrame(turn * np.outer(signs, signs), index=names, columns=names)
    table = places(loadings[list(shared)], shared).assign(communality=fitted.communality)
    return Structure(table, loadings[list(shared)], correlations.loc[list(shared), list(shared)], len(found.rows))


def maximum_likelihood(found: Covariance, factors: int) -> FactorResults | str:
    """The fitted factors before rotation; in words why there is no proper solution."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            fitted = Factor(corr=found.correlation, n_factor=factors, method="ml", nobs=len(found.rows)).fit()
    except ConvergenceWarning:
        return f"{factors} factors can't be fitted to these answers: the items share fewer"
    edge = np.argmin(fitted.uniqueness)
    if fitted.uniqueness[edge] <= NO_ERROR:
        item = found.items[edge]
        return f"with {factors} factors the item {item} has no error of its own (Heywood case): the items share fewer"
    return fitted


def factor_names(
    loadings: np.ndarray, items: Sequence[str], questionnaire: Questionnaire
) -> tuple[list[str], np.ndarray]:
    """The dimension of each factor (each once, by the largest squared loadings), and the sign that makes its items positive."""
    names = list(questionnaire)
    member = np.array([[item in questionnaire[name] for item in items] for name in names], dtype=float)
    strength = (member @ loadings**2) / member.sum(axis=1, keepdims=True)
    dimension, factor = optimize.linear_sum_assignment(-strength)
    in_order = dimension[np.argsort(factor)]
    sums = (member @ loadings)[in_order, np.arange(len(names))]
    return [names[d] for d in in_order], np.where(sums >= 0, 1.0, -1.0)


def places(loadings: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """Each item's dimension, its loading there, its largest loading elsewhere, and where it belongs."""
    rows = {}
    for dimension, items in questionnaire.items():
        for item in items:
            own, others = loadings.at[item, dimension], loadings.loc[item].drop(dimension)
            other = others.abs().idxmax()
            rows[item] = {
                "dimension": dimension,
                "own_loading": own,
                "other": other,
                "other_loading": others[other],
                "place": place(own, others[other]),
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")


def place(own: float, other: float) -> str:
    if max(own, abs(other)) < OWN_LOADING:
        return "weak"
    if abs(other) > own:
        return "elsewhere"
    return "cross" if abs(other) >= CROSS_LOADING else "own"


def heterotrait_monotrait(
    design: Design, items: pd.DataFrame, questionnaire: Questionnaire
) -> dict[tuple[str, str], Estimate | NoEstimate]:
    """HTMT of each pair of dimensions: mean |r| between their items over the geometric mean of the mean r within each.

    What it tells a manager: whether two dimensions are two things to customers. Near 1 they can't be told apart.
    Influence: that of each correlation, z_a z_b − r (z_a² + z_b²)/2, through the ratio's derivative. 0 or more.
    Source: Henseler, Ringle & Sarstedt (2015); thresholds DISTINCT and, for things unlike in meaning, DISTINCT_STRICT.
    """
    pairs = list(combinations([name for name, own in questionnaire.items() if len(own) > 1], 2))
    return {pair: htmt(design, items, *(list(questionnaire[name]) for name in pair)) for pair in pairs}


def discriminant_table(pairs: Mapping[tuple[str, str], Estimate | NoEstimate], confidence: float) -> pd.DataFrame:
    """One row a pair of dimensions: n, htmt, low, high (missing below FEWEST_FOR_HTMT answers), and what follows of it.

    told   distinct: the interval lies below DISTINCT; alike: at or above it; untold: it includes it, or there is none.
    strict distinct also by DISTINCT_STRICT.
    """
    rows = []
    for pair, found in pairs.items():
        value = found.value if isinstance(found, Estimate) else np.nan
        enough = isinstance(found, Estimate) and found.n >= FEWEST_FOR_HTMT
        low, high = found.interval(confidence) if enough else (np.nan, np.nan)
        told = "distinct" if high < DISTINCT else "alike" if low >= DISTINCT else "untold"
        rows.append((*pair, found.n, value, low, high, told, bool(high < DISTINCT_STRICT)))
    columns = ["first", "second", "n", "htmt", "low", "high", "told", "strict"]
    return pd.DataFrame(rows, columns=columns).set_index(["first", "second"])


def htmt(design: Design, items: pd.DataFrame, first: list[str], second: list[str]) -> Estimate | NoEstimate:
    found = usable(design, items[first + second])
    if isinstance(found, NoEstimate):
        return found
    r, k = found.correlation, len(found.items)
    here = np.arange(k) < len(first)
    above = np.triu(np.ones((k, k), dtype=bool), 1)
    blocks = {
        "between": above & np.outer(here, ~here),
        "first": above & np.outer(here, here),
        "second": above & np.outer(~here, ~here),
    }
    size = {name: np.abs(r[block]).mean() if name == "between" else r[block].mean() for name, block in blocks.items()}
    if size["first"] <= 0 or size["second"] <= 0:
        return NoEstimate("not_estimable", "the items of a dimension don't agree with each other", len(found.rows))
    value = size["between"] / np.sqrt(size["first"] * size["second"])
    slope = np.zeros((k, k))
    slope[blocks["between"]] = np.sign(r[blocks["between"]]) / (size["between"] * blocks["between"].sum())
    for name in ("first", "second"):
        slope[blocks[name]] = -0.5 / (size[name] * blocks[name].sum())
    z = found.deviation / np.sqrt(np.diag(found.matrix))
    pulled = slope * r
    influence = ((z @ slope) * z).sum(axis=1) - z**2 @ (pulled.sum(axis=0) + pulled.sum(axis=1)) / 2
    return replace(found.estimate("other", float(value), value * found.weight * influence), bounds=(0.0, np.inf))


def usable(design: Design, items: pd.DataFrame) -> Covariance | NoEstimate:
    """Covariances whose correlations can be inverted; else why not."""
    found = covariance(design, items)
    if isinstance(found, NoEstimate):
        return found
    if np.linalg.eigvalsh(found.correlation)[0] < SINGULAR:
        return NoEstimate("not_estimable", "an item follows exactly from the others", len(found.rows))
    return found


def effective_n(found: Covariance) -> float:
    return len(found.rows) / design_effect(found.weight)
