"""A crosstab to read: the tidy table with its page in a language, for notebooks, and its words for the sheet."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from csat_analysis import verdicts
from csat_analysis.metrics import crosstab as tables
from csat_analysis.metrics.crosstab_questions import Question
from csat_analysis.metrics.crosstab_segments import CROSSED, TOTAL, Column
from csat_analysis.metrics.wave import Wave
from csat_analysis.report import message_tables, wording
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import SHOWN, Results

ABOVE, BELOW = "▲", "▼"
MARKS = {"higher": ABOVE, "lower": BELOW}
UNITS = {unit: f"crosstab.unit.{unit}" for unit in ("points", "nps_points", "share", "score", "satisfied", "likely")}


@dataclass(frozen=True, eq=False)
class CrosstabPage:
    """What `crosstab` gives: `table` to compute with, and itself to look at (a notebook shows it as HTML)."""

    found: tables.Crosstab
    language: str

    @property
    def table(self) -> pd.DataFrame:
        """One row a question (and answer) and column; see metrics.crosstab.Crosstab."""
        return self.found.table

    @cached_property
    def words(self) -> Words:
        return Words(self.found, self.language)

    def to_excel(self, path: str, *, overwrite: bool = False) -> None:
        """The workbook that `csat crosstab --to` writes."""
        from csat_analysis.report.crosstab_sheet import write_crosstab

        write_crosstab(self.found, path, overwrite=overwrite)

    def _repr_html_(self) -> str:
        words, by_row = self.words, self.found.rows
        head = Markup("").join(
            Markup('<th colspan="{}" style="text-align:left">{}</th>').format(len(levels), segment)
            for segment, levels in words.banner
        )
        levels = Markup("").join(Markup("<th>{}</th>").format(level) for _, levels in words.banner for level in levels)
        body = Markup("").join(
            Markup('<tr><th style="text-align:left">{}<br><small>{}</small></th>{}</tr>').format(
                words.row(question), words.figure(question), Markup("").join(map(self._cell, cells))
            )
            for question, cells in by_row
        )
        return Markup(
            "<table><caption>{}</caption><thead><tr><th></th>{}</tr><tr><th></th>{}</tr></thead>"
            "<tbody>{}</tbody></table><p><small>{}</small></p>"
        ).format(words.title, head, levels, body, words.marks)

    def _cell(self, row: dict[str, object]) -> Markup:
        if row["status"] not in SHOWN:
            return Markup("<td><small>{}</small></td>").format(self.words.status(row["status"]))
        return Markup("<td>{}<br><small>{}<br>n {}</small></td>").format(
            self.words.number(row), self.words.interval(row), self.words.count(row["n"])
        )

    def __repr__(self) -> str:
        return f"Crosstab({len(self.found.questions)} rows, {len(self.found.columns)} columns, {self.found.compared} comparisons)"


def crosstab(
    wave: Wave, rows: Iterable[str] = ("index",), cols: Iterable[str] = (), *, language: str | None = None
) -> CrosstabPage:
    """Questions by segments: `crosstab(wave, rows=["index", "nps"], cols=["region", "region*industry"])`.

    What it tells a manager: who answers differently, and whether that is more than chance. See `metrics.crosstab.tabulate`
    for the names that rows and cols take, and what is computed. Shown in the programme's first language unless another is given.
    """
    return CrosstabPage(tables.tabulate(wave, rows, cols), language or wave.programme.languages[0])


class Words:
    """A crosstab's labels and numbers in one language."""

    def __init__(self, found: tables.Crosstab, language: str):
        self.found, self.language, self.wave = found, language, found.wave
        self.programme = found.wave.programme
        self.labels = Numbers(Results([]), self.programme, language)

    def say(self, key: str, **parts: object) -> str:
        return str(say(key, self.language, **parts))

    @property
    def title(self) -> str:
        period = wording.period_text(self.wave.period, self.language, title=True)
        return self.say("crosstab.title", name=self.programme.name[self.language], period=period)

    @property
    def marks(self) -> str:
        if not self.found.compared:
            return self.say("crosstab.unmarked")
        rate = wording.percent_text(verdicts.FALSE_DISCOVERY_RATE, self.language)
        return self.say("crosstab.marks", above=ABOVE, below=BELOW, count=self.found.compared, rate=rate)

    @property
    def banner(self) -> list[tuple[str, list[str]]]:
        """Each segment with its levels, in words, in the order of the columns."""
        segments: dict[str, list[str]] = {}
        for column in self.found.columns:
            segments.setdefault(column[0], []).append(self.level(column))
        return [(self.segment(name), levels) for name, levels in segments.items()]

    def segment(self, name: str) -> str:
        return CROSSED.join(self.trait(part) for part in name.split(CROSSED)) if name else ""

    def level(self, column: Column) -> str:
        if column == TOTAL:
            return self.say("crosstab.everybody")
        parts = zip(column[0].split(CROSSED), column[1].split(CROSSED), strict=False)
        return CROSSED.join(self.trait(name, level) for name, level in parts)

    def trait(self, name: str, level: str | None = None) -> str:
        """The words for a segment or a question told in answers, or for one of its levels."""
        if level is None and (kind := self.kind(name)):
            return self.programme.label(kind, name, self.language)
        if name == "panel":
            return self.labels.panel(level) if level else name
        return str(self.labels.trait(name, level))

    def kind(self, name: str) -> str | None:
        programme = self.programme
        return "item" if name in programme.items else "outcome" if name in programme.outcomes else None

    def question(self, question: Question) -> str:
        if question.kind == "index":
            return str(self.labels.measure(question.name))
        if question.kind in ("dimension", "item", "outcome"):
            return self.programme.label(question.kind, question.name, self.language)
        return self.trait(question.name)

    def answer(self, question: Question) -> str:
        return self.trait(question.name, question.answer) if question.answer else ""

    def row(self, question: Question) -> str:
        answer = self.answer(question)
        return self.say("crosstab.of", name=self.question(question), part=answer) if answer else self.question(question)

    def figure(self, question: Question) -> str:
        """What the row's numbers are: mean in points, NPS, share satisfied …"""
        outcome = self.programme.outcomes.get(question.name) if question.kind == "outcome" else None
        if outcome and question.unit == "share":
            return self.say(UNITS["satisfied" if outcome.satisfied else "likely"])
        return self.say(UNITS[question.unit])

    def status(self, status: object) -> str:
        return self.say(message_tables.STATUSES[str(status)])

    def number(self, row: dict[str, object]) -> str:
        text = wording.number_text(row["value"], row["unit"], self.language)
        return f"{text} {MARKS[row['verdict']]}" if row["verdict"] in MARKS else text

    def interval(self, row: dict[str, object]) -> str:
        if row["status"] == "exact":
            return self.status("exact")
        return wording.interval_text(row["low"], row["high"], row["unit"], self.language)

    def count(self, value: float) -> str:
        return "" if math.isnan(value) else wording.number_text(value, "count", self.language)

    def printed(self) -> pd.DataFrame:
        """Columns down and questions across, for a terminal: number, mark, interval and n as text."""
        rows = [
            {
                self.say("crosstab.question"): self.row(question),
                self.say("crosstab.figure"): self.figure(question),
                self.say("crosstab.customer"): self.column(column),
                self.say("crosstab.value"): self.number(cell)
                if cell["status"] in SHOWN
                else self.status(cell["status"]),
                self.say("crosstab.interval"): self.interval(cell) if cell["status"] in SHOWN else "",
                self.say("crosstab.n"): self.count(cell["n"]),
                self.say("crosstab.n_effective"): self.count(cell["n_effective"]),
            }
            for question, cells in self.found.rows
            for column, cell in zip(self.found.columns, cells, strict=True)
        ]
        return pd.DataFrame(rows)

    def column(self, column: Column) -> str:
        if column == TOTAL:
            return self.level(column)
        return self.say("crosstab.of", name=self.segment(column[0]), part=self.level(column))
