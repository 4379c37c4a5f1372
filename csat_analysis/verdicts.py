"""Verdicts: which word of `verdict_rules` a comparison gets. Nothing else judges.

A comparison has a 95 % interval (or the programme's `reporting.confidence`); the rules read that interval alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from scipy import stats

from csat_analysis.certification import is_certified
from csat_analysis.detectable import detectable_size
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Compared, Measured

DEFAULT_GAIN = 5.0  # index points worth detecting where survey.yml sets no target
FALSE_DISCOVERY_RATE = 0.05
NEARLY_ALL = 0.95  # of those invited, explained by the rule's draw
SHAPE_ERROR = 0.05  # of the test of shape
SHAPE_POWER = 0.80  # foretold: from 400 answers on within .04 of what the study finds (studies/repurchase.py)
WORTH_CALIBRATION = 0.5  # how far from 1 a calibration slope must be to be worth finding
PRIMARY = "index"
FIRST = 0.90  # chance from which a driver, or a plan, is called the first (studies/drivers.py)
RELIABLE = 0.70  # α or ω of a dimension that is reported (Nunnally 1978)


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


def most_verdict(counts: Iterable[int], confidence: float = 0.95) -> str | None:
    """Is what was named most often ahead of the next by more than chance? Both as likely, its count among the two is binomial (1/2);
    that the two were picked for being the largest needs no further allowance (Hung & Fithian 2019). None where nothing was named.
    """
    first, following = ([*sorted(counts, reverse=True), 0, 0])[:2]
    if not first:
        return None
    told = stats.binomtest(first, first + following).pvalue < 1 - confidence
    return "named_most" if told else "most_not_told"


def since_verdict(change: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(change, 0.0, confidence, above="rose_since", below="fell_since", between="since_not_told")


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


def curves_verdict(p_value: float) -> str:
    return "curves_differ" if p_value < SHAPE_ERROR else "curves_not_told_apart"


def prediction_verdict(against_rate: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    """Does a forecast miss by less (Brier score) than the rate alone does?"""
    return worded(
        against_rate, 0.0, confidence, above="predicts_worse", below="predicts_better", between="not_shown_to_predict"
    )


def calibration_verdict(slope: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    word = worded(
        slope, 1.0, confidence, above="underconfident", below="overconfident", between="no_detectable_miscalibration"
    )
    untold = word == "no_detectable_miscalibration" and detectable_change(slope, confidence) > WORTH_CALIBRATION
    return "calibration_untold" if untold else word


def level_verdict(gap: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(
        gap, 0.0, confidence, above="foretold_too_low", below="foretold_too_high", between="level_not_told_apart"
    )


def gain_verdict(gain: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(gain, 0.0, confidence, above="adds", below="takes_away", between="not_shown_to_add")


def intent_verdict(gap: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(
        gap, 0.0, confidence, above="likely_bought_more", below="likely_bought_less", between="intent_not_told_apart"
    )


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


def share_verdicts(differences: Mapping[Hashable, tuple[float, float]]) -> dict[Hashable, str]:
    """higher, lower or no_detectable_difference from (group − rest, p) of each group, with Benjamini–Hochberg over all."""
    if not differences:
        return {}
    adjusted = stats.false_discovery_control(np.array([p for _, p in differences.values()]), method="bh")
    sign = {name: "higher" if d > 0 else "lower" for name, (d, _) in differences.items()}
    return {
        name: sign[name] if p < FALSE_DISCOVERY_RATE else "no_detectable_difference" for name, p in zip(sign, adjusted)
    }


def retention_verdict(change: object) -> str | None:
    """more_stay, fewer_stay or stay_not_told, of a change of retention with its interval (a Measured); None without one."""
    if not isinstance(change, Measured) or not change.holds:
        return None
    if change.low <= 0 <= change.high:
        return "stay_not_told"
    return "more_stay" if change.low > 0 else "fewer_stay"


def left_verdict(gap: Estimate | NoEstimate, confidence: float = 0.95) -> str | None:
    return worded(gap, 0.0, confidence, above="rated_higher", below="rated_lower", between="rated_not_told")


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


class Change(Protocol):
    """What a verdict on an outcome's change reads (metrics/moved.py)."""

    value: float
    holds: bool
    p_value: float

    def detectable(self, confidence: float) -> float: ...


