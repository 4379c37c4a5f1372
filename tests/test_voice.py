"""What is found of texts: themes, gaps, quotations, competitors, the journey; and of bad or no texts."""

import numpy as np
import pandas as pd
import pytest
from voice_programme import voice

from csat_analysis.errors import ProgrammeError
from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.texts import told_apart
from csat_analysis.models import quotations
from csat_analysis.models.themes import theme_table
from csat_analysis.models.voice import told
from csat_analysis.programme_parts import Theme

BAD, GOOD = "送货太慢了，电话13800001234", "产品很好"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Thirty dissatisfied who speak of late delivery, thirty satisfied who praise, ten who say nothing."""
    tickets = pd.DataFrame(
        {
            "ticket_id": [f"T{i}" for i in range(4)],
            "customer_id": ["a", "b", "c", "d"],
            "kind": ["enquiry", "complaint", "complaint", "return"],
            "category": ["", "transport", "", "quality"],
            "opened_at": "2026-01-05 10:00",
            "text": ["when", "late delivery 3 days", "late delivery 5 days", "broken"],
        }
    )
    mentions = pd.DataFrame(
        {
            "mention_id": ["M1", "M2"],
            "seen_on": "2026-02-01",
            "source": "微博",
            "rating": [1, 5],
            "text": ["送货慢", " "],
        }
    )
    ratings = pd.DataFrame(
        {
            "response_id": [f"R{i}" for i in range(3)] * 2,
            "competitor": "甲",
            "dimension": "goods",
            "score": [1.0] * 3 + [3.0] * 3,
        }
    )
    scores = [2 + i % 3 for i in range(30)] + [7 + i % 3 for i in range(30)] + [5] * 10
    return voice(
        tmp_path_factory.mktemp("voice"),
        [BAD] * 30 + [GOOD] * 30 + [""] * 10,
        scores,
        tickets=tickets,
        mentions=mentions,
        competitors=ratings.drop_duplicates("response_id"),
    )


def test_one_table_holds_each_text_once_and_no_blank(small):
    assert small.counts() == {"comment": 60, "ticket": 4, "mention": 1}
    assert small.texts["rating"].dropna().between(0, 100).all()


def test_running_numbers_of_two_waves_are_not_the_same_comment(small):
    texts = pd.DataFrame({"id": ["1", "R7", "1", "R7", "R8"], "period": ["2025H2"] * 2 + ["2026H1"] * 3})
    assert list(told_apart(texts)["id"]) == ["2025H2-1", "2025H2-R7", "2026H1-1", "2026H1-R7", "R8"]


def test_words_come_from_masked_texts(small):
    assert not any("1380000" in term for terms in small.terms for term in terms)


def test_what_the_dissatisfied_say_is_told_from_what_the_satisfied_say(small):
    found = small.words().set_index("term")
    assert found.loc[[t for t in found.index if "慢" in t], "delta"].min() > 0 and found["p"].min() < 0.001


def test_a_theme_needs_all_parts_of_a_word_and_english_whole_words():
    themes = {"late": Theme(words=["送货 + 慢", "late delivery"]), "rat": Theme(words=["rat"])}
    found = theme_table(["慢送货", "送货快", "Late  deliveries!", "rates", "a RAT"], themes)
    assert found["late"].tolist() == [True, False, True, False, False]
    assert found["rat"].tolist() == [False, False, False, False, True]


def test_a_themes_share_is_of_those_who_commented(small):
    assert small.theme_share("late").value == pytest.approx(0.5) and small.theme_share("late").n == 60


def test_those_who_speak_of_it_score_lower_by_what_they_score_lower(small):
    gap = small.theme_gap("late")
    assert gap.number.value == pytest.approx(-50) and gap.number.low < -50 < gap.number.high and gap.p < 1e-6


def test_a_gap_of_a_small_group_is_not_judged(small):
    assert told({"late": small.theme_gap("late")}, min_group=31) == {}


def test_quotations_need_enough_texts_and_release_and_are_masked(small):
    assert small.quotations().empty
    (small.root / "data/raw/2026H1/released.yml").write_text("comment: [R0, R99]\n", encoding="utf-8")
    free = quotations.released(small.root, small.now)
    found = quotations.quotations(small.quotable, free, small.mask)
    assert found["text"].tolist() == ["送货太慢了，电话▇▇"] and "R0" not in found.to_string()
    assert quotations.unknown_releases(small.current, free) == ["comment R99"]
    few = quotations.by_theme(small.current, small.said.loc[small.current.index], min_comments=40)
    assert quotations.quotations(few, free, small.mask).empty


def test_ten_texts_of_one_customer_are_not_enough_to_be_quoted():
    said = pd.DataFrame({"late": [True] * 10})
    texts = pd.DataFrame({"text": "late", "source": "ticket", "id": range(10), "customer_id": "a"})
    assert quotations.by_theme(texts, said, min_comments=10) == {}
    assert list(quotations.by_theme(texts.assign(customer_id=None), said, min_comments=10)) == ["late"]


def test_a_release_file_that_cannot_be_read_says_where(small, tmp_path):
    (tmp_path / "data/raw/2026H1").mkdir(parents=True)
    (tmp_path / "data/raw/2026H1/released.yml").write_text("coment: [R0]\n", encoding="utf-8")
    with pytest.raises(ProgrammeError, match="coment is no source of texts"):
        quotations.released(tmp_path, small.now)


def test_three_raters_of_a_competitor_are_hidden(small):
    assert small.gaps["甲", "goods"].value == pytest.approx((10 + 20 + 30) / 3)
    assert small.hidden_gaps == {("甲", "goods")}


def test_the_journey_counts_tickets_by_kind_and_category_and_texts_by_theme(small):
    volume = small.journey_volume()
    assert (
        volume.loc["enquiry", "ticket"] == 1
        and volume.loc["delivery", "ticket"] == 1
        and volume.loc["after_sales", "ticket"] == 1
    )
    assert volume.loc["delivery", "comment"] == 30 and volume.loc["delivery", "mention"] == 1


def test_a_theme_of_a_dimension_that_is_not_asked_is_an_error_that_says_which(tmp_path):
    with pytest.raises(ProgrammeError, match="themes: x: there is no dimension taste"):
        voice(tmp_path, ["a"], [1], themes={"x": {"words": ["a"], "dimension": "taste"}})


@pytest.mark.parametrize(
    ("comments", "scores"),
    [
        ([""] * 30, [5] * 30),
        (["好"] * 30, [5] * 30),
        (["same text"] * 30, list(range(1, 10)) * 3 + [1, 2, 3]),
        ([f"fine goods {i}" for i in range(30)], [9] * 30),
        (["送货太慢，" * 2500] * 5 + ["<script>alert(1)</script>"] * 25, [3, 8] * 15),
        (["สวัสดีครับ", "مرحبا"] * 15, [3, 8] * 15),
    ],
    ids=[
        "empty",
        "one character",
        "all the same",
        "no low scorers",
        "10,000 characters and script",
        "unknown language",
    ],
)
def test_bad_texts_are_no_failure(tmp_path, comments, scores):
    found = voice(tmp_path, comments, scores)
    if found.why_not:
        assert found.why_not.status == "not_supplied"
        return
    words, gap = found.words(), found.theme_gap("late")
    assert isinstance(words, NoEstimate) or np.isfinite(words["delta"]).all()
    assert isinstance(gap.number, NoEstimate) or np.isfinite(gap.number.low)
    assert found.theme_share("late").value >= 0 and len(found.proposed()) >= 0


def test_without_themes_there_are_none(tmp_path):
    found = voice(tmp_path, ["a b"] * 12, [5] * 12, themes=None)
    assert found.quotable == {} and found.theme_counts().empty


def test_script_in_a_comment_is_text_in_the_notebooks_tables(tmp_path):
    found = voice(tmp_path, ["送货慢 <script>alert(1)</script>"] * 12, [3, 8] * 6)
    assert "<script" not in found.proposed().to_html() and "&lt;script&gt;" in found.proposed().to_html()
