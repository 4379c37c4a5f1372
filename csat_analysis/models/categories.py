"""Which category a complaint belongs to, learned from those that have one: TF-IDF of words and phrases, logistic regression.

Two texts that differ in numbers alone are one wording. A complaint whose wording was categorised before takes what that had; the
model is for wordings nobody has seen, and its accuracy is measured on just such: whole wordings are held out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean, share
from csat_analysis.models.segmentation import Segmenter, wording

FOLDS = 5
STRENGTH = 10.0  # inverse of the ridge penalty (scikit-learn's C)
FEWEST_WORDINGS = 2  # of a category, to be learned and tested
TARGET_PRECISION = 0.90  # of what is called by the model; below the threshold that gives it a text is "unsure"
FEWEST_CALLED = 10  # wordings above the threshold, to have measured a precision
UNSURE = "unsure"


@dataclass(frozen=True, eq=False)
class Labelled:
    """Texts with a label, one row a text: text, label, wording. `tied` counts rows set aside by the rule below.

    Rule for a wording that occurs with several labels: every row keeps its own label, unless the two most frequent are
    equally frequent: such a wording says nothing about the label and is set aside.
    """

    table: pd.DataFrame
    tied: int

    @classmethod
    def of(cls, texts: Iterable[str], labels: Iterable[str]) -> Labelled:
        table = pd.DataFrame({"text": list(texts), "label": list(labels)})
        known: dict[str, str] = {}
        table["wording"] = [known.setdefault(t, wording(t)) if t not in known else known[t] for t in table["text"]]
        tied = tied_wordings(table)
        return cls(table[~table["wording"].isin(tied)].reset_index(drop=True), int(table["wording"].isin(tied).sum()))

    @cached_property
    def wordings(self) -> pd.DataFrame:
        """One row a wording: its most frequent label, an example, how many rows."""
        counts = self.table.groupby(["wording", "label"], sort=True).size().rename("rows").reset_index()
        first = (
            counts.sort_values("rows", ascending=False, kind="stable").drop_duplicates("wording").set_index("wording")
        )
        size, text = self.table.groupby("wording").size(), self.table.groupby("wording")["text"].first()
        return pd.DataFrame({"text": text, "label": first["label"], "rows": size}).reset_index()


def tied_wordings(table: pd.DataFrame) -> set[str]:
    """Wordings whose two most frequent labels are equally frequent."""
    counts = table.groupby(["wording", "label"]).size().rename("rows").reset_index()
    counts["place"] = counts.groupby("wording")["rows"].rank(method="first", ascending=False)
    first, second = (counts[counts["place"] == place].set_index("wording")["rows"] for place in (1, 2))
    return set(second.index[second == first[second.index]])


def pipeline(terms: Terms, rarest: int = 1) -> Pipeline:
    """The classifier: TF-IDF of words and two-word phrases (sublinear), logistic regression with classes weighted alike.

    rarest  texts that a term must stand in to count.
    """
    return make_pipeline(
        TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=rarest),
        LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000),
    )


class Terms:
    """Cuts a text once, however often it is asked."""

    def __init__(self, segmenter: Segmenter):
        self._segmenter, self._known = segmenter, {}

    def __call__(self, text: str) -> list[str]:
        if text not in self._known:
            self._known[text] = self._segmenter.terms(text)
        return self._known[text]


@dataclass(frozen=True, eq=False)
class Tested:
    """How the model does on wordings it hasn't seen: one row a wording, with its label and each category's probability.

    models  those that were tested, one a fold. New wordings are called by these in turn, so that what was measured is what is
            used: one more model trained on everything calls at rates of its own (shares corrected so covered .87 of reviews).
    """

    wordings: pd.DataFrame
    probabilities: pd.DataFrame
    threshold: float | None
    models: tuple[Pipeline, ...] = ()

    def probabilities_of(self, texts: pd.Series) -> pd.DataFrame:
        """Each new text's probability of each category, by the models in turn; 0 for a category that a model never saw."""
        found = pd.DataFrame(0.0, index=texts.index, columns=self.categories)
        turn = np.arange(len(texts)) % max(len(self.models), 1)
        for place, model in enumerate(self.models):
            mine = texts[turn == place]
            if len(mine):
                found.loc[mine.index, model.classes_] = model.predict_proba(mine)
        return found

    @property
    def categories(self) -> list[str]:
        return list(self.probabilities.columns)

    @property
    def called(self) -> pd.Series:
        """The likeliest category of each wording, whatever its probability."""
        return self.probabilities.idxmax(axis=1)

    @property
    def sure(self) -> pd.Series:
        """Whether a wording is above the threshold; where no threshold gives the precision, none is."""
        return self.probabilities.max(axis=1) >= (np.inf if self.threshold is None else self.threshold)

    @property
    def confusion(self) -> pd.DataFrame:
        """Wordings by true category (rows) and called one (columns)."""
        return pd.crosstab(self.wordings["label"], self.called).reindex(
            index=self.categories, columns=self.categories, fill_value=0
        )

    def accuracy(self, category: str | None = None) -> Estimate | NoEstimate:
        """Share of wordings (of a category) that are called rightly, Wilson's interval: recall; overall without one."""
        right = (self.called == self.wordings["label"]).astype(float)
        inside = None if category is None else (self.wordings["label"] == category).to_numpy()
        return share(Design.of(self.wordings["wording"]), right, inside=inside)

    def precision(self) -> Estimate | NoEstimate:
        """Share of those above the threshold that are called rightly."""
        if not self.sure.any():
            return NoEstimate("not_estimable", "no threshold gives the precision that is asked")
        right = (self.called == self.wordings["label"]).astype(float)
        return share(Design.of(self.wordings["wording"]), right, inside=self.sure.to_numpy())

    def balanced_accuracy(self) -> Estimate | NoEstimate:
        """Mean of the categories' accuracies: chance is 1 / number of categories."""
        right, design = (self.called == self.wordings["label"]).astype(float), Design.of(self.wordings["wording"])
        parts = [mean(design, right, inside=(self.wordings["label"] == c).to_numpy()) for c in self.categories]
        return sum(parts) / len(parts)