def check_verdicts(
    changes: Mapping[str, Change | NoEstimate], worth: Mapping[str, float], confidence: float = 0.95
) -> dict[str, str | None]:
    """rose, fell, no_detectable_change or too_few_to_say of each of the target's outcomes; None where nothing can be judged."""
    told = {name: change for name, change in changes.items() if not isinstance(change, NoEstimate) and change.holds}
    adjusted = dict(zip(told, benjamini_hochberg([change.p_value for change in told.values()]), strict=True))
    words: dict[str, str | None] = dict.fromkeys(changes)
    for name, change in told.items():
        if adjusted[name] < FALSE_DISCOVERY_RATE:
            words[name] = "rose" if change.value > 0 else "fell"
        else:
            found = change.detectable(confidence) <= worth[name]
            words[name] = "no_detectable_change" if found else "too_few_to_say"
    return words


def course_verdict(target: str | None, outcomes: Iterable[str | None]) -> str | None:
    """on_course, not_on_course or course_untold, from the target's own verdict and those of its outcomes."""
    if target is None:
        return None
    if target == "missed":
        return "not_on_course"
    return "on_course" if target == "met" and "fell" not in outcomes else "course_untold"


def rate_verdicts(
    p_values: Mapping[Hashable, float], gaps: Mapping[Hashable, float], differ: bool
) -> dict[Hashable, str]:
    """higher, lower or no_detectable_difference of each group against the rest, with Benjamini–Hochberg; nobody where all may be alike."""
    adjusted = dict(zip(p_values, benjamini_hochberg(list(p_values.values())), strict=True))
    return {
        name: ("higher" if gaps[name] > 0 else "lower")
        if differ and adjusted[name] < FALSE_DISCOVERY_RATE
        else "no_detectable_difference"
        for name in p_values
    }


def equality_verdict(p_value: float) -> str:
    return "rates_differ" if p_value < SHAPE_ERROR else "rates_not_told_apart"


def kpi_verdict(gap: Measured | float | NoEstimate, better: int) -> str | None:
    """met, missed or cannot_be_told of figure − target value. better: 1 where more is better, −1 where less is. A fact is met or not."""
    if isinstance(gap, NoEstimate) or (isinstance(gap, Measured) and not gap.holds):
        return None
    ends = (gap.low, gap.high) if isinstance(gap, Measured) else (gap, gap)
    low, high = sorted(better * end for end in ends)
    if low >= 0:
        return "met"
    return "missed" if high < 0 else "cannot_be_told"


def measured_verdict(found: Measured | NoEstimate, *, above: str, below: str, between: str) -> str | None:
    """A word by where the interval lies to 0; None where there is none that holds."""
    if isinstance(found, NoEstimate) or not found.holds:
        return None
    return above if found.low > 0 else below if found.high < 0 else between


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    return list(stats.false_discovery_control(np.array(p_values), method="bh")) if p_values else []


def spread_verdict(p_value: float | NoEstimate) -> str | None:
    """spread_beyond_chance or spread_by_chance, from the test that all managers' customers are alike; nobody is ranked by chance."""
    if isinstance(p_value, NoEstimate):
        return None
    return "spread_beyond_chance" if p_value < SHAPE_ERROR else "spread_by_chance"


def funnel_verdicts(values: Iterable[float], limits: Iterable[float]) -> list[str]:
    """stands_out_above, stands_out_below or within_chance, by the funnel's outer limits on either side of 0."""
    return [
        "stands_out_above" if value > limit else "stands_out_below" if value < -limit else "within_chance"
        for value, limit in zip(values, limits, strict=True)
    ]


