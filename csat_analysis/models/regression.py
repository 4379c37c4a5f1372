"""Regressions on a survey design: each coefficient is an Estimate, with the design's standard error."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import linalg, special
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate
from csat_analysis.estimators import Values, domain, estimated
from csat_analysis.models.separation import firth, separating_columns

INTERCEPT = "intercept"
ROUNDING = 1e-10  # below this share of its own size, what is left of a column is rounding
PRECISION = 1e-10  # of the coefficients; with the usual 1e-8 of the deviance, standard errors are 1e-5 off


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted regression, for its coefficients and for what follows from them (models/effects.py).

    names      the coefficients, "intercept" first; `beta` their values.
    y          the outcomes of the rows.
    columns    rows × coefficients; `rows` their positions in the design, `lost` those of contacts without a value.
    influence  coefficients × rows: what each contact adds to each coefficient, as in `svyglm`.
    leverage   what share of its own fitted value each contact brings.
    logistic   True: p = 1/(1 + exp(−xβ)); False: p = xβ.
    separated  the columns that tell the outcomes apart, for which the fit is Firth's; mostly none.
    """

    names: list[str]
    beta: np.ndarray
    y: np.ndarray
    columns: np.ndarray
    influence: np.ndarray
    leverage: np.ndarray
    rows: np.ndarray
    lost: np.ndarray
    design: Design
    logistic: bool
    separated: tuple[str, ...] = ()

    @property
    def coefficients(self) -> dict[str, Estimate]:
        return {
            name: replace(estimated(float(value), of_contacts, self.rows, self.design, self.lost), kind="other")
            for name, value, of_contacts in zip(self.names, self.beta, self.influence, strict=True)
        }

    @property
    def weight(self) -> np.ndarray:
        return self.design.weight[self.rows]

    def mean(self, columns: np.ndarray) -> np.ndarray:
        """What is expected where the columns are these."""
        return special.expit(columns @ self.beta) if self.logistic else columns @ self.beta


def linear(design: Design, y: Values, x: pd.DataFrame, *, inside: Values | None = None) -> dict[str, Estimate]:
    """Weighted least squares of y on the columns of x and an intercept: β = (XᵀWX)⁻¹ XᵀWy.

    What it tells a manager: by how much y is higher where a column is one unit higher and the others are equal; with a
    y of 0 and 1, by how much likelier it is. An association, not an effect.

    y, x     one number a contact, in the design's order; whoever lacks one of them is left out and counted as lost.
    inside   the domain: True for its contacts, or their positions.
    Returns  column → coefficient, in units of y per unit of the column, "intercept" first. Influence (XᵀWX)⁻¹ w x e
             with e = y − xβ. It describes this frame; `.process()` makes it a statement about what lies behind it.

    Its degrees of freedom are contacts less strata, as everywhere here; R's `svyglm` takes one less a column of x.
    Raises EstimateError for a constant, collinear, infinite or worded column, and where contacts are no more than
    coefficients.
    Source: Binder (1983). Checked against R survey `svyglm` (tests/reference/regression.R).
    """
    return fit_linear(design, y, x, inside=inside).coefficients


def logit(design: Design, y: Values, x: pd.DataFrame, *, inside: Values | None = None) -> dict[str, Estimate]:
    """Logistic regression of a y of 0 and 1 on the columns of x and an intercept, by weighted (pseudo-)likelihood.

    What it tells a manager: by how much the log odds of a yes rise with one unit of a column, the others equal.

    Arguments, result and degrees of freedom as in `linear`; coefficients are in log odds per unit of the column.
    Influence A⁻¹ w x (y − p) with p = 1/(1 + exp(−xβ)) and A = XᵀW p(1 − p) X; overdispersion is in it
    ("quasi-binomial").

    Raises EstimateError also for another y than 0 and 1, and where columns separate the outcomes: then no finite
    coefficient is the likeliest, and only a penalised fit (Firth 1993) would give one.
    Source: Binder (1983). Checked against R survey `svyglm` (tests/reference/regression.R).
    """
    fit = fit_logit(design, y, x, inside=inside)
    if fit.separated:
        raise EstimateError(
            f"logit: {' and '.join(fit.separated)} separate the outcomes (beyond some value all are alike), so the likeliest "
            "coefficient is infinite; a penalised fit (Firth 1993) is needed, or another column"
        )
    return fit.coefficients


def fit_linear(design: Design, y: Values, x: pd.DataFrame, *, inside: Values | None = None) -> Fit:
    """`linear` as a Fit."""
    y, columns, rows, lost = usable(design, y, x, inside)
    names = [INTERCEPT, *x.columns]
    check_rank(columns, names)
    weight = design.weight[rows] / design.weight[rows].mean()
    beta = likeliest(y, columns, weight, families.Gaussian())
    return assembled(names, beta, y, columns, weight * (y - columns @ beta), weight, rows, lost, design, logistic=False)


