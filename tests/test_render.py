"""The report shows what was recorded, in both languages, and nothing else."""

import re
from dataclasses import replace
from html import unescape

import pytest
from page_text import NUMBER, Outline, numbers_shown, plain, sources
from report_examples import (
    changed_report,
    foreign_report,
    house_report,
    house_results,
    report,
    thin_report,
)

from csat_analysis.certification import BAND
from csat_analysis.detectable import POWER
from csat_analysis.errors import ResultError
from csat_analysis.report import wording
from csat_analysis.results import Results
from csat_analysis.verdicts import DEFAULT_GAIN, FALSE_DISCOVERY_RATE, FIRST, RELIABLE

ANSWERS_OF_STUDIES = (
    "certification.coverage",
    "drivers.could_rank",
    "actions.study_points",
    "plan.limit_held",
    "plan.line_overstates",
)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {language: house_report(language).page() for language in ("zh", "en")}


def with_change(**changed: object) -> Results:
    """The house's results with the change of the index altered."""
    return Results(
        [
            replace(r, **changed) if r.key == "satisfaction.change" and r.group["measure"] == "index" else r
            for r in house_results().records
        ]
    )


def test_both_languages_show_the_same_numbers_in_the_same_order(pages):
    shown = {language: numbers_shown(page) for language, page in pages.items()}
    assert shown["zh"] == shown["en"] and len(shown["en"]) > 100


def test_every_number_shown_is_a_recorded_one(pages):
    recorded = {
        (r.key, ",".join(f"{k}={v}" for k, v in r.group.items()), "" if r.value is None else repr(r.value))
        for r in house_results().records
    }
    assert set(numbers_shown(pages["en"])) <= recorded
    assert len(NUMBER.findall(pages["en"])) == pages["en"].count('class="num')


@pytest.mark.parametrize("build", [house_report, changed_report, thin_report, foreign_report])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_outside_a_number_is_one_of_its_bounds_or_of_the_questionnaire(build, language):
    """Beside recorded numbers and their intervals a page may say periods and what survey.yml or a rule fixes."""
    made = build(language)
    view, programme = made.view, made.view.programme
    fixed = [programme.scale.min, programme.scale.max, len(programme.dimensions), programme.reporting.min_group, 0, 100]
    for outcome in programme.outcomes.values():
        fixed += [outcome.min, outcome.max, *(outcome.satisfied or ()), *(outcome.promoter or ())]
        fixed += outcome.detractor or ()
    fixed += [100 * share for share in (programme.reporting.confidence, POWER, FALSE_DISCOVERY_RATE, FIRST)]
    fixed += [programme.target.gain_per_year] if programme.target else [DEFAULT_GAIN]
    fixed.append(RELIABLE)
    fixed += [100 * end for end in BAND]
    fixed += [int(r.group["interviews"]) for r in view.records("plan.information")]
    fixed += [int(r.group["answers"]) for key in ANSWERS_OF_STUDIES for r in view.records(key)]
    fixed += [float(r.group["at"]) for r in view.records("repurchase.predicted")]
    bounds = [
        wording.number_text(abs(bound), r.unit, language, signed=True).lstrip("+")
        for r in view.results.records
        if r.shown
        for bound in (r.low, r.high)
        if bound is not None
    ]
    allowed = {wording.plain_text(value, language) for value in fixed} | set(bounds)
    for name in made.sections:
        apart = r'<svg.*?</svg>|<button.*?</button>|<span class="count">\d</span>'
        words = plain(unescape(re.sub(apart, "", made.section(name), flags=re.DOTALL)))
        words = re.sub(r"\d{4}年(?:第\d季度)?|Q\d \d{4}|half of \d{4}", "", words)
        assert set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", words)) <= allowed


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


def test_a_group_that_is_too_small_is_named_without_a_number(pages):
    assert "could be worked out from it: Catering." in Outline(pages["en"]).text
    assert ("satisfaction.segment", "segment=industry,level=餐饮", "") in numbers_shown(pages["en"])


def test_readings_name_who_lies_above_and_below_the_index_furthest_first(pages):
    text = Outline(pages["en"]).text.replace("( ", "(").replace(" )", ")").replace(" ,", ",")
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
    assert re.findall(r'<span class="count">(\d+)</span>', pages["en"]) == ["1", "2", "3", "4", "5", "6"]


