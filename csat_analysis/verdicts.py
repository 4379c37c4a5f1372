"""The named rules behind every verdict word. A word in the report is one of these; nothing else judges.

A comparison has a 95 % interval (or the programme's `reporting.confidence`); the rules read that interval alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, stats

from csat_analysis.certification import is_certified
from csat_analysis.estimate import Estimate, NoEstimate

POWER = 0.80
DEFAULT_GAIN = 5.0  # index points worth detecting where survey.yml sets no target
FALSE_DISCOVERY_RATE = 0.05
NEARLY_ALL = 0.95  # of those invited, explained by the rule's draw
SHAPE_ERROR = 0.05  # of the test of shape
SHAPE_POWER = 0.90  # foretold; it foretells up to a tenth too much (studies/repurchase.py)
PRIMARY = "index"
RELIABLE = 0.70  # α or ω of a dimension that is reported (Nunnally 1978)


@dataclass(frozen=True)
class Rule:
    """A verdict word's rule in words, for the report's appendix."""

    name: str
    word: str
    when: str


RULES = (
    Rule(
        "change",
        "rose",
        "the interval of the index's change lies above 0; for the other measures their change is above 0 after Benjamini–Hochberg",
    ),
    Rule("change", "fell", "the same below 0"),
    Rule(
        "change",
        "no_detectable_change",
        "neither, and a change worth detecting would have been found with 80 % power, by the plan and by the answers that came",
    ),
    Rule("change", "too_few_to_say", "neither, and a change worth detecting would have been missed too often"),
    Rule("standard", "above", "the interval of index − standard lies above 0"),
    Rule("standard", "below", "the interval of index − standard lies below 0"),
    Rule("standard", "not_distinguishable", "the interval of index − standard includes 0"),
    Rule("difference", "higher", "group − rest is above 0 after Benjamini–Hochberg at a false discovery rate of 5 %"),
    Rule("difference", "lower", "group − rest is below 0 after Benjamini–Hochberg at a false discovery rate of 5 %"),
    Rule("difference", "no_detectable_difference", "group − rest is not significant after Benjamini–Hochberg"),
    Rule(
        "place",
        "above_index",
        "dimension or item − index is above 0 after Benjamini–Hochberg at a false discovery rate of 5 %",
    ),
    Rule(
        "place",
        "below_index",
        "dimension or item − index is below 0 after Benjamini–Hochberg at a false discovery rate of 5 %",
    ),
    Rule("place", "level_with_index", "dimension or item − index is not significant after Benjamini–Hochberg"),
    Rule("gap", "executives_higher", "the interval of executives − customers lies above 0"),
    Rule("gap", "executives_lower", "the interval of executives − customers lies below 0"),
    Rule("gap", "no_detectable_difference", "the interval of executives − customers includes 0"),
    Rule("silence", "cannot_drop", "the interval of the score that silent customers would need lies at or below 0"),
    Rule(
        "silence",
        "only_if_far_lower",
        "the interval of how much lower they would have to score lies above one standard deviation of customers' scores",
    ),
    Rule("silence", "hangs_on_silent", "the index is above the standard, and neither of these holds"),
    Rule("silence", "not_shown_above", "the index is not shown to be above the standard by those who answered"),
    Rule("target", "met", "the interval of the gain in a year lies at or above the target"),
    Rule("target", "missed", "the interval of the gain in a year lies below the target"),
    Rule("target", "cannot_be_told", "the interval of the gain in a year includes the target"),
    Rule("draw", "as_drawn", "those invited are just whom the rule's draw asks"),
    Rule("draw", "nearly_as_drawn", "the rule's draw explains at least 95 % of those invited"),
    Rule("draw", "not_as_drawn", "it explains fewer"),
    Rule("power", "fine_enough", "the smallest detectable change is not above the change worth detecting"),
    Rule("power", "too_coarse", "the smallest detectable change is above the change worth detecting"),
    Rule("size", "feasible", "the margin needs no more invitations than there are customers"),
    Rule("size", "not_feasible", "the margin needs more invitations than there are customers"),
    Rule("reliability", "reliable", "the interval of α (or ω) lies at or above .70"),
    Rule("reliability", "not_reliable", "the interval of α (or ω) lies below .70"),
    Rule("reliability", "reliability_untold", "the interval of α (or ω) includes .70"),
    Rule("effect", "goes_up_with", "the interval of the average marginal effect of an index point lies above 0"),
    Rule("effect", "goes_down_with", "the interval of the average marginal effect of an index point lies below 0"),
    Rule(
        "effect",
        "no_detectable_effect",
        "it includes 0, and an effect as large as the benchmark would have been found with 80 % power",
    ),
    Rule("effect", "cannot_be_told", "it includes 0, and such an effect would have been missed too often"),
    Rule("benchmark", "above_benchmark", "the interval of effect − benchmark lies above 0"),
    Rule("benchmark", "below_benchmark", "the interval of effect − benchmark lies below 0"),
    Rule("benchmark", "not_told_from_benchmark", "the interval of effect − benchmark includes 0"),
    Rule("shape", "bent", "the Wald test of the spline's bends gives p < 5 %"),
    Rule(
        "shape",
        "no_detectable_bend",
        "p is 5 % or more, and the named curvature (all of the effect above the median score) would have been found with 80 % power (90 % foretold)",
    ),
    Rule("slopes", "slopes_differ", "the Wald test that all slopes are equal is significant after Benjamini–Hochberg"),
    Rule("slopes", "slopes_not_told_apart", "it is not significant after Benjamini–Hochberg"),
    Rule("shape", "cannot_be_told", "p is 5 % or more, and that curvature would have been missed too often"),
    Rule("words", "dissatisfied_say", "the dissatisfied say it more, after Benjamini–Hochberg over all terms compared"),
    Rule("words", "satisfied_say", "the satisfied say it more, after Benjamini–Hochberg over all terms compared"),
    Rule("words", "no_detectable_difference", "neither"),
    Rule("said", "said_more", "it is said more than in the survey before, after Benjamini–Hochberg over all of its kind"),
    Rule("said", "said_less", "it is said less than in the survey before, after Benjamini–Hochberg over all of its kind"),
    Rule("said", "no_detectable_difference", "neither"),
    Rule("competitor", "ahead", "our score less the competitor's is above 0 after Benjamini–Hochberg over all shown"),
    Rule("competitor", "behind", "our score less the competitor's is below 0 after Benjamini–Hochberg over all shown"),
    Rule("competitor", "no_detectable_difference", "it is not significant after Benjamini–Hochberg"),
)


def change_verdicts(
    changes: Mapping[str, Estimate | NoEstimate],
    worth_detecting: Mapping[str, float],
    confidence: float = 0.95,
    *,
    detectable: Mapping[str, float | NoEstimate] | None = None,
) -> dict[str, str | None]:
    """rose, fell, no_detectable_change or too_few_to_say of each measure; None where there is no estimate.

    The index is the one question that the survey is held for: its own interval decides. The others are many, and some
    would move by chance: theirs is Benjamini–Hochberg over all of them.
    worth_detecting  the smallest change that matters, in each measure's unit.
    detectable       the smallest change that the survey could find, as it was worked out before fieldwork. A survey that
                     got fewer answers than planned is judged by those; so is one without a plan (the first waves).
    """
    planned = detectable or {}
    others = {name: change for name, change in changes.items() if name != PRIMARY}
    words = many(others, above="rose", below="fell", between="unchanged")
    if judged(changes.get(PRIMARY)):
        words[PRIMARY] = {1: "rose", -1: "fell", 0: "unchanged"}[side(changes[PRIMARY], 0.0, confidence)]
    for name, word in words.items():
        if word == "unchanged":
            found = could_find(changes[name], planned.get(name), confidence) <= worth_detecting[name]
            words[name] = "no_detectable_change" if found else "too_few_to_say"
    return {name: words.get(name) for name in changes}


def could_find(change: Estimate, planned: float | NoEstimate | None, confidence: float) -> float:
    """The smallest change that the survey could find: the larger of the plan's and that of the answers that came."""
    achieved = detectable_change(change, confidence)
    return achieved if planned is None or isinstance(planned, NoEstimate) else max(achieved, planned)


