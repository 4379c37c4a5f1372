"""What `csat check` and notebook 01 show of a period: table by table what came in, and rule by rule what was wrong."""

from __future__ import annotations

import pandas as pd

from csat_analysis.intake.contract import columns_of
from csat_analysis.intake.period_tables import Clean
from csat_analysis.intake.rules import FILE_NOT_READ, REPAIRED, ROW_KEPT, ROW_SET_ASIDE, VALUE_MISSING, Rule
from csat_analysis.programme import TABLES, Programme

NOT_SUPPLIED = "not supplied"


def check_table(clean: Clean, programme: Programme) -> pd.DataFrame:
    """One row a table of the contract, supplied or not.

    Columns: table, file (`not supplied` where there is none), encoding, rows_in, rows_kept, rows_set_aside,
    values_repaired, values_missing (set to missing by a rule; cells that were blank aren't counted) and columns_lacking
    (columns of the contract that the file doesn't have). Counts are missing for tables that weren't supplied.
    """
    supplied = clean.inputs.merge(clean.counts, on="table").drop(columns=["sha256", "rows"])
    for name, action in (("values_repaired", REPAIRED), ("values_missing", VALUE_MISSING)):
        happened = clean.quarantine.loc[clean.quarantine["action"].str.startswith(action), "table"].value_counts()
        supplied[name] = supplied["table"].map(happened).fillna(0)
    supplied["columns_lacking"] = supplied["table"].map(
        lambda table: ", ".join(columns_lacking(table, clean, programme))
    )
    counts = ["rows_in", "rows_kept", "rows_set_aside", "values_repaired", "values_missing"]
    shown = supplied.set_index("table").reindex(pd.Index(TABLES, dtype="str", name="table")).reset_index()
    return shown.fillna({"file": NOT_SUPPLIED, "encoding": "", "columns_lacking": ""}).astype(
        dict.fromkeys(counts, "Int64")
    )[["table", "file", "encoding", *counts, "columns_lacking"]]


def columns_lacking(table: str, clean: Clean, programme: Programme) -> list[str]:
    """Columns of the contract that the table's file doesn't have, in the contract's order."""
    stood_in = set(clean.stand_ins["column"]) if table == "responses" else set()
    return [
        column.name
        for column in columns_of(table, programme)
        if column.name not in clean.tables[table] or column.name in stood_in
    ]


def faultless_share(clean: Clean) -> float:
    """Share of all rows received (0–1) that broke no rule: not set aside, and no value set to missing.

    Customers who had left, codes that survey.yml declares to be no answer, and values merely written in another form are no faults.
    """
    faults = clean.quarantine["action"].isin([ROW_SET_ASIDE, VALUE_MISSING])
    broke = clean.quarantine[faults & ~clean.quarantine["rule"].isin([Rule.LEFT_BEFORE_SURVEY, Rule.MISSING_CODE])]
    rows = clean.counts["rows_in"].sum()
    return 1 - len(broke.dropna(subset="line").drop_duplicates(["table", "line"])) / rows if rows else 1.0


def problems(clean: Clean, language: str = "en") -> pd.DataFrame:
    """One row a table and rule that found something: table, rule, count, meaning (in `language`), an example."""
    found = clean.quarantine.groupby(["table", "rule"], sort=False)
    rows = [
        {
            "table": table,
            "rule": rule,
            "count": len(entries),
            "meaning": Rule(rule).meaning[language],
            "example": example(entries.iloc[0], language),
        }
        for (table, rule), entries in found
    ]
    columns = ["table", "rule", "count", "meaning", "example"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["table", "count"], ascending=[True, False], ignore_index=True
    )


LINE = {"en": " line {}", "zh": "第 {} 行"}
BLANK = {"en": "blank", "zh": "空白"}
DONE = {ROW_SET_ASIDE: "整行剔除", VALUE_MISSING: "置为缺失", ROW_KEPT: "保留", FILE_NOT_READ: "未读取"}


def example(entry: pd.Series, language: str = "en") -> str:
    """One entry in words, as `data/raw/2026H1/responses.csv line 17, a3: 17 (value set to missing)`."""
    where = (
        entry["file"]
        + ("" if pd.isna(entry["line"]) else LINE[language].format(entry["line"]))
        + (f", {entry['column']}" if entry["column"] else "")
    )
    if entry["action"].startswith(REPAIRED):
        return f"{where}: {entry['action'].removeprefix(REPAIRED)}"
    done = DONE.get(entry["action"], entry["action"]) if language == "zh" else entry["action"]
    return f"{where}: {entry['value'] or BLANK[language]} ({done})"
