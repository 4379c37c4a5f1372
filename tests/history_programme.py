"""A small programme of two waves with figures that were published before it."""

from __future__ import annotations

from pathlib import Path

from repurchase_programme import write_programme

SURVEY = """
name: Two questions
scale: {min: 0, max: 10}
dimensions: {goods: {items: [q1, q2]}}
outcomes: {nps: {column: q2, min: 0, max: 10, promoter: [9, 10], detractor: [0, 6]}}
"""
HEADER = "period,key,group,value,se,n"
GOOD = ("2023H2,satisfaction.index,,61.5,,", "2024H2,index,,64.0,1.5,120", "2024H1,satisfaction.index,,62.25,0,80")


def write_history(root: Path, *rows: str, period: str = "2026H1", header: str = HEADER) -> Path:
    """Half-years 2025H1 to 2026H1 of 60 answers, and a history table in one of them."""
    write_programme(root, survey=SURVEY, orders=None)
    text = "\n".join([header, *rows]) + "\n"
    (root / "data" / "raw" / period / "history.csv").write_text(text, encoding="utf-8")
    return root
