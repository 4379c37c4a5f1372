"""Cells of a workbook that hold what they show: text is never a formula, whatever it begins with."""

from __future__ import annotations

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.worksheet.worksheet import Worksheet

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what spreadsheets may take for the beginning of one


def put(sheet: Worksheet, row: int, column: int, value: str | float | None, number_format: str | None = None) -> Cell:
    """Write one cell: numbers as numbers, text as text. One that begins like a formula carries the spreadsheet's own mark
    for text (its leading apostrophe), so that neither opening nor editing the cell runs it.
    """
    if not isinstance(value, str):
        cell = sheet.cell(row, column, value)
        cell.number_format = number_format or "General"
        return cell
    cell = sheet.cell(row, column)
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.value, cell.data_type, cell.number_format = text, "s", "@"
    cell.quotePrefix = text.startswith(FORMULA)
    return cell