def tested(labelled: Labelled, segmenter: Segmenter, *, seed: int = 0, rarest: int = 1) -> Tested | NoEstimate:
    """Cross-validation that holds out whole wordings; a category with a single wording can't be tested and isn't called."""
    wordings = labelled.wordings
    counts = wordings["label"].value_counts()
    wordings = wordings[wordings["label"].isin(counts[counts >= FEWEST_WORDINGS].index)].reset_index(drop=True)
    if wordings["label"].nunique() < 2:
        return NoEstimate("not_estimable", "fewer than two categories have two different wordings", len(wordings))
    terms, folds = Terms(segmenter), min(FOLDS, int(wordings["label"].value_counts().min()))
    found = pd.DataFrame(0.0, index=wordings.index, columns=sorted(wordings["label"].unique()))
    models = []
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(wordings, wordings["label"]):
        model = fitted(wordings.iloc[train], terms, rarest)
        if model is not None:
            found.loc[test, model.classes_] = model.predict_proba(wordings["text"].iloc[test])
            models.append(model)
    return Tested(wordings, found, threshold_for(found, wordings["label"]), tuple(models))


def fitted(wordings: pd.DataFrame, terms: Terms, rarest: int = 1) -> Pipeline | None:
    """The model of these wordings, each as often as it was said; None where no text holds a word."""
    try:
        return pipeline(terms, rarest).fit(wordings["text"], wordings["label"])
    except ValueError:
        return None


def threshold_for(probabilities: pd.DataFrame, labels: pd.Series, precision: float = TARGET_PRECISION) -> float | None:
    """The lowest probability above which held-out calls are right often enough; None where there is none.

    Often enough: the share that is right reaches `precision`, over at least FEWEST_CALLED wordings.
    """
    order = probabilities.max(axis=1).sort_values(ascending=False, kind="stable")
    right = (probabilities.idxmax(axis=1) == labels)[order.index].to_numpy()
    reached = np.cumsum(right) / np.arange(1, len(right) + 1)
    last_of_a_value = np.append(np.diff(order.to_numpy()) < 0, True)
    good = np.flatnonzero((reached >= precision) & last_of_a_value & (np.arange(1, len(right) + 1) >= FEWEST_CALLED))
    return float(order.iloc[good[-1]]) if len(good) else None