def action_verdict(
    effect: Measured | NoEstimate,
    placebo: Measured | NoEstimate,
    *,
    detectable: float,
    expected: float | None,
    smallest_p: float,
    p_value: float | None,
    held: bool = False,
) -> str | None:
    """worked, no_effect_seen or effect_untold.

    placebo      the same difference in what the action wasn't about: where that rose too, something else may be behind both.
    expected     what the action was to bring; None: nobody said, so that nothing can have been missed.
    smallest_p   the smallest p that so few clusters allow; p_value: of the lot among them; None where clusters weren't treated whole.
    held         takes the intervals as certified: for the study that certifies them.
    """
    if not isinstance(effect, Measured):
        return None
    if p_value is not None and smallest_p > SHAPE_ERROR:
        return "effect_untold"
    if not (effect.holds or held):
        return None
    elsewhere = isinstance(placebo, Measured) and placebo.low > 0
    rose = effect.low > 0 if p_value is None else p_value <= SHAPE_ERROR and effect.value > 0
    if rose:
        return "effect_untold" if elsewhere else "worked"
    return "no_effect_seen" if expected is not None and detectable <= expected else "effect_untold"


def compared_verdicts(
    found: Mapping[Hashable, Compared | NoEstimate], *, above: str, below: str, between: str
) -> dict[Hashable, str | None]:
    """The same for differences that bring a p value of their own; what isn't certified gets no word and isn't counted."""
    tested = {name: c for name, c in found.items() if isinstance(c, Compared) and c.number.holds}
    words: dict[Hashable, str | None] = dict.fromkeys(found)
    if not tested:
        return words
    adjusted = stats.false_discovery_control(np.array([c.p_value for c in tested.values()]), method="bh")
    for (name, comparison), p in zip(tested.items(), adjusted):
        words[name] = (above if comparison.number.value > 0 else below) if p < FALSE_DISCOVERY_RATE else between
    return words


def part_verdicts(parts: Mapping[Hashable, Compared | NoEstimate]) -> dict[Hashable, str | None]:
    """part_up, part_down or part_noise of the parts that a change is split into."""
    return compared_verdicts(parts, above="part_up", below="part_down", between="part_noise")


def rank_verdicts(chances: Mapping[Hashable, float], *, held: bool = True) -> dict[Hashable, str | None]:
    """ranks_first for the one whose chance to be first is FIRST or more (the others get no word), else cannot_rank for all.

    held  whether such chances were shown to be honest at this n; where not, no word is given.
    """
    if not held:
        return dict.fromkeys(chances)
    first = [name for name, chance in chances.items() if chance >= FIRST]
    return {name: "ranks_first" if name in first else None if first else "cannot_rank" for name in chances}


def importance_verdict(share: Measured | NoEstimate, equal: float) -> str | None:
    return by_bounds(share, equal, above="matters_more", below="matters_less", between="matters_untold")


def payback_verdict(gain: Measured | NoEstimate) -> str | None:
    return by_bounds(gain, 0.0, above="pays_back", below="does_not_pay", between="payback_untold")


def contrast_verdict(contrast: Any, *, held: bool = False) -> str | None:
    """basic, excitement, performance or kind_untold, of a driver's penalty, reward and their difference in one split.

    held  takes the intervals as certified: for the study that certifies them.
    """
    parts = (contrast.penalty, contrast.reward, contrast.difference)
    if not all(isinstance(part, Measured) and (part.holds or held) for part in parts):
        return None
    penalty, reward, difference = parts
    if difference.high < 0 and penalty.low > 0:
        return "basic"
    if difference.low > 0 and reward.low > 0:
        return "excitement"
    return "performance" if penalty.low > 0 and reward.low > 0 else "kind_untold"


def by_bounds(number: Measured | NoEstimate, against: float, *, above: str, below: str, between: str) -> str | None:
    """The word by which side of `against` a certified interval lies on."""
    if not isinstance(number, Measured) or not number.holds:
        return None
    return above if number.low > against else below if number.high < against else between


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
