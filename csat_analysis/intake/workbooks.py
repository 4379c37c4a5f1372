"""Excel workbooks as a person left them: which sheet is the table, and what in it can't be read as one.

Merged cells, formulas without a stored value, a hidden table sheet, a password, a template nobody filled in: each is an
error in one line with its mend, since a cell read as blank would be a wrong number.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from csat_analysis.errors import IntakeError
from csat_analysis.intake.grid import Grid, as_text, one_line

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")  # old .xls, and .xlsx under a password
UNDER_A_PASSWORD = "EncryptedPackage".encode("utf-16-le")  # the stream that holds the workbook
NOTES = "说明 Notes"  # the sheet beside the table in the templates of `csat new`; never read
SHOWN = "visible"


def read_xlsx(content: bytes, file: str) -> Grid:
    """The sheet named like the table, else the only visible sheet that has cells. Formulas give their last stored value."""
    refuse_other_containers(content, file)
    import openpyxl  # only who has such a file waits for it

    table = Path(file).stem
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet, rows = choose_sheet(workbook, table, file)
        holds = what_it_holds(content)
        if "merged" in holds:
            refuse_merged(openpyxl.load_workbook(io.BytesIO(content))[sheet.title], file)
        if "formulas" in holds:
            written = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            refuse_unstored(sheet, written[sheet.title], file)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise IntakeError(
            f"{file}: is not a workbook that can be read ({one_line(error)}); save it as .xlsx again"
        ) from None
    if len(rows) == 1 and NOTES in workbook.sheetnames:
        raise IntakeError(
            f"{file}: is a template without a row; fill it in, or move it back to templates/ "
            "(an empty table would say that there was nothing to count)"
        )
    width = max(len(row) for _, row in rows)
    padded = [row + [""] * (width - len(row)) for _, row in rows]
    return Grid(padded[0], padded[1:], [line for line, _ in rows[1:]], "xlsx")


def refuse_other_containers(content: bytes, file: str) -> None:
    if content.startswith(OLE_MAGIC) and UNDER_A_PASSWORD in content:
        raise IntakeError(
            f"{file}: is under a password; open it in Excel and save it without one (Info, Protect Workbook)"
        )
    if content.startswith(OLE_MAGIC) or file.lower().endswith(".xls"):
        raise IntakeError(f"{file}: is an old .xls workbook; open it in Excel and save it as .xlsx")


def choose_sheet(workbook: Any, table: str, file: str) -> tuple[Any, list[tuple[int, list[str]]]]:
    """The sheet to read and its rows. Hidden sheets are left out; where the table's own is hidden, that is an error."""
    by_title = {sheet.title: sheet for sheet in workbook.worksheets}
    if table in by_title and by_title[table].sheet_state != SHOWN:
        raise IntakeError(f"{file}: the sheet {table} is hidden; unhide it, or rename it if another sheet is the table")
    if table in by_title and (rows := sheet_rows(by_title[table])):
        return by_title[table], rows
    visible = {title: sheet for title, sheet in by_title.items() if sheet.sheet_state == SHOWN and title != NOTES}
    filled = {title: rows for title, sheet in visible.items() if (rows := sheet_rows(sheet))}
    if not filled:
        hidden = [title for title, sheet in by_title.items() if sheet.sheet_state != SHOWN]
        more = f" beside the hidden sheet {hidden[0]}" if hidden else ""
        raise IntakeError(f"{file}: has no cells{more}; export it again, or take it away if there is no such table")
    if len(filled) > 1:
        raise IntakeError(f"{file}: has several sheets ({', '.join(filled)}); name the one to read {table}")
    title = next(iter(filled))
    return by_title[title], filled[title]


def sheet_rows(sheet: Any) -> list[tuple[int, list[str]]]:
    """Rows from the first that has a value, each with its row number in the sheet."""
    sheet.reset_dimensions()  # some exporters store a wrong used range
    rows = [
        (number, [as_text(value) for value in row]) for number, row in enumerate(sheet.iter_rows(values_only=True), 1)
    ]
    first = next((i for i, (_, row) in enumerate(rows) if any(row)), len(rows))
    return rows[first:]


def what_it_holds(content: bytes) -> set[str]:
    """`merged` and `formulas`, where any sheet of the workbook has them: only then is it read a second time."""
    signs = {"merged": (b"<mergeCell ", b":mergeCell "), "formulas": (b"<f>", b"<f ", b":f>", b":f ")}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    return {name for name, marks in signs.items() if any(mark in sheet for sheet in sheets for mark in marks)}


def refuse_merged(sheet: Any, file: str) -> None:
    """A merged cell has its value in its first cell alone: the others would be read as blank."""
    ranges = sorted(sheet.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col))
    if ranges:
        raise IntakeError(
            f"{file}: the cells {ranges[0].coord} are merged (a title, a header of two rows, or a value over several "
            f"rows); unmerge them, so that one row names the columns and each cell holds its own value"
        )


def refuse_unstored(values: Any, written: Any, file: str) -> None:
    """Formulas whose value isn't stored (a program wrote them, and nobody saved them in Excel since)."""
    written.reset_dimensions()
    for shown, row in zip(values.iter_rows(values_only=True), written.iter_rows(), strict=False):
        for value, cell in zip(shown, row, strict=False):
            if value is None and cell.value is not None and cell.data_type == "f":
                raise IntakeError(
                    f"{file}: the cell {cell.coordinate} holds a formula without a stored value; "
                    "open the file in Excel and save it, or paste the column as values"
                )
