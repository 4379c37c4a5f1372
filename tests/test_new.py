"""A programme folder of one's own: what `csat new` writes, and what it refuses."""

from __future__ import annotations

import datetime as dt
import os
import re

import nbformat
import openpyxl
import pandas as pd
import pytest
import yaml
from contacts_programme import write_contacts
from small_programme import fingerprints

from csat_analysis.checkout import CHECKOUT
from csat_analysis.cli import main
from csat_analysis.errors import CsatError, IntakeError
from csat_analysis.intake.cleaning import read_column
from csat_analysis.intake.contract import columns_of
from csat_analysis.intake.period_tables import periods_available
from csat_analysis.intake.readers import read_raw
from csat_analysis.intake.workbooks import NOTES
from csat_analysis.programme import TABLES, load_programme
from csat_analysis.run.inputs import raw_inputs
from csat_analysis.run.new import current_period, new_programme
from csat_analysis.run.notebook_copies import differing_notebooks
from csat_analysis.run.table_templates import choices

PERIOD = "2026H1"
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new") / "own"
    assert main(["new", str(folder), "--period", PERIOD]) == 0
    return folder


def test_the_questionnaire_is_the_house_s_in_both_languages(house):
    own, sample = load_programme(house, PERIOD), load_programme(CHECKOUT, PERIOD)
    assert own.dimensions.keys() == sample.dimensions.keys() and own.weights == sample.weights
    for name, dimension in own.dimensions.items():
        assert dimension.items == sample.dimensions[name].items and dimension.label == sample.dimensions[name].label
        assert len(dimension.items) == 5 and dimension.ends.keys() == dimension.items.keys()
        assert all(low != high for ends in dimension.ends.values() for low, high in ends.values())
    assert all(
        re.search("[\u4e00-\u9fff]", end) for d in own.dimensions.values() for e in d.ends.values() for end in e["zh"]
    )
    assert own.outcomes.keys() == sample.outcomes.keys() and own.standard.from_panels == PERIOD


def test_every_table_has_a_template_with_the_contract_s_headings_and_no_row(house):
    programme = load_programme(house, PERIOD)
    folder = house / "data" / "raw" / PERIOD / "templates"
    assert {path.stem for path in folder.iterdir()} == set(TABLES)
    for table in TABLES:
        workbook = openpyxl.load_workbook(folder / f"{table}.xlsx")
        columns = columns_of(table, programme)
        assert [cell.value for cell in workbook[table][1]] == [column.header for column in columns]
        assert workbook[table].max_row == 1 and all(cell.comment for cell in workbook[table][1])
        notes = [row[0] for row in workbook[NOTES].iter_rows(values_only=True)]
        assert notes[-len(columns) :] == [column.header for column in columns]


def test_a_template_offers_what_a_cell_may_hold_and_what_it_offers_is_read(house, tmp_path):
    programme = load_programme(house, PERIOD)
    workbook = openpyxl.load_workbook(house / "data" / "raw" / PERIOD / "templates" / "tickets.xlsx")
    rules = {
        str(rule.sqref).split("2")[0]: rule.formula1 for rule in workbook["tickets"].data_validations.dataValidation
    }
    headers = {cell.column_letter: cell.value for cell in workbook["tickets"][1]}
    offered = {headers[letter]: words.strip('"').split(",") for letter, words in rules.items()}
    assert offered["kind"] == ["咨询", "投诉", "退货"]
    for table in TABLES:
        for column in columns_of(table, programme):
            if column.kind in ("word", "yes_no"):
                words = pd.Series(choices(column, programme), dtype="str")
                assert read_column(words, column)[0].unreadable.empty, (table, column.name)


def test_templates_are_no_data_and_one_moved_up_unfilled_is_refused(house, tmp_path):
    assert periods_available(house) == []
    assert not [entry for entry in raw_inputs(house, current_period()) if "templates" in entry["file"]]
    folder = tmp_path / "data" / "raw" / PERIOD
    folder.mkdir(parents=True)
    template = house / "data" / "raw" / PERIOD / "templates" / "tickets.xlsx"
    (folder / "tickets.xlsx").write_bytes(template.read_bytes())
    with pytest.raises(IntakeError, match="is a template without a row; fill it in, or move it back"):
        read_raw(folder / "tickets.xlsx", tmp_path)
    workbook = openpyxl.load_workbook(template)
    workbook["tickets"].append(["007", "C1", "投诉", "质量", "2026-01-02 10:00"])
    workbook.save(folder / "tickets.xlsx")
    cells = read_raw(folder / "tickets.xlsx", tmp_path).cells
    assert len(cells) == 1 and cells.iloc[0, 0] == "007"


def test_personal_data_stay_out_of_version_control(house):
    ignored = (house / ".gitignore").read_text(encoding="utf-8").split()
    assert {"data/raw/*/*", "data/processed/", "reports/", "draws/", "questionnaire/*/recipients.xlsx"} <= set(ignored)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_and_the_report_speak_the_analyst_s_language_first(tmp_path, language):
    new_programme(tmp_path / "own", PERIOD, name='Müller "客户"', language=language)
    programme = load_programme(tmp_path / "own", PERIOD)
    assert programme.languages[0] == language and programme.name == dict.fromkeys(LANGUAGES, 'Müller "客户"')
    readme = (tmp_path / "own" / "README.md").read_text(encoding="utf-8")
    assert ("csat check 2026H1" in readme) and "@" not in readme and ("六步" in readme) == (language == "zh")


