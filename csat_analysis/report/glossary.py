"""What the words mean: the terms of this report, and the rule behind each verdict."""

from __future__ import annotations

from typing import Any

from csat_analysis.detectable import POWER
from csat_analysis.report import wording
from csat_analysis.report.view import BEST, WORST, View
from csat_analysis.verdicts import DEFAULT_GAIN, FALSE_DISCOVERY_RATE, FIRST, NEARLY_ALL, RELIABLE

RULE = "term.rule."
RULES = {
    "satisfaction.change": "term.rule.change",
    "satisfaction.change_part": "term.rule.part",
    "satisfaction.against_standard": "term.rule.standard",
    "satisfaction.since_first": "term.rule.since",
    "target.progress": "term.rule.target",
    "satisfaction.dimension": "term.rule.place",
    "satisfaction.segment": "term.rule.difference",
    "satisfaction.perception_gap": "term.rule.gap",
    "design.draw_explained": "term.rule.draw",
    "design.detectable_change_measure": "term.rule.power",
    "design.sample_size": "term.rule.size",
    "quality.alpha": "term.rule.reliability",
    "bias.tipping_point": "term.rule.silence",
    "customers.retention_change": "term.rule.retention",
    "customers.churn_reason": "term.rule.most",
    "customers.left_index_gap": "term.rule.left",
    "repurchase.ame": "term.rule.effect",
    "repurchase.benchmark_gap": "term.rule.benchmark",
    "repurchase.nonlinearity_p": "term.rule.shape",
    "repurchase.equal_slopes_p": "term.rule.slopes",
    "repurchase.equal_curves_p": "term.rule.curves",
    "repurchase.brier_against_rate": "term.rule.prediction",
    "repurchase.calibration_slope": "term.rule.calibration",
    "repurchase.forecast_gap": "term.rule.level",
    "repurchase.auc_gain": "term.rule.gain",
    "repurchase.intent_gap": "term.rule.intent",
    "target.on_course": "term.rule.course",
    "target.check": "term.rule.check",
    "kpi.gap": "term.rule.kpi",
    "sales.win_rates_equal_p": "term.rule.rates",
    "sales.growth_slope": "term.rule.growth",
    "customers.exclusive_growth_gap": "term.rule.pace",
    "sales.refer_difference": "term.rule.referral",
    "service.complaint_change": "term.rule.complaints",
    "service.waiting_slope": "term.rule.waiting",
    "journey.gap": "term.rule.journey",
    "drivers.rank_first": "term.rule.rank",
    "drivers.importance": "term.rule.importance",
    "drivers.contrast": "term.rule.kind",
    "drivers.competitor_gap": "term.rule.competitor",
    "plan.gain": "term.rule.payback",
    "feedback.word": "term.rule.words",
    "feedback.theme_change": "term.rule.said",
    "competitor.gap": "term.rule.competitor",
    "managers.spread_p": "term.rule.spread",
    "managers.against_expected": "term.rule.funnel",
    "actions.effect": "term.rule.action",
}


def glossary(view: View) -> dict[str, Any]:
    """The terms of this report, each with its meaning for this questionnaire, and the rules of its verdicts."""
    terms = [*measure_terms(view), *survey_terms(view), *verdict_terms(view)]
    return {"terms": [(view.say(term), text, place_of(term)) for term, text in terms]}


def place_of(term: str) -> str:
    """Where the verdicts' links lead; nothing for other terms."""
    return f"rule-{term.removeprefix(RULE)}" if term.startswith(RULE) else ""


def measure_terms(view: View) -> list[tuple[str, str]]:
    programme, ends = view.programme, {"worst": WORST, "best": BEST}
    low, high = (wording.plain_text(end, view.language) for end in (programme.scale.min, programme.scale.max))
    terms = [
        ("term.index", index_text(view, ends)),
        ("term.dimension", view.say("term.dimension.text")),
        ("term.item", view.say("term.item.text", low=low, high=high, **ends)),
    ]
    if shows(view, "satisfaction.standard"):
        terms.append(("term.standard", view.say("term.standard.text")))
    if shows(view, "satisfaction.satisfied_share"):
        terms.append(("term.satisfied_share", view.say("term.satisfied_share.text")))
    return terms + outcome_terms(view)


