"""How many answers it takes to name a first driver, by the stored study of simulated companies."""

from __future__ import annotations

from csat_analysis.studies import stored


def could_rank(answers: int) -> dict[int, float]:
    """Answers → share of simulated companies whose first driver could be named: at the nearest number of answers that was tried
    and isn't above these, and at all larger ones.
    """
    table = stored.table("drivers")
    said = table[(table["test"] == "rank_importance") & (table["truth"] == "any")].set_index("answers")["said"]
    below = max((n for n in said.index if n <= answers), default=said.index.min())
    return {int(n): float(share) for n, share in said.sort_index().items() if n >= below}
