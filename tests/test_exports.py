"""What people take away beside the page: the workbook of all results, PDFs and pictures."""

import shutil
import struct
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from report_examples import FACTS, foreign_report, foreign_results, house_programme, house_report, house_results

from csat_analysis.cli import main
from csat_analysis.errors import RunError
from csat_analysis.keys import KEYS
from csat_analysis.period import Period
from csat_analysis.report import Report
from csat_analysis.report.results_sheet import number_format, results_workbook
from csat_analysis.report.store import save_report
from csat_analysis.report.wording import MESSAGES, UNITS
from csat_analysis.report.workbook import write_workbook
from csat_analysis.results import Results
from csat_analysis.run import chromium
from csat_analysis.run.export import export_period

LANGUAGES = ("zh", "en")


def views(build=house_report) -> dict:
    return {language: build(language).view for language in LANGUAGES}


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("book") / "results.xlsx"
    return openpyxl.load_workbook(write_workbook(results_workbook(views(), house_results()), path))


def rows(book: openpyxl.Workbook) -> dict[str, dict]:
    """Record name → its row, by heading."""
    found = {}
    for sheet in book.worksheets[1:]:
        heading, *content = sheet.iter_rows(values_only=True)
        for row in content:
            told = dict(zip(heading, row, strict=True))
            assert told["记录名 / Recorded as"] not in found
            found[told["记录名 / Recorded as"]] = told
    return found


def test_every_record_has_one_row_with_its_number_unrounded(book):
    told, records = rows(book), house_results().records
    assert set(told) == {record.name for record in records}
    for record in records:
        row = told[record.name]
        assert (row["数值 / Value"], row["基数（n） / Base (n)"]) == (pytest.approx(record.value), record.n)
        assert (row["下限 / Lower bound"], row["上限 / Upper bound"]) == pytest.approx((record.low, record.high))
        assert (row["笔记本 / Notebook"], row["单元格 / Cell"]) == (record.notebook, record.cell)


def test_words_are_those_of_both_languages(book):
    row = rows(book)["satisfaction.change[measure=index, from=2025H2]"]
    assert (row["状态"], row["Status"]) == ("抽样估计", "estimate from a sample")
    assert (row["判断"], row["Verdict"]) == ("上升", "rose")
    assert "满意度指数" in row["指标"] and "Satisfaction index" in row["What it is"]
    assert row["单位 / Unit"] == "分 / points"
    assert "满意度 Satisfaction" in book.sheetnames and book.sheetnames[0] == "目录 Contents"


def test_a_hidden_number_has_a_reason_and_no_value(book):
    row = rows(book)["satisfaction.segment[segment=industry, level=餐饮]"]
    assert (row["数值 / Value"], row["下限 / Lower bound"], row["上限 / Upper bound"]) == (None, None, None)
    assert (row["状态"], row["Status"]) == ("样本过少，不予显示", "too few answers, not shown")


def test_a_value_that_stands_beside_a_hiding_status_does_not_get_into_the_workbook(tmp_path):
    """Whatever results.json holds: what isn't shown on the page isn't in the workbook either."""
    leaking = [replace(r, status="suppressed") if r.key == "satisfaction.nps" else r for r in house_results().records]
    written = write_workbook(results_workbook(views(), Results(leaking)), tmp_path / "results.xlsx")
    row = rows(openpyxl.load_workbook(written))["satisfaction.nps"]
    assert row["数值 / Value"] is None and row["下限 / Lower bound"] is None


