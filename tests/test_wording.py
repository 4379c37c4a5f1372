"""Every sentence exists in both languages, says no figure of its own, and is used."""

import re
from pathlib import Path
from string import Formatter

import pytest
from markupsafe import Markup
from report_examples import CHECKOUT
from report_records import record

from csat_analysis.errors import ResultError
from csat_analysis.report import glossary, lineage, message_tables, results_sheet, wording
from csat_analysis.report.wording import MESSAGES, say
from csat_analysis.verdict_rules import RULES

SOURCES = [
    *CHECKOUT.glob("csat_analysis/report/*.py"),
    *CHECKOUT.glob("csat_analysis/report/template/*.j2"),
    *CHECKOUT.glob("notebooks/*.ipynb"),
]
FAMILIES = set().union(
    *(
        table.values()
        for table in (
            message_tables.VERDICTS,
            message_tables.STATUSES,
            message_tables.TABLES,
            message_tables.STAND_INS,
            wording.DIFFERENCES,
            lineage.KEY_LABELS,
            results_sheet.UNIT_WORDS,
        )
    ),
    glossary.RULES.values(),
    (f"{term}.text" for term in glossary.RULES.values()),
)


def forms(message: object) -> list[str]:
    return list(message.values()) if isinstance(message, dict) else [message]


def placeholders(message: object) -> set[str]:
    return {name for form in forms(message) for _, name, _, _ in Formatter().parse(form) if name}


def mentioned() -> set[str]:
    """Message keys that the package, the templates and the notebooks quote, also as f"notebook.dimensions.{word}"."""
    quoted = set()
    for path in SOURCES:
        pattern = r'["\']([a-z_]+(?:\.[a-z_]+)*\.(?:[a-z0-9_]+|[a-z_]*\{\w+\}))\\?["\']'
        quoted |= set(re.findall(pattern, Path(path).read_text(encoding="utf-8")))
    families = [re.sub(r"\{\w+\}", "[a-z0-9_]+", key.replace(".", r"\.")) for key in quoted if "{" in key]
    return quoted | {key for key in MESSAGES for family in families if re.fullmatch(family, key)}


@pytest.mark.parametrize("key", MESSAGES)
def test_a_message_says_the_same_parts_in_both_languages_and_no_figure(key):
    assert set(MESSAGES[key]) == set(wording.LOCALES)
    assert placeholders(MESSAGES[key]["en"]) == placeholders(MESSAGES[key]["zh"])
    for language in wording.LOCALES:
        for form in forms(MESSAGES[key][language]):
            assert not re.search(r"\d", re.sub(r"\{[^}]*\}", "", form)), form


@pytest.mark.parametrize("key", MESSAGES)
def test_chinese_uses_full_width_punctuation(key):
    for form in forms(MESSAGES[key]["zh"]):
        assert not re.search(r"[\u4e00-\u9fff}]\s*[,;:?!()]|[\u4e00-\u9fff]\.", form), form


def test_every_message_is_used_and_every_message_used_exists():
    assert set(MESSAGES) <= mentioned() | FAMILIES
    said = {
        key
        for path in SOURCES
        for key in re.findall(r'\bsay\(\s*\\?"([^"\\]+)\\?"', Path(path).read_text(encoding="utf-8"))
    }
    assert said | FAMILIES <= set(MESSAGES)


def test_every_verdict_word_of_the_rules_has_words():
    assert {rule.word for rule in RULES} == set(message_tables.VERDICTS)


def test_every_kind_of_verdict_has_its_rule_in_the_glossary():
    kinds = {term.removeprefix("term.rule.") for term in glossary.RULES.values()}
    assert kinds == {rule.name for rule in RULES}


def test_a_verdict_without_a_sentence_stops_the_report():
    odd = record("satisfaction.index", 71.3, 2.0, verdict="soared")
    with pytest.raises(ResultError, match="soared"):
        wording.worded(odd, message_tables.CHANGES)


