"""Workbooks that hold what they show: text is never a formula, and the same content makes the same bytes."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.worksheet.worksheet import Worksheet

from csat_analysis.errors import RunError

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what spreadsheets may take for the beginning of one
NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
SAVED_AT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


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


def write_workbook(workbook: Workbook, path: Path) -> Path:
    """Write it whole or not at all, in place of one that is there; RunError where that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".workbook-", dir=path.parent) as private:
            saved, made = Path(private) / "saved.xlsx", Path(private) / path.name
            workbook.save(saved)
            copy_without_times(saved, made)
            os.replace(made, path)
    except OSError as reason:
        raise RunError(f"{path}: can't be written ({reason.strerror}); is it open in Excel?") from None
    return path


def copy_without_times(saved: Path, made: Path) -> None:
    """The same workbook without when it was saved, which nothing that it shows depends on."""
    with ZipFile(saved) as source, ZipFile(made, "w", ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            if part == "docProps/core.xml":
                content = SAVED_AT.sub(b"1980-01-01T00:00:00Z", content)
            target.writestr(ZipInfo(part, NO_TIME), content, ZIP_DEFLATED)