def test_no_section_stands_empty():
    without = Results(
        [
            r
            for r in house_results().records
            if not r.key.startswith(("satisfaction.", "target.", "repurchase.", "drivers.", "plan."))
        ]
    )
    assert report(without).sections == ["belief", "glossary"]


def test_silent_customers_are_spoken_of_plainly(pages):
    assert "every score here is too high" in Outline(pages["en"]).text and "得分就会偏高" in Outline(pages["zh"]).text


def test_what_was_done_to_the_data_stands_with_its_rule_and_routine_is_told_from_fault(pages):
    text = Outline(pages["en"]).text
    assert "What was changed or set aside, and by which rule" in text
    assert re.search(r"customer had left before the survey: +11 *\. That is routine, not a fault", text)
    second = ("data.rows_set_aside_by_rule", "table=responses,rule=second_answer", "6")
    assert second in numbers_shown(pages["en"])


def test_answers_are_told_of_how_many_asked(pages):
    assert "Customer visits (112 of 160 asked)" in plain(house_report("en").section("belief"))
    assert "抽样走访客户（答卷 112，受邀 160）" in plain(house_report("zh").section("belief"))


@pytest.mark.parametrize(("count", "told"), [(1, True), (0, False)])
def test_merged_strata_are_told_where_there_are_any(count, told):
    results = [replace(r, value=count) if r.key == "design.merged_strata" else r for r in house_results().records]
    assert ("merged with their neighbour" in report(Results(results)).section("belief")) is told


def test_the_study_of_coverage_is_shown_by_kind_and_number_of_answers():
    belief = house_report("en").contents["belief"]["certified"]
    assert belief["sizes"] == ["20 answers", "40 answers", "150 answers", "600 answers"]
    assert "in 58 settings where they are meant to hold; in 54 of them" in plain(belief["reading"])
    shares = {name: [plain(share) for share in row] for name, row in belief["rows"]}
    assert shares["NPS"] == ["95.1%", "94.7%", "95.3%", "94.9%"]
    assert shares["Ninth deciles"][0] == ""
    without_study = [r for r in house_results().records if not r.key.startswith("certification.")]
    assert report(Results(without_study)).contents["belief"]["certified"] is None


def test_weights_are_recorded_numbers(pages):
    shown = [group for key, group, _ in numbers_shown(pages["en"]) if key == "satisfaction.weight"]
    assert shown.count("dimension=product") == 3  # beside its score, beside its importance, and in the glossary
    assert "Product (30%), Sales policy (20%)" in plain(house_report("en").section("glossary"))


def test_the_rule_of_each_verdict_given_stands_in_the_glossary():
    terms = [name for name, *_ in house_report("en").contents["glossary"]["terms"]]
    assert {"Rose, fell, no detectable change", "Target met or missed", "Above or below the index"} <= set(terms)
    foreign = [name for name, *_ in foreign_report("en").contents["glossary"]["terms"]]
    assert "Rose, fell, no detectable change" not in foreign


def test_the_page_stands_alone(pages):
    for page in pages.values():
        assert len(page.encode()) < 1_000_000
        assert "<script" not in page and not re.search(r'(?:src|href)="(?:https?:)?//', page) and "@import" not in page
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page


def test_a_number_with_its_source_and_a_chart_take_few_bytes(pages):
    """What keeps a page of ten sections under a megabyte: 850 bytes a number on average, 12 kB a drawing at most."""
    for language, page in pages.items():
        parts = re.findall(r'<button class="num.*?</button>|<div popover.*?</div>', page, flags=re.DOTALL)
        assert sum(len(part.encode()) for part in parts) < 850 * len(sources(page))
        assert max(len(drawing.encode()) for drawing in house_report(language).figures.values()) < 12_000


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
    assert house_report.__wrapped__("en").page() == pages["en"]


def test_figures_are_those_of_the_page(pages):
    house = house_report("en")
    assert {"trend", "trend-narrow", "dimensions", "items", "segments", "panels", "spark-nps"} <= set(house.figures)
    assert all(svg in pages["en"] for svg in house.figures.values())
