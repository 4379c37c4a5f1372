"""Did the questionnaire measure its dimensions, and was it read? What the report says of it."""

from __future__ import annotations

from typing import Any

from csat_analysis.report.view import View
from csat_analysis.results import Record
from csat_analysis.survey import careless as careless_answers

RELIABILITY = {
    "reliable": "questionnaire.reliable",
    "not_reliable": "questionnaire.not_reliable",
    "reliability_untold": "questionnaire.reliability_untold",
}

STRUCTURE = {
    "quality.factors": ("questionnaire.factors", "questionnaire.factors.none"),
    "quality.items_off_dimension": ("questionnaire.elsewhere", "questionnaire.elsewhere.none"),
}
LEAST_SHOWN = 0.0005  # of a share in percent with one decimal
SIGNS = {sign: f"sign.{sign}" for sign in careless_answers.SIGNS}


def questionnaire(view: View) -> dict[str, Any] | None:
    """Reliability of each dimension, structure of the items, careless answers; None where nothing was recorded."""
    alphas = view.records("quality.alpha")
    if not alphas:
        return None
    return {
        "rows": [row(view, record) for record in alphas if record.shown or omega_of(view, record).shown],
        "readings": [*reliability(view, alphas), *untold(view, alphas), structure(view)],
        "careless": careless(view),
    }


def omega_of(view: View, alpha: Record) -> Record:
    return view.results.get("quality.omega", **alpha.group)


def row(view: View, alpha: Record) -> tuple[str, Record, Record]:
    return view.numbers.measure(alpha.group["dimension"]), alpha, omega_of(view, alpha)


def reliability(view: View, alphas: list[Record]) -> list[str]:
    """Which dimensions' items agree well enough, which don't, and of which it can't be told."""
    readings = []
    for word, sentence in RELIABILITY.items():
        if found := [r for r in alphas if r.verdict == word]:
            items = view.list([view.named(view.numbers.measure(r.group["dimension"]), r) for r in found])
            readings.append(view.say(sentence, items=items))
    return readings


def untold(view: View, alphas: list[Record]) -> list[str]:
    """Dimensions without an α, and why."""
    reasons: dict[str, list[str]] = {}
    for record in alphas:
        if not record.shown:
            reasons.setdefault(view.status(record), []).append(view.numbers.measure(record.group["dimension"]))
    return [
        view.say("questionnaire.no_alpha", items=view.list(names), reason=reason) for reason, names in reasons.items()
    ]


def structure(view: View) -> str:
    """How many factors stand out, and how many items load elsewhere."""
    said = []
    for key, (sentence, untold_sentence) in STRUCTURE.items():
        if view.shown(key):
            said.append(view.say(sentence, number=view.numbers.bare(key)))
        elif view.has(key):
            said.append(view.say(untold_sentence, reason=view.status(view.results.get(key))))
    return view.sentences(*said) if said else ""


def careless(view: View) -> list[str]:
    """The share of suspects beside chance, and what the index would be without them."""
    found = view.records("quality.careless_share")
    if not found:
        return []
    share = found[0]
    if not share.shown:
        return [view.say("questionnaire.careless.none", reason=view.status(share))]
    readings = [view.say("questionnaire.careless", share=view.numbers.bare(share.key))]
    by_chance = view.shown("quality.careless_by_chance")
    if by_chance and by_chance.value >= LEAST_SHOWN:
        chance = view.numbers.bare("quality.careless_by_chance")
        readings.append(view.say("questionnaire.careless.chance", share=chance))
    if view.has("quality.careless_effect"):
        effect = view.results.get("quality.careless_effect")
        readings.append(careless_effect(view, effect))
    return readings


def careless_effect(view: View, effect: Record) -> str:
    """What the index would be without the suspects, with its interval."""
    if not effect.shown:
        return view.say("questionnaire.careless.effect.none", effect=view.status(effect))
    if effect.status == "exact":
        return view.say("questionnaire.careless.effect.nobody")
    parts = {"effect": view.numbers.number(effect.key), "interval": view.numbers.interval(effect.key)}
    return view.say("questionnaire.careless.effect", **parts)
