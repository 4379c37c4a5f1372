"""How many answers it takes to name a first driver, by the stored study of simulated companies."""

from __future__ import annotations

from csat_analysis.measured import Measured
from csat_analysis.metrics.counted import counted_share
from csat_analysis.studies import stored


def could_rank(answers: int) -> dict[int, Measured]:
    """Answers → share of simulated companies whose first driver could be named, with the interval of so many companies: at the
    nearest number of answers that was tried and isn't above these, and at all larger ones.
    """
    table, companies = stored.table("drivers"), stored.stored("drivers")["draws"]
    said = table[(table["test"] == "rank_importance") & (table["truth"] == "any")].set_index("answers")["said"]
    below = max((n for n in said.index if n <= answers), default=said.index.min())
    shown = said.sort_index()[lambda shares: shares.index >= below]
    return {int(n): counted_share(round(share * companies), companies) for n, share in shown.items()}
