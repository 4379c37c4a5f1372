"""The report's section on what customers say: what was found, in both languages, and nothing that could run."""

import pytest
from page_text import plain
from report_examples import house_results, report
from voice_records import voice_records

from csat_analysis.report import render, voice_charts
from csat_analysis.results import Results

ALL_SECTIONS = list(render.SECTIONS)
SCRIPT = '<script>alert("1")</script><img src=x onerror=alert(1)>'
LARGEST = 110 * 1024  # bytes of the section


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    """The other sections' charts take long to draw and say nothing here."""
    monkeypatch.setattr(render, "SECTIONS", {"voice": render.SECTIONS["voice"]})


def made(language: str = "en", quotations=(), **options):
    return report(Results([*house_results().records, *voice_records(**options)]), language, quotations=list(quotations))


def words(language: str = "en", **options) -> str:
    return plain(made(language, **options).section("voice"))


def test_it_stands_between_customers_and_managers():
    assert ALL_SECTIONS[ALL_SECTIONS.index("voice") - 1 :][:3] == ["customers_and_service", "voice", "managers"]


def test_what_moved_what_is_low_and_who_is_ahead_is_said():
    said = words()
    assert "Said more than in the second half of 2025: Late or wrong delivery (+12.0)" in said
    assert (
        "score the dimension lower than others who comment: Late or wrong delivery → After-sales service (−9.1)" in said
    )
    assert (
        "We are ahead in: Product (all competitors) (+4.6)" in said
        and "We are behind in: Sales staff (竞品甲) (−6.3)" in said
    )
    assert "The dissatisfied say more often: 送货太慢 (+1.20)" in said
    assert "Those dissatisfied with After-sales service say more often: 退货" in said
    assert "new wordings are listed as unsure" in said


def test_chinese_says_the_same_in_its_own_words():
    said = words("zh")
    assert (
        "较2025年下半年提及更多：送货慢、送错货（+12.0）" in said and "本公司落后：销售人员（竞品甲）（−6.3）" in said
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_verdict_no_difference_is_claimed(language):
    said = words(language, gap_verdict="no_detectable_difference", word_verdict="no_detectable_difference")
    claims = {
        "en": ("lower than others who comment", "The dissatisfied say"),
        "zh": ("低于其他留言客户", "不满意客户更常提到："),
    }
    assert not any(claim in said for claim in claims[language])


def test_script_in_a_comment_is_shown_and_never_run():
    page = made(quotations=[("late_delivery", "comment", SCRIPT)]).page()
    assert "<script" not in page and "<img" not in page
    assert "&lt;script&gt;" in page and "&lt;b&gt;well run&lt;/b&gt;" in page and "<b>well run" not in page


def test_a_quotation_stands_in_its_own_language_under_its_theme():
    section = made("zh", quotations=[("late_delivery", "ticket", "3 days late")]).section("voice")
    assert section.index("送货慢、送错货") < section.index("3 days late") and "没有放行的原话" not in section


def test_without_releases_none_is_quoted_and_that_is_said():
    assert "None was released this time" in words()


def test_where_no_texts_were_supplied_a_sentence_says_so():
    said = words(texts=0)
    assert "nothing can be said here" in said and "Said more" not in said


def test_nothing_recorded_is_no_section():
    assert report(house_results()).sections == []


def test_a_hidden_competitor_is_named_as_hidden():
    assert "竞品乙" in words() and "Too few" in words() or "too few" in words()


def test_the_section_is_not_too_large():
    assert len(made().section("voice").encode()) < LARGEST


def test_no_interval_leaves_the_drawing():
    numbers = made().view.numbers
    rows = [("", "word", r) for r in voice_records() if r.key in ("feedback.word", "competitor.gap") and r.shown]
    for row in rows:
        figure = voice_charts.differences_figure(numbers, [row])
        drawn = [x for line in figure.axes[0].lines for x in line.get_xdata()]
        assert min(drawn) >= 0 and max(drawn) <= 720
