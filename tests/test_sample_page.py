"""The whole page of the sample company: in both languages the same recorded numbers, each with its way home."""

import re
from collections import Counter
from html import unescape

import pytest
from page_text import by_section, ids_in, links_home, numbers_shown, plain, shows
from sample_report import LANGUAGES, sample_report, sample_results, write_site

from csat_analysis.keys import KEYS
from csat_analysis.report import key_kinds, wording


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {language: sample_report(language).page() for language in LANGUAGES}


def test_each_section_shows_the_same_numbers_in_both_languages(pages):
    zh, en = (by_section(pages[language]) for language in LANGUAGES)
    assert list(zh) == list(en) and len(zh) >= 9
    for name in zh:
        told = [Counter((key, group, exact) for key, group, exact, _ in section[name]) for section in (zh, en)]
        assert told[0] == told[1] and told[0], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_the_recorded_one_and_is_shown_as_it_is(pages, language):
    recorded = {
        (r.key, ",".join(f"{k}={v}" for k, v in r.group.items()), "" if r.value is None else repr(r.value))
        for r in sample_results().records
    }
    assert set(numbers_shown(pages[language])) <= recorded
    numbers = [number for section in by_section(pages[language]).values() for number in section]
    assert len(numbers) == pages[language].count('class="num')
    wrong = [
        (key, group, exact, text) for key, group, exact, text in numbers if exact and not shows(text, float(exact))
    ]
    assert wrong == []
    assert not [text for _, _, exact, text in numbers if not exact and re.search(r"\d", text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_in_a_chart_is_a_recorded_one(pages, language):
    """Bold text is a value; axes are drawn small and muted. Money may be written in thousands of its unit."""
    values = [
        bound for r in sample_results().records if r.shown for bound in (r.value, r.low, r.high) if bound is not None
    ]
    values += [value / 1000 for r in sample_results().records if r.shown and r.unit == "CNY" for value in (r.value,)]
    values += [value / 10000 for r in sample_results().records if r.shown and r.unit == "CNY" for value in (r.value,)]
    drawn = re.findall(r'<text class="[^"]*\bbold\b[^"]*"[^>]*>([^<]*)</text>', pages[language])
    figures = [figure for text in drawn for figure in re.findall(r"(?<![A-Z\d])\d[\d,]*(?:\.\d+)?", unescape(text))]
    assert len(figures) > 100
    assert not [figure for figure in set(figures) if not any(shows(figure, value) for value in values)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pointer_on_a_number_is_told_what_a_click_tells(pages, language):
    """The title of a number: base, status, notebook and cell, and the interval where there is one."""
    for record in sample_results().records:
        place = sample_report(language).view.numbers.places[record.name]
        found = re.search(f'popovertarget="{place}" data-key="[^"]*" title="([^"]*)"', pages[language])
        if found is None:
            continue
        told = unescape(found[1])
        assert told.endswith(f" · {record.notebook} · {record.cell}")
        assert sample_report(language).view.numbers.status(record) in told
        if record.n is not None:
            assert wording.number_text(record.n, "count", language) in told
        if record.status == "ok" and record.low is not None:
            bound = wording.number_text(record.high, record.unit, language, signed=True)
            assert bound.strip("+%") in told


@pytest.mark.long
def test_every_link_from_a_number_ends_at_its_cell(pages, tmp_path):
    links = links_home(pages["zh"])
    assert links == links_home(pages["en"])
    write_site(tmp_path, {file.removeprefix("notebooks/").removesuffix(".html") for file, _ in links})
    anchors = {file: ids_in((tmp_path / file).read_text(encoding="utf-8")) for file in {file for file, _ in links}}
    assert len(anchors) >= 10 and not [(file, cell) for file, cell in links if cell not in anchors[file]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_money_and_dates_are_written_as_the_language_writes_them(pages, language):
    apart = r"<(svg|style).*?</\1>|<div popover.*?</div>"
    text = plain(unescape(re.sub(apart, "", pages[language], flags=re.DOTALL)))
    shown = [text for section in by_section(pages[language]).values() for *_, text in section]
    assert any("," in number for number in shown) and not [number for number in shown if re.search(r"\d{4}", number)]
    if language == "zh":
        assert "2026年上半年" in text and re.search(r"2026年6月\d+日", text) and re.search(r"\d 元", text)
        assert "CNY" not in text and not re.search(r"\b(?:points|half of)\b", text)
    else:
        assert (
            re.search(r"First half of 2026", text) and re.search(r"\d+ June 2026", text) and re.search(r"CNY \d", text)
        )
        assert not re.search(r"\d (?:元|分|年)", text)


def test_a_number_says_what_its_base_counts(pages):
    titles = dict(re.findall(r'data-key="([^"]+)" title="([^"]*)"', pages["en"]))
    assert "Customers 810" in titles["customers.retention"] and "Respondents 129" in titles["satisfaction.index"]
    assert re.search(r"· Leads \d+ ·", titles["sales.win_rate"])
    assert "Respondents" in titles["customers.left_index_gap"]
    starts = tuple(key_kinds.COUNTED)
    assert all(any(key.startswith(start) for key in KEYS) for start in starts)
