"""The study of sales is of the code as it stands, gives the same table again, and its worlds are those that it says."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.certification import STUDIED_APART, holds_at, studied_apart
from csat_analysis.metrics.growth import weighted_slope
from csat_analysis.studies import sales, stored


def test_the_stored_table_is_of_the_code_as_it_stands():
    assert stored.is_current("sales"), "run `csat certify sales`: the code behind its table changed"


def test_a_draw_can_be_made_again(monkeypatch):
    monkeypatch.setattr(sales, "CHUNK", 3)
    few = [
        sales.Setting("funnel", "alike", 30),
        sales.Setting("growth_slope", "rising", 40),
        sales.Setting("loyalty", "rising", 20),
    ]
    monkeypatch.setattr(sales, "settings", lambda: few)
    monkeypatch.setattr(sales, "true_slope", lambda world: 0.01)
    pd.testing.assert_frame_equal(sales.run(6, seed=1), sales.run(6, seed=1))
    assert not sales.run(6, seed=1).equals(sales.run(6, seed=2))


def test_the_true_slope_is_found_in_many_answers():
    rng = np.random.default_rng(7)
    stratum, weight = sales.layout(200_000, rng)
    assert weighted_slope(*sales.growing(stratum, "rising", rng), weight)[0] == pytest.approx(
        sales.true_slope("rising"), abs=0.0015
    )


def test_the_true_growth_is_that_of_many_customers():
    now, before = sales.books(400_000, "skewed", np.random.default_rng(8))
    expected = sales.STAYED_NOW / sales.STAYED_BEFORE * sales.GROWTH
    assert now.sum() / before.sum() == pytest.approx(expected, rel=0.01)


def test_every_kind_that_the_part_asks_for_is_in_the_study_or_never_certified():
    kinds = [kind for kind, study in STUDIED_APART.items() if study == "sales"]
    assert {kind for kind in kinds if len(studied_apart(kind)) == 0} == {"refer"}
    assert not holds_at("refer", 500)


def test_shares_of_the_funnel_miss_the_truth_less_than_those_that_forget_open_leads():
    table = stored.table("sales").query("test == 'conversion' and n >= 60")
    for rival in ("if_closed", "if_lost"):
        assert table["miss"].abs().mean() < table[rival].abs().mean()