def index_text(view: View, ends: dict[str, int]) -> str:
    if view.programme.equal_weights:
        return view.say("term.index.equal", **ends)
    weights = [view.named(view.numbers.measure(r.group["dimension"]), r) for r in view.records("satisfaction.weight")]
    return view.say("term.index.text", weights=view.list(weights), **ends)


def outcome_terms(view: View) -> list[tuple[str, str]]:
    """CSAT and NPS as this questionnaire asks them."""
    terms = []
    if shows(view, "satisfaction.csat"):
        outcome = view.programme.outcomes["csat"]
        codes = view.list([wording.plain_text(code, view.language) for code in outcome.satisfied])
        terms.append(
            (
                "term.csat",
                view.say(
                    "term.csat.text",
                    satisfied=codes,
                    low=wording.plain_text(outcome.min, view.language),
                    high=wording.plain_text(outcome.max, view.language),
                ),
            )
        )
    if shows(view, "satisfaction.nps"):
        outcome = view.programme.outcomes["nps"]
        promoter, detractor = (
            "–".join(wording.plain_text(end, view.language) for end in ends)
            for ends in (outcome.promoter, outcome.detractor)
        )
        terms.append(
            (
                "term.nps",
                view.say(
                    "term.nps.text",
                    promoter=promoter,
                    detractor=detractor,
                    high=wording.plain_text(outcome.max, view.language),
                ),
            )
        )
    return terms


def survey_terms(view: View) -> list[tuple[str, str]]:
    terms = []
    if view.records("satisfaction.panel"):
        panels = view.list([view.numbers.panel(record.group["panel"]) for record in view.records("satisfaction.panel")])
        terms.append(("term.panel", view.say("term.panel.text", panels=panels)))
    terms.append(("term.interval", view.say("term.interval.text", confidence=view.confidence)))
    if view.facts["weights"] != "none":
        terms.append(("term.weight", view.say("term.weight.text")))
    if "customers" not in view.facts["not_supplied"]:
        terms.append(("term.frame", view.say("term.frame.text")))
    terms.append(("term.nonresponse", view.say("term.nonresponse.text")))
    if shows(view, "robustness.agree"):
        terms.append(("term.robustness", view.say("term.robustness.text")))
    statuses = {record.status for record in view.results.records}
    if "suppressed" in statuses:
        terms.append(("term.suppressed", view.say("term.suppressed.text", count=view.programme.reporting.min_group)))
    if "not_supplied" in statuses or view.facts["not_supplied"]:
        terms.append(("term.not_supplied", view.say("term.not_supplied.text")))
    return terms


def verdict_terms(view: View) -> list[tuple[str, str]]:
    """The rule behind each kind of verdict that this report gives."""
    target = view.programme.target
    worth = target.gain_per_year if target else DEFAULT_GAIN
    parts = {
        "confidence": view.confidence,
        "power": wording.percent_text(POWER, view.language),
        "rate": wording.percent_text(FALSE_DISCOVERY_RATE, view.language),
        "worth": wording.plain_text(worth, view.language),
        "first": wording.percent_text(FIRST, view.language),
        "nearly": wording.percent_text(NEARLY_ALL, view.language),
        "reliable": wording.plain_text(RELIABLE, view.language),
    }
    terms = dict.fromkeys(term for term in RULES.values() if term.removeprefix(RULE) in view.rules)
    return [(term, view.say(f"{term}.text", **parts)) for term in terms]


def shows(view: View, key: str) -> bool:
    return any(record.shown for record in view.records(key))
