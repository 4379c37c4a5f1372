"""What share of a period's complaints each category has, with those that nobody categorised counted for what they may be.

Every complaint with a category counts as it is. One whose wording was categorised before is drawn from what that wording had;
one of a new wording from what the model calls it, corrected by how often the model is wrong on wordings it hasn't seen. The
interval is of such draws: it holds what is not known of the missing categories, nothing else (all complaints are there).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.certification import holds_at
from csat_analysis.measured import Measured
from csat_analysis.models.categories import UNSURE, Labelled, Tested
from csat_analysis.models.segmentation import wording

DRAWS, SEED = 2000, 20260708
PRIOR = 0.5  # pseudo-count a category, in every row of the confusion matrix and in the shares (Jeffreys)
WORTH = 0.4  # of a held-out wording beside an independent one: cross-validated rates spread wider than binomial ones (Bengio &
# Grandvalet 2004); on reviews, 1.4 times in standard errors, and shares corrected without this covered .85
ROUNDS = 60  # of the expectation–maximisation for the new wordings' shares


@dataclass(frozen=True, eq=False)
class Categorised:
    """Complaints of a period, one a row: category (blank where nobody gave one), wording, `by` (given, wording, model,
    unsure) and `call` (the category that is used to list it; unsure where the model isn't sure enough).
    """

    table: pd.DataFrame
    categories: list[str]
    draws: np.ndarray  # one row a draw, one column a category: shares of all complaints

    def share(self, category: str, confidence: float = 0.95) -> Measured:
        """A category's share of all complaints: the median of the draws, and where they lie."""
        found = self.draws[:, self.categories.index(category)]
        tail = 100 * (1 - confidence) / 2
        low, high = np.percentile(found, [tail, 100 - tail])
        n = len(self.table)
        return Measured(float(np.median(found)), float(low), float(high), n, holds_at("category", n))

    @property
    def known(self) -> bool:
        """Whether every complaint has a category, so that shares are counted."""
        return bool((self.table["by"] == "given").all())


def categorise(
    complaints: pd.DataFrame,
    labelled: Labelled,
    model: Tested | None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Categorised:
    """complaints: text and category (blank or missing where nobody gave one); labelled: all categorised ones, of any period."""
    table = complaints[["text", "category"]].reset_index(drop=True)
    table["wording"] = [wording(text) for text in table["text"]]
    counts = labelled.table.groupby(["wording", "label"]).size().unstack(fill_value=0).astype(float)
    categories = list(counts.columns)
    given = table["category"].notna() & (table["category"] != "")
    repeated = ~given & table["wording"].isin(counts.index)
    new = ~given & ~repeated
    table["by"] = np.select([given, repeated, new], ["given", "wording", "model"], "model")
    table["call"] = table["category"].where(given, table["wording"].map(counts.idxmax(axis=1)))
    asked = table.loc[new, ["wording", "text"]].drop_duplicates("wording").set_index("wording")["text"]
    called, sure = calls(asked, model)
    table.loc[new, "call"] = table.loc[new, "wording"].map(called.where(sure, UNSURE))
    table.loc[new & (table["call"] == UNSURE), "by"] = UNSURE
    rng = np.random.default_rng(seed)
    fixed = table.loc[given, "category"].value_counts().reindex(categories, fill_value=0).to_numpy(dtype=float)
    of_repeated = draw_repeated(table.loc[repeated, "wording"], counts, draws, rng)
    of_new = draw_new(called, table.loc[new, "wording"].value_counts(), counts, model, draws, rng)
    return Categorised(table, categories, (fixed + of_repeated + of_new) / len(table))


def calls(asked: pd.Series, model: Tested | None) -> tuple[pd.Series, pd.Series]:
    """Of each new wording the likeliest category, and whether the model is sure enough; unsure where there is no model."""
    if model is None or not model.models or asked.empty:
        return pd.Series(UNSURE, index=asked.index, dtype=object), pd.Series(False, index=asked.index)
    found = model.probabilities_of(asked)
    return found.idxmax(axis=1), found.max(axis=1) >= (np.inf if model.threshold is None else model.threshold)


def draw_repeated(wordings: pd.Series, counts: pd.DataFrame, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Complaints by category whose wording was categorised before: each wording's shares are drawn (Dirichlet), then labels.

    The prior is one complaint's worth of what all complaints have: a wording that was seen once is nearly unknown.
    """
    overall = (counts.sum() / counts.sum().sum()).to_numpy()
    total = np.zeros((draws, counts.shape[1]))
    for name, rows in wordings.value_counts().items():
        shares = rng.dirichlet(counts.loc[name].to_numpy() + PRIOR * overall + 1e-9, size=draws)
        total += rng.multinomial(rows, shares)
    return total


def draw_new(
    called: pd.Series, rows: pd.Series, counts: pd.DataFrame, model: Tested | None, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Complaints of new wordings by category. In each draw the confusion matrix and the shares are drawn, then each wording's
    category from what the model's call leaves possible. Without a model anything that was ever seen is possible.
    """
    categories, total = list(counts.columns), np.zeros((draws, counts.shape[1]))
    if called.empty:
        return total
    size = rows.reindex(called.index).to_numpy()
    overall = counts.gt(0).sum().to_numpy(dtype=float)  # different wordings a category
    if model is None or (called == UNSURE).any():
        shares = rng.dirichlet(overall + PRIOR, size=draws)
        for place in range(len(called)):
            total += size[place] * rng.multinomial(1, shares)
        return total
    own = [categories.index(name) for name in model.categories]
    at = np.array([model.categories.index(name) for name in called])
    calls_made = np.bincount(at, minlength=len(own)).astype(float)
    rates = dirichlet(
        np.broadcast_to(WORTH * model.confusion.to_numpy(dtype=float) + PRIOR, (draws, len(own), len(own))), rng
    )
    expected = calls_made * posterior(solved(calls_made, rates), rates)
    shares = dirichlet(expected.sum(axis=2) + PRIOR, rng)
    possible = posterior(shares, rates).cumsum(axis=1)
    for place, call in enumerate(at):
        picked = (possible[:, :, call] < rng.random((draws, 1))).sum(axis=1).clip(max=len(own) - 1)
        total[np.arange(draws), np.array(own)[picked]] += size[place]
    return total


def dirichlet(alpha: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Many Dirichlet draws at once, along the last axis."""
    found = rng.standard_gamma(alpha)
    return found / found.sum(axis=-1, keepdims=True)


def posterior(shares: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """P(true | called), draw × true category × called one, from P(called | true) and the shares."""
    joint = shares[:, :, None] * rates
    return joint / joint.sum(axis=1, keepdims=True)


def solved(calls_made: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Shares of the true categories that make the calls likeliest, by expectation–maximisation: the matrix inverted within 0–1."""
    shares = np.full(rates.shape[:2], 1 / rates.shape[1])
    for _ in range(ROUNDS):
        shares = posterior(shares, rates) @ calls_made / calls_made.sum()
    return shares
