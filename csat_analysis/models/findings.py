"""All that notebook 06 finds of buying again, each an estimate or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.wave import Wave
from csat_analysis.models import at_risk, curves, effects, group_curves, groups, sensitivity, shape, validation
from csat_analysis.models.controls import Controls, controls
from csat_analysis.models.curves import SATISFACTION, Curve
from csat_analysis.models.effects import combined
from csat_analysis.models.regression import Fit
from csat_analysis.models.repurchase import Panel, repurchase_panel, too_few
from csat_analysis.period import Period

Number = Estimate | NoEstimate
GRID = 5.0  # points between the scores at which the curve is drawn
INNER = (0.05, 0.95)  # quantiles of the scores between which it is drawn
CURVED = 3  # columns of satisfaction in a spline of four knots
MEASURES = ("auc", "auc_gain", "brier", "brier_gain", "brier_against_rate", "calibration_slope", "forecast_gap")


@dataclass(frozen=True, eq=False)
class Findings:
    """What the waves up to `now` tell of buying again. Where nothing can be fitted everything is the same NoEstimate."""

    waves: Mapping[Period, Wave]
    now: Period

    @cached_property
    def panel(self) -> Panel | NoEstimate:
        return repurchase_panel(self.waves, self.now)

    @property
    def benchmark(self) -> float | None:
        rule = self.waves[self.now].programme.repurchase
        return rule.benchmark if rule else None

    @property
    def example(self) -> dict[float, float]:
        """The published example: points → probability, its own at the lower score and the benchmark more for every point above."""
        rule = self.waves[self.now].programme.repurchase
        if rule is None or rule.benchmark is None or rule.benchmark_example is None:
            return {}
        given = rule.benchmark_example
        rise = rule.benchmark * (given.to_points - given.from_points)
        return {given.from_points: given.probability, given.to_points: given.probability + rise}

    @property
    def files(self) -> tuple[str, ...]:
        """The raw files behind the panel; this wave's own where there is none."""
        return self.panel.files if isinstance(self.panel, Panel) else tuple(self.waves[self.now].files)

    @cached_property
    def why_not(self) -> NoEstimate | None:
        """Why no model can be fitted; None where one can."""
        return self.panel if isinstance(self.panel, NoEstimate) else too_few(self.panel)

    @cached_property
    def held(self) -> Controls:
        return controls(self.panel)

    @cached_property
    def straight(self) -> Curve | NoEstimate:
        return self.why_not or self._fitted(lambda: curves.straight(self.panel, self.held))

    @cached_property
    def linear(self) -> Fit | NoEstimate:
        return self.why_not or self._fitted(lambda: curves.linear_probability(self.panel, self.held))

    @cached_property
    def curved(self) -> Curve | NoEstimate:
        """Logit with a spline of satisfaction, for what a rise is worth at each score."""
        return self.why_not or self._fitted(lambda: curves.curved(self.panel, self.held))

    @staticmethod
    def _fitted(fit: Callable) -> Curve | Fit | NoEstimate:
        try:
            return fit()
        except EstimateError as reason:
            return NoEstimate("not_estimable", str(reason))

    @property
    def rate(self) -> Number:
        return self.panel if isinstance(self.panel, NoEstimate) else self.panel.rate()

    def rate_in(self, period: Period) -> Number:
        return self.panel.rate((self.panel.table["period"] == str(period)).to_numpy())

    @property
    def periods(self) -> list[Period]:
        return [] if isinstance(self.panel, NoEstimate) else self.panel.periods

    @cached_property
    def ame(self) -> Number:
        """Average marginal effect of an index point by the logit: the number of record."""
        return self.straight if isinstance(self.straight, NoEstimate) else self.straight.marginal_effect()

    @cached_property
    def ame_linear(self) -> Number:
        if isinstance(self.linear, NoEstimate):
            return self.linear
        return effects.coefficient(self.linear, SATISFACTION, "effect_linear")

    @property
    def benchmark_gap(self) -> Number:
        if self.benchmark is None:
            return NoEstimate("not_supplied", "survey.yml names no benchmark")
        return effects.shifted(self.ame, self.benchmark)

    def predicted(self, at: float) -> Measured | NoEstimate:
        """Mean probability of buying again were every customer at `at` points, certified where the study of predictions holds."""
        if isinstance(self.straight, NoEstimate):
            return self.straight
        return self._on_log_odds(self.straight.predicted(at), self.straight.fit, "prediction")

    def _on_log_odds(self, found: Number, fit: Fit, study: str, rarer: int | None = None) -> Measured | NoEstimate:
        """Certified nowhere where the fit is a penalised one."""
        rarer = effects.rarer(fit) if rarer is None else rarer
        number = effects.on_log_odds(found, study, rarer, self.confidence)
        return replace(number, holds=False) if isinstance(number, Measured) and fit.separated else number

    @property
    def confidence(self) -> float:
        return self.waves[self.now].programme.reporting.confidence

    @property
    def grid(self) -> list[float]:
        """Scores at which the curve is given: every GRID points where most customers are, and those of the published example."""
        if isinstance(self.straight, NoEstimate):
            return list(self.example)
        low, high = np.quantile(self.straight.scores, INNER)
        steps = np.arange(np.ceil(low / GRID) * GRID, high + 1e-9, GRID)
        return sorted({*map(float, steps), *self.example})

    @cached_property
    def shape(self) -> shape.ShapeTest | NoEstimate:
        if self.why_not:
            return self.why_not
        worth = self.benchmark or (abs(self.ame.value) if isinstance(self.ame, Estimate) else 0.0)
        held = controls(self.panel, beside=CURVED)  # the spline's columns take room from what is held equal
        return shape.shape_test(self.panel, held, effect_a_point=worth)

    @cached_property
    def steps(self) -> dict[str, Number]:
        if self.why_not:
            return dict.fromkeys(shape.STEPS, self.why_not)
        found = self._fitted(lambda: shape.step_values(self.panel, self.held))
        return dict.fromkeys(shape.STEPS, found) if isinstance(found, NoEstimate) else found

    def slopes_by(self, column: str) -> groups.BySlope | NoEstimate:
        return self.why_not or groups.slopes_by(self.panel, self.held, column)

    def equal_slopes(self, columns: tuple[str, ...]) -> dict[str, float]:
        """Column → p that an index point is worth the same in all its levels; only columns that could be tested."""
        tested = {column: self.slopes_by(column) for column in columns}
        return {c: by.p_value for c, by in tested.items() if isinstance(by, groups.BySlope) and np.isfinite(by.p_value)}

    def effects_by(self, column: str) -> dict[str, Number]:
        """Level → average marginal effect; empty where the column isn't there or nothing can be fitted."""
        found = self.slopes_by(column)
        return {} if isinstance(found, NoEstimate) else found.effects

    @cached_property
    def curves_by_competition(self) -> group_curves.GroupCurves | NoEstimate:
        return self.why_not or group_curves.curves_by(self.panel, self.held, "competition")

    @property
    def competition_curves(self) -> dict[tuple[str, float], Measured | NoEstimate]:
        """(level, points) → mean probability of buying again; the reason under each level where there are no curves."""
        found = self.curves_by_competition
        if isinstance(found, NoEstimate):
            return {}
        return {
            (level, at): self._on_log_odds(found.predicted(level, at), found.fit, "group_curve", found.rarer(level))
            for level in found.levels
            for at in found.grid(level, GRID)
        }

    @cached_property
    def out_of_time(self) -> validation.OutOfTime | NoEstimate:
        return self.why_not or validation.out_of_time(self.panel)

    def tested(self, measure: str) -> Number | Measured:
        """One of MEASURES out of time."""
        if isinstance(self.out_of_time, NoEstimate):
            return self.out_of_time
        found = getattr(self.out_of_time, measure)()
        return effects.on_log_odds(found, "auc", self.out_of_time.rarer, self.confidence) if measure == "auc" else found

    @cached_property
    def calibration(self) -> pd.DataFrame:
        """Fifths by forecast; empty where nothing could be tested."""
        found = self.out_of_time
        return pd.DataFrame() if isinstance(found, NoEstimate) else validation.calibration(found)

    @cached_property
    def reliability(self) -> float | NoEstimate:
        """Of a person's index, over the answers of the periods with a closed window."""
        scores = pd.concat([self.waves[period].answer_scores for period in self.periods]) if self.periods else None
        if scores is None:
            return self.why_not
        return sensitivity.index_reliability(scores, self.waves[self.now].programme)

    @property
    def ame_corrected(self) -> Number:
        """The effect divided by what measurement error leaves of it; the reliability is taken as known."""
        if isinstance(self.ame, NoEstimate):
            return self.ame
        if isinstance(self.reliability, NoEstimate):
            return self.reliability
        kept = sensitivity.attenuation(self.panel, self.held, self.reliability)
        return kept if isinstance(kept, NoEstimate) else combined(self.ame / kept)

    @cached_property
    def ame_within(self) -> Number:
        return self.why_not or sensitivity.within_customers(self.panel)

    @property
    def e_value(self) -> sensitivity.EValue | NoEstimate:
        return (
            self.straight
            if isinstance(self.straight, NoEstimate)
            else sensitivity.e_value_of(self.straight, self.confidence)
        )

    @cached_property
    def by_intent(self) -> dict[str, Number]:
        if isinstance(self.panel, NoEstimate):
            return dict.fromkeys(("likely", "unlikely", "difference"), self.panel)
        return sensitivity.bought_by_intent(self.panel, self.waves[self.now].programme)

    @cached_property
    def waiting(self) -> at_risk.Waiting | NoEstimate:
        """This survey's customers who haven't ordered since, and the model of those who had waited as long before."""
        return self.straight if isinstance(self.straight, NoEstimate) else at_risk.waiting(self.panel, self.now)

    @property
    def sales_at_risk(self) -> Number:
        return self.waiting if isinstance(self.waiting, NoEstimate) else at_risk.sales_at_risk(self.waiting)

    @property
    def customers_at_risk(self) -> pd.DataFrame:
        """Named customers for analysts; empty where there is no model."""
        if isinstance(self.waiting, NoEstimate):
            return pd.DataFrame()
        return at_risk.customers_at_risk(self.waiting, self.confidence)

    def summary(self) -> pd.DataFrame:
        """Coefficients of the logit with standard errors, as in `svyglm`; empty where there is none."""
        if isinstance(self.straight, NoEstimate):
            return pd.DataFrame()
        found = self.straight.fit.coefficients
        return pd.DataFrame({name: {"log odds": e.value, "se": e.se, "n": e.n} for name, e in found.items()}).T
