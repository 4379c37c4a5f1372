"""Crosstabs: equal to R's svyby, small groups not to be worked out, marks after Benjamini–Hochberg, a workbook that runs nothing."""

import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from csat_analysis import verdicts
from csat_analysis.cli import main
from csat_analysis.disclosure import suppressed_columns
from csat_analysis.errors import EstimateError, RunError
from csat_analysis.metrics.crosstab import tabulate
from csat_analysis.metrics.wave import load_wave
from csat_analysis.report.crosstab import crosstab
from csat_analysis.report.crosstab_sheet import write_crosstab
from csat_analysis.report.workbook import put

HERE = Path(__file__).parent
R = json.loads((HERE / "reference" / "crosstab.json").read_text(encoding="utf-8"))
MILLIONTH = 1e-6

SURVEY = """
name: {en: Two questions, zh: 两个问题}
scale: {min: 0, max: 10}
dimensions: {goods: {label: {en: Goods, zh: 产品}, items: {q1: {en: First, zh: 第一题}, q2: {en: Second, zh: 第二题}}}}
missing_items: {at_least: 1}
outcomes:
  nps: {min: 0, max: 10, promoter: [9, 10], detractor: [0, 6]}
  csat: {min: 1, max: 5, satisfied: [4, 5]}
segments: [region, kind]
"""


def write(root: Path, answers: pd.DataFrame, survey: str = SURVEY, period: str = "2026H1") -> Path:
    folder = root / "data" / "raw" / period
    folder.mkdir(parents=True)
    (root / "data" / "raw" / "survey.yml").write_text(survey, encoding="utf-8")
    answers.to_csv(folder / "responses.csv", index=False)
    return root


def made_up(sizes: dict[tuple[str, str], int], shift: float = 0.0) -> pd.DataFrame:
    """Answers of regions and kinds; the region named east scores `shift` points of ten lower."""
    rng = np.random.default_rng(3)
    rows = [key for key, n in sizes.items() for _ in range(n)]
    table = pd.DataFrame(rows, columns=["region", "kind"])
    level = rng.normal(6.5, 1.5, len(table)) - np.where(table["region"] == "east", shift, 0)
    for name in ("q1", "q2", "nps"):
        table[name] = np.clip(np.round(level + rng.normal(0, 1, len(table))), 0, 10).astype(int)
    table["csat"] = np.clip(np.round(level / 2), 1, 5).astype(int)
    table.insert(0, "contact_id", [f"K{n:03d}" for n in range(len(table))])
    return table.assign(response_id=table["contact_id"])


BALANCED = {(region, kind): 30 for region in ("east", "west") for kind in ("new", "old")}


@pytest.fixture(scope="module")
def balanced(tmp_path_factory):
    return load_wave(write(tmp_path_factory.mktemp("balanced"), made_up(BALANCED, shift=2.0)), "2026H1")


@pytest.fixture(scope="module")
def airport(reference_data, tmp_path_factory):
    root = tmp_path_factory.mktemp("airport")
    raw = root / "data" / "raw" / "2017H1"
    raw.mkdir(parents=True)
    shutil.copyfile(HERE / "programmes" / "sfo_2017" / "survey.yml", raw.parent / "survey.yml")
    shutil.copyfile(reference_data / "sfo_2017.csv", raw / "responses.csv")
    wave = load_wave(root, "2017H1")
    return tabulate(
        wave, ["Q7FOOD", "csat", "nps", "Q20GENDER", "csat:answers"], ["LANG", "Q20GENDER", "LANG*Q20GENDER"]
    )


def name_in_r(place: tuple[str, str, str, str]) -> str:
    question, answer, segment, level = place
    return (f"{question}={answer}" if answer else question) + (f" | {segment}={level}" if segment else "")