def detectable_change(change: Estimate, confidence: float = 0.95) -> float:
    """Smallest true change that this comparison finds with 80 % power."""
    return detectable_size(change.se, change.degrees_of_freedom, confidence)


def detectable_size(se: float, degrees_of_freedom: float, confidence: float = 0.95, power: float = POWER) -> float:
    """Smallest true difference that a two-sided t test finds with this power, in the unit of its standard error.

    About (z at the confidence + z at the power) × SE = 2.80 SE in a large sample. Checked against R's power.t.test.
    """
    return se * detectable_errors(degrees_of_freedom, confidence, power)


@lru_cache(maxsize=4096)
def detectable_errors(degrees_of_freedom: float, confidence: float, power: float) -> float:
    """The same in standard errors."""
    return float(optimize.brentq(lambda size: power_of(size, degrees_of_freedom, confidence) - power, 0.0, 1e3))


def power_of(size: float, degrees_of_freedom: float, confidence: float = 0.95) -> float:
    """Chance (0–1) that a two-sided t test finds a true difference of `size` standard errors (noncentral t)."""
    limit = stats.t.ppf((1 + confidence) / 2, degrees_of_freedom)
    below = stats.nct.cdf(-limit, degrees_of_freedom, size)
    return float(stats.nct.sf(limit, degrees_of_freedom, size) + np.nan_to_num(below))


