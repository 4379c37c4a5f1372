"""Drivers of an outcome: what is left out and why, what can't be said, and the outcome that is one's own item."""

import numpy as np
import pandas as pd
import pytest
from repurchase_programme import some_buy, write_programme

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.wave import load_waves
from csat_analysis.models.driver_findings import DriverFindings, all_alike, why_none
from csat_analysis.models.drivers import Importance, drivers_of
from csat_analysis.models.plan_findings import PlanFindings
from csat_analysis.period import Period
from csat_analysis.verdicts import importance_verdict, rank_verdicts

SURVEY = """
name: Two dimensions
scale: {min: 0, max: 10}
dimensions: {goods: {items: [q1, q2]}, staff: {items: [q3, q4]}, loyalty: {items: [again, q5]}}
"""
ONE_IS_THE_INDEX = """
name: The index is one of its dimensions
scale: {min: 0, max: 10}
dimensions:
  goods: {weight: 1, items: [q1, q2]}
  staff: {weight: 0, items: [q3]}
  desk: {weight: 0, items: [q4]}
  loyalty: {weight: 0, items: [again, q5]}
"""
OUTCOMES = "outcomes: {nps: {column: again, min: 0, max: 10, promoter: [9, 10], detractor: [0, 6]}}\n"


def found(x: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None, **options) -> Importance | NoEstimate:
    design = Design.of(range(len(y)), weight=weight)
    drivers = pd.DataFrame(x, columns=list("abcde")[: x.shape[1]])
    return drivers_of("overall", design, pd.Series(y), drivers, kind="importance", draws=200, **options)


@pytest.fixture(scope="module")
def answers() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.normal(70, 10, (300, 3)) + rng.normal(0, 8, (300, 1))
    return x, x @ [0.8, 0.1, 0.1] + rng.normal(0, 6, 300)


def test_the_clear_first_driver_is_called_first_with_its_share_inside_its_interval(answers):
    seen = found(*answers)
    assert seen.names[int(seen.ranks[:, 0].argmax())] == "a" and seen.ranks[0, 0] > 0.99
    assert (seen.low <= seen.share).all() and (seen.share <= seen.high).all() and seen.share.sum() == pytest.approx(1)
    assert seen.table().loc["a", "first"] == seen.rank_table().loc["a", "1"]


def test_the_same_seed_gives_the_same_numbers(answers):
    one, again, other = found(*answers, seed=1), found(*answers, seed=1), found(*answers, seed=2)
    assert np.array_equal(one.low, again.low) and not np.array_equal(one.low, other.low)
    assert np.array_equal(one.share, other.share)


def test_a_constant_driver_is_left_out_and_named(answers):
    x, y = answers
    seen = found(np.column_stack([x, np.full(300, 80.0)]), y)
    assert seen.names == ["a", "b", "c"] and "same for everyone" in seen.notes["d"]
    assert isinstance(seen.measured("d"), NoEstimate)


def test_a_driver_that_follows_from_the_others_is_named(answers):
    x, y = answers
    seen = found(np.column_stack([x, x[:, :2].mean(axis=1)]), y)
    assert set(seen.notes) == {"d"} and "follows from" in seen.notes["d"] and np.isfinite(seen.share).all()


def test_a_driver_that_lowers_the_outcome_has_a_sign_and_no_negative_share(answers):
    x, y = answers
    seen = found(np.column_stack([x, -x[:, 0] + np.random.default_rng(2).normal(0, 20, 300)]), y)
    assert seen.table().loc["d", "sign"] == -1 and (seen.share >= 0).all()


@pytest.mark.parametrize(
    ("size", "blank", "constant", "reason"),
    [
        (4, 0, False, "4 contacts with all answers for 3 drivers"),
        (300, 200, False, "200 of 300 left overall out"),
        (300, 0, True, "the same for everyone"),
    ],
)
def test_what_cannot_be_found_is_said(answers, size, blank, constant, reason):
    x, y = answers[0][:size], answers[1][:size].copy()
    y[:blank] = np.nan
    seen = found(x, np.full(size, 3.0) if constant else y)
    assert isinstance(seen, NoEstimate) and reason in seen.reason


def test_who_lacks_a_driver_is_left_out_of_the_fit(answers):
    x, y = answers[0].copy(), answers[1]
    x[:20, 1] = np.nan
    assert found(x, y).n == 280 and found(x, y).share == pytest.approx(found(x[20:], y[20:]).share)


def test_weights_more_unequal_than_the_studys_are_not_certified(answers):
    weight = np.where(np.arange(300) < 10, 60.0, 1.0)
    seen = found(*answers, weight=weight)
    assert not seen.weights_tried and not seen.measured("a").holds


def test_no_order_is_called_where_none_is_sure_and_none_where_chances_were_not_tried():
    assert rank_verdicts({"a": 0.95, "b": 0.05}) == {"a": "ranks_first", "b": None}
    assert rank_verdicts({"a": 0.6, "b": 0.4}) == {"a": "cannot_rank", "b": "cannot_rank"}
    assert rank_verdicts({"a": 0.95, "b": 0.05}, held=False) == {"a": None, "b": None}


