"""The questionnaire as it is fielded: every question in order, in both languages, with its scale and its column.

What is asked (report/form.py prints it) and what comes back (intake/headings.py reads it) rest on this one list.
"""

from __future__ import annotations

from dataclasses import dataclass

from csat_analysis.programme import Programme
from csat_analysis.programme_parts import LANGUAGES

COMPETITOR = "competitor"  # the column of the other supplier's name; its scores are competitor_<dimension>
COLONS = {"zh": "：", "en": ": "}


@dataclass(frozen=True)
class Question:
    """One question: the column that its answer comes back in, its words, and its scale (none for an open question).

    about  the dimension that its words need a heading for (items and the competitor's scores); else none.
    """

    column: str
    text: dict[str, str]
    low: float | None = None
    high: float | None = None
    ends: dict[str, tuple[str, str]] | None = None
    about: str | None = None

    @property
    def scaled(self) -> bool:
        return self.low is not None


def questions(programme: Programme) -> list[Question]:
    """Who answers, the items by dimension, the outcomes that have a column of their own, the competitor, the comment."""
    words, low, high = programme.form, programme.scale.min, programme.scale.max
    asked = [Question("contact_id", words.contact)]
    if len(programme.panels) > 1:
        asked.append(Question("panel", words.panel))
    asked += [
        Question(item, text, low, high, dimension.ends.get(item, words.ends), about=name)
        for name, dimension in programme.dimensions.items()
        for item, text in dimension.items.items()
    ]
    asked += [
        Question(
            outcome.column, outcome.question or outcome.label or plain(name), outcome.min, outcome.max, outcome.ends
        )
        for name, outcome in programme.outcomes.items()
        if outcome.column not in programme.items
    ]
    return [*asked, *competitor_questions(programme), Question("comment", words.comment)]


def competitor_questions(programme: Programme) -> list[Question]:
    """The other supplier's name, and the same dimensions of it; nothing where survey.yml leaves the block out."""
    words = programme.form
    if words.competitor is None:
        return []
    scores = [
        Question(
            f"{COMPETITOR}_{name}",
            {
                language: words.competitor[language] + colon + programme.label("dimension", name, language)
                for language, colon in COLONS.items()
            },
            programme.scale.min,
            programme.scale.max,
            words.ends,
            about=name,
        )
        for name in programme.dimensions
    ]
    return [Question(COMPETITOR, words.competitor), *scores]


def plain(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


def exported_heading(number: int, question: Question, language: str) -> str:
    """The heading of a question's column in 问卷星's export: its number and its words, as `3、产品的市场前景`."""
    return f"{number}、{question.text[language]}"
