"""Penalty and reward: kinds planted and found, and what too few low or high answers leave untold."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.models.penalty_reward import SPLITS, Contrast, penalty_reward
from csat_analysis.verdicts import contrast_verdict


@pytest.fixture(scope="module")
def planted() -> tuple[Design, pd.Series, pd.DataFrame]:
    """`missed` only costs where it is low, `delights` only earns where it is high, `both` pays alike."""
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.normal(70, 13, (1500, 3)), columns=["missed", "delights", "both"])
    y = -0.8 * (70 - x["missed"]).clip(lower=0) + 0.8 * (x["delights"] - 70).clip(lower=0) + 0.4 * x["both"]
    return Design.of(range(1500)), y + rng.normal(0, 6, 1500), x


@pytest.mark.parametrize("split", SPLITS)
def test_planted_kinds_are_found_in_both_splits(planted, split):
    found = penalty_reward(*planted, split)
    kinds = {name: contrast_verdict(contrast, held=True) for name, contrast in found.items()}
    assert kinds == {"missed": "basic", "delights": "excitement", "both": "performance"}


def test_reward_less_penalty_is_the_difference_said(planted):
    for contrast in penalty_reward(*planted, "thirds").values():
        assert contrast.difference.value == pytest.approx(contrast.reward.value - contrast.penalty.value)


def test_too_few_low_answers_leave_a_driver_untold(planted):
    design, y, x = planted
    found = penalty_reward(design, y, x.assign(missed=x["missed"].clip(lower=62)), "points")
    assert isinstance(found["missed"].difference, NoEstimate) and "0 low" in found["missed"].difference.reason
    assert isinstance(found["delights"].difference, Measured)


def test_a_kind_needs_certified_intervals():
    sure = Measured(3.0, 1.0, 5.0, 50, True)
    assert contrast_verdict(Contrast(sure, sure, Measured(0.0, -2.0, 2.0, 50, True))) == "performance"
    assert contrast_verdict(Contrast(sure, sure, Measured(0.0, -2.0, 2.0, 50, False))) is None
    weak = Measured(1.0, -1.0, 3.0, 50, True)
    assert contrast_verdict(Contrast(weak, sure, Measured(2.0, -1.0, 5.0, 50, True))) == "kind_untold"
