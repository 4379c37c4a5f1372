"""Regressions on a survey design: each coefficient is an Estimate, with the design's standard error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import linalg, optimize
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate
from csat_analysis.estimators import Values, domain, estimated

INTERCEPT = "intercept"
ROUNDING = 1e-10  # below this share of its own size, what is left of a column is rounding
PRECISION = 1e-10  # of the coefficients; with the usual 1e-8 of the deviance, standard errors are 1e-5 off


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
    return coefficients(design, y, x, families.Gaussian(), inside)


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
    return coefficients(design, y, x, families.Binomial(), inside)


def coefficients(
    design: Design, y: Values, x: pd.DataFrame, family: families.Family, inside: Values | None
) -> dict[str, Estimate]:
    """Fit with the family's canonical link, for which the influence is A⁻¹ w x (y − μ) with A = XᵀW V(μ) X."""
    y, columns = np.asarray(y, dtype=float), numbers(x)
    if len(columns) != len(y):
        raise EstimateError(
            f"regression: {len(columns)} rows of columns for {len(y)} outcomes: give both one a contact"
        )
    rows, lost = domain(design, y + columns.sum(axis=1), inside)
    names = [INTERCEPT, *x.columns]
    y, columns = y[rows], np.column_stack([np.ones(len(rows)), columns[rows]])
    check_rank(columns, names)
    weight = design.weight[rows] / design.weight[rows].mean()
    if isinstance(family, families.Binomial):
        check_outcomes(y, columns, names)
    fitted = GLM(y, columns, family=family, var_weights=weight).fit(
        tol_criterion="params", tol=PRECISION, rtol=PRECISION
    )
    scores = (weight * (y - fitted.mu))[:, None] * columns
    curvature = columns.T @ ((weight * family.variance(fitted.mu))[:, None] * columns)
    influence = np.linalg.solve(curvature, scores.T)
    return {
        name: replace(estimated(float(value), of_contacts, rows, design, lost), kind="other")
        for name, value, of_contacts in zip(names, fitted.params, influence, strict=True)
    }


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


def check_outcomes(y: np.ndarray, columns: np.ndarray, names: list[str]) -> None:
    """Outcomes must be 0 and 1, both, and no combination of columns may tell them apart.

    Separation, complete or not, is a direction b with (2y − 1) xb ≥ 0 for all and > 0 for some: a linear programme
    (Konis 2007), which sees it before a fit wanders off to infinity.
    """
    if not np.isin(y, (0, 1)).all():
        raise EstimateError(f"logit: an outcome is {y[~np.isin(y, (0, 1))][0]:g}; outcomes are 0 and 1")
    if np.ptp(y) == 0:
        raise EstimateError(f"logit: the outcome is {y[0]:g} for everyone: nothing to explain")
    distinct = np.unique(np.column_stack([2 * y - 1, columns / np.abs(columns).max(axis=0)]), axis=0)
    towards = distinct[:, :1] * distinct[:, 1:]
    found = optimize.linprog(-towards.sum(axis=0), -towards, np.zeros(len(towards)), bounds=(-1, 1))
    if np.abs(found.x).max() > 0.5:  # a direction that separates can be as long as the bounds let it; otherwise b is 0
        telling = [name for name, b in zip(names[1:], found.x[1:], strict=True) if abs(b) > 1e-9]
        raise EstimateError(
            f"logit: {' and '.join(telling)} separate the outcomes (beyond some value all are alike), so the likeliest "
            "coefficient is infinite; a penalised fit (Firth 1993) is needed, or another column"
        )
