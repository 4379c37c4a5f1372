"""A crosstab as a workbook: a table and notes in each of the programme's languages, and the tidy rows behind them."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from csat_analysis import __version__
from csat_analysis.errors import RunError
from csat_analysis.metrics.crosstab import Crosstab
from csat_analysis.report import wording
from csat_analysis.report.crosstab import MARKS, Words
from csat_analysis.report.workbook import put, write_workbook
from csat_analysis.results import SHOWN

FORMATS = {"points": "0.0", "nps_points": "0.0", "share": "0.0%", "score": "0.00"}
COUNT = "#,##0"
FIRST_ROW, FIRST_COLUMN = (
    6,
    4,
)  # of the numbers: below title, marks and two headings; right of question, answer and figure
WIDTHS = (34, 18, 20)
BOLD, MUTED = Font(bold=True), Font(color="666666")
COLOURS = {"higher": Font(color="1F6F50", bold=True), "lower": Font(color="A23B1E", bold=True)}


def write_crosstab(
    found: Crosstab, path: str | Path, *, overwrite: bool = False, made_on: dt.date | None = None
) -> Path:
    """Write the workbook, whole or not at all; RunError where it can't be written, or where a file is there already."""
    path = Path(path).resolve()
    if path.suffix.casefold() != ".xlsx":
        raise RunError(f"{path.name}: a crosstab is written as .xlsx")
    if path.exists() and not overwrite:
        raise RunError(f"{path.name}: is there already; --overwrite replaces it")
    return write_workbook(workbook_of(found, made_on or dt.date.today()), path)


def workbook_of(found: Crosstab, made_on: dt.date) -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for language in found.wave.programme.languages:
        words = Words(found, language)
        table_sheet(workbook.create_sheet(words.say("crosstab.sheet")), words)
        notes_sheet(workbook.create_sheet(words.say("crosstab.notes")), words, made_on)
    data_sheet(workbook.create_sheet("data"), found)
    return workbook


def table_sheet(sheet: Worksheet, words: Words) -> None:
    """Five lines a question: the number with its mark, the interval's bounds, n and effective n."""
    put(sheet, 1, 1, words.title).font = BOLD
    put(sheet, 2, 1, words.marks).font = MUTED
    for place, key in enumerate(("crosstab.question", "crosstab.answer", "crosstab.figure"), start=1):
        put(sheet, FIRST_ROW - 1, place, words.say(key)).font = BOLD
    column = FIRST_COLUMN
    for segment, levels in words.banner:
        put(sheet, FIRST_ROW - 2, column, segment).font = BOLD
        for level in levels:
            heading = put(sheet, FIRST_ROW - 1, column, level)
            heading.font, heading.alignment = BOLD, Alignment(wrap_text=True, vertical="top", horizontal="right")
            column += 1
    for place, (question, cells) in enumerate(words.found.rows):
        top = FIRST_ROW + 5 * place
        lines = (
            words.figure(question),
            *(words.say(f"crosstab.{line}") for line in ("low", "high", "n", "n_effective")),
        )
        for line, figure in enumerate(lines):
            for column, text in enumerate((words.question(question), words.answer(question), figure), start=1):
                put(sheet, top + line, column, text).font = BOLD if not line else MUTED
        for column, cell in enumerate(cells, start=FIRST_COLUMN):
            fill(sheet, top, column, cell, words)
    sheet.freeze_panes = sheet.cell(FIRST_ROW, FIRST_COLUMN)
    for place in range(1, sheet.max_column + 1):
        width = WIDTHS[place - 1] if place < FIRST_COLUMN else 16
        sheet.column_dimensions[get_column_letter(place)].width = width


