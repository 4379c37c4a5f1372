"""Two published reports, number by number: intervals that are never too sure, and nothing that was hidden comes out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from managed_company import BEFORE, NOW, SURVEY, write
from report_records import counted, record

from csat_analysis.cli import main
from csat_analysis.metrics.compared_reports import differences, nobody_twice, recomputed_differences
from csat_analysis.metrics.wave import load_waves
from csat_analysis.results import Record, make_record, to_json


def index(value: float, half: float, **changes) -> Record:
    return replace(record("satisfaction.index", value, half), **changes)


def compared(before: list[Record], after: list[Record], *, strangers: bool = False, again: dict | None = None):
    return differences(before, after, confidence=0.95, recomputed=again or {}, strangers=strangers)


def publish(root: Path, period: object, records: list[Record]) -> None:
    folder = root / "reports" / str(period)
    folder.mkdir(parents=True)
    (folder / "results.json").write_text(to_json(records), encoding="utf-8")


def bare_programme(root: Path) -> Path:
    (root / "data" / "raw").mkdir(parents=True)
    (root / "data" / "raw" / "survey.yml").write_text(SURVEY, encoding="utf-8")
    return root


def test_strangers_intervals_by_pythagoras_and_unknown_ones_added_up():
    """70 ± 3 and 75 ± 4: ± 5 where nobody answered twice, ± 7 where nothing is known."""
    alone = compared([index(70, 3)], [index(75, 4)], strangers=True)[0]
    unknown = compared([index(70, 3)], [index(75, 4)])[0]
    assert (alone.how, alone.low, alone.high) == ("independent", pytest.approx(0), pytest.approx(10))
    assert (unknown.how, unknown.low, unknown.high) == ("conservative", pytest.approx(-2), pytest.approx(12))


def test_a_change_that_the_report_gives_itself_has_the_reports_interval():
    """Complaints rose by .016: the report knows who is in both years, so its interval is narrower than the cautious one.
    Of a change since another survey, which is another number, the interval isn't taken."""

    def rate(value: float) -> Record:
        return record("service.complaint_rate", value, 0.03, category="all", per="customer")

    change = record("service.complaint_change", 0.016, 0.04, category="all", per="customer", **{"from": "2025H2"})
    (found,) = (d for d in compared([rate(0.30)], [rate(0.316), change]) if d.record.key == "service.complaint_rate")
    assert (found.how, found.low, found.high) == ("reported", change.low, change.high)
    assert found.p_value == pytest.approx(0.433, abs=0.001)  # z = .016 / (.04 / 1.96)
    (other,) = (d for d in compared([rate(0.28)], [rate(0.316), change]) if d.record.key == "service.complaint_rate")
    assert other.how == "conservative" and other.high - other.low == pytest.approx(0.12)


def test_the_conservative_interval_holds_whatever_the_correlation():
    rng = np.random.default_rng(5)
    for correlation in (-1.0, -0.5, 0.0, 0.9):
        errors = rng.multivariate_normal([0, 0], [[1, correlation * 2], [correlation * 2, 4]], 2000)
        halves = 1.959964 * np.array([1.0, 2.0])
        held = [
            (found := compared([index(50 + a, halves[0])], [index(60 + b, halves[1])])[0]).low <= 10 <= found.high
            for a, b in errors
        ]
        assert np.mean(held) > 0.935


def test_numbers_that_do_not_rest_on_one_waves_answers_are_never_taken_for_strangers():
    pair = [record("repurchase.ame", value, 0.002) for value in (0.004, 0.007)]
    assert compared(pair[:1], pair[1:], strangers=True)[0].how == "conservative"


def test_an_interval_of_how_complaints_were_sorted_calls_no_change_beyond_chance():
    """137 complaints that are nearly all categorised: their shares are known to half a point, and would swing by eight."""
    pair = [record("feedback.category_share", value, 0.006, category="transport") for value in (0.255, 0.318)]
    found = compared(pair[:1], pair[1:])[0]
    assert (found.how, found.low, found.p_value, found.found) == ("not_told", None, None, False)
    assert found.size == pytest.approx(0.063)


