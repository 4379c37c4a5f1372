"""Figures published before the programme join the trend as they were, marked, and are in no test."""

import pytest
from history_programme import GOOD, write_history
from scipy import stats

from csat_analysis.measured import Published
from csat_analysis.metrics.change import change, wave_before
from csat_analysis.metrics.published import published_figures, published_files
from csat_analysis.metrics.wave import load_wave, load_waves
from csat_analysis.period import Period
from csat_analysis.programme import load_programme
from csat_analysis.report import charts, figures
from csat_analysis.report.lineage import Numbers
from csat_analysis.results import Results, make_record

NOW = Period.parse("2026H1")


def figures_of(root, measure="index"):
    return {str(p): figure for p, figure in published_figures(load_waves(root, NOW), measure).items()}


def test_figures_stand_in_order_with_an_interval_only_where_a_standard_error_is_known(tmp_path):
    found = figures_of(write_history(tmp_path, *GOOD))
    half = stats.norm.ppf(0.975) * 1.5
    assert list(found) == ["2023H2", "2024H1", "2024H2"]
    assert found["2023H2"] == Published(61.5) and found["2024H1"] == Published(62.25, n=80)
    last = found["2024H2"]
    assert (last.low, last.high, last.se, last.n) == (pytest.approx(64 - half), pytest.approx(64 + half), 1.5, 120)


def test_an_interval_stays_within_its_measure_s_scale(tmp_path):
    root = write_history(tmp_path, "2024H1,nps,,99,4,30")
    figure = figures_of(root, "nps")["2024H1"]
    assert figure.high == 100 and figure.low < 92


def test_a_later_file_s_figure_counts_and_files_are_named(tmp_path):
    root = write_history(tmp_path, "2024H1,index,,60,,", period="2025H1")
    (root / "data" / "raw" / "2026H1" / "history.csv").write_text(
        "period,key,value\n2024H1,index,61\n", encoding="utf-8"
    )
    assert figures_of(root)["2024H1"].value == 61
    assert published_files(load_waves(root, NOW)) == ("data/raw/2025H1/history.csv", "data/raw/2026H1/history.csv")


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("2024H1,satisfaction.joy,,70,,", "history_measure"),
        ("2024H1,csat,,0.8,,", "history_measure"),  # this programme asks no CSAT
        ("2024H1,index,staff,70,,", "history_measure"),
        ("2025H1,index,,70,,", "history_period"),  # surveyed
        ("2027H1,index,,70,,", "history_period"),
        ("2024Q1,index,,70,,", "history_period"),
        ("2024H1,index,,,,", "history_value"),
        ("2024H1,index,,107,,", "history_scale"),
        ("2024H1,index,,0.667,,", "history_scale"),
        ("2024H1,nps,,-101,,", "history_scale"),
        ("sometime,index,,70,,", "no_key"),
    ],
)
def test_a_row_that_cannot_join_the_trend_is_set_aside_by_name_and_counted(tmp_path, row, rule):
    clean = load_wave(write_history(tmp_path, GOOD[0], row), NOW).clean
    own = clean.quarantine[clean.quarantine["table"] == "history"]
    assert own["rule"].tolist() == [rule] and own["action"].tolist() == ["row set aside"]
    counts = clean.counts.set_index("table").loc["history"]
    assert (counts["rows_in"], counts["rows_kept"], counts["rows_set_aside"]) == (2, 1, 1)


def test_a_share_in_percent_is_read_as_a_share(tmp_path):
    root = write_history(tmp_path, "2024H1,csat,,82%,,")
    survey = root / "data" / "raw" / "survey.yml"
    text = survey.read_text(encoding="utf-8")
    survey.write_text(
        text.replace("outcomes: {", "outcomes: {csat: {column: q1, min: 0, max: 10, satisfied: [8, 9, 10]}, ")
    )
    assert figures_of(root, "csat")["2024H1"].value == pytest.approx(0.82)


def test_the_first_wave_has_no_change_since_a_published_figure(tmp_path):
    root = write_history(tmp_path, "2024H2,index,,50,0.1,900", period="2025H1")
    first = Period.parse("2025H1")
    waves = load_waves(root, first)
    assert wave_before(waves, first) is None
    found = change(waves, first, wave_before(waves, first), "index")
    assert found.status == "not_computed"


def test_earlier_figures_move_no_number_of_the_survey(tmp_path):
    with_history = load_waves(write_history(tmp_path / "a", *GOOD), NOW)
    without = load_waves(write_history(tmp_path / "b"), NOW)
    before = Period.parse("2025H2")
    for measure in ("index", "nps"):
        one, other = (change(waves, NOW, before, measure) for waves in (with_history, without))
        assert (one.value, one.se) == (other.value, other.se)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    root = write_history(tmp_path_factory.mktemp("trend"), *GOOD)
    waves, programme = load_waves(root, NOW), load_programme(root, NOW)
    records = [
        make_record(
            "satisfaction.trend", wave.index, {"measure": "index", "period": str(p)}, programme=programme, notebook="n"
        )
        for p, wave in waves.items()
    ]
    records += [
        make_record(
            "satisfaction.published", figure, {"measure": "index", "period": str(p)}, programme=programme, notebook="n"
        )
        for p, figure in published_figures(waves, "index").items()
    ]
    return {language: Numbers(Results(records), programme, language) for language in ("en", "zh")}


def test_a_record_says_that_it_was_published_and_a_figure_of_few_is_hidden(tmp_path):
    programme = load_programme(write_history(tmp_path), NOW)
    group = {"measure": "index", "period": "2024H1"}
    shown, few = (
        make_record("satisfaction.published", Published(70.0, n=n), group, programme=programme, notebook="n")
        for n in (None, 3)
    )
    assert (shown.status, shown.value, shown.low, shown.se) == ("published", 70.0, None, None) and shown.shown
    assert (few.status, few.value) == ("suppressed", None)


def test_the_trend_draws_them_hollow_before_the_waves(numbers):
    table = charts.trend_table(numbers["en"], charts.trend_records(numbers["en"], "index"))
    assert table["hollow"].tolist() == [True, True, True, False, False, False]
    assert table["low"].isna().tolist()[:3] == [True, True, False]
    drawn = figures.trend(table, bounds=(0, 100), hollow_label="before")
    dots = [line for line in drawn.axes[0].lines if line.get_marker() == "o"]
    empty = [dot for dot in dots if dot.get_markerfacecolor() != dot.get_color()]
    assert len(dots) == 7 and len(empty) == 4  # three figures and the legend's


@pytest.mark.parametrize(("language", "words"), [("en", "published before the programme"), ("zh", "本项目之前发布")])
def test_the_chart_names_them_in_the_reader_s_language(numbers, language, words):
    chart = charts.trend_chart(numbers[language])
    assert words in str(chart.wide) and words in chart.alt
