"""The headings under which a programme's own form comes back: read by themselves, since survey.yml holds their words.

Letter for letter only (numbers before a question, spaces and punctuation aside). What is merely alike is proposed by
`csat check` (intake/proposals.py) and never applied.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

import pandas as pd

from csat_analysis.form import COMPETITOR, Question, questions
from csat_analysis.intake.contract import Column
from csat_analysis.intake.readers import RawTable
from csat_analysis.programme import Programme

# What 问卷星 puts before the questions. 来源 is left out: it says how the link was opened, not the contract's channel.
OF_THE_TOOL = {"序号": "response_id", "提交答卷时间": "responded_on", "所用时间": "duration_s"}
NUMBER_BEFORE = re.compile(r"^[qQ]?[0-9]+[、.)）:：\s]+")
REQUIRED = re.compile(r"[（(](必填|required)[)）]|\*", re.IGNORECASE)
DIVIDERS = "—–-_:|/("  # between a matrix question and its row, after normalising
NOT_WORDS = re.compile(r"[\s、，。,.;；?？!！\"“”'‘’]+")


def sources_of(raw: RawTable, programme: Programme) -> dict[str, str]:
    """Header in the file → the contract's name: what survey.yml maps, and the headings of the programme's own form."""
    given = programme.sources.get(raw.table, {})
    return given if raw.table != "responses" else form_headings(raw.cells.columns, programme, given) | given


def form_headings(headers: Iterable[str], programme: Programme, given: dict[str, str]) -> dict[str, str]:
    """Headers that are this form's questions, and then those of the survey tool beside them; none where no item is.

    A column that the file has under its own name, or that survey.yml maps, isn't looked for.
    """
    headers = list(headers)
    taken = {*headers, *given.values()}
    asked = [question for question in questions(programme) if question.column not in taken]
    known = by_words(asked)
    found = {h: column for h in headers if h not in given and (column := column_of(h, known)) is not None}
    if not set(found.values()) & set(programme.items):
        return {}
    return found | {h: name for h, name in OF_THE_TOOL.items() if h in headers and h not in given and name not in taken}


def by_words(asked: list[Question]) -> dict[str, str]:
    """Normalised words in either language → column; words that two questions share tell neither."""
    pairs = {(normal(words), question.column) for question in asked for words in question.text.values()}
    times = Counter(words for words, _ in pairs)
    return {words: column for words, column in pairs if words and times[words] == 1}


def column_of(header: str, known: dict[str, str]) -> str | None:
    """The question that a header is: its words, or a matrix question's title with the row's words behind it."""
    said = normal(header)
    if said in known:
        return known[said]
    rows = [words for words in known for row in (said, said.removesuffix(")")) if is_row(row, words)]
    return known[max(rows, key=len)] if rows else None


def is_row(said: str, words: str) -> bool:
    return said.endswith(words) and said[: -len(words)].endswith(tuple(DIVIDERS))


def normal(header: str) -> str:
    """A heading without its number, spaces, punctuation between words, and width of letters."""
    plain = REQUIRED.sub("", NUMBER_BEFORE.sub("", unicodedata.normalize("NFKC", header).strip()))
    return NOT_WORDS.sub("", plain).casefold().rstrip(":")


def competitor_columns(cells: pd.DataFrame, programme: Programme, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The competitor's scores among the answers, declared as the items are; none where the form's columns aren't there."""
    if COMPETITOR not in cells:
        return ()
    like = next(column for column in columns if column.name == programme.items[0])
    names = [f"{COMPETITOR}_{name}" for name in programme.dimensions]
    return tuple(
        Column(name, "number", unit=like.unit, low=like.low, high=like.high, missing_codes=like.missing_codes)
        for name in names
        if name in cells
    )


def competitors_in(responses: pd.DataFrame, programme: Programme) -> pd.DataFrame | None:
    """The table of competitors that stands in the answers' own columns, one row a score; None where it doesn't."""
    columns = {f"{COMPETITOR}_{name}": name for name in programme.dimensions if f"{COMPETITOR}_{name}" in responses}
    if COMPETITOR not in responses or not columns:
        return None
    scores = responses.rename(columns=columns).melt(
        ["response_id", COMPETITOR], list(columns.values()), var_name="dimension", value_name="score"
    )
    named = scores.dropna(subset=[COMPETITOR, "score"])
    return named.astype({"dimension": "str", COMPETITOR: "str"}).reset_index(drop=True)
