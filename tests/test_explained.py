"""Why the index changed: the parts add up, are those of hand-worked tables, and find the cause that a company was made with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csat_analysis import certification
from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.change_parts import CHANNEL, MIX, RATE, Side, split
from csat_analysis.studies import explained as study
from csat_analysis.studies import stored

ONE = {"goods": 1.0}


def side(wave: str, groups: dict[str, tuple[int, float]], *, channel: list[str] | None = None, start: int = 0) -> Side:
    """So many customers of each level, who differ by ±1 around the level's score."""
    level = [name for name, (count, _) in groups.items() for _ in range(count)]
    score = [mean + (-1) ** i for count, mean in groups.values() for i in range(count)]
    names = [f"c{start + i}" for i in range(len(level))]
    known = None if channel is None else pd.Series(channel)
    return Side(Design.of(names, wave=wave), pd.DataFrame({"goods": score}), pd.DataFrame({"class": level}), known)


def test_kitagawa_by_hand():
    """A at 80 and B at 60, half and half; then A at 84 and B at 60, 30 % and 70 %: the mean falls from 70 to 67.2.

    mix −.2 × (82 − 60) = −4.4; rate .4 × 4 + .6 × 0 = 1.6.
    """
    before = side("w1", {"A": (20, 80), "B": (20, 60)})
    after = side("w2", {"A": (12, 84), "B": (28, 60)}, start=100)
    parts = split(before, after, ONE, by_channel=False)
    assert parts[MIX].value == pytest.approx(-4.4) and parts[RATE].value == pytest.approx(1.6)


def test_a_group_that_is_new_counts_with_what_it_rates_now():
    """Half of the later customers are of a class that wasn't there: 20 % of the way is theirs alone."""
    before = side("w1", {"A": (40, 80)})
    after = side("w2", {"A": (20, 80), "new": (20, 60)}, start=100)
    parts = split(before, after, ONE, by_channel=False)
    assert parts[MIX].value == pytest.approx(-10) and parts[RATE].value == pytest.approx(0, abs=1e-9)


def test_a_channel_that_all_moved_to_cannot_be_told_from_other_ratings():
    before = side("w1", {"A": (20, 80), "B": (20, 60)}, channel=["visit"] * 40)
    after = side("w2", {"A": (20, 84), "B": (20, 64)}, channel=["online"] * 40, start=100)
    parts = split(before, after, ONE, by_channel=True)
    assert isinstance(parts[CHANNEL], NoEstimate) and isinstance(parts[RATE], NoEstimate)
    assert parts[MIX].value == pytest.approx(0, abs=1e-9)


def test_without_groups_nothing_is_put_down_to_the_mix():
    before, after = side("w1", {"A": (20, 80)}), side("w2", {"A": (20, 84)}, start=100)
    parts = split(before, after, ONE, by_channel=False)
    assert {part.status for part in parts.values()} == {"not_supplied"}


def test_naming_levels_otherwise_moves_no_part():
    rng = np.random.default_rng(1)
    (before, after), _ = study.two_waves(study.Setting("all", "unequal", 150), rng)
    names = {"A": "z", "B": "a", "C": "m"}
    renamed = [Side(s.design, s.scores, s.groups.replace({"class": names}), s.channel) for s in (before, after)]
    parts = split(before, after, study.WEIGHTS, by_channel=True)
    again = split(*renamed, study.WEIGHTS, by_channel=True)
    for part in parts:
        assert again[part].value == pytest.approx(parts[part].value)
        assert again[part].se == pytest.approx(parts[part].se)


@pytest.mark.parametrize("weighting", study.WEIGHTINGS)
def test_the_parts_add_up_to_the_change_and_so_do_their_influences(weighting):
    (before, after), _ = study.two_waves(study.Setting("all", weighting, 150), np.random.default_rng(2))
    for one in (before, after):  # answers with blanks
        one.scores.iloc[3:9, 1] = np.nan
    parts = split(before, after, study.WEIGHTS, by_channel=True)

    def index(one: Side) -> float:
        means = {
            name: np.average(one.scores[name].dropna(), weights=one.design.weight[one.scores[name].notna()])
            for name in study.WEIGHTS
        }
        return sum(weight * means[name] for name, weight in study.WEIGHTS.items())

    assert sum(part.value for part in parts.values()) == pytest.approx(index(after) - index(before), abs=1e-9)


@pytest.mark.parametrize("cause", study.CAUSES)
def test_the_cause_that_moved_a_company_is_found_and_no_other(cause):
    """Where each cause is known: averaged over companies every part is its truth; what didn't move stays within chance."""
    rng = np.random.default_rng(11)
    setting = study.Setting(cause, "alike", 150)
    found = pd.concat([study.one_change(setting, rng) for _ in range(25)])
    found["moved"] = found["truth"].abs() > 0.5
    means = found.groupby("test")[["bias", "found"]].agg(["mean", "std", "size"])
    assert (means["bias"]["mean"].abs() < 4 * means["bias"]["std"] / np.sqrt(means["bias"]["size"])).all()
    called = found.groupby(["test", "moved"])["found"].mean()
    for (_, moved), share in called.items():
        assert share > 0.6 if moved else share < 0.25


def test_the_study_of_parts_is_current_and_speaks_for_every_part():
    assert stored.is_current("explained") and stored.stored("explained")["draws"] >= 500
    kinds = {kind for kind, of in certification.STUDIED_APART.items() if of == "explained"}
    assert kinds == set(stored.table("explained")["test"])


def test_parts_taken_for_those_of_strangers_would_be_found_out(monkeypatch):
    """Intervals a third too narrow fall out of the band that the study asks for."""
    setting = (3, study.Setting("rate", "alike", 150), 80, 3)
    honest = study.one_setting(setting).set_index("test")["coverage"]
    plain = Design.variance
    monkeypatch.setattr(Design, "variance", lambda self, *a, **k: plain(self, *a, **k) / 3)
    narrow = study.one_setting(setting).set_index("test")["coverage"]
    assert honest["change_rate"] > 0.88 > narrow["change_rate"]