def test_contents_list_the_sheets_with_their_numbers_of_records(book):
    listed = {row[0].value: (row[1].value, row[0].hyperlink) for row in book.worksheets[0] if row[0].hyperlink}
    assert list(listed) == book.sheetnames[1:]
    for name, (count, link) in listed.items():
        assert count == book[name].max_row - 1 and link.location == f"'{name}'!A1"


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/C calc'!A0"])
def test_no_text_of_the_data_becomes_a_formula(tmp_path, start):
    records = [
        replace(r, group=r.group | {"level": start}) if r.group.get("level") == "餐饮" else r
        for r in house_results().records
    ]
    written = write_workbook(results_workbook(views(), Results(records)), tmp_path / "results.xlsx")
    cells = [cell for sheet in openpyxl.load_workbook(written) for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    risky = [c for c in cells if isinstance(c.value, str) and c.value[:1] in tuple("=+-@")]
    assert all(cell.quotePrefix for cell in risky)
    assert any(start in str(cell.value) for cell in cells)


def test_a_survey_in_one_language_has_its_words_alone(tmp_path):
    alone = {"en": foreign_report("en").view}
    written = write_workbook(results_workbook(alone, foreign_results()), tmp_path / "results.xlsx")
    book = openpyxl.load_workbook(written)
    assert book.sheetnames[:2] == ["Contents", "Satisfaction"]
    assert [cell.value for cell in book["Satisfaction"][1]][:3] == ["What it is", "Value", "Lower bound"]


def test_every_family_of_keys_and_every_unit_has_words():
    assert {f"sheets.family.{key.partition('.')[0]}" for key in KEYS} <= set(MESSAGES)
    assert {f"sheets.unit.{unit}" for unit in UNITS} <= set(MESSAGES)


@pytest.mark.parametrize(
    ("unit", "shown"), [("share", "#,##0.0%"), ("probability", "#,##0.00%"), ("CNY", "#,##0"), ("score", "#,##0.00")]
)
def test_numbers_are_shown_as_on_the_page(unit, shown):
    assert number_format(unit) == shown


def test_the_same_results_make_the_same_bytes(tmp_path):
    first, second = (
        write_workbook(results_workbook(views(), house_results()), tmp_path / name) for name in ("a.xlsx", "b.xlsx")
    )
    assert first.read_bytes() == second.read_bytes()


def test_a_workbook_that_cannot_be_written_leaves_nothing(tmp_path):
    taken = tmp_path / "results.xlsx"
    (taken / "folder").mkdir(parents=True)
    with pytest.raises(RunError, match="can't be written"):
        write_workbook(results_workbook(views(), house_results()), taken)
    assert [path.name for path in tmp_path.iterdir()] == ["results.xlsx"]


def test_the_report_is_saved_with_its_workbook(tmp_path):
    report = Report(house_results(), house_programme(), Period.parse("2026H1"), "en", facts=FACTS)
    save_report({"en": report}, house_results(), tmp_path, "2026H1")
    assert (tmp_path / "data" / "processed" / "2026H1" / "report" / "results.xlsx").is_file()


@pytest.fixture
def published(tmp_path) -> Path:
    """A published period: its pages, and three of its figures."""
    folder = tmp_path / "reports" / "2026H1"
    (folder / "figures").mkdir(parents=True)
    (folder / "results.json").write_text("[]", encoding="utf-8")
    (folder / "manifest.json").write_text('{"finished": "2026-07-03T09:00:00+00:00"}', encoding="utf-8")
    return tmp_path


def with_report(root: Path) -> Path:
    from csat_analysis.report.svg import standalone

    folder = root / "reports" / "2026H1"
    for language in LANGUAGES:
        made = house_report(language)
        (folder / f"report.{language}.html").write_text(made.page(), encoding="utf-8")
        for name in ("trend", "trend-narrow", "items", "spark-nps"):
            (folder / "figures" / f"{name}.{language}.svg").write_text(standalone(made.figures[name]), encoding="utf-8")
    return folder


def test_without_chromium_one_line_says_what_to_do(published, monkeypatch, capsys):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert main(["export", "2026H1", "--root", str(published)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "install chromium" in said and "CHROMIUM" in said


def test_a_period_that_was_not_published_is_named(published, capsys):
    assert main(["export", "2025H2", "--root", str(published)]) == 1
    assert "2025H2" in capsys.readouterr().err


def test_where_chromium_fails_nothing_is_left(published, monkeypatch):
    folder = with_report(published)
    before = sorted(path.name for path in folder.rglob("*"))
    monkeypatch.setenv("CHROMIUM", shutil.which("false"))
    with pytest.raises(RunError, match="made nothing of report.en.html"):
        export_period(published, "2026H1")
    assert sorted(path.name for path in folder.rglob("*")) == before
    assert [path.name for path in (published / "reports").iterdir() if path.is_dir()] == ["2026H1"]


def test_drawings_are_photographed_in_as_few_windows_as_hold_them(monkeypatch):
    monkeypatch.setattr(chromium, "TALLEST", 500)
    drawing = '<svg viewBox="0 0 300 {}">'
    drawings = {name: drawing.format(height) for name, height in (("a", 200), ("b", 200), ("c", 900), ("d", 20))}
    assert chromium.windows(drawings) == [["a", "b"], ["c"], ["d"]]


def size_of_png(path: Path) -> tuple[int, int]:
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.long
def test_pdf_and_png_are_made_whole_in_both_languages_and_the_same_again(published, capsys):
    if not any(map(shutil.which, chromium.NAMES)):
        pytest.skip("no Chromium: set CHROMIUM to its executable or install it")
    from matplotlib.image import imread

    folder = with_report(published)
    assert main(["export", "2026H1", "--root", str(published)]) == 0
    made = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert sorted(made) == sorted(
        f"{name}.{language}.{kind}"
        for language in LANGUAGES
        for name, kind in (("report", "pdf"), ("trend", "png"), ("items", "png"), ("spark-nps", "png"))
    )
    for language in LANGUAGES:
        printed = (folder / f"report.{language}.pdf").read_bytes()
        assert printed.startswith(b"%PDF") and b"(D:20260703090000+00'00')" in printed
        for name in ("trend", "items"):
            picture = folder / "figures" / f"{name}.{language}.png"
            width, height = chromium.size_of(house_report(language).figures[name])
            assert size_of_png(picture) == (2 * width, 2 * height)
            rows_drawn = (imread(picture)[:, :, :3].min(axis=(1, 2)) < 0.9).mean()
            assert rows_drawn > 0.5
    before = (folder / "report.zh.pdf").read_bytes()
    export_period(published, "2026H1", png=False)
    assert (folder / "report.zh.pdf").read_bytes() == before
