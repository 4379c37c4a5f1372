"""The report shows what was recorded, in both languages, and nothing else."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from report_examples import FACTS, foreign_report, house_programme, house_report, house_results

from csat_analysis.errors import ResultError
from csat_analysis.period import Period
from csat_analysis.report import Report
from csat_analysis.results import Results

NUMBER = re.compile(r'<button [^>]*data-key="([^"]*)" data-group="([^"]*)" data-value="([^"]*)"')


class Outline(HTMLParser):
    """Tags opened and closed in order, the ids, and the text without style."""

    def __init__(self, page: str):
        super().__init__()
        self.ids, self.headings, self.words, self._open = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]
        self._open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {language: house_report(language).page() for language in ("zh", "en")}


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def with_change(**changed: object) -> Results:
    """The house's results with the change of the index altered."""
    return Results(
        [
            replace(r, **changed) if r.key == "satisfaction.change" and r.group["measure"] == "index" else r
            for r in house_results().records
        ]
    )


def report(results: Results, language: str = "en", **facts: object) -> Report:
    return Report(results, house_programme(), Period.parse("2026H1"), language, facts=FACTS | facts)


def test_both_languages_show_the_same_numbers_in_the_same_order(pages):
    shown = {language: NUMBER.findall(page) for language, page in pages.items()}
    assert shown["zh"] == shown["en"] and len(shown["en"]) > 100


def test_every_number_shown_is_a_recorded_one(pages):
    recorded = {
        (r.key, ",".join(f"{k}={v}" for k, v in r.group.items()), "" if r.value is None else repr(r.value))
        for r in house_results().records
    }
    assert set(NUMBER.findall(pages["en"])) <= recorded


def test_every_number_opens_a_source_that_leads_to_its_cell(pages):
    page = pages["en"]
    targets, sources = set(re.findall(r'popovertarget="([^"]+)"', page)), re.findall(r'<div popover id="([^"]+)"', page)
    assert targets == set(sources) and len(sources) == len(set(sources))
    index = next(r for r in house_results().records if r.key == "satisfaction.index")
    assert f'href="notebooks/04_satisfaction.html#cell-id={index.cell}"' in page


def test_an_unknown_number_stops_the_report():
    with pytest.raises(ResultError, match="satisfaction.bliss"):
        house_report("en").view.numbers.number("satisfaction.bliss")


@pytest.mark.parametrize(
    ("verdict", "value", "en", "zh"),
    [
        ("rose", 2.1, "up 2.1 points since the second half of 2025", "较2025年下半年上升 2.1 分"),
        ("fell", -2.1, "down 2.1 points since the second half of 2025", "较2025年下半年下降 2.1 分"),
        ("no_detectable_change", 0.4, "with no detectable change since", "较2025年下半年未检出变化"),
        ("too_few_to_say", 0.4, "too few answered to say", "样本过少，较2025年下半年有无变化暂无法判断"),
    ],
)
def test_the_headline_says_the_verdict(verdict, value, en, zh):
    results = with_change(verdict=verdict, value=value)
    for language, words in (("en", en), ("zh", zh)):
        headline = plain(report(results, language).contents["overview"]["headline"])
        assert "71.3" in headline and words in headline


def test_a_suppressed_index_is_said_and_never_shown_as_a_number():
    hidden = [
        replace(r, value=None, se=None, low=None, high=None, status="suppressed", verdict=None)
        if r.key == "satisfaction.index"
        else r
        for r in house_results().records
    ]
    assert "cannot be given: too few answers, not shown" in plain(report(Results(hidden)).section("overview"))


def test_a_group_that_is_too_small_is_named_without_a_number(pages):
    assert "Too few answers, not shown: Catering." in Outline(pages["en"]).text
    assert 'data-group="segment=industry,level=餐饮" data-value=""' in pages["en"]


def test_readings_name_who_lies_above_and_below_the_index_furthest_first(pages):
    text = Outline(pages["en"]).text.replace("( ", "(").replace(" )", ")")
    assert "Above the index, highest first: Sales staff (77.1)" in text
    assert "Below the index, lowest first: Management (65.9); Sales policy (66.3)" in text


def test_a_foreign_survey_leaves_out_what_it_cannot_say():
    page = foreign_report("en").page()
    text = Outline(page).text
    assert re.search(r"Customers rate us 73\.6 of 100 (?!, up)", text) and "since" not in text
    assert not re.search(r'class="tile-label">(Against the standard|Satisfied share)', page)
    assert "Not supplied, so not shown: Against the standard, Satisfied share and Overall satisfied (CSAT)." in text
    assert "By customer group" not in text and "Seen from inside" not in text
    assert "the row number stands in" in text and "speak for those who answered and for nobody else" in text


def test_sections_are_numbered_without_gaps(pages):
    assert re.findall(r'<span class="count">(\d+)</span>', pages["en"]) == ["1", "2", "3", "4"]


def test_no_section_stands_empty():
    without = Results([r for r in house_results().records if not r.key.startswith(("satisfaction.", "target."))])
    assert report(without).sections == ["belief", "glossary"]


def test_silent_customers_are_spoken_of_plainly(pages):
    assert "every score here is too high" in Outline(pages["en"]).text and "得分就会偏高" in Outline(pages["zh"]).text


def test_a_changed_questionnaire_is_told():
    assert "The questionnaire differs" in report(house_results(), questionnaire_changed=True).section("belief")


def test_the_page_stands_alone(pages):
    for page in pages.values():
        assert len(page.encode()) < 1_000_000
        assert "<script" not in page and not re.search(r'(?:src|href)="(?:https?:)?//', page) and "@import" not in page
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page


def test_ids_are_unique_and_headings_skip_no_level(pages):
    outline = Outline(pages["zh"])
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.headings[0] == 1 and all(
        after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:])
    )


def test_the_page_is_made_of_the_sections_strings(pages):
    house = house_report("zh")
    assert all(house.section(name) in pages["zh"] for name in house.sections)


def test_a_section_alone_brings_its_style_and_sources():
    alone = house_report("en").section_for_notebook("belief")
    assert "<style>" in alone and set(re.findall(r'popovertarget="([^"]+)"', alone)) == set(
        re.findall(r'popover id="([^"]+)"', alone)
    )
    assert 'href="01_clean_data.html#' in alone


def test_the_same_results_make_the_same_bytes(pages):
    assert house_report("en").page() == pages["en"]


def test_figures_are_those_of_the_page(pages):
    house = house_report("en")
    assert {"trend", "trend-narrow", "dimensions", "items", "segments", "panels", "spark-nps"} <= set(house.figures)
    assert all(svg in pages["en"] for svg in house.figures.values())


def test_without_a_year_to_compare_with_the_target_is_an_open_question_and_no_tile():
    first = [
        replace(r, value=None, se=None, low=None, high=None, status="not_computed", verdict=None)
        if r.key == "target.progress"
        else r
        for r in house_results().records
    ]
    overview = report(Results(first)).section("overview")
    assert "Gain on a year earlier" not in overview and "Whether the yearly target is met." in overview
