"""How far groups' means differ beyond chance: the model behind managers' figures, knowing neither managers nor surveys.

A group's number is its own customers' weighted mean score less what customers like these give (indirect standardisation: a
weighted regression on class, region, tenure and industry). All numbers are linear in the scores, so with one spread for
all customers, pooled within groups, their chance has a known covariance σ²V, and what groups really add enters as τ²G:

    d ~ N(0, σ²V + τ²G)

Along the directions that both share these are r independent numbers z with variance σ² + τ²λ; equal groups of n customers
without case mix give back B = τ²/(τ² + σ²/n).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize, stats

TINY = 1e-9  # of the largest: directions that hold nothing
LARGEST = 1e6  # τ²/σ² beyond which no search goes
ALONE = 1e-6  # of a mean's variance
FAR, STEPS = 3.0, 200  # τ is tried up to so many times the largest number seen, in so many steps


@dataclass(frozen=True, eq=False)
class Spread:
    """k groups' numbers and what chance makes of them.

    value    k: weighted mean of own scores less what was expected of such customers, points.
    chance   k × k: their covariance for σ = 1. real: k × k: the same for groups that differ by τ = 1.
    sigma2   spread of one customer's score within groups and alike customers, points²; freedom: its degrees of freedom.
    sizes    k: customers.
    """

    value: np.ndarray
    chance: np.ndarray
    real: np.ndarray
    sigma2: float
    freedom: int
    sizes: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """Standard error of each number with the pooled spread."""
        return np.sqrt(self.sigma2 * np.diag(self.chance))

    @property
    def comparable(self) -> np.ndarray:
        """False for a group that is all there is of a level of the case mix, such as a region's only manager: what is expected of
        its customers is what they gave."""
        return np.diag(self.chance) > ALONE / self.sizes

    def limits(self, coverage: float) -> np.ndarray:
        """Half-width of the funnel around 0 within which chance keeps each number with this probability (Spiegelhalter 2005; t,
        since the spread is estimated)."""
        return stats.t.ppf((1 + coverage) / 2, self.freedom) * self.error

    @cached_property
    def _directions(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """z (r), λ (r) and the map (k × r) from directions back to groups: value = map @ z."""
        size, axes = np.linalg.eigh(self.chance)
        kept = size > TINY * (1 / self.sizes).max()
        root = np.sqrt(size[kept])
        whiten = axes[:, kept].T / root[:, None]
        lam, turn = np.linalg.eigh(whiten @ self.real @ whiten.T)
        return turn.T @ whiten @ self.value, np.maximum(lam, 0.0), axes[:, kept] * root @ turn

    @property
    def rank(self) -> int:
        """Degrees of freedom between groups: less than groups − 1 where a margin of the case mix holds whole groups."""
        return len(self._directions[0])

    @property
    def chi2(self) -> float:
        """Overdispersion: Σ z²/σ², χ² on `rank` degrees of freedom where groups are equal."""
        return self._q(0.0)

    @property
    def p_value(self) -> float:
        """Of the test that groups are equal: χ²/rank against F, since σ² is estimated."""
        return float(stats.f.sf(self.chi2 / self.rank, self.rank, self.freedom))

    def _q(self, tau2: float) -> float:
        z, lam, _ = self._directions
        return float((z**2 / (self.sigma2 + tau2 * lam)).sum())

    def tau2_at(self, q: float) -> float:
        """The τ² at which the generalised Q is q; 0 where it is below q already at 0."""
        if self._q(0.0) <= q:
            return 0.0
        top = self.sigma2
        while self._q(top) > q and top < LARGEST * self.sigma2:
            top *= 4
        return float(optimize.brentq(lambda tau2: self._q(tau2) - q, 0.0, top)) if self._q(top) < q else top

    @property
    def tau2(self) -> float:
        """Variance between groups by Paule and Mandel (1982): the τ² at which Q is what chance expects, points²."""
        return self.tau2_at(float(self.rank))

    def tau2_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Q-profile interval (Viechtbauer 2007): every τ² at which Q isn't surprising."""
        tails = (1 + confidence) / 2, (1 - confidence) / 2
        low, high = (self.tau2_at(self.rank * stats.f.ppf(tail, self.rank, self.freedom)) for tail in tails)
        return low, high

    def kept(self) -> np.ndarray:
        """B = τ²/(τ² + σ²/n): the share of each group's number that is taken for its own, at Paule and Mandel's τ²."""
        real = self.tau2 * np.diag(self.real)
        return real / (real + self.sigma2 * np.diag(self.chance))

    def own_parts(self, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Empirical Bayes with the uncertainty of τ in it: the shrunken numbers (k), and draws (draws × k) of what is groups' own.

        τ with its likelihood from 0 to far beyond any seen (Goldstein and Spiegelhalter 1996), σ² from its χ², then the normal
        posterior given both. With τ at its estimate alone intervals are too narrow, and of no width where that is 0.
        """
        rng = np.random.default_rng(seed)
        z, lam, back = self._directions
        top = FAR * np.sqrt(max((z**2).max(), self.sigma2) / np.median(lam))
        grid = np.linspace(0.0, top, STEPS)
        total = self.sigma2 + grid[:, None] ** 2 * lam
        likelihood = -0.5 * (np.log(total) + z**2 / total).sum(axis=1)
        plausible = np.exp(likelihood - likelihood.max())
        tau2 = grid[rng.choice(STEPS, draws, p=plausible / plausible.sum())] ** 2
        chance = self.sigma2 * (self.freedom / rng.chisquare(self.freedom, draws))[:, None]
        real = tau2[:, None] * lam
        share = real / (real + chance)
        middle = share * z
        drawn = middle + np.sqrt(share * chance) * rng.normal(size=middle.shape)
        return back @ middle.mean(axis=0), drawn @ back.T


def spread_of(y: np.ndarray, weight: np.ndarray, x: np.ndarray, group: np.ndarray, count: int) -> Spread | None:
    """From scores to groups' numbers.

    y, weight  one a customer. x: customer × column, the case mix with a constant. group: 0 … count − 1, or −1 for a customer
    whose group isn't judged (their score still tells what customers like these give). None where too few are left to tell the
    spread within groups.
    """
    judged = np.zeros((len(y), count))
    inside = group >= 0
    judged[np.flatnonzero(inside), group[inside]] = 1.0
    own = np.column_stack([x, judged])
    basis = orthonormal(own)
    freedom = len(y) - basis.shape[1]
    if freedom < 1 or count < 2:
        return None
    rest = y - basis @ (basis.T @ y)
    sigma2 = float((rest**2).sum() / freedom)
    if not sigma2 > 0:
        return None
    means = (judged * weight[:, None] / (judged * weight[:, None]).sum(axis=0)).T
    root = np.sqrt(weight)
    fit = orthonormal(x * root[:, None])
    less_expected = means - ((means / root) @ fit) @ (fit.T * root)
    real = less_expected @ judged
    return Spread(
        less_expected @ y,
        less_expected @ less_expected.T,
        real @ real.T,
        sigma2,
        freedom,
        judged.sum(axis=0).astype(int),
    )


def orthonormal(x: np.ndarray) -> np.ndarray:
    """Columns that span those of x, without the ones that repeat others."""
    left, size, _ = np.linalg.svd(x, full_matrices=False)
    return left[:, size > TINY * max(size.max(initial=0.0), 1.0)]


def thirds(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chance of each group (k) to be among the top, and the bottom, third in joint draws; equal ones share by lot."""
    count = drawn.shape[1]
    part = max(1, round(count / 3))
    lot = np.random.default_rng(0).random(drawn.shape)
    rank = np.lexsort((lot, drawn), axis=1).argsort(axis=1)
    return (rank >= count - part).mean(axis=0), (rank < part).mean(axis=0)
