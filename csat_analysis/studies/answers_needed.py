"""How many answers it takes to name a first driver, by the stored study of simulated companies."""

from __future__ import annotations

from csat_analysis.measured import Measured
from csat_analysis.metrics.counted import counted_share
from csat_analysis.studies import stored


def could_rank(answers: int) -> dict[int, Measured]:
    """Answers → share of simulated companies whose first driver could be named, with the interval of so many companies: at the
    nearest number of answers that was tried and isn't above these, and at all larger ones.
    """
    table = stored.table("drivers")
    ranks = table[(table["test"] == "rank_importance") & (table["truth"] == "any")].set_index("answers").sort_index()
    below = max((n for n in ranks.index if n <= answers), default=ranks.index.min())
    shown = ranks[ranks.index >= below]
    return {
        int(n): counted_share(round(row["said"] * row["companies"]), int(row["companies"]))
        for n, row in shown.iterrows()
    }
