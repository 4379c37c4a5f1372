"""Words are found in Chinese, English and mixtures, whatever the width, script, case or language."""

import doctest
import time

import pytest

from csat_analysis.models import segmentation
from csat_analysis.models.segmentation import Segmenter, normalise, terms_of, wording
from csat_analysis.programme_parts import Words

PLAIN = Segmenter()  # loading its dictionary takes half a second


def test_the_examples_of_the_docstrings_hold():
    assert doctest.testmod(segmentation).failed == 0


@pytest.mark.parametrize("text", ["送貨太慢", "送货太慢", "送 貨太慢".replace(" ", "")])
def test_traditional_characters_give_the_same_words(text):
    assert PLAIN.terms(text) == PLAIN.terms("送货太慢")


def test_full_width_forms_and_case_give_the_same_words():
    assert PLAIN.words("ＶＩＰ Ｓｅｒｖｉｃｅ") == PLAIN.words("vip service") == ["vip", "service"]


def test_a_word_of_the_house_is_not_cut():
    assert "窜货" not in PLAIN.words("有人窜货没人管")
    assert "窜货" in Segmenter(Words(keep=["窜货"])).words("有人窜货没人管")


def test_a_stop_word_is_left_out_and_joins_no_phrase():
    terms = Segmenter(Words(stop=["of"])).terms("quality of goods")
    assert terms == ["quality", "good"]


def test_punctuation_and_numbers_part_a_phrase():
    assert "late delivery" not in PLAIN.terms("late, delivery") + PLAIN.terms("late 5 delivery")


def test_mixed_languages_and_emoji_are_words_of_one_text():
    words = PLAIN.words("物流 service 太慢 😡👍🏽")
    assert {"物流", "service", "😡", "👍"} <= set(words)


@pytest.mark.parametrize("text", ["", " ", "！", "好", "x", "123", "\u200b", "สวัสดี ครับ", "مرحبا بكم", "привет мир"])
def test_short_empty_and_unknown_languages_do_no_harm(text):
    assert all(isinstance(term, str) and term for term in PLAIN.terms(text))


def test_a_single_chinese_character_counts_within_phrases_only():
    terms = PLAIN.terms("不了解市场")
    assert "不" not in terms and any("不" in term for term in terms)


def test_a_very_long_text_is_read_in_time():
    started = time.process_time()
    PLAIN.terms("送货太慢，发票也晚。" * 5000)
    assert time.process_time() - started < 2


def test_texts_that_differ_in_numbers_are_one_wording():
    assert wording("009号产品晚到5天") == wording("０１２号產品晚到 12 天") != wording("009号产品破损")


def test_invisible_marks_are_gone():
    assert normalise("送\u200b货\ufeff慢") == "送货慢"


def test_equal_texts_are_cut_once_to_the_same_terms():
    first, second = terms_of(["late delivery"] * 2, PLAIN)
    assert first is second
