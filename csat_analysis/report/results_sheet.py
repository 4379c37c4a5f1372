"""All results of a period as a workbook: one sheet a family of keys, in the words of the report's languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from csat_analysis.report import message_tables, wording
from csat_analysis.report.view import View
from csat_analysis.report.workbook import put
from csat_analysis.results import Record, Results

BOLD, MUTED, LINK = Font(bold=True), Font(color="666666"), Font(color="1F5F8B", underline="single")
NUMBERS = {"value": 14, "low": 14, "high": 14, "n": 12}  # field of a record → width
UNIT_WORDS = {unit: f"sheets.unit.{unit}" for unit in wording.UNITS}


@dataclass(frozen=True)
class Column:
    """A column of every sheet: its heading, its width, and the cell of a record."""

    heading: str
    width: int
    cell: str  # a field of the record, or one of the words below
    language: str | None = None


def results_workbook(views: Mapping[str, View], results: Results) -> Workbook:
    """Contents, then a sheet a family: what a number is, value, bounds, n, unit, status, verdict, record name, cell.

    views  language → the report's view, whose words the numbers get. Numbers are unrounded; one that isn't shown has
           its status in place of a value.
    """
    families: dict[str, list[Record]] = {}
    for record in results.records:
        families.setdefault(record.key.partition(".")[0], []).append(record)
    workbook = Workbook()
    names = {family: sheet_name(views, family) for family in families}
    contents_sheet(workbook.active, views, {names[family]: len(records) for family, records in families.items()})
    for family, records in families.items():
        family_sheet(workbook.create_sheet(names[family]), views, records)
    return workbook


def beside(views: Mapping[str, View], key: str) -> str:
    """A message in each of the languages, one behind the other."""
    return " / ".join(dict.fromkeys(view.say(key) for view in views.values()))


def sheet_name(views: Mapping[str, View], family: str) -> str:
    return " ".join(dict.fromkeys(view.say(f"sheets.family.{family}") for view in views.values()))


def contents_sheet(sheet: Worksheet, views: Mapping[str, View], counts: Mapping[str, int]) -> None:
    sheet.title = " ".join(view.say("sheets.contents") for view in views.values())
    row = 1
    for view in views.values():
        name = view.programme.name[view.language]
        put(sheet, row, 1, view.say("sheets.title", name=name, period=view.period_title(view.period))).font = BOLD
        for key, parts in (("what", {}), ("bounds", {"confidence": view.confidence}), ("hidden", {})):
            row += 1
            put(sheet, row, 1, view.say(f"sheets.{key}", **parts)).font = MUTED
        row += 2
    for column, key in enumerate(("sheets.subject", "sheets.numbers"), start=1):
        put(sheet, row, column, beside(views, key)).font = BOLD
    for row, (name, count) in enumerate(counts.items(), start=row + 1):
        link = put(sheet, row, 1, name)
        link.hyperlink, link.font = Hyperlink(ref=link.coordinate, location=f"'{name}'!A1"), LINK
        put(sheet, row, 2, count, "#,##0")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 40, 18


def columns(views: Mapping[str, View]) -> list[Column]:
    told = {"label": ("sheets.number", 56), "status": ("source.status", 30), "verdict": ("source.verdict", 30)}

    def in_words(cell: str) -> list[Column]:
        key, width = told[cell]
        return [Column(view.say(key), width, cell, language) for language, view in views.items()]

    numbers = [Column(beside(views, f"sheets.{name}"), width, name) for name, width in NUMBERS.items()]
    unit = Column(beside(views, "sheets.unit"), 18, "unit")
    ends = {"name": ("source.key", 44), "notebook": ("sheets.notebook", 26), "cell": ("sheets.cell", 18)}
    home = [Column(beside(views, key), width, cell) for cell, (key, width) in ends.items()]
    return [*in_words("label"), *numbers, unit, *in_words("status"), *in_words("verdict"), *home]


def family_sheet(sheet: Worksheet, views: Mapping[str, View], records: list[Record]) -> None:
    """One record a row."""
    shown = columns(views)
    for place, column in enumerate(shown, start=1):
        heading = put(sheet, 1, place, column.heading)
        heading.font, heading.alignment = BOLD, Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    for row, record in enumerate(records, start=2):
        for place, column in enumerate(shown, start=1):
            fill(sheet, row, place, record, column, views)
    sheet.freeze_panes = sheet.cell(2, len(views) + 1)
    sheet.auto_filter.ref = sheet.dimensions


def fill(sheet: Worksheet, row: int, place: int, record: Record, column: Column, views: Mapping[str, View]) -> None:
    """A cell; nothing where the record has nothing to say."""
    if column.cell in NUMBERS:
        value = getattr(record, column.cell)
        if value is not None and (record.shown or column.cell == "n"):
            put(sheet, row, place, value, "#,##0" if column.cell == "n" else number_format(record.unit))
    elif text := words(record, column, views):
        put(sheet, row, place, text)


def words(record: Record, column: Column, views: Mapping[str, View]) -> str | None:
    if column.cell == "unit":
        return beside(views, UNIT_WORDS[record.unit])
    if column.language is None:
        return getattr(record, column.cell)
    view = views[column.language]
    if column.cell == "label":
        return view.numbers.label(record)
    if column.cell == "status":
        return view.numbers.status(record)
    return wording.say(wording.worded(record, message_tables.VERDICTS), view.language) if record.verdict else None


def number_format(unit: str) -> str:
    """As the page rounds it, shares in percent; the cell holds the number unrounded."""
    factor, decimals = wording.UNITS[unit]
    return f"#,##0.{'0' * decimals}".rstrip(".") + ("%" if factor > 1 else "")
