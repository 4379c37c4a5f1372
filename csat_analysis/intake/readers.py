"""Raw files as text: csv in the encodings and delimiters that real programs write, xlsx, parquet and sav.

Every cell becomes stripped text with "" for blank, so that codes such as 029 keep their zeros; what the text means is
read later, against the contract. Each row carries its line: the file's physical line (the header is line 1) for csv,
the sheet's row for xlsx, the record's number for parquet and sav.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.parquet

from csat_analysis.errors import IntakeError
from csat_analysis.intake.grid import Grid, as_text, one_line
from csat_analysis.intake.workbooks import read_xlsx
from csat_analysis.programme import TABLES

FORMATS = (".csv", ".xlsx", ".parquet", ".sav", ".xls")  # .xls only to say how to mend it
DELIMITERS = (",", ";", "\t")
SNIFFED_ROWS = 50
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class RawTable:
    """One raw file: `cells` (text, indexed by line), and rows that don't fit the header (one text each)."""

    table: str
    file: str
    sha256: str
    encoding: str
    cells: pd.DataFrame
    misshapen: pd.Series

    @property
    def rows(self) -> int:
        return len(self.cells) + len(self.misshapen)


def table_files(folder: Path) -> tuple[dict[str, Path], list[Path]]:
    """The file of each table in a period's folder, and data files that are no table of the contract.

    Raises IntakeError when one table lies there in two formats: which is right can't be told.
    """
    found: dict[str, Path] = {}
    strangers = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in FORMATS or path.name.startswith((".", "~$")):
            continue
        if path.stem not in TABLES:
            strangers.append(path)
        elif path.stem in found:
            raise IntakeError(
                f"{folder.name}: both {found[path.stem].name} and {path.name} are there; keep one file for {path.stem}"
            )
        else:
            found[path.stem] = path
    return found, strangers


def read_raw(path: Path, root: Path) -> RawTable:
    """Read one raw file as text.

    Raises IntakeError in one line when the file is empty, in no known encoding, protected, or not what its name says.
    """
    file = path.relative_to(root).as_posix()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IntakeError(
            f"{file}: can't be opened ({error.strerror}); is it a folder, or locked by another program?"
        ) from None
    if not content.strip():
        raise IntakeError(
            f"{file}: is empty ({len(content)} bytes); export it again, or take it away if there is no such table"
        )
    readers = {".csv": read_csv, ".xlsx": read_xlsx, ".parquet": read_parquet, ".sav": read_sav, ".xls": read_xlsx}
    if path.suffix.lower() == ".sav" and path.stem != "responses":
        raise IntakeError(f"{file}: only responses may be .sav; save {path.stem} as csv, xlsx or parquet")
    grid = readers[path.suffix.lower()](content, file)
    if not any(grid.header):
        raise IntakeError(f"{file}: has no header; the first row must name the columns")
    cells, misshapen = fit_to_header(grid, file)
    return RawTable(path.stem, file, hashlib.sha256(content).hexdigest(), grid.encoding, cells, misshapen)


def fit_to_header(grid: Grid, file: str) -> tuple[pd.DataFrame, pd.Series]:
    """Rows as columns by name; rows longer or shorter than the header apart. Blank rows at the end are no rows."""
    end = max((i for i, row in enumerate(grid.rows) if any(row)), default=-1) + 1
    width = len(grid.header)
    fitting, lines, misfits = [], [], {}
    for line, row in zip(grid.lines[:end], grid.rows[:end], strict=True):
        if len(row) == width or not any(row) or (len(row) > width and not any(row[width:])):
            fitting.append((row + [""] * width)[:width])
            lines.append(line)
        else:
            misfits[line] = ", ".join(row)
    columns = zip(*fitting, strict=True) if fitting else [()] * width
    cells = pd.DataFrame(
        {i: pd.array(values, dtype="str") for i, values in enumerate(columns)}, index=pd.Index(lines, dtype="int64")
    )
    cells.columns = pd.Index(grid.header, dtype="str")
    nameless = (cells.columns == "") & (cells == "").all().to_numpy()
    return cells.loc[:, ~nameless], pd.Series(misfits, dtype="str", index=pd.Index(list(misfits), dtype="int64"))


# --- csv -----------------------------------------------------------------------------------------------------------


