"""All tables of one period, read, cleaned and held against each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from csat_analysis.errors import IntakeError
from csat_analysis.intake import earlier, links, part, sales
from csat_analysis.intake.cleaning import Ledger, clean_table
from csat_analysis.intake.column_names import table_meant
from csat_analysis.intake.contract import check_clean, columns_of, name_columns
from csat_analysis.intake.headings import competitor_columns, competitors_in, sources_of
from csat_analysis.intake.readers import closest, read_raw, table_files
from csat_analysis.intake.rules import FILE_NOT_READ, ROW_KEPT, VALUE_MISSING, Quarantine, Rule
from csat_analysis.period import Period
from csat_analysis.programme import TABLES, Programme, is_period

IDENTIFIERS = ["response_id", "contact_id", "customer_id", "panel", "responded_on"]
EVENTS_OF_CUSTOMERS = {"orders", "tickets"}
FLAWED = [VALUE_MISSING, ROW_KEPT]
FLAW_COLUMNS = ["table", "row", "column", "rule"]


def no_flaws() -> pd.DataFrame:
    return pd.DataFrame(columns=FLAW_COLUMNS)


@dataclass(frozen=True)
class Clean:
    """What a period's raw files hold once they are clean.

    tables      table → typed rows; only tables that were supplied. Optional columns that a file lacks aren't there;
                responses always have response_id, contact_id, customer_id, panel and responded_on, and outcomes stand
                under their own names. Numbers are float64, dates datetime64, words text (exclusive is yes or no).
                `customers` is the frame on `survey_date`; who left before it is in `customers_left`.
    quarantine  table, file, line, column, value, rule, action: a row for each thing set aside, set to missing, repaired
                or noted
    counts      table, rows_in, rows_kept, rows_set_aside; rows in = kept + set aside
    inputs      table, file (below the root), sha256, rows, encoding
    stand_ins   column, stands_in: what a foreign survey lacks and what is used instead
    survey_date the latest day anyone was invited or answered
    flaws       table, row (position in the clean table), column, rule: a value that was set to missing or kept with a note,
                so that "not known" can be told from "not yet"
    """

    period: Period
    tables: dict[str, pd.DataFrame]
    quarantine: pd.DataFrame
    counts: pd.DataFrame
    inputs: pd.DataFrame
    stand_ins: pd.DataFrame
    survey_date: dt.date
    flaws: pd.DataFrame = field(default_factory=no_flaws)


def periods_available(root: Path) -> list[Period]:
    """The periods that have a responses file under data/raw, oldest first."""
    raw = Path(root) / "data" / "raw"
    folders = [folder for folder in raw.iterdir() if folder.is_dir() and is_period(folder.name)] if raw.is_dir() else []
    return sorted(Period.parse(folder.name) for folder in folders if "responses" in table_files(folder)[0])


def clean_period(root: Path, period: str | Period, programme: Programme) -> Clean:
    """Read and clean every table of a period.

    Raises IntakeError, in one line, when the period can't be used: no such folder, no responses, a file that can't be
    read, a required column that is missing, no usable row, or too many customers who aren't in the frame.
    """
    return Cleaner(Path(root), Period.parse(period), programme).clean()


class Cleaner:
    """One period on its way from raw to clean; tables keep the raw line as their index until all rules have spoken."""

    def __init__(self, root: Path, period: Period, programme: Programme) -> None:
        self.period, self.programme, self.quarantine = period, programme, Quarantine()
        files = self.find_files(root)
        self.first = min((p for p in periods_available(root) if p.unit == period.unit), default=period)
        self.ledgers = {
            table: Ledger(read_raw(files[table], root), self.quarantine) for table in TABLES if table in files
        }
        self.columns = {table: columns_of(table, programme) for table in self.ledgers}
        self.stand_ins: dict[str, str] = {}
        self.lines: dict[str, pd.Index] = {}  # a part's lines of each file

    def find_files(self, root: Path) -> dict[str, Path]:
        folder = root / "data" / "raw" / str(self.period)
        if not folder.is_dir():
            there = ", ".join(map(str, periods_available(root))) or "none"
            raise IntakeError(f"data/raw/{self.period}: there is no such folder; periods with responses: {there}")
        files, strangers = table_files(folder)
        if "responses" not in files:
            there = ", ".join(path.name for path in [*files.values(), *strangers]) or "nothing"
            called = [path for path in strangers if table_meant(path.stem, ["responses"])]
            near = closest("responses", [path.stem for path in strangers])
            raise IntakeError(
                f"data/raw/{self.period}: there is no responses file (csv, xlsx, parquet or sav); "
                f"the folder holds {there}"
                + (f"; rename {called[0].name} to responses{called[0].suffix}" if called else "")
                + (f"; is {near[0]} meant?" if near and not called else "")
            )
        for path in strangers:
            lacking = [table for table in TABLES if table not in files]
            meant = table_meant(path.stem, lacking) or ", ".join(closest(path.stem, lacking, count=1))
            self.quarantine.add(
                path.stem,
                path.relative_to(root).as_posix(),
                Rule.UNKNOWN_FILE,
                FILE_NOT_READ,
                "",
                pd.Series([meant and f"{meant}?"], index=pd.Index([pd.NA], dtype="Int64"), dtype="str"),
            )
        return files

    def clean(self) -> Clean:
        tables = {table: self.typed(table) for table in self.ledgers}
        tables["responses"] = self.answers(tables["responses"])
        if "invitations" in tables:
            tables["invitations"] = self.asked(tables["invitations"])
        if "history" in tables:
            own = self.ledgers["history"]
            tables["history"] = earlier.earlier_figures(tables["history"], own, self.programme, self.first)
        on = links.survey_date(tables, self.period)
        if "customers" in tables:
            tables = self.against_frame(tables, on)
        self.note_events(tables)
        tables = sales.hold_against_managers(sales.mend_leads(tables, self.ledgers), self.ledgers)
        tables["responses"] = self.one_answer_each(tables["responses"])
        if "invitations" in tables and "contact_id" not in self.stand_ins:
            tables["invitations"] = links.reconcile_outcomes(
                tables["invitations"], tables["responses"], self.programme, self.ledgers["invitations"]
            )
            links.note_uninvited(tables["responses"], tables["invitations"], self.ledgers["responses"])
        if "competitors" not in tables and (scores := competitors_in(tables["responses"], self.programme)) is not None:
            tables["competitors"] = scores
        return self.finished(self.of_part(tables) if self.programme.part else tables, on)

    def of_part(self, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """The tables of the programme's part of the customers; from here on nothing else came in."""
        tables = part.restricted(tables, self.programme, self.period)
        self.ledgers = {table: ledger for table, ledger in self.ledgers.items() if table in tables}
        self.columns = {table: columns for table, columns in self.columns.items() if table in tables}
        lists = [tables[table]["customer_id"] for table in ("customers", "customers_left") if table in tables]
        mine = set(pd.concat(lists))
        for table, ledger in self.ledgers.items():
            rows = [tables[table], *([tables["customers_left"]] if table == "customers" else [])]
            sources = self.programme.sources.get(table, {})
            self.lines[table] = part.lines_of(pd.concat(rows), ledger.raw, sources, mine)
        return tables

    def typed(self, table: str) -> pd.DataFrame:
        ledger, columns = self.ledgers[table], self.columns[table]
        cells = name_columns(ledger.raw, columns, sources_of(ledger.raw, self.programme))
        if table == "responses" and not ledger.raw.rows:
            raise IntakeError(f"{ledger.raw.file}: has a header but no rows; export the answers again")
        if table == "responses":
            columns += competitor_columns(cells, self.programme, columns)
        return clean_table(cells, columns, ledger, self.period, frozenset(self.programme.segments))

    def answers(self, responses: pd.DataFrame) -> pd.DataFrame:
        """Responses with who answered, for which customer, in which panel and when."""
        responses, self.stand_ins = links.stand_in(responses, self.programme, self.period)
        responses = links.known_panel(responses, self.programme, self.ledgers["responses"])
        responses = links.with_customer(
            responses, self.programme, contacts_are_customers="contact_id" not in self.stand_ins
        )
        return responses[IDENTIFIERS + [name for name in responses if name not in IDENTIFIERS]]

    def asked(self, invitations: pd.DataFrame) -> pd.DataFrame:
        invitations = links.known_panel(invitations, self.programme, self.ledgers["invitations"])
        return links.with_customer(invitations, self.programme, contacts_are_customers=True)

    def against_frame(self, tables: dict[str, pd.DataFrame], on: dt.date) -> dict[str, pd.DataFrame]:
        frame, left = links.split_frame(tables["customers"], on, self.ledgers["customers"])
        anonymous = "contact_id" in self.stand_ins and tables["responses"]["customer_id"].isna().all()
        for table in ("invitations",) if anonymous else ("responses", "invitations"):
            if table in tables:
                tables[table] = links.in_frame(tables[table], frame, left, self.programme, self.ledgers[table])
        for table in tables.keys() & EVENTS_OF_CUSTOMERS:
            links.note_unknown_customers(tables[table], frame, left, self.programme, self.ledgers[table])
        return tables | {"customers": frame, "customers_left": left}

    def note_events(self, tables: dict[str, pd.DataFrame]) -> None:
        for table in sorted(tables.keys() & EVENTS_OF_CUSTOMERS):
            links.note_no_customer(tables[table], self.ledgers[table])
        if "orders" in tables:
            lists = [tables[table] for table in ("customers", "customers_left") if table in tables]
            links.note_orders(tables["orders"], pd.concat(lists) if lists else None, self.ledgers["orders"])

    def one_answer_each(self, responses: pd.DataFrame) -> pd.DataFrame:
        ledger = self.ledgers["responses"]
        questions = [name for name in [*self.programme.items, *self.programme.outcomes] if name in responses]
        responses = links.one_answer_each(links.name_contacts(responses, self.period, ledger), questions, ledger)
        if responses.empty:
            rules = self.quarantine.frame().query("table == 'responses'")["rule"]
            raise IntakeError(
                f"{ledger.raw.file}: no row can be used; all {ledger.raw.rows} were set aside, most by the rule "
                f"{rules.mode().iloc[0]} ({Rule(rules.mode().iloc[0]).meaning['en']})"
            )
        return responses

    def finished(self, tables: dict[str, pd.DataFrame], on: dt.date) -> Clean:
        quarantine = self.quarantine.frame()
        if self.lines:
            places = zip(quarantine["table"], quarantine["line"], strict=True)
            own = np.array([line is pd.NA or line in self.lines.get(table, ()) for table, line in places], dtype=bool)
            quarantine = quarantine[own].reset_index(drop=True)
        counts = pd.DataFrame([self.count(table, tables[table]) for table in self.ledgers])
        raws = [ledger.raw for ledger in self.ledgers.values()]
        if "competitors" in tables and "competitors" not in self.ledgers:  # read from the answers' own columns
            rows = len(tables["competitors"])
            counts.loc[len(counts)] = {"table": "competitors", "rows_in": rows, "rows_kept": rows, "rows_set_aside": 0}
            cells = pd.DataFrame(index=tables["competitors"].index)
            raws.append(
                replace(self.ledgers["responses"].raw, table="competitors", cells=cells, misshapen=cells.index[:0])
            )
        for table, columns in self.columns.items():
            check_clean(tables[table], columns, self.ledgers[table].raw.file)
        inputs = pd.DataFrame(
            [
                {"table": raw.table, "file": raw.file, "sha256": raw.sha256, "rows": raw.rows, "encoding": raw.encoding}
                for raw in raws
            ]
        )
        stand_ins = pd.DataFrame(
            {"column": list(self.stand_ins), "stands_in": list(self.stand_ins.values())}, dtype="str"
        )
        clean = {table: rows.reset_index(drop=True) for table, rows in tables.items()}
        return Clean(self.period, clean, quarantine, counts, inputs, stand_ins, on, flaws_in(tables, quarantine))

    def count(self, table: str, kept: pd.DataFrame) -> dict[str, str | int]:
        """Rows in, kept and set aside; that they add up is asserted, since a row lost here would be lost for good."""
        aside = self.quarantine.set_aside(table)
        rows_in, set_aside = self.ledgers[table].raw.rows, len(aside)
        if self.lines:
            rows_in, set_aside = len(self.lines[table]), len(self.lines[table].intersection(aside))
        if rows_in != len(kept) + set_aside:
            raise AssertionError(
                f"{table}: {rows_in} rows came in, but {len(kept)} were kept and {set_aside} set aside"
            )
        return {"table": table, "rows_in": rows_in, "rows_kept": len(kept), "rows_set_aside": set_aside}


def flaws_in(tables: dict[str, pd.DataFrame], quarantine: pd.DataFrame) -> pd.DataFrame:
    """Where values of the kept rows are not what stood in the file; `tables` still have the raw line as their index."""
    found = quarantine[quarantine["action"].isin(FLAWED) & quarantine["table"].isin(tables)]
    found = found[found["line"].notna()]  # what is noted of a whole file is no value's flaw
    rows = [
        own.assign(row=tables[table].index.get_indexer(own["line"].astype("int64")))
        for table, own in found.groupby("table")
    ]
    kept = pd.concat(rows) if rows else no_flaws()
    return kept.loc[kept["row"] >= 0, FLAW_COLUMNS].reset_index(drop=True)
