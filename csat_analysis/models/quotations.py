"""Quotations: only of texts that an analyst released by id, masked, and only where enough people say such a thing.

data/raw/<period>/released.yml holds what was released:

    comment: [2026H1-0012]
    ticket: [T2026H1-00007]
    mention: []
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from csat_analysis.errors import ProgrammeError
from csat_analysis.period import Period
from csat_analysis.programme import read_mapping

SOURCES = ("comment", "ticket", "mention")
FILE = "released.yml"
A_THEME = 3  # proposed and shown, at most
NOTHING = pd.DataFrame({"theme": [], "source": [], "text": []}, dtype="str")
LONGEST = 160  # characters of a quotation; longer texts aren't proposed


def released(root: Path, period: Period) -> set[tuple[str, str]]:
    """(source, id) of the texts that may be quoted; none where the file isn't there."""
    path = Path(root) / "data" / "raw" / str(period) / FILE
    if not path.is_file():
        return set()
    found = read_mapping(path)
    for source, ids in found.items():
        if source not in SOURCES:
            raise ProgrammeError(
                f"{path.parent.name}/{FILE}: {source} is no source of texts; it may be {', '.join(SOURCES)}"
            )
        if ids is not None and not isinstance(ids, list):
            raise ProgrammeError(f"{path.parent.name}/{FILE}: {source}: a list of ids is expected, as in [{ids}]")
    return {(source, str(name)) for source, ids in found.items() for name in ids or ()}


def by_theme(texts: pd.DataFrame, said: pd.DataFrame, *, min_comments: int) -> dict[str, pd.DataFrame]:
    """Theme → this period's texts that speak of it; only themes with texts of at least `min_comments` people may be quoted.

    A text without a customer counts as a person of its own; one customer who writes ten times is one.
    """
    found = {theme: texts[said[theme].to_numpy()] for theme in said}
    return {theme: rows for theme, rows in found.items() if people(rows) >= min_comments}


def people(texts: pd.DataFrame) -> int:
    """Different customers behind texts, and texts without one."""
    return texts["customer_id"].nunique() + int(texts["customer_id"].isna().sum())


def proposed(themes: dict[str, pd.DataFrame], mask: Callable[[str], str]) -> pd.DataFrame:
    """Texts that an analyst might release, masked: of each theme the first of each wording, comments before the others.

    Those with something masked come last: they are the risky ones. Columns: theme, source, id, text.
    """
    rows = []
    for theme, texts in themes.items():
        own = texts.assign(masked=texts["text"].map(mask), order=texts["source"].map(SOURCES.index))
        own = own[own["text"].str.len() <= LONGEST].assign(risky=own["masked"] != own["text"])
        own = own.sort_values(["risky", "order", "id"], kind="stable").drop_duplicates("masked").head(A_THEME)
        rows += [(theme, row.source, row.id, row.masked) for row in own.itertuples()]
    return pd.DataFrame(rows, columns=["theme", "source", "id", "text"])


def quotations(themes: dict[str, pd.DataFrame], free: set[tuple[str, str]], mask: Callable[[str], str]) -> pd.DataFrame:
    """What may be quoted: released texts of themes with enough texts, masked. Columns: theme, source, text; no ids."""
    rows, told = [], set()
    for theme, texts in themes.items():
        own = texts[[(s, i) in free for s, i in zip(texts["source"], texts["id"], strict=True)]]
        for row in own.itertuples():
            masked = mask(row.text)
            if masked not in told and sum(name == theme for name, _, _ in rows) < A_THEME:
                told.add(masked)
                rows.append((theme, row.source, masked))
    return pd.DataFrame(rows, columns=["theme", "source", "text"]).astype("str")


def unknown_releases(texts: pd.DataFrame, free: set[tuple[str, str]]) -> list[str]:
    """Released ids that no text of the period has: a slip of the pen, to be said."""
    there = set(zip(texts["source"], texts["id"], strict=True))
    return sorted(f"{source} {name}" for source, name in free - there)


def store(found: pd.DataFrame, root: Path, period: Period) -> Path:
    """Keep the quotations where the report's notebook finds them."""
    path = Path(root) / "data" / "processed" / str(period) / "quotations.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    found.to_parquet(path, index=False)
    return path
