"""The questionnaire on paper and as a table: a page to print, and rows to enter into 问卷星 or another survey tool."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from csat_analysis.form import COMPETITOR, Question, exported_heading, questions
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.report import wording
from csat_analysis.report.wording import plain_text, say

WHO = ("contact_id", "panel")
MOST_BOXES = 11


def form_page(programme: Programme, period: Period, language: str) -> str:
    """The form as one self-contained page to print, in one language; questions have the numbers that the export has."""
    templates = Environment(
        loader=PackageLoader(__package__, "template"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    asked = list(enumerate(questions(programme), start=1))
    sections = [
        {"title": name, "how": how(rows, language), "questions": [printed(n, q, language) for n, q in rows]}
        for name, rows in grouped(asked, programme, language)
    ]
    return templates.get_template("form.html.j2").render(
        language=say("page.language", language),
        title=programme.name[language],
        period=wording.period_text(str(period), language, title=True),
        intro=programme.form.intro[language],
        thanks=programme.form.thanks[language],
        sections=sections,
    )


def grouped(
    asked: list[tuple[int, Question]], programme: Programme, language: str
) -> list[tuple[str, list[tuple[int, Question]]]]:
    """The numbered questions under their headings, in order."""

    def heading(numbered: tuple[int, Question]) -> str:
        question = numbered[1]
        if question.column in WHO:
            return say("form.who", language)
        if question.column.startswith(COMPETITOR):
            return say("form.competitor", language)
        if question.about is not None:
            return programme.label("dimension", question.about, language)
        return say("form.further", language)

    return [(name, list(rows)) for name, rows in groupby(asked, heading)]


def how(rows: list[tuple[int, Question]], language: str) -> str:
    """How to mark a section's scales, where all of them are the same one."""
    ends = {(question.low, question.high) for _, question in rows if question.scaled}
    if len(ends) != 1:
        return ""
    low, high = (plain_text(end, language) for end in next(iter(ends)))
    return say("form.how", language, low=low, high=high)


def printed(number: int, question: Question, language: str) -> dict[str, Any]:
    low, high = question.ends[language] if question.ends else ("", "")
    return {
        "number": number,
        "text": question.text[language],
        "short": question.column in WHO or question.column == COMPETITOR,
        "boxes": boxes(question, language),
        "low": low,
        "high": high,
    }


def boxes(question: Question, language: str) -> list[str]:
    """The answers to mark, one a whole step; the two ends alone where they are too many or no whole numbers."""
    if not question.scaled:
        return []
    whole = float(question.low).is_integer() and float(question.high).is_integer()
    steps = range(int(question.low), int(question.high) + 1) if whole else range(0)
    shown = steps if 0 < len(steps) <= MOST_BOXES else (question.low, question.high)
    return [plain_text(step, language) for step in shown]


def form_tables(programme: Programme) -> dict[str, pd.DataFrame]:
    """The form's rows in each of the programme's languages, by the sheet's title."""
    return {say("form.sheet", language): form_table(programme, language) for language in programme.languages}


def form_table(programme: Programme, language: str) -> pd.DataFrame:
    """One row a question: number, column, section, words, scale, and the heading under which 问卷星 exports it."""
    asked = list(enumerate(questions(programme), start=1))
    rows = [
        {
            "number": number,
            "column": question.column,
            "section": section,
            "question": question.text[language],
            "kind": say("form.scale" if question.scaled else "form.open", language),
            "low": question.ends[language][0] if question.ends else "",
            "from": plain_text(question.low, language) if question.scaled else "",
            "to": plain_text(question.high, language) if question.scaled else "",
            "high": question.ends[language][1] if question.ends else "",
            "heading": exported_heading(number, question, language),
        }
        for section, numbered in grouped(asked, programme, language)
        for number, question in numbered
    ]
    return pd.DataFrame(rows).rename(columns=lambda name: say(f"form.column.{name}", language))
