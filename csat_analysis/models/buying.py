"""By how much likelier a customer buys again where the index rises: four models side by side, each with plausible coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from csat_analysis.estimate import NoEstimate
from csat_analysis.models import effects
from csat_analysis.models.curves import SATISFACTION, columns_with, spline_columns
from csat_analysis.models.findings import Findings
from csat_analysis.models.regression import Fit

MODELS = ("logit", "linear", "spline", "published")
OF_RECORD = "logit"


@dataclass(frozen=True, eq=False)
class Buying:
    """The models at this period's answers.

    rows     the answers' positions in the period's design; `scores` their index, points.
    columns  answers × coefficients of the straight logit (and of the linear model).
    draws    model → plausible coefficients, the fitted ones first: (1 + draws) × coefficients.
    absent   model → why it isn't there.
    """

    rows: np.ndarray
    scores: np.ndarray
    columns: np.ndarray
    draws: dict[str, np.ndarray]
    knots: tuple[float, ...]
    published: float | None
    absent: dict[str, NoEstimate]
    customers: int

    def rise(self, model: str, points: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """Draws × answers `inside`: rise of the probability where the index of each rises by `points` (draws × answers).

        The published slope has no error of its own here: it is a scenario, not an estimate.
        """
        if model == "published":
            return self.published * points
        if model == "linear":
            return self.draws[model][:, 1:2] * points
        columns, beta = self.columns[inside], self.draws[model]
        if model == "logit":
            before = beta @ columns.T
            return special.expit(before + beta[:, 1:2] * points) - special.expit(before)
        return self._along_the_spline(beta, columns, points, inside)

    def _along_the_spline(
        self, beta: np.ndarray, columns: np.ndarray, points: np.ndarray, inside: np.ndarray
    ) -> np.ndarray:
        scores = self.scores[inside]
        own = spline_columns(scores, self.knots)
        width = own.shape[1]
        others = beta[:, :1] + beta[:, 1 + width :] @ columns[:, 2:].T
        raised = spline_columns((scores + points).ravel(), self.knots).reshape(*points.shape, width)
        after = others + np.einsum("dnk,dk->dn", raised, beta[:, 1 : 1 + width])
        return special.expit(after) - special.expit(others + beta[:, 1 : 1 + width] @ own.T)

    def probability(self) -> np.ndarray:
        """Each answer's expected probability of buying again by the straight logit."""
        return special.expit(self.columns @ self.draws[OF_RECORD][0])


def buying(found: Findings, *, draws: int, seed: int) -> Buying | NoEstimate:
    """The models of notebook 06 with joint draws of their coefficients, at the answers of the period under review.

    Coefficients are drawn from the multivariate t of their robust covariance; one seed, so that models move together.
    """
    if isinstance(found.straight, NoEstimate):
        return found.straight
    table = found.panel.table
    x = columns_with(found.panel, found.held, ())
    this = (table["period"] == str(found.now)) & x.notna().all(axis=1) & table[SATISFACTION].notna()
    rows = np.flatnonzero(this)
    if not len(rows):
        return NoEstimate("not_supplied", "no answer of this period has all that the model of buying again asks for")
    positions = found.waves[found.now].sample.design.contact.astype(str).get_indexer(table["contact"].to_numpy()[rows])
    given, absent = {"logit": drawn(found.straight.fit, draws, seed)}, {}
    knots: tuple[float, ...] = ()
    if isinstance(found.linear, NoEstimate):
        absent["linear"] = found.linear
    else:
        given["linear"] = drawn(found.linear, draws, seed)
    curve = found.curved
    if isinstance(curve, NoEstimate) or not curve.knots:
        absent["spline"] = curve if isinstance(curve, NoEstimate) else NoEstimate("not_estimable", "too few scores")
    else:
        given["spline"], knots = drawn(curve.fit, draws, seed), curve.knots
    if found.benchmark is None:
        absent["published"] = NoEstimate("not_supplied", "survey.yml names no benchmark")
    columns = np.column_stack([np.ones(len(rows)), x.to_numpy(dtype=float)[rows]])
    customers = len(np.unique(found.panel.design.unit[found.straight.fit.rows]))
    return Buying(
        positions, table[SATISFACTION].to_numpy()[rows], columns, given, knots, found.benchmark, absent, customers
    )


def drawn(fit: Fit, draws: int, seed: int) -> np.ndarray:
    """The coefficients, then so many plausible ones: multivariate t with the design's degrees of freedom."""
    spread = effects.covariance([effects.coefficient(fit, name) for name in fit.names])
    freedom = max(fit.design.degrees_of_freedom(fit.rows), 3)
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(spread)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = rng.normal(size=(draws, len(fit.beta))) @ root.T
    scale = np.sqrt(freedom / rng.chisquare(freedom, draws))[:, None]
    return np.vstack([fit.beta, fit.beta + noise * scale])
