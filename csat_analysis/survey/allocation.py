"""How many of each stratum are asked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.errors import DrawError

FEWEST = 2  # a stratum of one answer tells nothing of its spread


def allocate(size: int, customers: pd.Series, share: pd.Series, panel: str) -> pd.Series:
    """Whole numbers that add up to `size`, in proportion to `share`, at least two and at most all of each stratum.

    customers  customers by stratum.
    share      what the numbers are in proportion to: N_h (proportional), or N_h × standard deviation (Neyman 1934).

    What a stratum can't take goes to the others; fractions go to the largest remainders (Hamilton).
    """
    floor = customers.clip(upper=FEWEST)
    if size < floor.sum():
        raise DrawError(
            f"panel {panel}: {size} are to be asked in {len(customers)} strata, but each needs {FEWEST}; "
            "take a larger size or fewer strata"
        )
    exact = within(size, floor.astype(float), customers.astype(float), share.astype(float))
    whole = np.floor(exact + 1e-9)
    rest = round(size - whole.sum())
    upwards = (exact - whole).sort_values(ascending=False, kind="stable").index[:rest]
    return (whole + whole.index.isin(upwards)).astype(int)


def within(size: int, low: pd.Series, high: pd.Series, share: pd.Series) -> pd.Series:
    """Proportional to share, held between low and high: the factor at which the held numbers add up to size."""
    least, most, part = (column.to_numpy() for column in (low, high, share))
    small, large = 0.0, float((most / part).max())
    for _ in range(100):
        middle = (small + large) / 2
        small, large = (middle, large) if np.clip(part * middle, least, most).sum() < size else (small, middle)
    return pd.Series(np.clip(part * large, least, most), index=share.index)