def test_a_share_matters_more_only_where_its_whole_interval_does():
    assert importance_verdict(Measured(0.5, 0.3, 0.6, 100, True), 0.2) == "matters_more"
    assert importance_verdict(Measured(0.3, 0.1, 0.6, 100, True), 0.2) == "matters_untold"
    assert importance_verdict(Measured(0.5, 0.3, 0.6, 100, False), 0.2) is None


def programme(root, outcomes: str, again: list[int] | None = None, survey: str = SURVEY):
    raw = root / "data" / "raw"
    (raw / "2026H1").mkdir(parents=True)
    (raw / "survey.yml").write_text(survey + outcomes, encoding="utf-8")
    rng = np.random.default_rng(3)
    base = rng.integers(3, 8, 80)
    rows = [",".join(str(min(10, b + d)) for d in rng.integers(0, 4, 6)) for b in base]
    if again:
        rows = [f"{row.rsplit(',', 1)[0]},{answer}" for row, answer in zip(rows, again, strict=True)]
    (raw / "2026H1" / "responses.csv").write_text("q1,q2,q3,q4,q5,again\n" + "\n".join(rows) + "\n", encoding="utf-8")
    now = Period.parse("2026H1")
    return DriverFindings(load_waves(root, now), now, draws=100)


def test_a_dimension_that_holds_the_outcomes_own_question_is_no_driver_of_it(tmp_path):
    seen = programme(tmp_path, OUTCOMES)
    assert seen.importance().names == ["goods", "staff"]
    assert "one of its items" in seen.importance().notes["loyalty"]
    assert isinstance(seen.importances["repurchase"], NoEstimate) and seen.importances["repurchase"].reason


def test_a_dimension_that_is_the_index_itself_is_no_driver_and_no_plan_raises_it(tmp_path):
    seen = programme(tmp_path, OUTCOMES, survey=ONE_IS_THE_INDEX)
    assert seen.index_itself == ["goods"] and seen.importance().names == ["staff", "desk"]
    assert "index itself" in seen.importance().notes["goods"]
    assert seen.derived_index[0].status == "not_computed"
    assert PlanFindings(seen).proposed == {}  # raising what carries no weight moves no index
    assert programme(tmp_path / "equal", OUTCOMES).index_itself == []


def test_windows_that_are_still_open_are_no_answers_left_out(tmp_path):
    """One of three half-years' windows has closed; its sixty customers are enough."""
    survey = "name: Two dimensions\nscale: {min: 0, max: 10}\nrepurchase: {window_days: 30}\n"
    survey += "dimensions: {goods: {items: [q1]}, staff: {items: [q2]}}\n"
    orders = some_buy(periods=("2025H1",)).replace("2026-06-30", "2025-12-20")
    root = write_programme(tmp_path, survey=survey, orders=orders)
    now = Period.parse("2026H1")
    seen = DriverFindings(load_waves(root, now), now, draws=100).importances["repurchase"]
    assert isinstance(seen, Importance) and seen.n == 60 and seen.names == ["goods", "staff"]


def test_an_outcome_that_nearly_all_answer_alike_has_no_drivers(tmp_path):
    seen = programme(tmp_path, OUTCOMES, again=[9] + [8] * 79)
    assert isinstance(seen.importance(), NoEstimate) and seen.importance().status == "not_estimable"
    assert "1 of 80 answered nps otherwise" in seen.importance().reason
    assert isinstance(seen.items, NoEstimate) and not any(seen.contrasts.values())


def test_ten_who_answer_otherwise_are_enough(answers):
    x = pd.DataFrame(answers[0])
    assert all_alike("nps", pd.Series([1.0] * 10 + [0.0] * 290), x) is None
    assert all_alike("nps", pd.Series([1.0] * 9 + [0.0] * 291), x).n == 300


def test_drivers_of_which_none_varies_are_not_called_one_driver(answers):
    x = pd.DataFrame(answers[0]) * 0.0
    assert "alike" in all_alike("nps", pd.Series(np.arange(300.0)), x).reason


@pytest.mark.parametrize("endless", [np.inf, -np.inf])
def test_an_answer_without_an_end_is_refused_and_said(answers, endless):
    x, y = pd.DataFrame(answers[0]), pd.Series(answers[1])
    assert "2 of 300 have an infinite answer to csat" in why_none("csat", y.where(y.index > 1, endless), x).reason
    assert "1 of 300 have" in why_none("csat", y, x.replace(x.iloc[5, 1], endless)).reason
    assert why_none("csat", y.where(y.index > 1), x) is None  # left out isn't infinite


def test_without_an_outside_outcome_it_is_said_what_would_be_needed(tmp_path):
    seen = programme(tmp_path, "")
    assert "csat, nps" in seen.importance().reason and seen.importance().status == "not_supplied"
    assert isinstance(seen.items, NoEstimate) and isinstance(seen.derived_index[0], NoEstimate)
    plans = PlanFindings(seen)
    assert plans.proposed == {} and plans.reckoned == {} and not any(seen.contrasts.values())


def test_the_derived_index_is_the_shares_times_the_means(tmp_path):
    seen = programme(tmp_path, OUTCOMES)
    shares = seen.importance().share
    by_hand = shares @ [seen.wave.dimensions[name].value for name in ("goods", "staff")]
    index, shift = seen.derived_index
    assert index.value == pytest.approx(by_hand)
    assert shift.value == pytest.approx(by_hand - seen.wave.index.value)