def fill(sheet: Worksheet, top: int, column: int, cell: dict, words: Words) -> None:
    if cell["status"] in SHOWN:
        own = FORMATS[cell["unit"]]
        mark = f'{own}" {MARKS[cell["verdict"]]}"' if cell["verdict"] in MARKS else own
        put(sheet, top, column, cell["value"], mark).font = COLOURS.get(cell["verdict"], BOLD)
        put(sheet, top + 1, column, cell["low"], own).font = MUTED
        put(sheet, top + 2, column, cell["high"], own).font = MUTED
    else:
        put(sheet, top, column, words.status(cell["status"])).font = MUTED
    for line, name in ((3, "n"), (4, "n_effective")):
        if not math.isnan(cell[name]):
            put(sheet, top + line, column, cell[name], COUNT).font = MUTED


def notes_sheet(sheet: Worksheet, words: Words, made_on: dt.date) -> None:
    """What was computed, from whom and how, so that the table can be read without its maker."""
    for row, (name, text) in enumerate(notes(words, made_on), start=1):
        put(sheet, row, 1, name).font = BOLD
        put(sheet, row, 2, text).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 100
    sheet.freeze_panes = "B1"


def notes(words: Words, made_on: dt.date) -> list[tuple[str, str]]:
    wave, say, language = words.wave, words.say, words.language
    days = wave.answers["responded_on"].dropna()
    answered = [str(day.date()) for day in (days.min(), days.max())] if len(days) else []
    reporting = wave.programme.reporting
    count = lambda number: wording.number_text(number, "count", language)  # noqa: E731
    rows = [
        ("crosstab.note.period", wording.period_text(wave.period, language, title=True)),
        ("crosstab.note.days", wording.dates_text(*answered, language) if answered else ""),
        (
            "crosstab.note.made",
            f"{wording.dates_text(str(made_on), str(made_on), language)} (csat-analysis {__version__})",
        ),
        (
            "crosstab.note.base",
            say(
                "crosstab.note.base.text",
                answers=count(len(wave.answers)),
                customers=count(len(wave.sample.design.unit_name)),
            ),
        ),
        ("crosstab.note.weights", weights(words)),
        (
            "crosstab.note.interval",
            say("crosstab.note.interval.text", confidence=wording.percent_text(reporting.confidence, language)),
        ),
        ("crosstab.note.effective", say("crosstab.note.effective.text")),
        ("crosstab.note.marks", words.marks),
        ("crosstab.note.hidden", say("crosstab.note.hidden.text", count=reporting.min_group)),
        ("crosstab.note.status", say("crosstab.note.status.text", certified=words.status("not_certified"))),
    ]
    files = wave.clean.inputs.set_index("file")["sha256"]
    return [(say(key), text) for key, text in rows] + [
        (say("crosstab.note.file"), f"{file}  SHA-256 {files[file]}" if file in files else file) for file in wave.files
    ]


def weights(words: Words) -> str:
    """How the sample's weights came about."""
    wave = words.wave
    design, found = wave.programme.design, wave.weighting
    if design and design.weight:
        return words.say("crosstab.note.weights.brought", column=design.weight)
    margins = str(wording.list_text([words.trait(name) for name in found.margins], words.language))
    if found.method == "raking":
        return words.say("crosstab.note.weights.raking", margins=margins)
    if found.method == "propensity" and found.margins:
        return words.say("crosstab.note.weights.propensity", margins=margins)
    if found.method == "propensity":
        return words.say("crosstab.note.weights.propensity_alike")
    return words.say("crosstab.note.weights.none")


def data_sheet(sheet: Worksheet, found: Crosstab) -> None:
    """The tidy table as it is, for pivots; numbers unrounded."""
    for place, name in enumerate(found.table, start=1):
        put(sheet, 1, place, name).font = BOLD
        sheet.column_dimensions[get_column_letter(place)].width = 16
    for line, row in enumerate(found.table.itertuples(index=False), start=2):
        for place, value in enumerate(row, start=1):
            missing = isinstance(value, float) and math.isnan(value)
            put(sheet, line, place, None if missing else value)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
