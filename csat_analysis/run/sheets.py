"""Data frames as an Excel workbook that runs nothing: text stays text, whatever sign it begins with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from csat_analysis.report.workbook import put, write_workbook

WIDEST = 40


def write_tables(sheets: Mapping[str, pd.DataFrame], path: Path) -> None:
    """One sheet a table. Strings are written as text cells: codes keep their zeros, a name is never a formula."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for place, name in enumerate(rows.columns, start=1):
            put(sheet, 1, place, name).font = Font(bold=True)
        for number, row in enumerate(rows.itertuples(index=False), start=2):
            for place, value in enumerate(row, start=1):
                put(sheet, number, place, value)
        sheet.freeze_panes = "A2"
        for place, name in enumerate(rows.columns, start=1):
            longest = max([shown_width(str(name)), *rows[name].astype(str).map(shown_width)])
            sheet.column_dimensions[get_column_letter(place)].width = min(longest + 2, WIDEST)
    write_workbook(workbook, path)


def shown_width(text: str) -> int:
    """Letters that a text takes in a cell; a Chinese character takes two."""
    return len(text) + sum(letter > "\u2e7f" for letter in text)
