"""Out-of-time prediction: the area under the curve counts pairs, and no model sees the future."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from repurchase_panels import PERIODS, panel_of, simulated

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.models.validation import auc, brier, calibration, out_of_time

REFERENCE = Path(__file__).parent / "reference"
R = json.loads((REFERENCE / "repurchase.json").read_text())


def test_the_area_counts_pairs_with_half_a_point_for_ties():
    # buyers .9 .6 .5, others .5 .3: of six pairs five are right and one is tied
    found = auc(Design.of(range(5)), [1, 1, 1, 0, 0], [0.9, 0.6, 0.5, 0.5, 0.3])
    assert found.value == pytest.approx(5.5 / 6)


def test_the_area_and_its_variance_agree_with_delong():
    first = pd.read_csv(REFERENCE / "two_waves.csv").query("wave == '2025H2'").dropna(subset=["nps"])
    bought = (first["score"] >= 70).to_numpy(float)
    found = auc(Design.of(range(len(first))), bought, first["nps"])
    assert found.value == pytest.approx(R["auc"]["value"])
    # DeLong divides by m (m − 1) for buyers and others apart, one design by n/(n − 1) for all
    m, k = bought.sum(), (1 - bought).sum()
    parts = [(found.influence[bought == side] ** 2).sum() * n / (n - 1) for side, n in ((1, m), (0, k))]
    assert sum(parts) == pytest.approx(R["auc"]["variance"])
    assert found.variance == pytest.approx(R["auc"]["variance"], rel=0.03)


def test_a_weight_of_two_counts_a_contact_twice():
    y, p = np.array([1.0, 1, 0, 0]), np.array([0.8, 0.4, 0.6, 0.2])
    weighted = auc(Design.of(range(4), weight=[1, 2, 1, 1]), y, p)
    doubled = auc(Design.of(range(5)), np.r_[y, 1], np.r_[p, 0.4])
    assert weighted.value == pytest.approx(doubled.value)


def test_brier_by_hand():
    assert brier(Design.of(range(2)), [1, 0], [0.9, 0.4]).value == pytest.approx((0.01 + 0.16) / 2)


def test_later_outcomes_do_not_change_earlier_predictions():
    panel = simulated(200)
    last = panel.table["period"] == PERIODS[-1]
    turned = replace(
        panel, table=panel.table.assign(bought=panel.table["bought"].where(~last, 1 - panel.table["bought"]))
    )
    before, after = (out_of_time(p).with_satisfaction for p in (panel, turned))
    assert np.array_equal(before, after, equal_nan=True) and np.isfinite(before).sum() == 400


def test_satisfaction_adds_where_it_matters_and_nothing_where_it_does_not():
    strong, none = (out_of_time(simulated(300, slope=slope)) for slope in (0.15, 0.0))
    assert strong.gain("auc").interval()[0] > 0.05 and strong.gain("brier").interval()[1] < 0
    low, high = none.gain("auc").interval()
    assert low < 0.02 and high > -0.02 and abs(none.gain("auc").value) < 0.05


def test_a_true_model_is_calibrated():
    table = calibration(out_of_time(simulated(600)))
    assert len(table) == 5 and table["n"].sum() == 1200
    assert ((table["low"] - 0.05 < table["predicted"]) & (table["predicted"] < table["high"] + 0.05)).all()


def test_one_period_cannot_be_tested():
    found = out_of_time(panel_of(satisfaction=np.linspace(50, 90, 60)))
    assert isinstance(found, NoEstimate) and "two periods" in found.reason
