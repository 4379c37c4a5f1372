"""Themes: what customers talk of, by the words of themes.yml; how often, and whether those who say it score lower."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_analysis.certification import holds_at
from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean, share
from csat_analysis.measured import Measured
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


@dataclass(frozen=True)
class Gap:
    """A difference with its interval and the p that it is none."""

    number: Measured | NoEstimate
    p: float = float("nan")


def theme_gap(pool: pd.DataFrame, dimension: str, theme: str, confidence: float = 0.95) -> Gap:
    """Mean score (points) of those who say it less that of the others who commented; its n is the smaller group's people.

    pool  one row a comment of any wave: contact, customer_id, stratum, weight, the dimensions' scores less their wave's mean (so
          that waves aren't compared with each other), and a column a theme. A customer's comments are one unit.
    t interval of the difference of two weighted means, clustered; studies/voice.py says from how many people it holds.
    """
    known = pool[pool[dimension].notna()]
    said = known[theme].to_numpy(dtype=bool)
    smaller = min(known.loc[side, "customer_id"].nunique() for side in (said, ~said)) if len(known) else 0
    if not smaller:
        return Gap(NoEstimate("not_estimable", "everybody or nobody says it"))
    design = Design.of(
        known["contact"],
        weight=known["weight"],
        stratum=known["customer_id"].map(known.groupby("customer_id")["stratum"].last()),
        unit=known["customer_id"],
    )
    found = difference(design, known[dimension].to_numpy(dtype=float), said)
    if isinstance(found, NoEstimate) or found.status != "ok":
        return Gap(NoEstimate("not_estimable", "too few people say it, or too few don't", smaller))
    low, high = found.interval(confidence)
    return Gap(
        Measured(found.value, float(low), float(high), smaller, holds_at("theme_gap", smaller), found.se),
        found.p_value(),
    )


def difference(design: Design, score: np.ndarray, said: np.ndarray) -> Estimate | NoEstimate:
    """Mean of those who say it less that of the others, as a statement about the process.

    The weights are known to be unequal, so degrees of freedom fall with them (Satterthwaite), and each person's influence is
    raised for the part they have in the mean themselves (HC2); without the two .92 and .93 were covered.
    """
    design = replace(design, base=design.weight)
    gap = own_part_raised(mean(design, score, inside=said)) - own_part_raised(mean(design, score, inside=~said))
    return gap if isinstance(gap, NoEstimate) else gap.process()


def own_part_raised(found: Estimate | NoEstimate) -> Estimate | NoEstimate:
    """Influence / √(1 − h), h the person's share of the group's weight."""
    if isinstance(found, NoEstimate):
        return found
    unit, weight = found.design.unit[found.rows], found.design.weight[found.rows]
    part = np.bincount(unit, weights=weight)[unit] / weight.sum()
    return replace(found, influence=found.influence / np.sqrt(np.maximum(1 - part, 1e-9)))


def uncovered(
    texts: pd.Series, who: pd.Series, covered: np.ndarray, segmenter: Segmenter, *, fewest: int
) -> pd.DataFrame:
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
