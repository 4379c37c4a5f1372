"""Certification: the stored study belongs to this code, can be repeated, can fail, and decides what is shown."""

from dataclasses import replace

import numpy as np
import pytest

from csat_analysis import certification, studies
from csat_analysis.design import Design
from csat_analysis.estimate import Estimate
from csat_analysis.estimators import mean, quantile, ratio, share
from csat_analysis.programme import Programme
from csat_analysis.results import make_record
from csat_analysis.studies import stored
from csat_analysis.studies.intervals import DRAWS, SEED, Cell, cells, cover, holds

PROGRAMME = Programme.model_validate(
    {"name": "p", "scale": {"min": 0, "max": 10}, "dimensions": {"d": {"items": ["q"]}}, "reporting": {"min_group": 2}}
)


def scores(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(70, 12, n)


def status(estimate: Estimate, key: str = "satisfaction.index") -> str:
    return make_record(key, estimate, {}, programme=PROGRAMME, notebook="x").status


def test_the_stored_study_is_of_the_code_that_makes_the_estimates():
    stored = certification.certificate()["fingerprint"]
    assert stored == certification.fingerprint(), "an estimator changed: run `csat certify`, then `make notebooks`"


def test_every_other_stored_study_is_of_the_code_that_it_speaks_for():
    old = [name for name in studies.OTHERS if not stored.is_current(name)]
    assert not old, f"their methods changed: run `csat certify {' '.join(old)}`, then `make notebooks`"


def test_the_stored_study_has_its_seed_and_enough_draws():
    stored = certification.certificate()
    assert stored["seed"] == SEED and stored["draws"] == DRAWS >= 2000
    assert certification.table()["monte_carlo_error"].max() < 0.012
    assert [c["estimator"] for c in stored["cells"]] == [c.estimator for c in cells()]


def test_a_cell_can_be_repeated_and_another_seed_differs():
    cell = Cell("index", 20)
    assert cover(cell, draws=30) == cover(cell, draws=30)
    assert cover(cell, draws=30)["mean_width"] != cover(cell, draws=30, seed=1)["mean_width"]


def test_a_stored_coverage_is_found_again():
    stored = certification.table().query(
        "core and estimator == 'index' and n == 150 and draw == 'list' and answering == 'random'"
    )
    again = cover(Cell("index", 150), draws=300, seed=99)
    assert abs(again["coverage"] - stored["coverage"].iloc[0]) < 4 * again["monte_carlo_error"]


def test_the_study_finds_an_interval_that_is_too_narrow(monkeypatch):
    honest = Design.variance
    monkeypatch.setattr(Design, "variance", lambda *args, **options: 0.5 * honest(*args, **options))
    assert not cover(Cell("index", 150), draws=300)["holds"]


def test_where_answering_hangs_on_satisfaction_the_loss_is_on_record():
    shown = (
        certification.table().query("answering == 'satisfaction' and weighting == 'design'").set_index("n")["coverage"]
    )
    assert not certification.table().query("answering == 'satisfaction'")["core"].any()
    assert shown[600] < shown[40] < 0.9


def test_most_settings_that_are_meant_to_hold_do():
    core = certification.table().query("core")
    assert len(core) <= 90 and core["holds"].mean() > 0.9


def test_a_mean_of_five_answers_is_not_certified_and_of_forty_is():
    assert status(mean(Design.of(range(5)), scores(5))) == "not_certified"
    assert status(mean(Design.of(range(40)), scores(40))) == "ok"


def test_a_group_of_nine_is_certified_in_a_large_sample_only():
    large, small = Design.of(range(150)), Design.of(range(9))
    assert status(mean(large, scores(150), inside=np.arange(150) < 9)) == "ok"
    assert status(mean(small, scores(9))) == "not_certified"


def test_a_census_needs_no_certificate():
    assert status(mean(Design.of(range(5), population={"all": 5}), scores(5))) == "exact"


def test_raked_weights_ask_for_more_answers_than_a_design_alone():
    def raked(n: int) -> Design:
        return replace(Design.of(range(n)), margins=(np.arange(n) % 3,))

    assert status(mean(raked(30), scores(30))) == "not_certified"
    assert status(mean(raked(120), scores(120))) == "ok"


def test_p90_has_no_interval_below_29_answers():
    assert quantile(Design.of(range(28)), scores(28), 0.9).status == "not_estimable"
    low, high = quantile(Design.of(range(60)), scores(60), 0.9).interval()
    assert low < high < np.inf


def test_a_share_is_looked_up_as_a_share():
    speaking = certification.cells_for(share(Design.of(range(40)), scores(40) > 70))
    assert set(speaking["estimator"]) == {"share"} and set(speaking["n"]) == {40}


@pytest.mark.parametrize("n", [25, 100, 5000])
def test_a_number_between_two_that_were_tried_is_judged_by_both(n):
    speaking = certification.cells_for(mean(Design.of(range(n)), scores(n)))
    assert set(speaking["n"]) == {25: {20, 40}, 100: {40, 150}, 5000: {600}}[n]


def test_a_difference_is_judged_by_its_smaller_group():
    design, y = Design.of(range(150)), scores(150)

    def against_rest(size: int) -> Estimate:
        inside = np.arange(150) < size
        return (mean(design, y, inside=inside) - mean(design, y, inside=~inside)).process()

    assert set(certification.cells_for(against_rest(30))["n"]) == {20, 40}
    assert certification.fewest(against_rest(9)) == 9


def test_a_change_is_judged_as_a_change():
    now, before = (mean(Design.of(range(40), wave=wave), scores(40, seed)) for seed, wave in enumerate(("b", "a")))
    assert set(certification.cells_for(now - before)["estimator"]) == {"change"}


def test_whether_a_cell_holds_follows_from_its_coverage():
    table = certification.table()
    assert certification.certificate()["band"] == list(certification.BAND) == [0.93, 0.97]
    assert [holds(row.estimator, row.coverage) for row in table.itertuples()] == table["holds"].tolist()


@pytest.mark.parametrize(
    "estimate",
    [
        ratio(Design.of(range(60)), scores(60), scores(60, 2)),
        quantile(Design.of(range(600)), scores(600), 0.99),
        mean(Design.of(range(150), weight=np.exp(np.random.default_rng(3).normal(0, 1.2, 150))), scores(150)),
        mean(Design.of(range(40)), scores(40), inside=np.arange(40) < 8),
    ],
    ids=["ratio", "99th percentile", "very unequal weights", "eight of forty"],
)
def test_what_no_setting_was_like_is_not_certified(estimate):
    assert estimate.status == "ok" and not certification.is_certified(estimate)


def test_only_the_confidence_that_was_studied_is_certified():
    other = PROGRAMME.model_copy(update={"reporting": PROGRAMME.reporting.model_copy(update={"confidence": 0.9})})
    found = make_record("satisfaction.index", mean(Design.of(range(40)), scores(40)), {}, programme=other, notebook="x")
    assert found.status == "not_certified"