def test_every_cell_of_the_airport_equals_r(airport):
    compared = 0
    for place, number in airport.estimates.items():
        expected = R.get(name_in_r(place))
        if expected is not None:
            found = (number.value, number.se, number.n)
            assert found == (
                pytest.approx(expected["value"], rel=MILLIONTH),
                pytest.approx(expected["se"], rel=MILLIONTH, abs=1e-9),
                expected["n"],
            ), place
            compared += 1
    assert compared > 50


def test_a_language_against_the_rest_equals_r(airport):
    found, expected = airport.differences["nps", "", "LANG", "3"], R["nps difference | LANG=3"]
    assert (found.value, found.se) == pytest.approx((expected["value"], expected["se"]), rel=MILLIONTH)


def test_a_difference_that_no_study_speaks_for_has_no_mark(airport):
    assert airport.compared == 0 and (airport.table["verdict"] == "").all()


def test_contacts_of_one_customer_are_one_sampling_unit_as_in_r(tmp_path):
    survey = """
name: Contacts
scale: {min: 0, max: 100}
dimensions: {score: {items: [score]}}
outcomes: {nps: {min: 0, max: 10, promoter: [9, 10], detractor: [0, 6]}}
design: {weight: weight, strata: stratum}
segments: [group]
"""
    survey = survey.replace("{score: {items", "{all: {items")
    answers = pd.read_csv(HERE / "reference" / "two_waves.csv").query("wave == '2025H2'")
    answers = answers.rename(columns={"contact": "contact_id", "customer": "customer_id"}).drop(columns="wave")
    wave = load_wave(write(tmp_path, answers, survey, "2025H2"), "2025H2")
    found = tabulate(wave, ["score"], ["group"])
    for level in ("", "east", "west"):
        number = found.estimates["score", "", "group" if level else "", level]
        expected = R["contacts score" + (f" | group={level}" if level else "")]
        assert (number.value, number.se) == pytest.approx((expected["value"], expected["se"]), rel=MILLIONTH)
    sizes = found.table.set_index("level")
    assert sizes.loc["", "n"] > sizes.loc["", "customers"] > sizes.loc["", "n_effective"]


def test_the_total_of_a_crossing_is_what_its_cells_say(balanced):
    cells = tabulate(balanced, ["index"], ["region*kind"]).table
    parts = cells[cells["segment"] != ""]
    assert (parts["value"] * parts["n"]).sum() / parts["n"].sum() == pytest.approx(cells["value"].iloc[0])


def test_the_shares_of_a_question_s_answers_add_up_to_one(balanced):
    cells = tabulate(balanced, ["csat:answers"], ["region"])
    values = pd.Series({place: number.value for place, number in cells.estimates.items()})
    assert values.groupby(level=[2, 3]).sum().to_numpy() == pytest.approx(1.0)


def test_marks_are_benjamini_hochberg_over_all_cells_of_the_table(balanced):
    few, many = (
        tabulate(balanced, rows, ["region", "kind"]) for rows in (["index"], ["index", "nps", "csat", "q1", "q2"])
    )
    east = many.table.query("level == 'east'").set_index("question")
    assert (east["verdict"] == "lower").all()
    assert many.compared == 20 and few.compared == 4
    alike = many.table.query("segment == 'kind'")
    assert (alike["verdict"] == "no_detectable_difference").all()
    tested = many.table.dropna(subset=["p_adjusted"])
    worst = tested["p_adjusted"].max()
    assert worst == max(
        (many.estimates[q, "", "kind", a] - many.estimates[q, "", "kind", b]).process().p_value()
        for q in ("index", "nps", "csat", "q1", "q2")
        for a, b in (("new", "old"),)
    )
    assert verdicts.FALSE_DISCOVERY_RATE == 0.05


def test_without_a_difference_marks_are_rare():
    """Under no difference at all a table has a false mark in about one of twenty: Benjamini–Hochberg holds it there."""
    from csat_analysis.design import Design
    from csat_analysis.estimators import mean

    rng, marked = np.random.default_rng(8), 0
    design, group = Design.of(range(160)), np.arange(160) % 4
    for _ in range(120):
        differences = {}
        for question in range(3):
            y = rng.normal(70, 15, 160)
            for level in range(4):
                own, rest = (mean(design, y, inside=mask) for mask in (group == level, group != level))
                differences[question, level] = (own - rest).process()
        words = verdicts.difference_verdicts(differences)
        marked += any(word in ("higher", "lower") for word in words.values())
    assert marked <= 14  # .05 × 120 = 6, and its 99.9th percentile