def fit_logit(design: Design, y: Values, x: pd.DataFrame, *, inside: Values | None = None) -> Fit:
    """`logit` as a Fit; where columns separate the outcomes, by Firth's penalised likelihood, and `separated` names them.

    The penalised influence is A⁻¹ x (w (y − p) + h (½ − p)).
    """
    y, columns, rows, lost = usable(design, y, x, inside)
    names = [INTERCEPT, *x.columns]
    check_rank(columns, names)
    check_outcomes(y)
    weight = design.weight[rows] / design.weight[rows].mean()
    separated = separating_columns(y, columns, names)
    beta = firth(y, columns, weight) if separated else likeliest(y, columns, weight, families.Binomial())
    p = special.expit(columns @ beta)
    fit = assembled(names, beta, y, columns, weight * (y - p), weight * p * (1 - p), rows, lost, design, logistic=True)
    if not separated:
        return fit
    residual = weight * (y - p) + fit.leverage * (0.5 - p)
    penalised = assembled(names, beta, y, columns, residual, weight * p * (1 - p), rows, lost, design, logistic=True)
    return replace(penalised, separated=tuple(separated))


def usable(
    design: Design, y: Values, x: pd.DataFrame, inside: Values | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes and columns (with the intercept) of those who have all of them, their rows, and the rows lost."""
    y, columns = np.asarray(y, dtype=float), numbers(x)
    if len(columns) != len(y):
        raise EstimateError(
            f"regression: {len(columns)} rows of columns for {len(y)} outcomes: give both one a contact"
        )
    rows, lost = domain(design, y + columns.sum(axis=1), inside)
    return y[rows], np.column_stack([np.ones(len(rows)), columns[rows]]), rows, lost


def likeliest(y: np.ndarray, columns: np.ndarray, weight: np.ndarray, family: families.Family) -> np.ndarray:
    """Coefficients of largest (pseudo-)likelihood.

    Raises EstimateError where the fit doesn't converge.
    """
    fitted = GLM(y, columns, family=family, var_weights=weight).fit(
        tol_criterion="params", tol=PRECISION, rtol=PRECISION
    )
    if not fitted.converged or not np.isfinite(fitted.params).all():
        raise EstimateError("regression: the fit did not converge: a column is nearly the same for all, or too large")
    return np.asarray(fitted.params)


def assembled(
    names: list[str],
    beta: np.ndarray,
    y: np.ndarray,
    columns: np.ndarray,
    residual: np.ndarray,
    spread: np.ndarray,
    rows: np.ndarray,
    lost: np.ndarray,
    design: Design,
    *,
    logistic: bool,
) -> Fit:
    """The fit with its influences A⁻¹ x · residual and leverages spread · xᵀA⁻¹x, A = Σ spread · x xᵀ.

    With the canonical link `residual` is w (y − μ) and `spread` w V(μ).
    """
    curvature = columns.T @ (spread[:, None] * columns)
    directions = np.linalg.solve(curvature, columns.T)
    leverage = spread * np.einsum("ij,ji->i", columns, directions)
    return Fit(list(names), beta, y, columns, directions * residual, leverage, rows, lost, design, logistic)


def numbers(x: pd.DataFrame) -> np.ndarray:
    """The columns as numbers; NaN where missing."""
    for name in x.columns:
        if not pd.api.types.is_numeric_dtype(x[name]):
            raise EstimateError(
                f"regression: column {name!r} holds {x[name].iloc[0]!r}: code its levels as columns of 0 and 1"
            )
        if np.isinf(x[name].to_numpy(dtype=float, na_value=np.nan)).any():
            raise EstimateError(f"regression: column {name!r} has an infinite value: the logarithm of 0?")
    return x.to_numpy(dtype=float, na_value=np.nan)


def check_rank(columns: np.ndarray, names: list[str]) -> None:
    """Every column must say something that those before it don't."""
    size, width = columns.shape
    if size <= width:
        raise EstimateError(f"regression: {size} contacts with all columns for {width} coefficients: use fewer columns")
    for name, column in zip(names[1:], columns.T[1:], strict=True):
        if np.ptp(column) == 0:
            raise EstimateError(f"regression: column {name!r} is {column[0]:g} for everyone: leave it out")
    left = np.abs(np.diag(linalg.qr(columns / np.linalg.norm(columns, axis=0), mode="r")[0]))
    if left.min() < ROUNDING:
        name = names[int(np.argmax(left < ROUNDING))]
        raise EstimateError(f"regression: column {name!r} follows from the columns before it: leave one of them out")


def check_outcomes(y: np.ndarray) -> None:
    """Outcomes must be 0 and 1, and both occur."""
    if not np.isin(y, (0, 1)).all():
        raise EstimateError(f"logit: an outcome is {y[~np.isin(y, (0, 1))][0]:g}; outcomes are 0 and 1")
    if np.ptp(y) == 0:
        raise EstimateError(f"logit: the outcome is {y[0]:g} for everyone: nothing to explain")
