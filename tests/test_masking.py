"""What masking finds, measured: on the simulated company's planted names and numbers, and on names it never saw."""

import doctest
import itertools
import re
import time

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
        ("1 3 8 0 0 1 3 8 0 0 0", "8"),
        ("138、0013、8000", "0013"),
        ("138\u200b0013\u200b8000", "0013"),
        ("138_0013/8000", "0013"),
        ("一三八零零一三八零零零", "零零一"),
        ("+44 20 7946 0958", "7946"),
        ("电话8888 6666", "6666"),
        ("110101 19900307 123X", "110101"),
        ("卡号6222 0200 0000 0000 000", "6222"),
        ("税号91110108MA01ABCD2X", "MA01"),
        ("WeChat ID: zhangsan88", "zhangsan88"),
        ("加我V：zhangsan88", "zhangsan88"),
        ("微 信：zhangsan88", "zhangsan88"),
        ("粤 B 12345", "12345"),
        ("京a-12345", "12345"),
        ("粤Z1234港", "1234"),
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
        "加VIP会员很好",
        "新Samsung手机3台",
        "2024 2025 2026三年",
        "006号产品、1200元",
    ],
)
def test_ordinary_words_stay(text):
    assert Mask()(text) == text


def test_a_name_of_the_tables_is_masked_in_any_script_or_width_but_only_whole():
    mask = Mask(["东方貿易", "C01", "Acme"])
    assert mask("东方贸易的货，ＡＣＭＥ也是") == f"{MASK}的货，{MASK}也是"
    assert mask("C01和C012") == f"{MASK}和C012"


@pytest.mark.parametrize(
    "text", ["李 小明", "李　小　明", "李·小明", "李\u200b小明", "ACME  Foods", "Acme-Foods", "J.Smith", "青禾 批发部"]
)
def test_a_name_of_the_tables_is_masked_with_a_blank_or_a_dot_in_it(text):
    assert Mask(["李小明", "Acme Foods", "J. Smith", "青禾批发部"])(f"给{text}的货") == f"给{MASK}的货"


@pytest.mark.parametrize("text", ["call c 01", "I am y", "acme"])
def test_letters_of_several_words_are_no_name(text):
    assert Mask(["C01", "Amy", "Acme Foods"])(text) == text


@pytest.mark.parametrize("text", ["a" * 10_000, "1" * 10_000, "a.b" * 3333, "-" * 10_000, "http://" + "x" * 9_990])
def test_a_text_of_10_000_characters_takes_no_second(text):
    start = time.process_time()
    Mask()(text)
    assert time.process_time() - start < 0.5


def test_folding_keeps_every_character_in_its_place():
    text = "１３８ＡＢ貨㈱ﬁ😡"
    assert len(fold(text)) == len(text)
