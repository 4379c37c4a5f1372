"""What masking finds, measured: on the simulated company's planted names and numbers, and on names it never saw."""

import doctest
import itertools
import re

import numpy as np
import pytest

from csat_analysis.models import masking
from csat_analysis.models.masking import MASK, Mask, fold
from csat_analysis.simulation.comments import personal
from csat_analysis.simulation.setting import SETTING

GIVEN = ["伟", "秀英", "小明", "建国", "娜", "志强", "丽华"]


def test_the_examples_of_the_docstrings_hold():
    assert doctest.testmod(masking).failed == 0


def test_every_planted_name_and_number_of_the_sample_company_is_found():
    rng = np.random.default_rng(1)
    planted = [personal(language, rng) for language in ("zh", "en") for _ in range(300)]
    masked = [Mask()(text) for text in planted]
    assert not any(SETTING["names"]["given"] in text or re.search(r"\d{4}", text) for text in masked)


def test_most_names_it_never_saw_are_found_in_those_sentences():
    sentences = [s for own in SETTING["comments"]["personal"].values() for s in own]
    names = ["".join(pair) for pair in itertools.product(["王", "刘", "褚", "欧阳", "孙"], GIVEN)]
    texts = [(name, sentence.format(name=name, phone="13912345678")) for name in names for sentence in sentences]
    found = [name not in Mask()(text) for name, text in texts]
    assert np.mean(found) >= 0.95


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("电话１３８－００01 2345", "2345"),
        ("座机(010) 6512-3456", "6512"),
        ("400 810 8888", "810"),
        ("身份证11010119900307123X", "1990"),
        ("加微信号：abc_12345", "abc_12345"),
        ("wxid_a1b2c3d4", "a1b2"),
        ("车牌粤B·12345", "12345"),
        ("a.b@例子.com 或 li_ming@mail.example.cn", "li_ming"),
        ("看https://x.example/z?q=1。", "example"),
        ("聯繫人：陳小明", "小明"),
        ("李经理不接电话", "李"),
        ("老王说好", "王"),
        ("contact John Smith please", "Smith"),
        ("Please call Mr. Wang Wei", "Wang"),
    ],
)
def test_a_secret_is_masked(text, secret):
    assert secret not in Mask()(text) and MASK in Mask()(text)


@pytest.mark.parametrize(
    "text",
    [
        "请高度重视",
        "总的来说不错",
        "马上处理",
        "等了两个小时",
        "感谢师傅",
        "辛苦小哥了",
        "方便快捷",
        "call me back",
        "合同条款不清楚",
        "3天没有回复",
    ],
)
def test_ordinary_words_stay(text):
    assert Mask()(text) == text


def test_a_name_of_the_tables_is_masked_in_any_script_or_width_but_only_whole():
    mask = Mask(["东方貿易", "C01", "Acme"])
    assert mask("东方贸易的货，ＡＣＭＥ也是") == f"{MASK}的货，{MASK}也是"
    assert mask("C01和C012") == f"{MASK}和C012"


def test_folding_keeps_every_character_in_its_place():
    text = "１３８ＡＢ貨㈱ﬁ😡"
    assert len(fold(text)) == len(text)
