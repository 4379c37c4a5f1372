"""Does the model predict what it hasn't seen: trained on the periods up to one, tested on the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.certification import is_certified
from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import NOBODY, Estimate, NoEstimate
from csat_analysis.estimators import Values, estimated, mean, share
from csat_analysis.models.controls import controls
from csat_analysis.models.curves import SATISFACTION
from csat_analysis.models.effects import ANY, PROBABILITY, UNTRIED, coefficient
from csat_analysis.models.regression import fit_logit
from csat_analysis.models.repurchase import Panel, rarer_outcome, too_few
from csat_analysis.period import Period
from csat_analysis.studied import studied

GROUPS = 5  # of the calibration: fifths by predicted probability
SURE = (1e-6, 1 - 1e-6)  # surer forecasts are taken as so sure


@dataclass(frozen=True, eq=False)
class OutOfTime:
    """Probabilities that models of earlier periods gave to the contacts of later ones.

    with_satisfaction, without  one a contact of the panel; NaN where it was in no test.
    base    the repurchase rate of the periods trained on, for everybody alike: what needs no model.
    tests   train_to, test, trained_on, tested: a row a test period.
    """

    panel: Panel
    with_satisfaction: np.ndarray
    without: np.ndarray
    base: np.ndarray
    tests: pd.DataFrame

    @property
    def outcome(self) -> np.ndarray:
        return self.panel.outcome.where(np.isfinite(self.with_satisfaction)).to_numpy()

    @property
    def rarer(self) -> int:
        return rarer_outcome(pd.Series(self.outcome))

    def auc(self) -> Estimate | NoEstimate:
        return auc(self.panel.design, self.outcome, self.with_satisfaction)

    def brier(self) -> Estimate | NoEstimate:
        return brier(self.panel.design, self.outcome, self.with_satisfaction)

    def auc_gain(self) -> Estimate | NoEstimate:
        """What satisfaction adds: the area with it less that without it, on the same contacts."""
        gain = self.auc() - auc(self.panel.design, self.outcome, self.without)
        return studied(gain, "auc_gain", self.rarer)

    def brier_gain(self) -> Estimate | NoEstimate:
        """What satisfaction does to the Brier score."""
        return brier_gap(self.panel.design, self.outcome, self.with_satisfaction, self.without)

    def brier_against_rate(self) -> Estimate | NoEstimate:
        """Brier score less that of the rate alone: below 0 where the model foretells better than a constant."""
        return brier_gap(self.panel.design, self.outcome, self.with_satisfaction, self.base)

    def forecast_gap(self) -> Estimate | NoEstimate:
        return forecast_gap(self.panel.design, self.outcome, self.with_satisfaction)

    def calibration_slope(self) -> Estimate | NoEstimate:
        return calibration_slope(self.panel.design, self.outcome, self.with_satisfaction)


def out_of_time(panel: Panel) -> OutOfTime | NoEstimate:
    """Train on all periods up to one, test on the next, for each that can be; the tests are pooled.

    The models' own uncertainty isn't in the measures: they judge these models on customers like these.
    """
    size = len(panel.table)
    given = {True: np.full(size, np.nan), False: np.full(size, np.nan)}
    base, tests = np.full(size, np.nan), []
    for train_to, test in zip(panel.periods, panel.periods[1:]):
        rows = panel.usable & (panel.table["period"] == str(test)).to_numpy()
        earlier = until(panel, train_to)
        if too_few(earlier) is not None:
            continue
        try:
            both = {s: predictions(earlier, rows, satisfaction=s) for s in (True, False)}
        except EstimateError:
            continue  # what this training period can't bear, a later one may; if none can, it is said below
        for satisfaction, p in both.items():
            given[satisfaction][rows] = p
        base[rows] = earlier.rate().value
        counts = int(earlier.outcome.notna().sum()), int(np.isfinite(both[True]).sum())
        tests.append((str(train_to), str(test), *counts))
    if not tests:
        return NoEstimate("not_estimable", "two periods with closed windows are needed, the first with enough answers")
    table = pd.DataFrame(tests, columns=["train_to", "test", "trained_on", "tested"])
    return OutOfTime(panel, given[True], given[False], base, table)


def until(panel: Panel, period: Period) -> Panel:
    """The panel as it stood after a period: later windows count as open."""
    closed = panel.table["closed"] & panel.table["period"].map(lambda name: not period < Period.parse(name))
    return replace(panel, table=panel.table.assign(closed=closed))


def predictions(earlier: Panel, rows: np.ndarray, *, satisfaction: bool) -> np.ndarray:
    """Probabilities for some rows of the panel by a logit fitted on the closed ones."""
    own = earlier.table[[SATISFACTION]] if satisfaction else earlier.table[[]]
    x = pd.concat([own, controls(earlier).columns], axis=1)
    fit = fit_logit(earlier.design, earlier.outcome, x)
    return fit.mean(np.column_stack([np.ones(rows.sum()), x[rows].to_numpy(dtype=float)]))


def auc(design: Design, y: Values, p: Values) -> Estimate | NoEstimate:
    """Area under the ROC curve, 0–1: the chance that a buyer was given a higher probability than a non-buyer (½ by guessing).

    Influence from placement values (Hájek; DeLong, DeLong and Clarke-Pearson 1988): a buyer's is the weighted share of
    non-buyers below it, less the area, over the buyers' weight; a non-buyer's likewise.
    Checked against DeLong's variance and counting of pairs (tests/test_validation.py).
    """
    y, p = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    rows = np.flatnonzero(np.isfinite(y) & np.isfinite(p) & (design.weight > 0))
    y, p, weight = y[rows], p[rows], design.weight[rows]
    buyer = y == 1
    if buyer.all() or not buyer.any():
        return NoEstimate("not_estimable", "both outcomes are needed in the tested periods", len(rows))
    place = np.empty(len(rows))
    place[buyer] = share_below(p[buyer], p[~buyer], weight[~buyer])
    place[~buyer] = 1 - share_below(p[~buyer], p[buyer], weight[buyer])
    value = float(np.average(place[buyer], weights=weight[buyer]))
    total = np.where(buyer, weight[buyer].sum(), weight[~buyer].sum())
    found = estimated(value, weight * (place - value) / total, rows, design, NOBODY, bounds=PROBABILITY)
    return replace(found, kind=UNTRIED, finite=False)


def share_below(at: np.ndarray, others: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted share of others below each value, half of those equal to it."""
    order = np.argsort(others)
    ordered, reached = others[order], np.r_[0.0, np.cumsum(weight[order])] / weight.sum()
    return (reached[np.searchsorted(ordered, at, "left")] + reached[np.searchsorted(ordered, at, "right")]) / 2