def test_what_was_suppressed_in_one_report_stays_so():
    hidden = replace(record("satisfaction.segment", None, n=None, status="suppressed", segment="region", level="x"))
    shown = record("satisfaction.segment", 72.0, 3.0, segment="region", level="x")
    for pair in ((hidden, shown), (shown, hidden)):
        found = compared([pair[0]], [pair[1]])
        assert [d.kind for d in found] == ["hidden"] and found[0].size is None and found[0].low is None


def test_counts_differ_without_an_interval_and_other_units_not_at_all():
    found = compared([counted("design.frame", 800)], [counted("design.frame", 815)])[0]
    assert (found.kind, found.size, found.low) == ("exact", 15, None)
    assert compared([index(70, 2)], [index(71, 2, unit="share")])[0].kind == "only_one"


def test_the_most_surprising_comes_first_and_one_in_many_is_not_called():
    items = [f"i{k}" for k in range(20)]
    before = [record("satisfaction.item", 70, 2.0, item=item) for item in items]
    after = [record("satisfaction.item", 70 + (4.2 if item == "i7" else 0.1), 2.0, item=item) for item in items]
    found = compared(before, after)
    assert found[0].record.group == {"item": "i7"} and found[0].low > 0 and not any(d.found for d in found)
    assert [d.surprise for d in found] == sorted((d.surprise for d in found), reverse=True)


def test_a_past_surveys_number_that_reads_otherwise_now_is_a_restatement():
    trend = {"measure": "index", "period": "2024H1"}
    pair = [record("satisfaction.trend", value, 2.0, **trend) for value in (68.0, 68.4)]
    assert compared(pair[:1], pair[1:])[0].kind == "restated" and compared(pair[:1], pair[:1]) == []


def test_customers_who_answered_twice_make_the_interval_narrower_but_only_as_published(tmp_path):
    """Everybody answers both times: the covariance comes from the answers, unless the published number isn't theirs any more."""
    waves = load_waves(write(tmp_path, gain=1.0), NOW)
    before, after = (
        [make_record("satisfaction.index", wave.index, {}, programme=wave.programme, notebook="04")]
        for wave in (waves[BEFORE], waves[NOW])
    )
    again = recomputed_differences(waves[BEFORE], waves[NOW])
    found = compared(before, after, again=again)[0]
    apart = compared(before, after)[0]
    if before[0].shown and after[0].shown:
        assert found.how == "overlap" and found.high - found.low < apart.high - apart.low
        other = [replace(after[0], value=after[0].value + 1, high=after[0].high + 1)]
        assert compared(before, other, again=again)[0].how == "conservative"
    change = again["satisfaction.index", frozenset()]
    assert change.value == pytest.approx(waves[NOW].index.value - waves[BEFORE].index.value)
    assert not nobody_twice(waves[BEFORE], waves[NOW])


def test_one_page_a_language_with_the_numbers_of_both_reports(tmp_path, capsys):
    root = bare_programme(tmp_path)
    publish(root, BEFORE, [index(70, 1), counted("design.frame", 800), record("satisfaction.nps", 20, 9)])
    publish(root, NOW, [index(75, 1), counted("design.frame", 815)])
    assert main(["compare", "2026H1", "2025H2", "--root", str(root)]) == 0
    pages = {path.name: path.read_text(encoding="utf-8") for path in (root / "reports" / "compare").iterdir()}
    assert set(pages) == {"2025H2_2026H1.zh.html", "2025H2_2026H1.en.html"}
    for page in pages.values():
        assert re.findall(r'data-name="([^"]+)"', page) == ["satisfaction.index", "design.frame", "satisfaction.nps"]
        assert "+5.0" in page and "+3.0" in page and "+7.0" in page and "<script" not in page and "://" not in page
        assert 'href="../2026H1/notebooks/04_satisfaction.html#cell-id=' in page, "each value leads to its cell"
    assert "compared in the order of time: 2025H2, then 2026H1" in capsys.readouterr().err
    assert '<p class="headline">Satisfaction index:' in pages["2025H2_2026H1.en.html"]
    assert "conservative" in pages["2025H2_2026H1.en.html"] and "保守区间" in pages["2025H2_2026H1.zh.html"]


