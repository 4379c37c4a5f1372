"""What is held equal when satisfaction's part in buying again is asked for: the columns, and those left out and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.models.repurchase import FEWEST_RARER, Panel, rarer_outcome

ORDER = ("bought_before", "log_sales", "tenure", "customer_class", "region", "competition")  # first come, first kept
RARER_A_COLUMN = 5  # of the rarer outcome, for each column beside the intercept (Vittinghoff and McCulloch 2007)
FEWEST_OF_A_LEVEL = 5  # contacts; a rarer level is counted with the most frequent one
MOST_MISSING = 0.2  # share; a column that lacks more is left out rather than its contacts


@dataclass(frozen=True, eq=False)
class Controls:
    """columns: one row a contact of the panel, numbers only; notes: column, what was done, why."""

    columns: pd.DataFrame
    notes: pd.DataFrame


def controls(panel: Panel, *, beside: int = 1) -> Controls:
    """The columns to hold equal, in the order of ORDER, as many as the outcomes can bear.

    beside  columns of satisfaction that the model has besides.
    Levels become columns of 0 and 1 against the most frequent one. Contacts without a value of a kept column are left out
    of the fit; how many is among the notes. Outcomes, levels and what a column says are counted on the contacts that remain.
    """
    usable, kept, notes = panel.usable, [], []
    rows = usable
    for name in ORDER:
        if name not in panel.table:
            notes.append((name, "left_out", "not supplied"))
            continue
        values = panel.table[name]
        missing = int(values[usable].isna().sum())
        if missing > MOST_MISSING * usable.sum():
            notes.append((name, "left_out", f"{missing} of {int(usable.sum())} contacts lack it"))
            continue
        complete = rows & values.notna().to_numpy()
        rarer = rarer_outcome(panel.outcome[complete])
        room = rarer // RARER_A_COLUMN - beside - sum(columns.shape[1] for columns in kept)
        columns, said = as_columns(name, values, complete)
        notes += said
        columns = columns.loc[:, informative(kept, columns, complete)]
        if not columns.shape[1]:
            notes.append((name, "left_out", "the same for everyone, or follows from the columns before it"))
        elif rarer < FEWEST_RARER:
            notes.append(
                (name, "left_out", f"without the {missing} contacts that lack it, {rarer} of the rarer outcome remain")
            )
        elif columns.shape[1] > room:
            notes.append((name, "left_out", f"needs {columns.shape[1]} columns and the outcomes can bear {room} more"))
        else:
            kept.append(columns)
            rows = complete
            if missing:
                notes.append((name, "contacts_left_out", f"{missing} contacts lack it"))
    found = pd.concat(kept, axis=1) if kept else pd.DataFrame(index=panel.table.index)
    return Controls(found, pd.DataFrame(notes, columns=["column", "what", "why"]))


def as_columns(name: str, values: pd.Series, used: np.ndarray) -> tuple[pd.DataFrame, list[tuple[str, str, str]]]:
    """A number as it is; levels as columns of 0 and 1 against the most frequent, rare ones counted with it."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float).to_frame(), []
    sizes = values[used].value_counts()
    rare = sizes.index[sizes < FEWEST_OF_A_LEVEL]
    said = [(name, "joined", f"{level} ({sizes[level]} contacts) is counted with {sizes.index[0]}") for level in rare]
    levels = [level for level in sorted(sizes.index[1:], key=str) if level not in rare]
    columns = {f"{name} {level}": (values == level).astype(float).where(values.notna()) for level in levels}
    return pd.DataFrame(columns, index=values.index), said


def informative(kept: list[pd.DataFrame], columns: pd.DataFrame, used: np.ndarray) -> list[str]:
    """The columns that say something which those kept before them, and the intercept, don't."""
    so_far, found = pd.concat([*kept, columns[[]]], axis=1), []
    for name in columns:
        candidate = pd.concat([so_far, columns[[name]]], axis=1)[used].dropna()
        centred = (candidate - candidate.mean()).to_numpy()
        spread = centred.std(axis=0)
        if len(centred) and (spread > 0).all() and np.linalg.matrix_rank(centred / spread) == centred.shape[1]:
            so_far, found = pd.concat([so_far, columns[[name]]], axis=1), [*found, name]
    return found
