"""The bad rows that real files have, planted where it is known which and how many.

Each kind falls on rows of its own, so that what an intake finds can be counted against the truth. Tables are text here,
as in a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.programme import Programme

SCORES = {
    "above_scale": 2,
    "below_scale": 1,
    "missing_number": 3,
    "missing_text": 2,
    "unit_on_score": 2,
    "full_width_score": 2,
}
DATES = {"date_with_slashes": 3, "date_in_chinese": 2, "future_date": 1}
COUNTS = (
    SCORES
    | DATES
    | {  # kind → rows (or values) a period
        "unit_on_duration": 3,
        "refusal_that_answered": 1,
        "duplicate_response_id": 1,  # another answer under a response id that is taken
        "exact_duplicate": 1,  # a row twice
        "second_answer": 2,  # one contact twice in one panel: once the fuller answer comes first, once last
        "customer_unknown": 2,  # an answer whose customer isn't in the frame
        "amount_with_comma": 5,
    }
)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ITEMS_LEFT_BLANK = 6


def plant(
    tables: dict[str, pd.DataFrame], period: Period, programme: Programme, rng: np.random.Generator
) -> dict[str, int]:
    """Put the bad rows into responses, invitations and orders (replaced in the mapping); returns kind → how many."""
    responses = tables["responses"].copy()
    rows = whole_answers(responses, programme, rng)
    for kind, count in SCORES.items():
        for item in rng.choice(programme.items, count):
            change(responses, next(rows), item, lambda value, kind=kind: odd_score(kind, value, programme))
    for kind, count in DATES.items():
        for _ in range(count):
            change(responses, next(rows), "responded_on", lambda value, kind=kind: odd_date(kind, pd.Timestamp(value)))
    for _ in range(COUNTS["unit_on_duration"]):
        change(responses, next(rows), "duration_s", lambda value: value + "秒")
    refused = [next(rows) for _ in range(COUNTS["refusal_that_answered"])]
    tables["invitations"] = refuse(tables["invitations"], responses.iloc[refused])
    tables["responses"] = add_rows(responses, rows, period, programme)
    tables["orders"] = write_amounts_with_comma(tables["orders"], rng)
    return dict(COUNTS)


def whole_answers(responses: pd.DataFrame, programme: Programme, rng: np.random.Generator) -> Iterator[int]:
    """Positions of customers' complete questionnaires in random order, each once."""
    from_frame = responses["panel"].map(lambda name: programme.panels[name].from_frame)
    whole = (responses[programme.items] != "").all(axis=1)
    return iter(rng.permutation(np.flatnonzero(from_frame & whole)))


def change(responses: pd.DataFrame, row: int, column: str, how: Callable[[str], str]) -> None:
    place = responses.columns.get_loc(column)
    responses.iloc[row, place] = how(responses.iloc[row, place])


def odd_score(kind: str, value: str, programme: Programme) -> str:
    codes = programme.missing_codes
    return {
        "above_scale": f"{programme.scale.max + 7:g}",
        "below_scale": f"{programme.scale.min - 1:g}",
        "missing_number": next(f"{code:g}" for code in codes if not isinstance(code, str)),
        "missing_text": next(code for code in codes if isinstance(code, str)),
        "unit_on_score": value + "分",
        "full_width_score": value.translate(FULL_WIDTH),
    }[kind]


def odd_date(kind: str, day: pd.Timestamp) -> str:
    return {
        "date_with_slashes": f"{day.year}/{day.month}/{day.day}",
        "date_in_chinese": f"{day.year}年{day.month}月{day.day}日",
        "future_date": f"{day + pd.DateOffset(years=1):%Y-%m-%d}",
    }[kind]


def refuse(invitations: pd.DataFrame, answered: pd.DataFrame) -> pd.DataFrame:
    """The same invitations, in which those who answered are said to have refused."""
    keys = set(zip(answered["contact_id"], answered["panel"], strict=True))
    hit = [key in keys for key in zip(invitations["contact_id"], invitations["panel"], strict=True)]
    return invitations.assign(outcome=invitations["outcome"].mask(pd.Series(hit, index=invitations.index), "refusal"))


def add_rows(responses: pd.DataFrame, rows: Iterator[int], period: Period, programme: Programme) -> pd.DataFrame:
    """Append the rows that shouldn't be there; response ids go on from the last one."""
    added = []
    fresh_ids = (f"{period}-{number:04d}" for number in range(len(responses) + 1, len(responses) + 100))
    blank = dict.fromkeys(programme.items[-ITEMS_LEFT_BLANK:], "")
    for _ in range(COUNTS["duplicate_response_id"]):
        taken = responses.iloc[next(rows)]
        added.append(responses.iloc[next(rows)].to_dict() | taken[["response_id", "contact_id", "panel"]].to_dict())
    added += [responses.iloc[next(rows)].to_dict() for _ in range(COUNTS["exact_duplicate"])]
    for turn in range(COUNTS["second_answer"]):
        row = next(rows)
        again = responses.iloc[row].to_dict() | {"response_id": next(fresh_ids)}
        added.append(again if turn % 2 else again | blank)
        for item in blank if turn % 2 else ():
            change(responses, row, item, lambda value: "")
    for turn in range(COUNTS["customer_unknown"]):
        stranger = {"response_id": next(fresh_ids), "contact_id": f"C9{turn + 1:03d}"}
        added.append(responses.iloc[next(rows)].to_dict() | stranger)
    return pd.concat([responses, pd.DataFrame(added)], ignore_index=True)


def write_amounts_with_comma(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    large = np.flatnonzero(orders["amount"].astype(float) >= 1000)
    hit = np.isin(np.arange(len(orders)), rng.choice(large, COUNTS["amount_with_comma"], replace=False))
    with_comma = orders["amount"].map(lambda amount: f"{float(amount):,.2f}")
    return orders.assign(amount=orders["amount"].mask(pd.Series(hit, index=orders.index), with_comma))