def test_a_small_cell_of_a_crossing_cannot_be_worked_out_from_its_margins(tmp_path):
    sizes = {("east", "new"): 3, ("east", "old"): 40, ("west", "new"): 40, ("west", "old"): 40, ("south", "new"): 40}
    wave = load_wave(write(tmp_path, made_up(sizes | {("south", "old"): 40})), "2026H1")
    found = tabulate(wave, ["index"], ["region", "kind", "region*kind"]).table.set_index(["segment", "level"])["status"]
    hidden = set(found.index[found == "suppressed"].get_level_values("level"))
    assert {"east × new", "east × old"} <= hidden
    assert len({level for level in hidden if level.endswith("new")}) > 1  # nor down its column
    assert len({level for level in hidden if level.endswith("old")}) > 1
    assert not {"east", "west", "south", "new", "old", ""} & hidden


def test_no_sum_of_shown_columns_is_a_small_hidden_one():
    """Hand-made: two blocks of crossed cells, joined by one small cell, which each line hides beside another."""
    rng = np.random.default_rng(1)
    for _ in range(40):
        rows, columns = rng.integers(0, 3, 90), rng.integers(0, 4, 90)
        cells = {(r, c): (rows == r) & (columns == c) for r in range(3) for c in range(4)}
        margins = {("row", r): rows == r for r in range(3)} | {("column", c): columns == c for c in range(4)}
        members = {"all": np.ones(90, bool)} | cells | margins
        lines = [list(cells), [("row", r) for r in range(3)], [("column", c) for c in range(4)]]
        lines += [[key for key in cells if key[0] == r] for r in range(3)]
        lines += [[key for key in cells if key[1] == c] for c in range(4)]
        hidden = suppressed_columns(members, lines, np.arange(90), 6)
        shown = np.column_stack([members[key] for key in members if key not in hidden]).astype(float)
        for key in cells:
            if 0 < cells[key].sum() < 6:
                assert key in hidden
                target = cells[key].astype(float)
                fitted = shown @ np.linalg.pinv(shown) @ target
                assert np.abs(target - fitted).max() > 1e-6


def test_groups_are_counted_in_customers_not_in_contacts(tmp_path):
    table = made_up({("east", "new"): 12, ("west", "new"): 60})
    table["customer_id"] = [f"C{n // 4}" if n < 12 else f"D{n}" for n in range(len(table))]
    wave = load_wave(write(tmp_path, table), "2026H1")
    found = tabulate(wave, ["index"], ["region"]).table.set_index("level")
    assert found.loc["east", "status"] == "suppressed" and found.loc["west", "status"] == "suppressed"
    assert np.isnan(found.loc["east", "n"]) and found.loc["", "customers"] == 63


@pytest.mark.parametrize(
    ("rows", "cols", "closest"),
    [
        (["indx"], [], "there are index"),
        (["index"], ["regoin"], "there are region"),
        (["index"], ["region*knd"], "there are kind"),
    ],
)
def test_an_unknown_name_is_one_line_that_lists_what_there_is_closest_first(balanced, rows, cols, closest):
    with pytest.raises(EstimateError) as error:
        tabulate(balanced, rows, cols)
    assert closest in str(error.value) and "\n" not in str(error.value) and "2026H1" in str(error.value)


def test_names_and_comments_are_no_segments(tmp_path):
    table = made_up(BALANCED).assign(comment=["fine", "bad"] * 60, name="someone")
    wave = load_wave(write(tmp_path, table), "2026H1")
    for name in ("comment", "name", "contact_id", "response_id"):
        with pytest.raises(EstimateError):
            tabulate(wave, ["index"], [name])


