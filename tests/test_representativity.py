"""R-indicators: by hand, against a known truth, and where nothing can be told."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csat_analysis import certification
from csat_analysis.estimate import NoEstimate
from csat_analysis.studies import representativity as study
from csat_analysis.studies import stored
from csat_analysis.survey.answering import answering_model
from csat_analysis.survey.representativity import HOLDS_FROM, noncentrality, partial_indicators, r_indicator


def two_regions(rates: tuple[float, float], each: int = 100) -> pd.DataFrame:
    answered = np.concatenate([np.arange(each) < rate * each for rate in rates])
    return pd.DataFrame({"answered": answered, "region": np.repeat(["N", "S"], each)})


def indicator(people: pd.DataFrame, *variables: str):
    return r_indicator(answering_model(people, variables), people["answered"])


def test_two_regions_answering_8_and_6_in_10_by_hand():
    r = indicator(two_regions((0.8, 0.6)), "region")
    assert r.raw == pytest.approx(1 - 2 * 0.1)  # chances .8 and .6: standard deviation .1
    by_accident = ((0.8 * 0.2 + 0.6 * 0.4) / 100) / 4  # variance of half the difference of two rates
    assert r.spread == pytest.approx(np.sqrt(0.01 - by_accident)) and r.value == pytest.approx(1 - 2 * r.spread)


def test_regions_that_answer_alike_are_fully_representative_and_the_interval_starts_there():
    r = indicator(two_regions((0.7, 0.7)), "region")
    assert r.value == 1 and r.interval()[1] == 1


def test_the_interval_inverts_the_noncentral_chi_square():
    low, high = noncentrality(40.0, 4, 0.95)
    assert stats.ncx2.cdf(40, 4, low) == pytest.approx(0.975) and stats.ncx2.cdf(40, 4, high) == pytest.approx(0.025)
    assert noncentrality(5.0, 10, 0.95)[0] == 0 and noncentrality(1.0, 10, 0.95) == (0.0, 0.0)


def test_the_largest_bias_is_the_difference_two_regions_can_make():
    r = indicator(two_regions((0.8, 0.6), each=100_000), "region")
    score = np.repeat([75.0, 65.0], 100_000)  # the score goes with the region entirely
    answered = two_regions((0.8, 0.6), each=100_000)["answered"]
    assert r.largest_bias(score.std()).value == pytest.approx(score[answered].mean() - score.mean(), rel=1e-3)


def test_the_influences_give_the_spread_of_repeated_fieldwork():
    rng = np.random.default_rng(8)
    found = [indicator(study.people_asked(600, 1.0, rng)[0], *study.VARIABLES) for _ in range(60)]
    assert np.mean([r.estimate.se for r in found]) == pytest.approx(np.std([r.value for r in found]), rel=0.3)


def test_it_is_recorded_with_the_interval_that_holds_and_only_from_enough_people():
    many, few = indicator(two_regions((0.8, 0.6)), "region"), indicator(two_regions((0.8, 0.6), each=20), "region")
    assert many.measured().holds and (many.measured().low, many.measured().high) == many.interval()
    assert not few.measured().holds and not few.largest_bias(12.0).holds
    assert not certification.is_certified(many.estimate)


def test_partial_indicators_find_the_variable_that_matters():
    people = two_regions((0.9, 0.5)).assign(branch=["a", "b"] * 100)
    table = partial_indicators(answering_model(people, ["region", "branch"]))
    assert table.index[0] == "region" and table.loc["region", "p"] < 0.001 and table.loc["branch", "p"] > 0.3
    assert table.loc["region", "unconditional"] == pytest.approx(0.2, abs=0.001)
    assert table.loc["branch", "conditional"] < 0.05


@pytest.mark.parametrize(("answered", "words"), [(True, "everybody"), (False, "nobody")])
def test_without_silence_or_answers_there_is_nothing_to_tell(answered, words):
    people = pd.DataFrame({"answered": [answered] * 20, "region": ["N", "S"] * 10})
    told = indicator(people, "region")
    assert isinstance(told, NoEstimate) and words in told.reason


def test_without_a_trait_there_is_nothing_to_tell():
    assert isinstance(indicator(two_regions((0.7, 0.7)).assign(region="N"), "region"), NoEstimate)


def test_the_study_found_that_the_interval_holds_from_where_it_is_said_to():
    table = stored.table("representativity").query("asked >= @HOLDS_FROM", local_dict={"HOLDS_FROM": HOLDS_FROM})
    assert table["coverage"].between(0.92, 0.99).all() and table["coverage_t"].min() < 0.6
    assert (table["estimate"] - table["true_value"]).abs().max() < 0.1


def test_the_study_gives_the_same_again():
    first, again = (study.cover((100, 0.5), 5, 1) for _ in range(2))
    assert first == again and stored.is_current("representativity")
