"""Complaint categories: wordings held out whole, ties set aside, a threshold by measured precision, shares put right."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.estimate import NoEstimate
from csat_analysis.models import categories
from csat_analysis.models.categories import Labelled, threshold_for
from csat_analysis.models.category_shares import categorise, draw_new
from csat_analysis.models.segmentation import Segmenter

PLAIN = Segmenter()
SUBJECTS = ["truck", "driver", "box", "parcel", "van", "load", "crate", "pallet"]


def company(each: int = 1) -> Labelled:
    """Two categories of eight wordings each that share a telling word."""
    late = [f"{name} came late again" for name in SUBJECTS] * each
    broken = [f"{name} arrived broken today" for name in SUBJECTS] * each
    return Labelled.of(late + broken, ["transport"] * len(late) + ["quality"] * len(broken))


def test_a_wording_whose_labels_tie_is_set_aside_and_others_keep_their_labels():
    found = Labelled.of(["a 1", "a 2", "b", "b", "b"], ["x", "y", "x", "x", "y"])
    assert found.tied == 2 and list(found.table["label"]) == ["x", "x", "y"]
    assert found.wordings.set_index("wording")["label"].to_dict() == {"b": "x"}


def test_repeating_a_text_cannot_make_the_model_look_better():
    once, often = categories.tested(company(), PLAIN), categories.tested(company(each=20), PLAIN)
    assert len(once.wordings) == len(often.wordings) == 16
    assert once.accuracy().value == often.accuracy().value


def test_telling_words_are_learned_and_the_confusion_matrix_counts_wordings():
    found = categories.tested(company(), PLAIN)
    assert found.balanced_accuracy().value > 0.9 and found.confusion.to_numpy().sum() == 16


def test_one_category_cannot_be_tested():
    assert isinstance(categories.tested(Labelled.of(["a b", "c d"], ["x", "x"]), PLAIN), NoEstimate)


def test_texts_without_a_word_do_no_harm():
    texts = ["1", "2!", "？", "…", "a", "b c"]
    assert categories.tested(Labelled.of(texts, ["x", "x", "y", "y", "x", "y"]), PLAIN) is not None


def test_the_threshold_is_the_lowest_with_the_precision():
    chance = np.array([0.99, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.58, 0.55, 0.52])
    labels = pd.Series(["a"] * 9 + ["a", "b", "b"])
    probabilities = pd.DataFrame({"a": chance, "b": 1 - chance})
    assert threshold_for(probabilities, labels) == 0.55  # ten of eleven are right, then ten of twelve
    assert threshold_for(probabilities, pd.Series(["b"] * 12)) is None


def test_shares_are_counts_where_every_complaint_has_a_category():
    table = pd.DataFrame(
        {
            "text": ["truck came late again"] * 6 + ["box arrived broken today"] * 4,
            "category": ["transport"] * 6 + ["quality"] * 4,
        }
    )
    found = categorise(table, company(), None)
    assert found.known and found.draws.min(axis=0).tolist() == found.draws.max(axis=0).tolist() == [0.4, 0.6]


def test_an_uncategorised_complaint_takes_its_wordings_category_and_a_new_one_is_unsure_without_a_model():
    table = pd.DataFrame({"text": ["truck came late again", "something else"], "category": [None, None]})
    found = categorise(table, company(each=20), None)
    assert list(found.table["call"]) == ["transport", "unsure"] and list(found.table["by"]) == ["wording", "unsure"]


def test_shares_add_up_in_every_draw():
    table = pd.DataFrame(
        {"text": ["van came late again", "a ship came late", "glass broken"], "category": ["transport", None, None]}
    )
    model = categories.tested(company(), PLAIN)
    assert np.allclose(categorise(table, company(), model).draws.sum(axis=1), 1)


@pytest.fixture(scope="module")
def reviews(reference_data) -> pd.DataFrame:
    """5,000 of the takeaway reviews, drawn by a seed: a third of them bad."""
    table = pd.read_csv(reference_data / "waimai_10k.csv").sample(5000, random_state=1)
    return table.assign(label=table["label"].map({0: "bad", 1: "good"}))


def test_takeaway_reviews_are_told_apart_by_the_same_pipeline(reviews):
    labelled = Labelled.of(reviews["review"].astype(str), reviews["label"])
    found = categories.tested(labelled, PLAIN, rarest=2)
    assert found.balanced_accuracy().value >= 0.85
    assert found.precision().value >= 0.9 and 0.5 < found.sure.mean() < 1


def test_reviews_with_both_labels_are_set_aside(reference_data):
    table = pd.read_csv(reference_data / "waimai_10k.csv")
    assert Labelled.of(table["review"].astype(str), table["label"].astype(str)).tied == 14


def test_where_bad_reviews_are_rarer_than_in_training_corrected_shares_are_near_and_counted_calls_are_not(reviews):
    """The model learned where a third were bad; of 1,000 others 15 % are."""
    train, others = reviews.iloc[:2500], reviews.iloc[2500:].drop_duplicates("review")
    model = categories.tested(Labelled.of(train["review"].astype(str), train["label"]), PLAIN, rarest=2)
    mine = pd.concat([others[others["label"] == label].head(n) for label, n in (("bad", 150), ("good", 850))])
    called = model.probabilities_of(mine["review"].astype(str)).idxmax(axis=1)
    counts = pd.DataFrame([[1.0, 0.0], [0.0, 1.0]], columns=["bad", "good"])
    rows = pd.Series(1, index=mine.index)
    shares = draw_new(called, rows, counts, model, 400, np.random.default_rng(1))[:, 0] / len(mine)
    low, high = np.percentile(shares, [2.5, 97.5])
    assert low <= 0.15 <= high < (called == "bad").mean()