def brier(design: Design, y: Values, p: Values) -> Estimate | NoEstimate:
    """Brier score, 0–1: mean squared distance of the probability from what happened; lower is better."""
    return judged(design, miss(y, p), y, bounds=PROBABILITY)


def brier_gap(design: Design, y: Values, p: Values, other: Values) -> Estimate | NoEstimate:
    """Brier score of one forecast less that of another on the same contacts; below 0 the first is better."""
    return judged(design, miss(y, p) - miss(y, other), y)


def forecast_gap(design: Design, y: Values, p: Values) -> Estimate | NoEstimate:
    """Share that bought again less the mean forecast: above 0 where more bought than was foretold."""
    return judged(design, np.asarray(y, dtype=float) - np.asarray(p, dtype=float), y)


def calibration_slope(design: Design, y: Values, p: Values) -> Estimate | NoEstimate:
    """Slope of the log odds of buying on those that were foretold (Cox 1958): 1 where forecasts are as sure as they may be,
    below 1 where they are too sure (high ones too high, low ones too low).
    """
    odds = special.logit(np.clip(np.asarray(p, dtype=float), *SURE))
    try:
        fit = fit_logit(design, y, pd.DataFrame({"foretold": odds}))
    except EstimateError as reason:
        return NoEstimate("not_estimable", str(reason))
    return coefficient(fit, "foretold", "calibration_slope")


def miss(y: Values, p: Values) -> np.ndarray:
    return (np.asarray(p, dtype=float) - np.asarray(y, dtype=float)) ** 2


def judged(design: Design, values: np.ndarray, y: Values, bounds: tuple[float, float] = ANY) -> Estimate | NoEstimate:
    """Mean of what was found of each tested contact, a statement about the process."""
    found = mean(design, values, bounds=bounds)
    if isinstance(found, NoEstimate):
        return found
    found = replace(found, lost=NOBODY, lost_part=np.array([])).process()
    return studied(found, "brier", rarer_outcome(pd.Series(np.asarray(y, dtype=float)[found.about])))


def calibration(tested: OutOfTime) -> pd.DataFrame:
    """Fifths by forecast, lowest first: predicted (mean forecast), observed (the share that bought, an Estimate), and in
    numbers: value, low, high (missing where no study showed the interval to hold), n.
    """
    p, y, design = tested.with_satisfaction, tested.outcome, tested.panel.design
    known = np.isfinite(y)
    group = pd.qcut(pd.Series(p[known]), GROUPS, labels=False, duplicates="drop").to_numpy()
    rows = []
    for place in range(int(group.max()) + 1):
        inside = np.zeros(len(p), dtype=bool)
        inside[np.flatnonzero(known)[group == place]] = True
        observed = studied(
            share(design, y, inside=inside).process(), "calibration", rarer_outcome(pd.Series(y[inside]))
        )
        low, high = observed.interval() if is_certified(observed) else (np.nan, np.nan)
        predicted = np.average(p[inside], weights=design.weight[inside])
        row = {"predicted": predicted, "observed": observed, "value": observed.value, "low": low, "high": high}
        rows.append(row | {"n": observed.n})
    return pd.DataFrame(rows)