def worth_detecting(gain_per_year: float | None, scale_length: float) -> float:
    """The programme's yearly gain as the same part of another scale's length: 5 of 100 points are 10 of NPS's 200."""
    return (DEFAULT_GAIN if gain_per_year is None else gain_per_year) / 100 * scale_length


def draw_verdict(explained: int, additions: int, omissions: int) -> str | None:
    """as_drawn, nearly_as_drawn or not_as_drawn, from how many of those invited a draw explains; None where nobody was."""
    invited = explained + additions
    if not invited:
        return None
    if not additions and not omissions:
        return "as_drawn"
    return "nearly_as_drawn" if explained >= NEARLY_ALL * invited else "not_as_drawn"


def power_verdict(detectable: float | NoEstimate, worth: float) -> str | None:
    if isinstance(detectable, NoEstimate):
        return None
    return "fine_enough" if detectable <= worth else "too_coarse"


def size_verdict(feasible: bool) -> str:
    return "feasible" if feasible else "not_feasible"


def standard_verdict(difference: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(difference, 0.0, confidence, above="above", below="below", between="not_distinguishable")


def gap_verdict(gap: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(
        gap, 0.0, confidence, above="executives_higher", below="executives_lower", between="no_detectable_difference"
    )


def target_verdict(gain: Estimate | NoEstimate, target: float, confidence: float = 0.95) -> str | None:
    return worded(gain, target, confidence, above="met", below="missed", between="cannot_be_told")


def reliability_verdict(reliability: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(
        reliability, RELIABLE, confidence, above="reliable", below="not_reliable", between="reliability_untold"
    )


def silence_verdict(
    point: Estimate | NoEstimate, lower: Estimate | NoEstimate, score_sd: float, confidence: float = 0.95
) -> str | None:
    """Could silent customers take the index below the standard?

    point     the score that they would have to have on average; `lower`: how many points that is below the index.
    score_sd  standard deviation of customers' scores, in points: what counts as far lower.
    """
    if not (judged(point) and judged(lower)):
        return None
    if lower.interval(confidence)[0] <= 0:
        return "not_shown_above"
    if point.interval(confidence)[1] <= 0:
        return "cannot_drop"
    return "only_if_far_lower" if lower.interval(confidence)[0] > score_sd else "hangs_on_silent"


def effect_verdict(effect: Estimate | NoEstimate, worth_finding: float | None, confidence: float = 0.95) -> str | None:
    """goes_up_with, goes_down_with, no_detectable_effect or cannot_be_told, of an effect a point.

    worth_finding  the effect that should have been seen were it there (the benchmark); None: cannot be told.
    """
    word = worded(effect, 0.0, confidence, above="goes_up_with", below="goes_down_with", between="cannot_be_told")
    if word != "cannot_be_told" or worth_finding is None:
        return word
    return "no_detectable_effect" if detectable_change(effect, confidence) <= worth_finding else word


def benchmark_verdict(gap: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(
        gap, 0.0, confidence, above="above_benchmark", below="below_benchmark", between="not_told_from_benchmark"
    )


def shape_verdict(p_value: float, power: float) -> str:
    """bent, no_detectable_bend or cannot_be_told, from the test of shape and its power to see the named curvature."""
    if p_value < SHAPE_ERROR:
        return "bent"
    return "no_detectable_bend" if power >= SHAPE_POWER else "cannot_be_told"


def slope_verdicts(p_values: Mapping[Hashable, float]) -> dict[Hashable, str]:
    """slopes_differ or slopes_not_told_apart by column, with Benjamini–Hochberg over all of them."""
    if not p_values:
        return {}
    adjusted = stats.false_discovery_control(np.array(list(p_values.values())), method="bh")
    words = {True: "slopes_differ", False: "slopes_not_told_apart"}
    return {name: words[bool(p < FALSE_DISCOVERY_RATE)] for name, p in zip(p_values, adjusted)}


def difference_verdicts(differences: Mapping[Hashable, Estimate | NoEstimate]) -> dict[Hashable, str | None]:
    """higher, lower or no_detectable_difference for many groups against the rest, with Benjamini–Hochberg over all of them."""
    return many(differences, above="higher", below="lower", between="no_detectable_difference")


def place_verdicts(differences: Mapping[Hashable, Estimate | NoEstimate]) -> dict[Hashable, str | None]:
    """above_index, below_index or level_with_index for many dimensions or items, with Benjamini–Hochberg over all of them."""
    return many(differences, above="above_index", below="below_index", between="level_with_index")


def word_verdicts(tested: Mapping[Hashable, tuple[float, float]]) -> dict[Hashable, str]:
    """dissatisfied_say, satisfied_say or no_detectable_difference by term, from (difference, p)."""
    return by_p(tested, above="dissatisfied_say", below="satisfied_say")


def new_word_verdicts(tested: Mapping[Hashable, tuple[float, float]]) -> dict[Hashable, str]:
    """said_more, said_less or no_detectable_difference by term, from (difference, p)."""
    return by_p(tested, above="said_more", below="said_less")


def gap_by_p_verdicts(tested: Mapping[Hashable, tuple[float, float]]) -> dict[Hashable, str]:
    """higher, lower or no_detectable_difference from (difference, p), where the interval isn't one of influences."""
    return by_p(tested, above="higher", below="lower")


def said_verdicts(changes: Mapping[Hashable, Estimate | NoEstimate]) -> dict[Hashable, str | None]:
    """said_more, said_less or no_detectable_difference of themes' changes."""
    return many(changes, above="said_more", below="said_less", between="no_detectable_difference")


def competitor_verdicts(gaps: Mapping[Hashable, Estimate | NoEstimate]) -> dict[Hashable, str | None]:
    """ahead, behind or no_detectable_difference of each gap."""
    return many(gaps, above="ahead", below="behind", between="no_detectable_difference")


def by_p(tested: Mapping[Hashable, tuple[float, float]], *, above: str, below: str) -> dict[Hashable, str]:
    """Words from (difference, p) with Benjamini–Hochberg over all that are given."""
    if not tested:
        return {}
    adjusted = stats.false_discovery_control(np.array([p for _, p in tested.values()]), method="bh")
    return {
        name: ((above if difference > 0 else below) if p < FALSE_DISCOVERY_RATE else "no_detectable_difference")
        for (name, (difference, _)), p in zip(tested.items(), adjusted, strict=True)
    }


def many(
    differences: Mapping[Hashable, Estimate | NoEstimate], *, above: str, below: str, between: str
) -> dict[Hashable, str | None]:
    tested = {name: d for name, d in differences.items() if judged(d) and d.status == "ok"}
    if not tested:
        return dict.fromkeys(differences)
    adjusted = stats.false_discovery_control(np.array([d.p_value() for d in tested.values()]), method="bh")
    words: dict[Hashable, str | None] = dict.fromkeys(differences)
    for (name, difference), p in zip(tested.items(), adjusted):
        words[name] = (above if difference.value > 0 else below) if p < FALSE_DISCOVERY_RATE else between
    return words


def judged(estimate: Estimate | NoEstimate | None) -> bool:
    """Only an estimate whose interval was shown to hold gets a verdict."""
    return isinstance(estimate, Estimate) and estimate.status != "not_estimable" and is_certified(estimate)


def side(estimate: Estimate, against: float, confidence: float) -> int:
    low, high = estimate.interval(confidence)
    return (
        int(low >= against and high > against) - int(high <= against and low < against)
        if low != high
        else int(np.sign(low - against))
    )


def worded(
    estimate: Estimate | NoEstimate, against: float, confidence: float, *, above: str, below: str, between: str
) -> str | None:
    if not judged(estimate):
        return None
    return {1: above, -1: below, 0: between}[side(estimate, against, confidence)]
