"""One raw table → a clean, typed one: every value that breaks the contract meets a named rule and is written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.errors import IntakeError
from csat_analysis.intake.contract import Column
from csat_analysis.intake.readers import RawTable
from csat_analysis.intake.rules import ROW_KEPT, ROW_SET_ASIDE, VALUE_MISSING, Quarantine, Rule
from csat_analysis.intake.values import (
    CHINESE,
    YES_NO,
    Reading,
    number_in,
    read_dates,
    read_numbers,
    read_periods,
    read_timestamps,
    read_words,
)
from csat_analysis.period import Period

SHOWN_LINES = 3
NUMBER = r"[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?"
SPREADSHEET_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!")
TOTALS = (
    "合计",
    "总计",
    "小计",
    "共计",
    "总和",
    "平均",
    "平均值",
    "均值",
    "Total",
    "total",
    "TOTAL",
    "Grand Total",
    "Sum",
    "Average",
)
CODE = r"[+-]?0[0-9]+|[0-9]{16,}"  # 029 is not twenty-nine, and a float can't hold sixteen digits


@dataclass(frozen=True)
class Ledger:
    """Writes what happens to one table's rows and values into the quarantine."""

    raw: RawTable
    quarantine: Quarantine

    def set_aside(self, rule: Rule, column: str, values: pd.Series) -> None:
        self.quarantine.add(self.raw.table, self.raw.file, rule, ROW_SET_ASIDE, column, values)

    def set_missing(self, rule: Rule, column: str, values: pd.Series) -> None:
        self.quarantine.add(self.raw.table, self.raw.file, rule, VALUE_MISSING, column, values)

    def repaired(self, column: str, before: pd.Series, after: pd.Series, *, rule: Rule = Rule.ANOTHER_FORM) -> None:
        self.quarantine.repaired(self.raw.table, self.raw.file, rule, column, before, after)

    def noted(self, rule: Rule, column: str, values: pd.Series) -> None:
        self.quarantine.add(self.raw.table, self.raw.file, rule, ROW_KEPT, column, values)


