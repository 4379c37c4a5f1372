"""The named rules behind every verdict word, for the report's glossary; `verdicts` applies them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A verdict word's rule in words, for the report's appendix."""

    name: str
    word: str
    when: str


def rule_of(key: str, word: str) -> str | None:
    """The name of the rule that gave a number its verdict word; None where no rule knows the word, or the key doesn't tell which did."""
    names = {rule.name for rule in RULES if rule.word == word}
    return names.pop() if len(names) == 1 else WHICH_RULE.get(key) if WHICH_RULE.get(key) in names else None


WHICH_RULE = {  # key → rule, for the words that several rules give
    "satisfaction.change": "change",
    "satisfaction.perception_gap": "gap",
    "satisfaction.segment": "difference",
    "satisfaction.segment_gap": "difference",
    "satisfaction.segment_nps": "difference",
    "satisfaction.segment_nps_gap": "difference",
    "target.progress": "target",
    "target.check": "check",
    "kpi.gap": "kpi",
    "customers.retention_in": "difference",
    "customers.retention_against": "difference",
    "customers.bought_in": "difference",
    "customers.bought_against": "difference",
    "customers.clv_in": "difference",
    "customers.clv_against": "difference",
    "customers.exclusive_in": "difference",
    "customers.exclusive_against": "difference",
    "service.complaint_segment": "difference",
    "service.complaint_gap": "difference",
    **{
        f"service.{wait}_{what}": "difference"
        for wait in ("first_reply_hours", "resolution_hours", "processing_days", "delivery_days")
        for what in ("segment", "gap")
    },
    "sales.win_rate_source": "difference",
    "sales.win_rate_manager": "difference",
    "sales.win_rate_region": "difference",
    "sales.win_rate_against": "difference",
    "repurchase.ame": "effect",
    "repurchase.ame_linear": "effect",
    "repurchase.ame_corrected": "effect",
    "repurchase.ame_within": "effect",
    "repurchase.by_competition": "effect",
    "repurchase.by_segment": "effect",
    "repurchase.nonlinearity_p": "shape",
    "feedback.word": "words",
    "feedback.new_word": "said",
    "feedback.theme_change": "said",
    "feedback.theme_gap": "difference",
    "feedback.journey_gap": "difference",
    "competitor.gap": "competitor",
    "drivers.competitor_gap": "competitor",
}

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
    Rule(
        "part", "part_up", "the part is above 0 after Benjamini–Hochberg over the parts that the change is split into"
    ),
    Rule(
        "part", "part_down", "the part is below 0 after Benjamini–Hochberg over the parts that the change is split into"
    ),
    Rule("part", "part_noise", "the part is not significant after Benjamini–Hochberg"),
    Rule("standard", "above", "the interval of index − standard lies above 0"),
    Rule("standard", "below", "the interval of index − standard lies below 0"),
    Rule("standard", "not_distinguishable", "the interval of index − standard includes 0"),
    Rule("since", "rose_since", "the interval of index − that of the first survey that asked alike lies above 0"),
    Rule("since", "fell_since", "that interval lies below 0"),
    Rule("since", "since_not_told", "that interval includes 0"),
    Rule(
        "most",
        "named_most",
        "the binomial test (1/2) of its count against the next gives p below 1 − the confidence level",
    ),
    Rule("most", "most_not_told", "it gives a larger p"),
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
        "p is 5 % or more, and the named curvature (all of the effect above the median score) would have been found with 80 % power",
    ),
    Rule(
        "curves", "curves_differ", "the Wald test that the groups' curves are alike but for their height gives p < 5 %"
    ),
    Rule("curves", "curves_not_told_apart", "it gives p of 5 % or more"),
    Rule(
        "prediction",
        "predicts_better",
        "the interval of the model's Brier score less that of the rate alone lies below 0",
    ),
    Rule("prediction", "predicts_worse", "that interval lies above 0"),
    Rule("prediction", "not_shown_to_predict", "that interval includes 0"),
    Rule("calibration", "overconfident", "the interval of the calibration slope lies below 1"),
    Rule("calibration", "underconfident", "the interval of the calibration slope lies above 1"),
    Rule(
        "calibration",
        "no_detectable_miscalibration",
        "it includes 1, and a slope .5 away from 1 would have been found with 80 % power",
    ),
    Rule("calibration", "calibration_untold", "it includes 1, and such a slope would have been missed too often"),
    Rule("level", "foretold_too_low", "the interval of the share that bought less the mean forecast lies above 0"),
    Rule("level", "foretold_too_high", "that interval lies below 0"),
    Rule("level", "level_not_told_apart", "that interval includes 0"),
    Rule(
        "gain", "adds", "the interval of the area under the curve with satisfaction less that without it lies above 0"
    ),
    Rule("gain", "takes_away", "that interval lies below 0"),
    Rule("gain", "not_shown_to_add", "that interval includes 0"),
    Rule("intent", "likely_bought_more", "the interval of those who said they would less the others lies above 0"),
    Rule("intent", "likely_bought_less", "that interval lies below 0"),
    Rule("intent", "intent_not_told_apart", "that interval includes 0"),
    Rule("slopes", "slopes_differ", "the Wald test that all slopes are equal is significant after Benjamini–Hochberg"),
    Rule("slopes", "slopes_not_told_apart", "it is not significant after Benjamini–Hochberg"),
    Rule("retention", "more_stay", "the interval of the change of retention lies above 0"),
    Rule("retention", "fewer_stay", "the interval of the change of retention lies below 0"),
    Rule("retention", "stay_not_told", "the interval of the change of retention includes 0"),
    Rule("left", "rated_lower", "the interval of the index of those who left less those who stayed lies below 0"),
    Rule("left", "rated_higher", "the interval of the index of those who left less those who stayed lies above 0"),
    Rule("left", "rated_not_told", "the interval of the index of those who left less those who stayed includes 0"),
    Rule(
        "complaints",
        "complaints_rose",
        "the change of the rate is above 0 after Benjamini–Hochberg over all categories",
    ),
    Rule("complaints", "complaints_fell", "the same below 0"),
    Rule("complaints", "complaints_level", "the change of the rate is not significant after Benjamini–Hochberg"),
    Rule("waiting", "falls_with_waiting", "the slope of scores on waiting is below 0 after Benjamini–Hochberg"),
    Rule("waiting", "rises_with_waiting", "the slope of scores on waiting is above 0 after Benjamini–Hochberg"),
    Rule("waiting", "no_slope_told", "the slope of scores on waiting is not significant after Benjamini–Hochberg"),
    Rule(
        "journey",
        "lost_here",
        "customers badly served at a stage score below the others there after Benjamini–Hochberg",
    ),
    Rule("journey", "higher_here", "they score above the others there after Benjamini–Hochberg"),
    Rule("journey", "not_told_here", "they can't be told from the others there after Benjamini–Hochberg"),
    Rule("rank", "ranks_first", "the chance to be first is 90 % or more"),
    Rule("rank", "cannot_rank", "nobody's chance to be first is 90 % or more"),
    Rule("importance", "matters_more", "the interval of the share lies above an equal share"),
    Rule("importance", "matters_less", "the interval of the share lies below an equal share"),
    Rule("importance", "matters_untold", "the interval of the share includes an equal share"),
    Rule("kind", "basic", "the interval of reward − penalty lies below 0 and that of the penalty above 0"),
    Rule("kind", "excitement", "the interval of reward − penalty lies above 0, and so does that of the reward"),
    Rule("kind", "performance", "neither, and the intervals of penalty and of reward lie above 0"),
    Rule("kind", "kind_untold", "none of these"),
    Rule("payback", "pays_back", "the interval of the gain less the cost lies above 0"),
    Rule("payback", "does_not_pay", "the interval of the gain less the cost lies below 0"),
    Rule("payback", "payback_untold", "the interval of the gain less the cost includes 0"),
    Rule("shape", "cannot_be_told", "p is 5 % or more, and that curvature would have been missed too often"),
    # customers and service: sales, target and loyalty
    Rule(
        "check",
        "rose",
        "an outcome's change on a year earlier is above 0 after Benjamini–Hochberg over the target's outcomes",
    ),
    Rule("check", "fell", "the same below 0"),
    Rule(
        "check", "no_detectable_change", "neither, and a change worth detecting would have been found with 80 % power"
    ),
    Rule("check", "too_few_to_say", "neither, and a change worth detecting would have been missed too often"),
    Rule("course", "on_course", "the target is met, and none of its outcomes fell"),
    Rule("course", "not_on_course", "the target is missed"),
    Rule("course", "course_untold", "the interval of the gain includes the target, or it is met while an outcome fell"),
    Rule("kpi", "met", "the interval of the figure lies at or beyond its target value, on the better side"),
    Rule("kpi", "missed", "the interval of the figure lies short of its target value"),
    Rule("kpi", "cannot_be_told", "the interval of the figure includes its target value"),
    Rule(
        "rates", "rates_differ", "the χ² test that all groups' leads are won alike, open ones censored, gives p < 5 %"
    ),
    Rule("rates", "rates_not_told_apart", "it gives 5 % or more: no group is called higher or lower"),
    Rule("growth", "grew_more", "the interval of growth per index point lies above 0"),
    Rule("growth", "grew_less", "the interval of growth per index point lies below 0"),
    Rule("growth", "growth_untold", "the interval of growth per index point includes 0"),
    Rule("pace", "faster", "the interval of exclusive customers' growth factor over the others' lies above 1"),
    Rule("pace", "slower", "that interval lies below 1"),
    Rule("pace", "pace_untold", "that interval includes 1"),
    Rule(
        "referral", "refer_more", "the interval of the share referring, above less below the median score, lies above 0"
    ),
    Rule("referral", "refer_less", "that interval lies below 0"),
    Rule("referral", "referral_untold", "that interval includes 0"),
    # what customers say
    Rule("words", "dissatisfied_say", "the dissatisfied say it more, after Benjamini–Hochberg over all terms compared"),
    Rule("words", "satisfied_say", "the satisfied say it more, after Benjamini–Hochberg over all terms compared"),
    Rule("words", "no_detectable_difference", "neither"),
    Rule(
        "said", "said_more", "it is said more than in the survey before, after Benjamini–Hochberg over all of its kind"
    ),
    Rule(
        "said", "said_less", "it is said less than in the survey before, after Benjamini–Hochberg over all of its kind"
    ),
    Rule("said", "no_detectable_difference", "neither"),
    Rule("competitor", "ahead", "our score less the competitor's is above 0 after Benjamini–Hochberg over all shown"),
    Rule("competitor", "behind", "our score less the competitor's is below 0 after Benjamini–Hochberg over all shown"),
    Rule("competitor", "no_detectable_difference", "it is not significant after Benjamini–Hochberg"),
    # managers and actions
    Rule(
        "spread",
        "spread_by_chance",
        "the test that all managers' customers are alike gives p of 5 % or more: nobody is ranked",
    ),
    Rule("spread", "spread_beyond_chance", "it gives p < 5 %"),
    Rule(
        "funnel",
        "stands_out_above",
        "the number lies above the 99.8 % limit of the funnel, with the spread pooled over all managers",
    ),
    Rule("funnel", "stands_out_below", "it lies below that limit"),
    Rule("funnel", "within_chance", "it lies within the limits"),
    Rule(
        "action",
        "worked",
        "the effect is above 0 beyond chance (its interval, or the lot among whole clusters), and what the action was not about did not rise alike",
    ),
    Rule("action", "no_effect_seen", "it is not, and the gain expected would have been found with 80 % power"),
    Rule(
        "action",
        "effect_untold",
        "neither; or so few whole clusters were treated that no p below 5 % is possible; or everything rose alike",
    ),
)