def test_the_page_is_in_the_reader_s_language_and_escapes_what_data_hold(tmp_path):
    table = made_up(BALANCED)
    table["region"] = table["region"].replace({"east": "<b>east"})
    wave = load_wave(write(tmp_path, table), "2026H1")
    shown = {
        language: crosstab(wave, ["index"], ["region"], language=language)._repr_html_() for language in ("en", "zh")
    }
    assert "All customers" in shown["en"] and "全部客户" in shown["zh"]
    assert "&lt;b&gt;east" in shown["en"] and "<b>east" not in shown["en"]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/C calc'!A0"])
def test_no_cell_of_the_workbook_is_a_formula(tmp_path, start):
    table = made_up(BALANCED)
    table["town"] = np.where(table["kind"] == "new", start, "plain")
    root = write(tmp_path, table, SURVEY.replace("Two questions", f'"{start}"'))
    written = write_crosstab(tabulate(load_wave(root, "2026H1"), ["index", "town"], ["town"]), tmp_path / "x.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(written) for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    risky = [c for c in cells if isinstance(c.value, str) and c.value[:1] in tuple("=+-@")]
    assert risky and all(cell.quotePrefix for cell in risky)


def test_text_behind_a_tab_is_marked_as_text_too():
    cell = put(openpyxl.Workbook().active, 1, 1, "\t=1+1")
    assert cell.data_type == "s" and cell.quotePrefix


def test_the_workbook_holds_table_and_notes_in_both_languages_and_unrounded_rows(balanced, tmp_path):
    found = tabulate(balanced, ["index", "csat"], ["region"])
    book = openpyxl.load_workbook(write_crosstab(found, tmp_path / "x.xlsx"))
    assert book.sheetnames == ["交叉表", "说明", "Crosstab", "Notes", "data"]
    sheet = book["Crosstab"]
    assert sheet.freeze_panes == "D6"
    east = [cell.value for cell in sheet[5]].index("east") + 1
    number = sheet.cell(6, east)
    row = found.table.query("question == 'index' and level == 'east'").iloc[0]
    assert number.value == pytest.approx(row["value"]) and number.number_format == '0.0" ▼"'
    assert (sheet.cell(7, east).value, sheet.cell(8, east).value) == pytest.approx((row["low"], row["high"]))
    assert sheet.cell(9, east).value == 60
    assert sheet.cell(11, east).number_format.startswith("0.0%")
    notes = "\n".join(str(cell.value) for row in book["Notes"].iter_rows() for cell in row)
    assert "First half of 2026" in notes and "Benjamini–Hochberg" in notes and "SHA-256" in notes
    assert "2026年上半年" in "\n".join(str(cell.value) for row in book["说明"].iter_rows() for cell in row)
    assert book["data"].max_row == len(found.table) + 1


def test_a_workbook_that_is_there_is_not_replaced_unasked(balanced, tmp_path):
    found = tabulate(balanced)
    path = write_crosstab(found, tmp_path / "x.xlsx")
    before = path.read_bytes()
    with pytest.raises(RunError, match="--overwrite"):
        write_crosstab(found, path)
    assert path.read_bytes() == before
    write_crosstab(found, path, overwrite=True)
    with pytest.raises(RunError, match="xlsx"):
        write_crosstab(found, tmp_path / "x.csv")


def test_the_command_prints_or_writes(tmp_path, capsys):
    root = str(write(tmp_path, made_up(BALANCED, shift=2.0)))
    assert main(["crosstab", "2026H1", "--root", root, "--rows", "index", "nps", "--cols", "region+kind"]) == 0
    assert "▼" not in capsys.readouterr().err
    target = tmp_path / "out" / "t.xlsx"
    assert main(["crosstab", "2026H1", "--root", root, "--cols", "region", "--to", str(target)]) == 0
    assert target.is_file()
    assert main(["crosstab", "2026H1", "--root", root, "--rows", "indx"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("csat: ") and said.count("\n") == 1 and "index" in said
