"""Who did not answer, and does it matter: response, balance before and after weighting, what silence could do."""

from __future__ import annotations

from typing import Any

from csat_analysis.report import message_tables, wording
from csat_analysis.report.balance_chart import balance_chart, balance_rows
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.view import View
from csat_analysis.report.wording import worded
from csat_analysis.results import Record
from csat_analysis.survey.balance import BEYOND_NOISE, FLAG

RESPONSE = {"rate": "RR2"}
MENDED, NOT_MENDED, BOTH = "observed", "satisfaction", "both"


def sample_bias(view: View) -> dict[str, Any] | None:
    """Nothing where notebook 03 recorded nothing that can be shown."""
    readings = response(view) + balance(view) + moved(view)
    silent = silence(view)
    if not readings and not silent:
        return None
    return {"readings": readings, "chart": balance_chart(view.numbers), "silent": silent, "method": method(view)}


def response(view: View) -> list[str]:
    rate, coverage = view.shown("bias.outcome_rate", **RESPONSE), view.shown("bias.revenue_coverage")
    parts = {"rate": rate and view.numbers.bare(rate.key, **RESPONSE)}
    parts |= {"coverage": coverage and view.numbers.bare(coverage.key)}
    if rate and coverage:
        return [view.say("bias.response", **parts)]
    if rate:
        return [view.say("bias.response.alone", rate=parts["rate"])]
    return [view.say("bias.coverage.alone", coverage=parts["coverage"])] if coverage else []


def balance(view: View) -> list[str]:
    """Kinds of customers that chance doesn't explain, before weighting and after."""
    rows = balance_rows(view.numbers)
    if not rows:
        return []
    off = [before for before, _ in rows if beyond(view, before)]
    left = [after for _, after in rows if after and beyond(view, after)]
    if not off:
        return [view.say("bias.balance.none")]
    over, under = [r for r in off if r.value > 0], [r for r in off if r.value < 0]
    said = [view.say("bias.balance.over", items=named(view, over))] if over else []
    said += [view.say("bias.balance.under", items=named(view, under))] if under else []
    return [*said, view.say("bias.balance.left", items=named(view, left)) if left else view.say("bias.balance.mended")]


def beyond(view: View, record: Record) -> bool:
    noise = view.shown("bias.imbalance_noise", stage=record.group["stage"])
    return abs(record.value) > FLAG and noise is not None and abs(record.value) > BEYOND_NOISE * noise.value


def named(view: View, records: list[Record]) -> str:
    ranked = sorted(records, key=lambda record: -abs(record.value))
    return view.list([view.named(view.numbers.trait(r.group["variable"], r.group["level"]), r) for r in ranked])


def moved(view: View) -> list[str]:
    """What weighting moved, beside the unweighted index; nothing where every answer counts alike."""
    if view.facts["weights"] == "none":
        return []
    shift, unweighted = view.shown("bias.weighting_shift", measure="index"), view.shown("bias.unweighted_index")
    if not (shift and unweighted):
        return []
    parts = {"shift": view.numbers.number(shift.key, measure="index"), "unweighted": view.numbers.bare(unweighted.key)}
    others = [r for r in view.records("bias.weighting_shift") if r.shown and r.group["measure"] != "index" and r.value]
    items = view.list([view.named(view.numbers.measure(r.group["measure"]), r, write=Numbers.number) for r in others])
    said = [view.say("bias.moved", **parts)] + ([view.say("bias.moved.others", items=items)] if others else [])
    if not (view.shown("bias.deff") and view.shown("bias.n_effective")):
        return said
    return [
        *said,
        view.say("bias.deff", deff=view.numbers.bare("bias.deff"), effective=view.numbers.bare("bias.n_effective")),
    ]


def silence(view: View) -> list[str]:
    """How low silent customers would have to score, and the index if they score somewhat lower."""
    said, point = [], view.shown("bias.tipping_point")
    if point and point.verdict and view.shown("bias.points_lower"):
        parts = {"point": view.numbers.number(point.key), "lower": view.numbers.number("bias.points_lower")}
        said.append(view.say(worded(point, message_tables.SILENCES), **parts))
    band = [
        view.say(
            "bias.lower.by",
            index=view.numbers.bare(record.key, **record.group),
            by=wording.plain_text(float(record.group["by"]), view.language),
        )
        for record in view.records("bias.if_silent_lower")
        if record.shown
    ]
    if view.shown("bias.late_answerers"):
        said.append(view.say("bias.late", late=view.numbers.number("bias.late_answerers")))
    return said + ([view.say("bias.lower", items=wording.phrases_text(band, view.language))] if band else [])


def method(view: View) -> list[str]:
    """What weighting mends and what it can't, from the study's numbers; nothing without a list that answers are weighted to."""
    if view.facts["weights"] in ("none", "own"):
        return []
    return [
        view.say(
            sentence,
            plain=study(view, "bias.study_bias", answering, "naive"),
            weighted=study(view, "bias.study_bias", answering, "raked"),
            coverage=study(view, "bias.study_coverage", answering, "raked"),
        )
        for answering, sentence in (
            (MENDED, "bias.method.mends"),
            (NOT_MENDED, "bias.method.cannot"),
            (BOTH, "bias.method.both"),
        )
        if view.shown("bias.study_bias", answering=answering, method="raked")
    ]


def study(view: View, key: str, answering: str, method_name: str) -> str:
    return view.numbers.number(key, answering=answering, method=method_name)