def test_an_unknown_message_stops_the_report():
    with pytest.raises(ResultError, match="no.such"):
        say("no.such", "en")


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (71.34, "points", "71.3 points", "71.3 分"),
        (0.8226, "share", "82.3%", "82.3%"),
        (-3.51, "nps_points", "−3.5", "−3.5"),
        (10486, "count", "10,486", "10,486"),
        (-0.04, "nps_points", "0.0", "0.0"),
    ],
)
def test_levels_are_written_as_readers_write_them(value, unit, en, zh):
    assert wording.level_text(value, unit, "en") == en and wording.level_text(value, unit, "zh") == zh


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (2.14, "points", "+2.1 points", "+2.1 分"),
        (-0.033, "share", "−3.3 percentage points", "−3.3 个百分点"),
        (6.6, "nps_points", "+6.6 points", "+6.6 点"),
        (0.0, "points", "0.0 points", "0.0 分"),
    ],
)
def test_differences_carry_their_sign(value, unit, en, zh):
    assert wording.change_text(value, unit, "en") == en and wording.change_text(value, unit, "zh") == zh


def test_a_fall_is_written_without_its_sign_where_the_sentence_says_down():
    assert wording.change_text(-2.1, "points", "en", signed=False) == "2.1 points"


@pytest.mark.parametrize(
    ("chance", "en", "zh"),
    [
        (1.0, "over 99.9%", "99.9% 以上"),
        (0.9996, "over 99.9%", "99.9% 以上"),
        (0.9994, "99.9%", "99.9%"),
        (0.5, "50.0%", "50.0%"),
        (0.0004, "under 0.1%", "0.1% 以下"),
    ],
)
def test_no_chance_is_called_certain_or_none(chance, en, zh):
    assert wording.chance_text(chance, "en") == en and wording.chance_text(chance, "zh") == zh


def test_a_weight_of_a_third_is_written_with_two_decimals():
    assert wording.percent_text(1 / 3, "en") == "33.33%" and wording.percent_text(0.998, "zh") == "99.8%"


def test_an_interval_is_two_numbers_of_one_kind():
    assert wording.interval_text(69.0, 73.6, "points", "en") == "69.0 to 73.6"
    assert wording.interval_text(69.0, 73.6, "points", "zh") == "69.0 至 73.6"
    assert wording.interval_text(-0.02, 0.05, "share", "en", signed=True) == "−2.0 to +5.0 percentage points"


def test_lists_dates_and_periods_follow_the_language():
    assert (
        wording.list_text(["A", "B", "C"], "en") == "A, B and C"
        and wording.list_text(["甲", "乙", "丙"], "zh") == "甲、乙和丙"
    )
    assert wording.dates_text("2026-06-03", "2026-06-28", "en") == "3 June 2026 to 28 June 2026"
    assert wording.dates_text("2026-06-03", "2026-06-28", "zh") == "2026年6月3日至2026年6月28日"
    assert (
        wording.period_text("2025H2", "en") == "the second half of 2025"
        and wording.period_text("2025H2", "zh") == "2025年下半年"
    )
    assert wording.period_text("2026Q3", "en") == "Q3 2026" and wording.period_text("2026Q3", "zh") == "2026年第3季度"


def test_one_difference_is_not_differences():
    assert say("compare.rest", "en", count=1) == "The other 1 difference"
    assert say("compare.rest", "en", count=5) == "The other 5 differences"


def test_a_name_from_outside_can_bring_no_markup():
    named = say("list.named", "en", name="<script>", value=Markup("<b>1</b>"))
    assert named == "&lt;script&gt; (<b>1</b>)"


def test_chinese_has_no_space_between_two_of_its_characters():
    said = say("repurchase.benchmark.not_told_from_benchmark", "zh", benchmark="+0.58 个百分点", source="")
    assert said == "与公开文献的每分 +0.58 个百分点无法区分。"
    number = Markup('<button class="num">+0.58 个百分点</button>')
    linked = say(
        "repurchase.benchmark.not_told_from_benchmark", "zh", linked={"benchmark"}, benchmark=number, source=""
    )
    assert "百分点</button><a " in linked


def test_money_beside_an_axis_is_in_thousands_or_in_chinese_in_tens_of_thousands():
    assert wording.money_text(1_234_567, "en") == "1,235" and wording.money_text(1_234_567, "zh") == "123.5"
    assert (
        wording.money_text(-45_000, "en", signed=True) == "−45"
        and wording.money_text(45_000, "zh", signed=True) == "+4.5"
    )