def clean_table(
    cells: pd.DataFrame,
    columns: tuple[Column, ...],
    ledger: Ledger,
    period: Period,
    text_extras: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Typed columns of the rows that can be told apart, indexed by line.

    `cells` are the raw text under the contract's names. Rows that are blank, misshapen, without a key or with a key
    that stood before are set aside; columns beyond the contract pass through, as numbers where all of their cells are
    numbers (those in `text_extras` never).
    """
    cells = whole_rows(cells, ledger)
    present = [column for column in columns if column.header in cells]
    clean = {column.name: clean_column(cells[column.header], column, ledger, period) for column in present}
    for column in present:
        if column.after in clean:
            clean[column.name] = not_before(clean[column.name], clean[column.after], column, ledger)
    known = {column.header for column in columns} | set(clean)
    if {"first_reply_at", "resolved_at"} <= clean.keys():
        clean["first_reply_at"] = reply_by_resolution(clean["first_reply_at"], clean["resolved_at"], ledger)
    extras = {name: extra_column(cells[name], as_text=name in text_extras) for name in cells if name not in known}
    table = identified_rows(pd.DataFrame(clean | extras, index=cells.index), cells, columns, ledger)
    for column in present:
        if column.below_is_no_row:
            table = not_below(table, cells[column.header], column, ledger)
    return table


def not_below(table: pd.DataFrame, text: pd.Series, column: Column, ledger: Ledger) -> pd.DataFrame:
    """Rows whose value isn't below the column's lowest; the others are returns."""
    below = table[column.name] < column.low
    ledger.set_aside(Rule.RETURNED, column.name, text[below.index[below]])
    return table[~below]


def whole_rows(cells: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    ledger.set_aside(Rule.ROW_SHAPE, "", ledger.raw.misshapen)
    blank = (cells == "").all(axis=1)
    ledger.set_aside(Rule.BLANK_ROW, "", pd.Series("", index=cells.index[blank], dtype="str"))
    cells = without_errors(cells[~blank], ledger)
    totals = total_rows(cells)
    ledger.set_aside(Rule.TOTAL_ROW, "", totals)
    return cells.drop(totals.index)


def total_rows(cells: pd.DataFrame) -> pd.Series:
    """The word of each row that sums up the others: 合计 and its like in its first filled cell."""
    said = cells[cells.isin(TOTALS).any(axis=1)]
    first = {line: next(cell for cell in row if cell) for line, *row in said.itertuples(name=None)}
    words = pd.Series(first, index=pd.Index(list(first), dtype="int64"), dtype="str")
    return words[words.isin(TOTALS)]


def without_errors(cells: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Cells with what a spreadsheet shows for a formula that failed set to missing: `#N/A` is no customer's number."""
    failed = cells.isin(SPREADSHEET_ERRORS)
    for name in cells.columns[failed.any()]:
        ledger.set_missing(Rule.SPREADSHEET_ERROR, name, cells.loc[failed[name], name])
    return cells.mask(failed, "") if failed.any(axis=None) else cells


def identified_rows(
    table: pd.DataFrame, cells: pd.DataFrame, columns: tuple[Column, ...], ledger: Ledger
) -> pd.DataFrame:
    """Rows with a key that can be read and that didn't stand before."""
    keys = [column.name for column in columns if column.key and column.name in table]
    if not keys:
        return table
    shown = cells[keys].agg(" · ".join, axis=1) if len(keys) > 1 else cells[keys[0]]
    keyless = table[keys].isna().any(axis=1)
    ledger.set_aside(Rule.NO_KEY, ", ".join(keys), shown[keyless])
    repeated = table.duplicated(keys) & ~keyless
    ledger.set_aside(Rule.DUPLICATE_KEY, ", ".join(keys), shown[repeated])
    return table[~keyless & ~repeated]


def clean_column(text: pd.Series, column: Column, ledger: Ledger, period: Period) -> pd.Series:
    """One declared column: missing codes, then its form, then its range; each cell that fails one is set to missing."""
    if column.kind == "text":
        return text.where(text != "").astype("str")
    if column.missing_codes:
        coded = is_missing_code(text, column)
        ledger.set_missing(Rule.MISSING_CODE, column.name, text[coded])
        text = text.mask(coded, "")
    reading, rule = read_column(text, column)
    ledger.repaired(column.name, text[reading.repaired.index], reading.repaired)
    ledger.set_missing(rule, column.name, text[reading.unreadable])
    if column.kind == "timestamp":
        ledger.noted(Rule.NO_HOUR, column.name, text[without_hour(reading.values, text)])
    if column.required and len(reading.unreadable) and reading.values.isna().all():
        raise unusable(text[reading.unreadable], column, ledger)
    return within_range(reading.values, text, column, ledger, period)


def without_hour(moments: pd.Series, text: pd.Series) -> pd.Series:
    """Which moments name a day alone: no hour was written, or a whole column stands at midnight (as spreadsheets save days)."""
    midnight = moments.notna() & (moments == moments.dt.normalize())
    whole_column = len(moments.dropna()) > 1 and bool(midnight[moments.notna()].all())
    return midnight if whole_column else midnight & ~text.str.contains("[:：时]", regex=True)


def is_missing_code(text: pd.Series, column: Column) -> pd.Series:
    """Cells that hold a code for no answer: by value for numbers (99 is 99.0), by letters for words."""
    words = {code.strip().casefold() for code in column.missing_codes if isinstance(code, str)}
    numbers = {float(code) for code in column.missing_codes if not isinstance(code, str)}
    coded = {
        cell for cell in text.unique() if cell and (cell.casefold() in words or number_in(cell, {"": "1"}) in numbers)
    }
    return text.isin(coded)


def read_column(text: pd.Series, column: Column) -> tuple[Reading, Rule]:
    match column.kind:
        case "number":
            return read_numbers(text, column.unit), Rule.NOT_A_NUMBER
        case "date":
            return read_dates(text), Rule.NOT_A_DATE
        case "timestamp":
            return read_timestamps(text), Rule.NOT_A_DATE
        case "period":
            return read_periods(text), Rule.NOT_A_PERIOD
        case "yes_no":
            return read_words(text, YES_NO), Rule.UNKNOWN_LEVEL
        case _:
            in_chinese = {said: word for word in column.words for said in CHINESE.get(word, ())}
            return read_words(text, in_chinese | {word.casefold(): word for word in column.words}), Rule.UNKNOWN_LEVEL


def unusable(unreadable: pd.Series, column: Column, ledger: Ledger) -> IntakeError:
    return IntakeError(
        f"{ledger.raw.file}: column {column.header} has no {column.kind} that can be used ({shown_lines(unreadable)}); "
        "likely codes exported as words, or the wrong column: export codes, or mend survey.yml "
        f"(sources: {ledger.raw.table})"
    )


def shown_lines(values: pd.Series) -> str:
    """The first offending lines, as `line 17: C901, line 20: C902 …`."""
    first = [f"line {line}: {value or 'blank'}" for line, value in values.iloc[:SHOWN_LINES].items()]
    return ", ".join(first) + (" …" if len(values) > SHOWN_LINES else "")


def within_range(values: pd.Series, text: pd.Series, column: Column, ledger: Ledger, period: Period) -> pd.Series:
    low = -np.inf if column.low is None or column.below_is_no_row else column.low
    high = np.inf if column.high is None else column.high
    if column.kind == "number":
        outside, rule = (values < low) | (values > high), range_rule(column)
    elif column.days_after_period is not None:
        latest = period.end + dt.timedelta(days=column.days_after_period + 1)
        outside, rule = values >= pd.Timestamp(latest), Rule.FUTURE_DATE
    else:
        return values
    if not outside.any():
        return values
    ledger.set_missing(rule, column.name, text[outside])
    return values.mask(outside)


def range_rule(column: Column) -> Rule:
    if column.unit == "score":
        return Rule.OFF_SCALE
    return Rule.NEGATIVE_AMOUNT if column.low == 0 and column.high is None else Rule.OUT_OF_RANGE


def not_before(ends: pd.Series, starts: pd.Series, column: Column, ledger: Ledger) -> pd.Series:
    early = ends < starts
    ledger.set_missing(Rule.ENDS_BEFORE_START, column.name, ends[early].astype("str"))
    return ends.mask(early)


def reply_by_resolution(reply: pd.Series, resolved: pd.Series, ledger: Ledger) -> pd.Series:
    late = reply > resolved
    ledger.set_missing(Rule.REPLY_AFTER_RESOLUTION, "first_reply_at", reply[late].astype("str"))
    return reply.mask(late)


def extra_column(text: pd.Series, *, as_text: bool) -> pd.Series:
    """A column that the contract doesn't know: numbers where every cell is one, else text (as codes such as 029)."""
    filled = text[text != ""]
    numbers = filled.str.fullmatch(NUMBER).all() and not filled.str.fullmatch(CODE).any()
    as_text = as_text or not numbers or filled.empty
    return text.where(text != "").astype("str" if as_text else "float64")
