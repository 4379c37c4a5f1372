"""Does the sample look like the frame? Shares of those drawn by chance against the shares that the draw should give."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.intake import Clean
from csat_analysis.programme import Programme
from csat_analysis.survey.draw import Plan
from csat_analysis.survey.frame import customer_segments
from csat_analysis.verdicts import FALSE_DISCOVERY_RATE

MANAGER = "manager_id"
COLUMNS = ["variable", "level", "frame", "expected", "drawn", "noise", "beyond_chance"]


def frame_variables(clean: Clean, programme: Programme) -> pd.DataFrame:
    """What the frame tells of each customer (index customer_id): survey.yml's segments, and the manager; empty without a frame."""
    customers = clean.tables.get("customers")
    if customers is None:
        return pd.DataFrame()
    found = customer_segments(customers, programme, clean.survey_date)
    return found.assign(**{MANAGER: customers.set_index("customer_id")[MANAGER]}) if MANAGER in customers else found


def coverage(frame: pd.DataFrame, draws: Iterable[tuple[Plan, pd.Index]]) -> pd.DataFrame:
    """One row a level of each column of `frame` (index customer_id): shares (0–1) in the frame, expected and drawn.

    What it tells an analyst: whether chance alone can have made the sample's mix, before anybody answered.

    draws     (plan, customers invited) of each panel that chance decides; pooled.
    expected  share of the level among those asked, by the customers' chances: the frame's where all chances are equal.
    noise     standard deviation of the drawn share, as if drawn one by one: an order by sales makes it smaller.
    beyond_chance  the distance is significant after Benjamini–Hochberg over all levels, at 5 %.
    """
    draws = list(draws)
    asked = sum(len(invited) for _, invited in draws)
    if not asked or frame.columns.empty:
        return pd.DataFrame(columns=COLUMNS)
    chance = pd.concat([plan.customers["chance"] for plan, _ in draws], axis=1).reindex(frame.index).fillna(0.0)
    times = sum(frame.index.isin(invited).astype(float) for _, invited in draws)
    weight = pd.DataFrame(
        {"frame": 1.0, "expected": chance.sum(axis=1), "drawn": times, "variance": (chance * (1 - chance)).sum(axis=1)},
        index=frame.index,
    )
    tables = [one_variable(weight, frame[name].fillna("–"), name) for name in frame]
    table = pd.concat(tables, ignore_index=True)
    distance = (table["drawn"] - table["expected"]).abs()
    known = table["noise"] > 0
    p = np.where(known, 2 * stats.norm.sf(distance / table["noise"].where(known, 1.0)), np.where(distance > 1e-9, 0, 1))
    table["beyond_chance"] = stats.false_discovery_control(p, method="bh") < FALSE_DISCOVERY_RATE
    return table[COLUMNS]


def one_variable(weight: pd.DataFrame, level: pd.Series, name: str) -> pd.DataFrame:
    """A level's count varies as a sum of yes and no with the total given: Σ π(1 − π) inside × the part outside."""
    sums = weight.groupby(level, sort=True).sum()
    inside = sums["variance"]
    variance = inside * (1 - inside / inside.sum()) if inside.sum() > 0 else inside
    shares = sums[["frame", "expected", "drawn"]] / sums[["frame", "expected", "drawn"]].sum()
    return (
        shares.assign(noise=np.sqrt(variance) / sums["drawn"].sum(), variable=name).rename_axis("level").reset_index()
    )
