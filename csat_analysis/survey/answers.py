"""What answers came in: by panel and channel, and item by item."""

from __future__ import annotations

import pandas as pd

from csat_analysis.programme import Programme


def answers_by_panel(responses: pd.DataFrame) -> pd.DataFrame:
    """Answers, first and last day, by panel (and channel where it is known)."""
    keys = ["panel", "channel"] if "channel" in responses else ["panel"]
    groups = responses.fillna({"channel": "unknown"}).groupby(keys, sort=False)["responded_on"]
    return groups.agg(answers="size", first=lambda day: day.min().date(), last=lambda day: day.max().date())


def missing_by_item(responses: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Items (index) with `asked`, `missing` and `share`: people who answered the survey but not this item."""
    missing = responses[programme.items].isna().sum()
    return pd.DataFrame({"asked": len(responses), "missing": missing, "share": missing / len(responses)}).rename_axis(
        "item"
    )
