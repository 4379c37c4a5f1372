"""What the unknown headers of a period's files may be: a mapping proposed for `sources:` in survey.yml, never applied.

A name that the trade uses for a column (客户代码 for customer_id) comes first, then close matches by letters. Each header
is proposed for one column and each column for one header; what is unlike everything is left alone.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd
import yaml

from csat_analysis.errors import IntakeError
from csat_analysis.form import questions
from csat_analysis.intake.column_names import known_as, plain
from csat_analysis.intake.contract import Column, columns_of
from csat_analysis.intake.headings import sources_of
from csat_analysis.intake.readers import RawTable, read_raw, table_files
from csat_analysis.intake.values import number_in
from csat_analysis.period import Period
from csat_analysis.programme import Programme

ALIKE = 0.7  # of difflib's ratio: 客户编码 and 客户编号 have .75, 客户名称 and 客户编号 .5
ALIKE_WORDS = 0.6  # of long texts (a question's words), where as much by chance is rare
LONG = 8
FEW_ANSWERS = 20  # answers an item: fewer may all lie low by chance
SHORTER = 0.75  # of survey.yml's scale
SAME, CLOSE = "same", "close"
COLUMNS = ["table", "file", "header", "column", "match"]


def raw_tables(root: Path, period: Period) -> tuple[dict[str, RawTable], list[IntakeError]]:
    """The files of a period that can be read, and what is wrong with the others."""
    root, folder = Path(root), Path(root) / "data" / "raw" / str(period)
    found, errors = {}, []
    if not folder.is_dir():
        return {}, []
    try:
        files, _ = table_files(folder)
    except IntakeError as error:
        return {}, [error]
    for table, path in files.items():
        try:
            found[table] = read_raw(path, root)
        except IntakeError as error:
            errors.append(error)
    return found, errors


def propose(raws: dict[str, RawTable], programme: Programme) -> pd.DataFrame:
    """One row a header that isn't known and what it may be: table, file, header, column, match (same, close)."""
    rows = []
    for table, raw in raws.items():
        mapped = sources_of(raw, programme)
        columns = columns_of(table, programme)
        present = {mapped.get(header, header) for header in raw.cells.columns}
        headers = [h for h in raw.cells.columns if h and h not in mapped and h not in {c.header for c in columns}]
        wanted = [column for column in columns if column.header not in present]
        pairs = best_pairs(headers, {column.header: names_of(table, column, programme) for column in wanted})
        rows += [
            {"table": table, "file": raw.file, "header": h, "column": column, "match": match}
            for h, column, match in pairs
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def names_of(table: str, column: Column, programme: Programme) -> set[str]:
    """All that a column is known by: the trade's names, and of a question its words in both languages."""
    names = known_as(table, column.name) | {plain(column.header), plain(column.name)}
    if table == "responses":
        asked = [question.text.values() for question in questions(programme) if question.column == column.header]
        names |= {plain(words) for texts in asked for words in texts}
        labels = programme.outcomes[column.name].label if column.name in programme.outcomes else None
        names |= {plain(words) for words in (labels or {}).values()}
    return names - {""}


def best_pairs(headers: list[str], names: dict[str, set[str]]) -> list[tuple[str, str, str]]:
    """(header, column, match), the surest first, each header and column once, in the order of the headers."""
    scored = sorted(
        (
            (likeness(plain(header), known), header, column)
            for header in headers
            for column, known in names.items()
            if likeness(plain(header), known)
        ),
        key=lambda found: -found[0],
    )
    chosen: dict[str, tuple[str, str]] = {}
    for score, header, column in scored:
        if header not in chosen and column not in {taken for taken, _ in chosen.values()}:
            chosen[header] = (column, SAME if score == 1 else CLOSE)
    return [(header, *chosen[header]) for header in headers if header in chosen]


def likeness(header: str, names: set[str]) -> float:
    """1 where a header is one of the names, the closest's ratio where it is like one, else 0."""
    if header in names:
        return 1.0
    ratios = [(difflib.SequenceMatcher(None, header, name).ratio(), len(name)) for name in names if header]
    enough = [r for r, length in ratios if r >= (ALIKE_WORDS if min(length, len(header)) >= LONG else ALIKE)]
    return min(max(enough, default=0.0), 0.999)


def lines_to_paste(proposed: pd.DataFrame, programme: Programme) -> str:
    """`sources:` as it would stand in survey.yml with the proposals: what is there already, and then they."""
    mapping = {table: dict(named) for table, named in programme.sources.items()}
    for row in proposed.itertuples():
        mapping.setdefault(row.table, {})[row.header] = row.column
    return yaml.safe_dump({"sources": mapping}, allow_unicode=True, sort_keys=False, width=1000)


def scale_in_doubt(raws: dict[str, RawTable], programme: Programme) -> tuple[float, float] | None:
    """Lowest and highest answer to the items, where nobody of many uses the upper part of survey.yml's scale.

    Answers of 1 to 5 read on 0–10 would be wrong by half a scale and look right. None where there are few answers.
    """
    raw = raws.get("responses")
    if raw is None:
        return None
    mapped = sources_of(raw, programme)
    named = raw.cells.set_axis([mapped.get(header, header) for header in raw.cells.columns], axis=1)
    cells = pd.Series([cell for item in programme.items if item in named for cell in named[item] if cell], dtype="str")
    values = pd.Series([number_in(cell, {"": "1", "分": "1"}) for cell in cells], dtype="float64").dropna()
    values = values[~values.isin([code for code in programme.missing_codes if not isinstance(code, str)])]
    if len(values) < FEW_ANSWERS * len(programme.items):
        return None
    low, high = values.min(), values.max()
    length = programme.scale.max - programme.scale.min
    return (low, high) if high < programme.scale.max and high - low <= SHORTER * length else None
