"""Themes: what customers talk of, by the words of themes.yml; how often, and whether those who say it score lower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean, share
from csat_analysis.models.distinctive import incidence, people
from csat_analysis.models.segmentation import CHARACTERS, Segmenter, foreign_words, normalise, terms_of
from csat_analysis.programme_parts import Theme

PROPOSED = 10  # phrases that no theme covers


def theme_table(texts: Iterable[str], themes: Mapping[str, Theme]) -> pd.DataFrame:
    """Text × theme, True where the text holds one of the theme's words; `a + b` where it holds both.

    Chinese is looked for anywhere in the text; other words as words, whatever their case, plural and punctuation.
    """
    texts = list(texts)
    known = {text: searchable(text) for text in dict.fromkeys(texts)}
    rules = {
        name: [[needle(part) for part in word.split("+")] for word in theme.words] for name, theme in themes.items()
    }
    said = {
        text: [any(all(part in found for part in parts) for parts in options) for options in rules.values()]
        for text, found in known.items()
    }
    return pd.DataFrame([said[text] for text in texts], columns=list(rules), dtype=bool)


def searchable(text: str) -> str:
    """The text as it is searched: normalised, and after it its other-than-Chinese words, singular, between spaces."""
    plain = normalise(text)
    return plain + " " + foreign(plain)


def needle(part: str) -> str:
    plain = normalise(part)
    return plain if CHARACTERS.search(plain) else foreign(plain)


def foreign(plain: str) -> str:
    return " " + " ".join(foreign_words(plain)) + " "


def theme_share(design: Design, commented: pd.Series, said: pd.Series) -> Estimate | NoEstimate:
    """Share of those who wrote a comment that speak of a theme, weighted as all answers are; Wilson's interval."""
    return share(design, said.astype(float).where(commented))


def theme_gap(pool: pd.DataFrame, dimension: str, theme: str) -> tuple[Estimate | NoEstimate, int]:
    """Mean score (points) of those who say it less that of the others who commented; and how many people the smaller group has.

    pool  one row a comment of any wave: contact, customer_id, stratum, weight, the dimensions' scores less their wave's mean (so
          that waves aren't compared with each other), and a column a theme. A customer's comments are one unit.
    """
    known = pool[pool[dimension].notna()]
    said = known[theme].to_numpy(dtype=bool)
    smaller = min(known.loc[side, "customer_id"].nunique() for side in (said, ~said)) if len(known) else 0
    if not smaller:
        return NoEstimate("not_estimable", "everybody or nobody says it"), 0
    design = Design.of(
        known["contact"],
        weight=known["weight"],
        stratum=known["customer_id"].map(known.groupby("customer_id")["stratum"].last()),
        unit=known["customer_id"],
    )
    parts = [mean(design, known[dimension], inside=side) for side in (said, ~said)]
    gap = parts[0] - parts[1]
    return (gap if isinstance(gap, NoEstimate) else gap.process()), smaller


def uncovered(texts: pd.Series, who: pd.Series, covered: np.ndarray, segmenter: Segmenter, *, fewest: int) -> pd.DataFrame:
    """Phrases that many people say in texts that no theme covers: what themes.yml might be given next.

    Returns term, people; at least `fewest` of them.
    """
    left, mine = texts[~covered], who[~covered]
    said, names = incidence(terms_of(left, segmenter))
    if not len(names):
        return pd.DataFrame({"term": [], "people": []})
    counts = np.asarray(people(said, mine).sum(axis=0)).ravel().astype(int)
    found = pd.DataFrame({"term": names, "people": counts})
    found = found[found["people"] >= fewest]
    return found.sort_values(["people", "term"], ascending=[False, True], ignore_index=True).head(PROPOSED)