def read_csv(content: bytes, file: str) -> Grid:
    text, encoding = decode(content, file)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    rows, lines, line = [], [], 1
    try:
        for row in reader:
            rows.append([cell.strip() for cell in row])
            lines.append(line)
            line = reader.line_num + 1  # a quoted cell may run over several lines
    except csv.Error as error:
        raise IntakeError(
            f"{file}: line {line} can't be read as csv ({error}); likely a quote that isn't closed, "
            "or not doubled inside a cell"
        ) from None
    first = next(i for i, row in enumerate(rows) if row)
    return Grid(rows[first], rows[first + 1 :], lines[first + 1 :], encoding)


def decode(content: bytes, file: str) -> tuple[str, str]:
    """Text and encoding: a byte order mark decides, then UTF-8, then GB18030 (what Chinese Excel saves).

    GB18030 gives some text for almost any bytes, so it is believed only where most of what it gives are everyday
    characters (GB 2312) and where the file isn't UTF-8 with a damaged spot.
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return decode_as(encoding, content, file), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as failure:
        error = failure
    lenient = content.decode("utf-8", errors="replace")
    spoilt = lenient.count("\N{REPLACEMENT CHARACTER}")
    if beyond_ascii(lenient) > 2 * spoilt:
        raise undecodable(file, content, error, "it is UTF-8 with a damaged spot: export it again")
    text = decode_as("gb18030", content, file)
    everyday = text.encode("gb2312", errors="ignore").decode("gb2312")
    if 2 * beyond_ascii(everyday) < beyond_ascii(text):
        raise undecodable(file, content, error, "neither UTF-8 nor GB18030 (Latin-1?): save it as CSV UTF-8")
    return text, "gb18030"


def decode_as(encoding: str, content: bytes, file: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise undecodable(file, content, error, f"not {encoding} throughout: save it as CSV UTF-8") from None


def undecodable(file: str, content: bytes, error: UnicodeDecodeError, cause: str) -> IntakeError:
    line = content.count(b"\n", 0, error.start) + 1
    return IntakeError(
        f"{file}: line {line} can't be read as text (byte {error.start} of the file is "
        f"0x{content[error.start]:02x}); likely {cause}"
    )


def beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", errors="ignore"))


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first rows into the same number of cells (more than one); then the one with most."""

    def agreement(delimiter: str) -> tuple[float, int]:
        rows = [
            row for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), SNIFFED_ROWS) if row
        ]
        width = len(rows[0]) if rows else 0
        return (sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0), width

    return max(DELIMITERS, key=agreement)


# --- parquet, sav; xlsx is workbooks.py's -------------------------------------------------------------------------------


def read_parquet(content: bytes, file: str) -> Grid:
    try:
        found = pyarrow.parquet.read_table(pyarrow.BufferReader(content))
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise IntakeError(
            f"{file}: is not a parquet file that can be read ({one_line(error)}); export it again"
        ) from None
    return typed_grid(found.column_names, [column.to_pylist() for column in found.columns], "parquet")


def read_sav(content: bytes, file: str) -> Grid:
    """Codes, not labels; values that SPSS declares missing stay codes, so that survey.yml's missing_codes name them."""
    import pyreadstat  # only who has such a file waits for it

    try:
        found, meta = pyreadstat.read_sav(io.BytesIO(content), user_missing=True)
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise IntakeError(
            f"{file}: is not an SPSS file that can be read ({one_line(error)}); save it as .sav again"
        ) from None
    return typed_grid(
        list(found.columns), [found[name].tolist() for name in found.columns], f"sav ({meta.file_encoding})"
    )


def typed_grid(header: Sequence[str], columns: Iterable[list[Any]], encoding: str) -> Grid:
    rows = [list(row) for row in zip(*([as_text(value) for value in column] for column in columns), strict=True)]
    return Grid([name.strip() for name in header], rows, list(range(1, len(rows) + 1)), encoding)


# --- headers ---------------------------------------------------------------------------------------------------------


def closest(name: str, headers: Iterable[str], *, count: int = 3) -> list[str]:
    """The headers most like a name, letter case aside."""
    by_folded = {header.casefold(): header for header in headers if header}
    return [by_folded[found] for found in difflib.get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.4)]
