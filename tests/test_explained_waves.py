"""From an analyst's files to the parts of a change: what survey.yml declares, and what it doesn't."""

from __future__ import annotations

import pandas as pd
import pytest
from managed_company import BEFORE, NOW, SURVEY, write

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics.change_parts import CHANNEL, MIX, RATE
from csat_analysis.metrics.explained import CAUSES, DIMENSIONS, QUESTIONNAIRE, Explained, explain, value_of
from csat_analysis.metrics.wave import load_waves


def explained_of(root, *, later: str = "", channels: tuple = (), gain: float = 0.0) -> Explained:
    """The managed company; `later` is the second wave's survey.yml, `channels` each wave's channels in turn."""
    write(root, gain=gain)
    folder = root / "data" / "raw" / str(NOW)
    if later:
        (folder / "survey.yml").write_text(later, encoding="utf-8")
    if "p2" in later:
        file = folder / "responses.csv"
        pd.read_csv(file, dtype=str).rename(columns={"p1": "p2"}).to_csv(file, index=False)
    for period, names in zip((BEFORE, NOW), channels):
        file = root / "data" / "raw" / str(period) / "responses.csv"
        table = pd.read_csv(file, dtype=str)
        table["channel"] = [names[i % len(names)] for i in range(len(table))]
        table.to_csv(file, index=False)
    return explain(load_waves(root, NOW), NOW, BEFORE)


def adds_up(found: Explained) -> bool:
    return all(sum(map(value_of, parts.values())) == pytest.approx(found.total.value) for parts in found.views.values())


SOME, MORE = ("visit", "visit", "visit", "online"), ("visit", "online")  # online


@pytest.mark.parametrize("channels", [(), (SOME, MORE), (("visit",), ("visit",) * 30 + ("online",))])
def test_a_method_that_did_not_change_is_exactly_nothing(tmp_path, channels):
    """Neither do more answers by one of the same channels make a change of method, nor a stray one by another."""
    found = explained_of(tmp_path, channels=channels)
    assert found.views[CAUSES][CHANNEL] == 0.0 and found.views[CAUSES][QUESTIONNAIRE] == 0.0
    assert found.views[DIMENSIONS][QUESTIONNAIRE] == 0.0 and adds_up(found)


def test_the_same_customers_in_the_same_groups_leave_nothing_to_the_mix(tmp_path):
    found = explained_of(tmp_path, gain=2.0)
    assert found.views[CAUSES][MIX] == 0.0 and value_of(found.views[CAUSES][RATE]) == pytest.approx(found.total.value)


def test_a_channel_that_is_new_is_a_change_of_method_though_nobody_declared_it(tmp_path):
    found = explained_of(tmp_path, channels=(("visit",), MORE))
    assert not isinstance(found.views[CAUSES][CHANNEL], float) and adds_up(found)
    kept = "fieldwork: {channels: [visit, online]}\n"
    file = tmp_path / "declared" / "data" / "raw" / "survey.yml"
    declared = explained_of(tmp_path / "declared", later=kept, channels=(("visit",), MORE))
    assert not isinstance(declared.views[CAUSES][CHANNEL], float), "declared for the later wave alone"
    file.write_text(file.read_text(encoding="utf-8") + kept, encoding="utf-8")
    declared = explain(load_waves(tmp_path / "declared", NOW), NOW, BEFORE)
    assert declared.views[CAUSES][CHANNEL] == 0.0, "both waves asked by the same ways, whoever answered by which"


def test_declared_channels_get_a_part_of_their_own(tmp_path):
    later = "fieldwork: {channels: [visit, online]}\n"
    found = explained_of(tmp_path, later=later, channels=(SOME, MORE))
    assert not isinstance(found.views[CAUSES][CHANNEL], float) and adds_up(found)


def test_a_complete_switch_of_channel_is_not_told_from_other_ratings(tmp_path):
    found = explained_of(tmp_path, later="fieldwork: {channels: [online]}\n", channels=(("visit",), ("online",)))
    assert isinstance(found.views[CAUSES][CHANNEL], NoEstimate)
    assert isinstance(found.noise(CAUSES), NoEstimate)


def test_other_weights_are_a_change_of_method_and_the_old_wave_is_read_by_the_new_ones(tmp_path):
    """goods .5 → .8: the published change less that of the new index in both waves is the questionnaire's."""
    later = "dimensions: {goods: {weight: 0.8, items: [g1]}, people: {weight: 0.2, items: [p1]}}\n"
    found = explained_of(tmp_path, later=later, gain=2.0)
    goods, people = (found.earlier.dimensions[name].value for name in ("goods", "people"))
    restated = (0.8 * goods + 0.2 * people) - (0.5 * goods + 0.5 * people)
    assert isinstance(found.questionnaire, Estimate) and found.questionnaire.value == pytest.approx(restated)
    assert adds_up(found)


def test_a_wave_without_a_common_item_cannot_be_split(tmp_path):
    dimensions = "dimensions: {goods: {weight: 0.5, items: [g1]}, people: {weight: 0.5, items: [p2]}}\n"
    found = explained_of(tmp_path, later=dimensions)
    assert isinstance(found.total, NoEstimate) and "people" in found.total.reason and found.views == {}


def test_without_a_wave_before_there_is_nothing_to_explain(tmp_path):
    waves = load_waves(write(tmp_path, periods=(NOW,)), NOW)
    assert explain(waves, NOW, None).status == "not_computed"


def test_the_programme_of_the_test_has_no_channels():
    assert "channels" not in SURVEY