def test_notebooks_come_without_another_company_s_numbers_and_open_on_the_period(tmp_path):
    new_programme(tmp_path / "own", "2031Q2", language="en")
    paths = sorted((tmp_path / "own" / "notebooks").glob("*.ipynb"))
    assert {path.name for path in paths} >= {path.name for path in (CHECKOUT / "notebooks").glob("[0-9]*.ipynb")}
    for path in paths:
        code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code)
        parameters = next(cell.source for cell in code if "parameters" in cell.metadata.get("tags", []))
        assert 'period = "2031Q2"' in parameters and 'root = ".."' in parameters


def test_a_changed_notebook_is_noticed_and_kept_when_the_package_s_is_brought(tmp_path):
    root = tmp_path / "own"
    new_programme(root, PERIOD)
    assert differing_notebooks(root) == []
    path = root / "notebooks" / "04_satisfaction.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("'mine'"))
    nbformat.write(notebook, path)
    assert differing_notebooks(root) == ["04_satisfaction"]
    assert main(["new", str(root), "--notebooks"]) == 0
    assert differing_notebooks(root) == []
    kept = nbformat.read(root / "notebooks" / "replaced" / "04_satisfaction.ipynb", as_version=4)
    assert kept.cells[-1].source == "'mine'"


def test_brought_notebooks_open_on_the_latest_period_with_answers_not_on_one_still_to_come(tmp_path):
    root = tmp_path / "own"
    new_programme(root, PERIOD)
    (root / "data" / "raw" / PERIOD / "responses.csv").write_text("response_id\nR1\n", encoding="utf-8")
    assert main(["new", str(root), "--period", "2026H2"]) == 0 and main(["new", str(root), "--notebooks"]) == 0
    assert f'period = "{PERIOD}"' in (root / "notebooks" / "scratch.ipynb").read_text(encoding="utf-8").replace(
        '\\"', '"'
    )


def test_a_further_period_leaves_everything_else_as_it_is(tmp_path, capsys):
    root = tmp_path / "own"
    new_programme(root, PERIOD)
    before = fingerprints(root)
    assert main(["new", str(root), "--period", "2026H2"]) == 0
    after = fingerprints(root)
    assert {name: after[name] for name in before} == before
    assert {name.split("/")[2] for name in after.keys() - before.keys()} == {"2026H2"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["own"], "holds a programme already"),
        (["own", "--period", "2026H1"], "is there already, and nothing was changed"),
        (["own", "--period", "2026H3"], "'2026H3' is not a period: write a half-year as 2026H1"),
        (["own", "--period", "2026Q3"], "another length than 2026H1"),
        (["fresh", "--period", "2026年上半年"], "is not a period"),
        (["full"], "is not empty (it holds mine.txt)"),
        (["a_file"], "is a file, not a folder"),
        (["a_file/below"], "can't be written"),
        (["empty", "--notebooks"], "holds no programme"),
    ],
)
def test_what_cannot_be_made_is_one_line_and_changes_nothing(house, tmp_path, capsys, arguments, says):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "a_file").write_text("x")
    before = fingerprints(tmp_path), fingerprints(house)
    folder = house if arguments[0] == "own" else tmp_path / arguments[0]
    assert main(["new", str(folder), *arguments[1:]]) == 1
    said = capsys.readouterr().err
    assert said.startswith("csat: ") and says in said and said.count("\n") == 1
    assert (fingerprints(tmp_path), fingerprints(house)) == before and not (tmp_path / "fresh").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_line(tmp_path, capsys):
    tmp_path.chmod(0o500)
    assert main(["new", str(tmp_path / "own"), "--period", PERIOD]) == 1
    assert "can't be written (Permission denied)" in capsys.readouterr().err
    tmp_path.chmod(0o700)


def test_a_folder_that_turns_out_unwritable_half_way_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("csat_analysis.run.new.copy_notebooks", full)
    with pytest.raises(CsatError, match=r"can't be written \(No space left on device\)"):
        new_programme(tmp_path / "own", PERIOD)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_there_already(tmp_path):
    assert main(["new", str(tmp_path), "--period", PERIOD]) == 0
    assert yaml.safe_load((tmp_path / "data" / "raw" / "survey.yml").read_text(encoding="utf-8"))["sources"] == {}


@pytest.mark.parametrize(
    ("day", "period"),
    [(dt.date(2026, 6, 30), "2026H1"), (dt.date(2026, 7, 1), "2026H2"), (dt.date(2027, 1, 1), "2027H1")],
)
def test_the_period_is_this_half_year_where_none_is_given(day, period):
    assert str(current_period(day)) == period


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_scratch_notebook_s_cells_run_on_another_programme(tmp_path, language):
    names = {}
    for cell in nbformat.read(CHECKOUT / "notebooks" / "scratch.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
            exec(compile(source, cell.id, "exec"), names)
            if "parameters" in cell.metadata.get("tags", ()):
                names |= {"root": str(write_contacts(tmp_path)), "languages": language}
    assert len(names["dimensions"]) and len(names["shown"])
