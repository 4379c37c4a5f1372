"""Which message stands for a word of results.json: the sentence of each verdict, the name of each group.

Wording phrases, it doesn't judge: which sentence is said follows from a record's verdict word through these tables.
"""

from __future__ import annotations

from csat_analysis import programme
from csat_analysis.verdict_rules import RULES

REASONS = ("quality", "service", "price", "policy", "competitor", "closed", "other")  # why customers left
VERDICTS = {rule.word: f"verdict.{rule.word}" for rule in RULES}
HEADLINES = {
    "rose": "headline.rose",
    "fell": "headline.fell",
    "no_detectable_change": "headline.no_detectable_change",
    "too_few_to_say": "headline.too_few_to_say",
    None: "headline.alone",
}
CHANGES = {
    "rose": "change.rose",
    "fell": "change.fell",
    "no_detectable_change": "change.no_detectable_change",
    "too_few_to_say": "change.too_few_to_say",
}
CHANGED = {
    "rose": "overview.changed.rose",
    "fell": "overview.changed.fell",
    "no_detectable_change": "overview.changed.no_detectable_change",
}
SINCE = {word: f"overview.trend.{word}" for word in ("rose_since", "fell_since", "since_not_told")}
MOST = {word: f"customers.reasons.{word}" for word in ("named_most", "most_not_told")}
STANDARDS = {
    "above": "standard.above",
    "below": "standard.below",
    "not_distinguishable": "standard.not_distinguishable",
}
TARGETS = {"met": "target.met", "missed": "target.missed", "cannot_be_told": "target.cannot_be_told"}
PLACES = {"above_index": "where.places.above", "below_index": "where.places.below"}
SEGMENTS = {"higher": "where.segments.higher", "lower": "where.segments.lower"}
GAPS = {
    "executives_higher": "where.gap.executives_higher",
    "executives_lower": "where.gap.executives_lower",
    "no_detectable_difference": "where.gap.no_detectable_difference",
}
EFFECTS = {
    "goes_up_with": "repurchase.effect.goes_up_with",
    "goes_down_with": "repurchase.effect.goes_down_with",
    "no_detectable_effect": "repurchase.effect.no_detectable_effect",
    "cannot_be_told": "repurchase.effect.cannot_be_told",
}
BENCHMARKS = {
    "above_benchmark": "repurchase.benchmark.above_benchmark",
    "below_benchmark": "repurchase.benchmark.below_benchmark",
    "not_told_from_benchmark": "repurchase.benchmark.not_told_from_benchmark",
}
SHAPES = {
    "bent": "repurchase.shape.bent",
    "no_detectable_bend": "repurchase.shape.no_detectable_bend",
    "cannot_be_told": "repurchase.shape.cannot_be_told",
}
CURVES = {
    "curves_differ": "repurchase.curves.curves_differ",
    "curves_not_told_apart": "repurchase.curves.curves_not_told_apart",
}
PREDICTIONS = {
    "predicts_better": "repurchase.believed.predicts_better",
    "predicts_worse": "repurchase.believed.predicts_worse",
    "not_shown_to_predict": "repurchase.believed.not_shown_to_predict",
}
CALIBRATIONS = {
    "overconfident": "repurchase.believed.overconfident",
    "underconfident": "repurchase.believed.underconfident",
    "no_detectable_miscalibration": "repurchase.believed.no_detectable_miscalibration",
    "calibration_untold": "repurchase.believed.calibration_untold",
}
FORECAST_LEVELS = {
    "foretold_too_low": "repurchase.believed.foretold_too_low",
    "foretold_too_high": "repurchase.believed.foretold_too_high",
    "level_not_told_apart": "repurchase.believed.level_not_told_apart",
}
GAINS = {
    "adds": "repurchase.association.gain.adds",
    "takes_away": "repurchase.association.gain.takes_away",
    "not_shown_to_add": "repurchase.association.gain.not_shown_to_add",
}
INTENTS = {
    "likely_bought_more": "repurchase.believed.likely_bought_more",
    "likely_bought_less": "repurchase.believed.likely_bought_less",
    "intent_not_told_apart": "repurchase.believed.intent_not_told_apart",
}
ASSOCIATIONS = {word: f"repurchase.association.effect.{word}" for word in EFFECTS}
BESIDE_PUBLISHED = {word: f"repurchase.association.benchmark.{word}" for word in BENCHMARKS}
WITHIN = {word: f"repurchase.association.within.{word}" for word in EFFECTS}
SLOPES = {
    "slopes_differ": "repurchase.groups.slopes_differ",
    "slopes_not_told_apart": "repurchase.groups.slopes_not_told_apart",
}
RANKS = {"ranks_first": "drivers.rank.ranks_first", "cannot_rank": "drivers.rank.cannot_rank"}
OTHER_RANKS = {"ranks_first": "drivers.others.ranks_first", "cannot_rank": "drivers.others.cannot_rank"}
BEST_PLANS = {"ranks_first": "plans.best.ranks_first", "cannot_rank": "plans.best.cannot_rank"}
KINDS = {
    "basic": "drivers.kinds.basic",
    "excitement": "drivers.kinds.excitement",
    "performance": "drivers.kinds.performance",
}
PAYBACKS = {
    "pays_back": "plans.pays_back",
    "does_not_pay": "plans.does_not_pay",
    "payback_untold": "plans.payback_untold",
}
HIDDEN = {
    "suppressed": "where.hidden.suppressed",
    "not_certified": "where.hidden.not_certified",
    "not_estimable": "where.hidden.not_estimable",
    "not_supplied": "where.hidden.not_supplied",
}
STATUSES = {
    status: f"status.{status}"
    for status in (
        "ok",
        "exact",
        "published",
        "suppressed",
        "not_certified",
        "not_estimable",
        "not_supplied",
        "not_computed",
    )
}
TRAITS = {  # (column of customers, level): what survey.yml needn't name
    ("exclusive", None): "trait.exclusive",
    ("exclusive", "yes"): "trait.exclusive.yes",
    ("exclusive", "no"): "trait.exclusive.no",
    ("competition", None): "trait.competition",
    ("competition", "low"): "trait.competition.low",
    ("competition", "medium"): "trait.competition.medium",
    ("competition", "high"): "trait.competition.high",
    ("log_sales", None): "trait.log_sales",
    ("customer_size", None): "trait.customer_size",
    ("customer_size", "large"): "trait.customer_size.large",
    ("customer_size", "small"): "trait.customer_size.small",
    ("source", None): "trait.source",
    ("manager", None): "trait.manager",
}
GROUPS = {  # (name of a group, level): its words
    ("stage", "before"): "stage.before",
    ("stage", "after"): "stage.after",
    ("rate", "RR1"): "rate.response_complete",
    ("rate", "RR2"): "rate.response",
    ("rate", "CON1"): "rate.contact",
    ("rate", "COOP2"): "rate.cooperation",
    ("rate", "REF1"): "rate.refusal",
    ("channel", "visit"): "channel.visit",
    ("channel", "phone"): "channel.phone",
    ("channel", "online"): "channel.online",
    ("channel", "mail"): "channel.mail",
    ("method", "naive"): "method.naive",
    ("method", "design"): "method.design",
    ("method", "raked"): "method.raked",
    ("method", "propensity"): "method.propensity",
    ("answering", "random"): "answering.random",
    ("answering", "observed"): "answering.observed",
    ("answering", "satisfaction"): "answering.satisfaction",
    ("answering", "both"): "answering.both",
    ("category", "all"): "service.category.all",
    ("category", "quality"): "service.category.quality",
    ("category", "contract"): "service.category.contract",
    ("category", "transport"): "service.category.transport",
    ("category", "service"): "service.category.service",
    ("category", "uncategorised"): "service.category.uncategorised",
    ("per", "customer"): "service.per.customer",
    ("per", "100_orders"): "service.per.100_orders",
    ("statistic", "median"): "service.statistic.median",
    ("statistic", "p90"): "service.statistic.p90",
    ("statistic", "within_target"): "service.statistic.within_target",
    ("statistic", "target"): "service.statistic.target",
    ("wait", "first_reply_hours"): "service.wait.first_reply_hours",
    ("wait", "resolution_hours"): "service.wait.resolution_hours",
    ("wait", "processing_days"): "service.wait.processing_days",
    ("wait", "delivery_days"): "service.wait.delivery_days",
    ("state", "known"): "service.state.known",
    ("state", "unfinished"): "service.state.unfinished",
    ("state", "left_out"): "service.state.left_out",
    ("band", "none"): "service.band.none",
    ("band", "quick"): "service.band.quick",
    ("band", "middle"): "service.band.middle",
    ("band", "slow"): "service.band.slow",
    ("stage", "enquiry"): "service.stage.enquiry",
    ("stage", "order"): "service.stage.order",
    ("stage", "delivery"): "service.stage.delivery",
    ("stage", "after_sales"): "service.stage.after_sales",
    ("stage", "complaint"): "service.stage.complaint",
    ("what", "days"): "service.what.days",
    ("what", "customers"): "service.what.customers",
    ("what", "orders"): "service.what.orders",
    ("what", "complaints"): "service.what.complaints",
    ("what", "unlisted_complaints"): "service.what.unlisted_complaints",
    ("what", "unlisted_orders"): "service.what.unlisted_orders",
    ("source", "comment"): "voice.source.comment",
    ("source", "ticket"): "voice.source.ticket",
    ("source", "mention"): "voice.source.mention",
    ("how", "given"): "voice.how.given",
    ("how", "wording"): "voice.how.wording",
    ("how", "model"): "voice.how.model",
    ("how", "unsure"): "voice.how.unsure",
    ("competitor", "all"): "voice.competitor.all",
}
GROUPS |= {("list", name): f"customers.list.{name}" for name in ("start", "end", "new", "stayed")}
GROUPS |= {("gap", name): f"customers.gap.{name}" for name in ("came_back", "listed_late", "began_anew")}
GROUPS |= {("lost", name): f"customers.lost.{name}" for name in ("left", "not_listed")}
GROUPS |= {("reason", name): f"customers.reason.{name}" for name in REASONS}
GROUPS |= {("direction", name): f"customers.direction.{name}" for name in ("up", "same", "down")}
GROUPS |= {("band", name): f"customers.band.{name}" for name in ("dissatisfied", "neutral", "satisfied", "complete")}
GROUPS |= {("rule_of_value", name): f"customers.value.{name}" for name in ("horizon_years", "discount_rate")}
RETENTION_TILES = {
    "more_stay": "tile.retention.more_stay",
    "fewer_stay": "tile.retention.fewer_stay",
    "stay_not_told": "tile.retention.stay_not_told",
}
RETENTIONS = {
    "more_stay": "customers.change.more_stay",
    "fewer_stay": "customers.change.fewer_stay",
    "stay_not_told": "customers.change.stay_not_told",
}
LEFT = {
    "rated_lower": "customers.left.rated_lower",
    "rated_higher": "customers.left.rated_higher",
    "rated_not_told": "customers.left.rated_not_told",
}
RETENTION_GROUPS = {
    "higher": "customers.groups.higher",
    "lower": "customers.groups.lower",
}
GROUPS |= {
    ("stage", stage): f"sales.stage.{stage}" for stage in ("lead", "contacted", "needs", "proposal", "negotiation")
}
GROUPS |= {("state", state): f"sales.state.{state}" for state in ("all", "won", "lost", "open", "jumped", "no_day")}
GROUPS |= {("part", part): f"sales.part.{part}" for part in ("repurchase_intent", "nps", "repurchase_rate")}
GROUPS |= {
    ("outcome", outcome): f"sales.outcome.{outcome}"
    for outcome in ("loyalty_index", "exclusive_customers", "exclusive_sales")
}
COURSES = {word: f"sales.course.{word}" for word in ("on_course", "not_on_course", "course_untold")}
CHECKS = {word: f"sales.check.{word}" for word in ("rose", "fell", "no_detectable_change", "too_few_to_say")}
PACES = {word: f"sales.pace.{word}" for word in ("faster", "slower", "pace_untold")}
GROWTHS = {word: f"sales.growth.{word}" for word in ("grew_more", "grew_less", "growth_untold")}
REFERRALS = {word: f"sales.refer.{word}" for word in ("refer_more", "refer_less", "referral_untold")}
RATES = {word: f"sales.rates.{word}" for word in ("rates_differ", "rates_not_told_apart")}
COMPLAINTS = {
    "complaints_rose": "service.changed.complaints_rose",
    "complaints_fell": "service.changed.complaints_fell",
    "complaints_level": "service.changed.complaints_level",
}
COMPLAINING = {"higher": "service.groups.higher", "lower": "service.groups.lower"}
WAITING = {
    "falls_with_waiting": "service.slowness.falls_with_waiting",
    "rises_with_waiting": "service.slowness.rises_with_waiting",
    "no_slope_told": "service.slowness.no_slope_told",
}
JOURNEY = {
    "lost_here": "service.journey.lost_here",
    "higher_here": "service.journey.higher_here",
    "not_told_here": "service.journey.not_told_here",
}
COMPLAINED = {"lost_here": "service.complained.lost_here", "higher_here": "service.complained.higher_here"}
COMPETITORS = {"ahead": "voice.competitors.ahead", "behind": "voice.competitors.behind"}
AGAINST_COMPETITORS = {word: f"drivers.competitors.{word}" for word in ("ahead", "behind", "no_detectable_difference")}
WORDS = {"dissatisfied_say": "voice.words.dissatisfied", "satisfied_say": "voice.words.satisfied"}
NEW_WORDS = {"said_more": "voice.new.more", "said_less": "voice.new.less"}
THEMES_CHANGED = {"said_more": "voice.themes.more", "said_less": "voice.themes.less"}
THEME_GAPS = {"lower": "voice.themes.lower", "higher": "voice.themes.higher"}
SPREADS = {word: f"managers.spread.{word}" for word in ("spread_by_chance", "spread_beyond_chance")}
FUNNELS = {word: f"managers.funnel.{word}" for word in ("stands_out_above", "stands_out_below")}
ACTIONS = {word: f"managers.action.{word}" for word in ("worked", "no_effect_seen", "effect_untold")}
BESIDE = {  # an action's number → what is said of it where its interval lies above zero, below it, or about it
    "actions.placebo": tuple(f"managers.action.placebo.{word}" for word in ("differs", "differs", "untold")),
    "actions.low_scorers": tuple(f"managers.action.low.{word}" for word in ("more", "less", "untold")),
}
GROUPS |= {("what", what): f"managers.what.{what}" for what in ("counted", "changed_hands", "nobodys")}
GROUPS |= {("limit", limit): f"managers.limit.{limit}" for limit in ("warning", "action")}
GROUPS |= {("of", of): f"managers.of.{of}" for of in ("answers", "clusters")}
GROUPS |= {("customers", who): f"managers.customers.{who}" for who in ("others", "same")}
GROUPS |= {("end", end): f"plan.end.{end}" for end in ("low", "high")}
FIGURES = (
    "index",
    "nps",
    "retention",
    "bought",
    "clv",
    "exclusive",
    "complaints",
    "within_target",
    "median",
    "win_rate",
)
GROUPS |= {("figure", figure): f"groups.figure.{figure}" for figure in FIGURES}
GROUPS |= {("whose", whose): f"sales.whose.{whose}" for whose in ("no_manager", "no_customer")}
GROUPS |= {
    ("headline", name): f"robustness.headline.{name}" for name in ("change", "nps", "csat", "standard", "target")
}
GROUPS |= {
    ("choice", name): f"robustness.choice.{name}"
    for name in (
        "tighter_trimming",
        "by_draw",
        "every_answer_alike",
        "left_out",
        "complete",
        "any_item",
        "plain",
    )
}
GROUPS |= {("view", name): f"explained.view.{name}" for name in ("dimensions", "causes", "both")}
GROUPS |= {
    ("part", part): f"explained.part.{part}" for part in ("mix", "rate", "channel", "questionnaire", "noise", "total")
}
SILENCES = {
    "cannot_drop": "bias.silence.cannot_drop",
    "only_if_far_lower": "bias.silence.only_if_far_lower",
    "hangs_on_silent": "bias.silence.hangs_on_silent",
    "not_shown_above": "bias.silence.not_shown_above",
}
TABLES = {table: f"data.{table}" for table in programme.TABLES}
STAND_INS = {column: f"belief.stand_in.{column}" for column in ("response_id", "contact_id", "panel", "responded_on")}