def test_on_a_phone_every_cell_says_what_it_is_and_size_has_its_name(tmp_path):
    root, group = bare_programme(tmp_path), {"segment": "customer_size", "level": "large"}
    for period, value in ((BEFORE, 70), (NOW, 75)):
        publish(root, period, [record("satisfaction.segment", value, 3, **group)])
    assert main(["compare", "2025H2", "2026H1", "--root", str(root)]) == 0
    for page in (root / "reports" / "compare").iterdir():
        text = page.read_text(encoding="utf-8")
        assert "(customer_size)" not in text and "（customer_size）" not in text
        columns = re.search(r'<table class="stacked by-place">\s*<thead><tr>(.*?)</tr>', text, re.DOTALL)[1]
        names = re.findall(r"<th[^>]*>([^<]*)</th>", columns)[1:]
        said = re.findall(r'\.by-place td:nth-of-type\((\d)\)::before \{ content: "([^"]*)"', text)
        assert said == [(str(place), name) for place, name in enumerate(names, start=1)]


def test_a_difference_in_either_report_stands_with_its_sign_and_in_percentage_points(tmp_path):
    root = bare_programme(tmp_path)
    for period, gap in ((BEFORE, -0.164), (NOW, 0.003)):
        found = record("customers.exclusive_against", gap, 0.05, segment="customer_size", level="large")
        publish(root, period, [replace(found, unit="share")])
    assert main(["compare", "2025H2", "2026H1", "--root", str(root)]) == 0
    page = (root / "reports" / "compare" / "2025H2_2026H1.en.html").read_text(encoding="utf-8")
    assert ">−16.4 percentage points</a>" in page and ">+0.3 percentage points</a>" in page


@pytest.mark.parametrize(
    ("periods", "says"),
    [
        (["2025H2", "2027H1"], "2027H1 has no published report"),
        (["2026H1", "2026H1"], "compared with itself"),
        (["2026H1", "soon"], "soon"),
    ],
)
def test_unknown_periods_are_refused_in_one_line(tmp_path, capsys, periods, says):
    root = bare_programme(tmp_path)
    publish(root, BEFORE, [index(70, 1)])
    publish(root, NOW, [index(75, 1)])
    assert main(["compare", *periods, "--root", str(root)]) == 1
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1 and not (root / "reports" / "compare").exists()


def test_a_damaged_report_is_named(tmp_path, capsys):
    root = bare_programme(tmp_path)
    publish(root, BEFORE, [index(70, 1)])
    publish(root, NOW, [index(75, 1)])
    (root / "reports" / str(NOW) / "results.json").write_text("[{", encoding="utf-8")
    assert main(["compare", "2025H2", "2026H1", "--root", str(root)]) == 1
    assert "reports/2026H1/results.json can't be read" in capsys.readouterr().err


def test_the_most_surprising_stand_open_and_the_others_are_unfolded(tmp_path):
    root = bare_programme(tmp_path)
    for period, gain in ((BEFORE, 0), (NOW, 5)):
        items = [record("satisfaction.item", 60 + gain * i / 30, 2, item=f"a{i}") for i in range(30)]
        publish(root, period, items)
    assert main(["compare", "2025H2", "2026H1", "--root", str(root)]) == 0
    page = (root / "reports" / "compare" / "2025H2_2026H1.en.html").read_text(encoding="utf-8")
    unfolded = page[page.index("The other 5 differences") :]
    assert page.count("data-name=") == 30 and unfolded.count("data-name=") == 5
