"""Before the next survey: which items could go with little loss, and where the company sees itself otherwise than customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.survey.reliability import Covariance, alpha_of, covariance
from csat_analysis.verdicts import RELIABLE

LITTLE_LOSS = 0.02  # of α, by leaving the item out
SAME_RANKING = 0.95  # correlation of the shortened score with the full one
FEWEST_LEFT = 2  # items of which α can still be formed


def items_that_could_go(
    design: Design, items: pd.DataFrame, questionnaire: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """What each dimension would be without each of its items.

    What it tells a manager: which question could be saved. One row an item: `dimension`, `alpha` (with it), `alpha_without`,
    `correlation` of the shortened score with the full one, `shift` (the dimension's mean without the item less the mean with
    it, in the items' unit) and `could_go`: α without it is at least RELIABLE and LITTLE_LOSS
    below, and the correlation SAME_RANKING.
    One at a time: two items that could each go can't always both. A shortened dimension starts a new series (`shift`).
    Dimensions that leave too few items, or too few complete answers, aren't listed.
    """
    rows = [
        {"dimension": name, **without_item(found, items, item)}
        for name, own in questionnaire.items()
        if len(own) > FEWEST_LEFT and isinstance(found := covariance(design, items[list(own)]), Covariance)
        for item in found.items
    ]
    columns = ["dimension", "item", "alpha", "alpha_without", "correlation", "shift", "could_go"]
    return pd.DataFrame(rows, columns=columns).set_index("item")


def without_item(found: Covariance, items: pd.DataFrame, item: str) -> dict[str, object]:
    left = found.only([name for name in found.items if name != item])
    full, short = found.deviation.sum(axis=1), left.deviation.sum(axis=1)
    spread = np.sqrt((found.weight @ full**2) * (found.weight @ short**2))
    correlation = float(found.weight @ (full * short) / spread) if spread > 0 else np.nan
    alpha, alpha_without = (alpha_value(alpha_of(part)) for part in (found, left))
    means = items[list(found.items)].to_numpy(dtype=float)[found.rows]
    by_item = pd.Series(found.weight @ means, index=list(found.items))
    return {
        "item": item,
        "alpha": alpha,
        "alpha_without": alpha_without,
        "correlation": correlation,
        "shift": float(by_item.drop(item).mean() - by_item.mean()),
        "could_go": bool(alpha_without >= max(RELIABLE, alpha - LITTLE_LOSS) and correlation >= SAME_RANKING),
    }


def alpha_value(alpha: Estimate | NoEstimate) -> float:
    return alpha.value if isinstance(alpha, Estimate) else np.nan


def item_gaps(
    inside: Mapping[str, Estimate | NoEstimate], customers: Mapping[str, Estimate | NoEstimate]
) -> dict[str, Estimate | NoEstimate]:
    """The company's own rating of each item less the customers', in points, as statements about the process.

    What it tells a manager: which question the house answers more kindly than its customers do.
    """
    return {item: (inside[item] - customers[item]).process() for item in customers if item in inside}
