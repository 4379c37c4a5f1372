"""By what names people know the contract's tables and columns: for templates, proposals and messages; never to read by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from csat_analysis.programme import QUICKEST

NOT_LETTERS = re.compile(r"[\W_]+")
IN_BRACKETS = re.compile(r"[（(\[【].*?[)）\]】]")
NUMBER_BEFORE = re.compile(r"^[qQ]?[0-9]+[、.)）:：\s]+")
PERIOD_IN_NAME = re.compile(r"[0-9]{4}(?:[HhQq][1-4]|年(?:[上下]半年)?)?")


@cache
def column_names() -> Mapping[str, Mapping[str, dict]]:
    """table → column → {zh, en, also, example}; the table itself stands under `_`."""
    text = resources.files(__package__).joinpath("columns.yml").read_text(encoding="utf-8")
    return yaml.load(text, QUICKEST)


def title(table: str, language: str, column: str = "_") -> str:
    """What a table or column is called; its own name where the contract doesn't have it (survey.yml's items)."""
    entry = column_names()[table].get(column)
    return entry[language] if entry else column


def known_as(table: str, column: str = "_") -> set[str]:
    """All names of a table or column, plain."""
    entry = column_names()[table].get(column, {})
    own = table if column == "_" else column
    return {plain(name) for name in [own, entry.get("zh", ""), entry.get("en", ""), *entry.get("also", ())]} - {""}


def table_meant(stem: str, tables: list[str]) -> str | None:
    """The table that a file's name means (客户名单 → customers), where one of its names says so."""
    said = plain(PERIOD_IN_NAME.sub("", stem))
    return next((table for table in tables if said and said in known_as(table)), None)


def plain(name: str) -> str:
    """A name without its number, what stands in brackets, spaces, punctuation and capitals; 客户编号（必填） → 客户编号."""
    folded = unicodedata.normalize("NFKC", str(name)).casefold().strip()
    bare = IN_BRACKETS.sub("", NUMBER_BEFORE.sub("", folded))
    return NOT_LETTERS.sub("", bare) or NOT_LETTERS.sub("", folded)
