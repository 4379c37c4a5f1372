"""Sliders for one plan beside the static table, in JupyterLab alone: a run, a test or a bare kernel shows nothing."""

from __future__ import annotations

import os
from typing import Any

from csat_analysis import certification
from csat_analysis.estimate import NoEstimate
from csat_analysis.in_jupyter import IN_JUPYTER
from csat_analysis.models import plan_numbers
from csat_analysis.models.plan_findings import PlanFindings
from csat_analysis.programme_parts import Plan
from csat_analysis.report import wording
from csat_analysis.report.wording import say

LARGEST_RAISE, LARGEST_COST, STEP = 20.0, 200_000, 5_000


def show(found: PlanFindings, language: str) -> Any:
    """Sliders of points and cost for any dimension; None without JupyterLab or without ipywidgets."""
    if IN_JUPYTER not in os.environ:
        return None
    try:
        import ipywidgets
    except ImportError:
        return None
    programme = found.wave.programme
    dimensions = [(programme.label("dimension", name, language), name) for name in programme.dimensions]
    return ipywidgets.interactive(
        lambda dimension, points, cost: print(outcome(found, dimension, points, cost, language)),
        dimension=ipywidgets.Dropdown(options=dimensions),
        points=ipywidgets.FloatSlider(value=5.0, min=0.5, max=LARGEST_RAISE, step=0.5, continuous_update=False),
        cost=ipywidgets.IntSlider(value=50_000, min=0, max=LARGEST_COST, step=STEP, continuous_update=False),
    )


def outcome(found: PlanFindings, dimension: str, points: float, cost: float, language: str) -> str:
    """What such a plan would bring, in a line, at the programme's confidence; that an interval or a chance wasn't shown to hold is
    said beside it.
    """
    (reckoned,) = found.reckon({"tried": Plan(raises={dimension: points}, cost=cost)}).values()
    gain = plan_numbers.number(reckoned, "gain", found.confidence)
    if isinstance(gain, NoEstimate):
        return gain.reason
    parts = {
        "gain": wording.change_text(gain.value, "CNY", language),
        "confidence": wording.percent_text(found.confidence, language),
        "interval": wording.interval_text(gain.low, gain.high, "CNY", language, signed=True),
    }
    chance = plan_numbers.chance_to_pay(reckoned)
    share = wording.chance_text(chance.value, language)
    held = gain.holds and found.confidence == certification.CONFIDENCE
    said = [
        say("plans.tried.gain" if held else "plans.tried.gain.unproven", language, **parts),
        say("plans.tried.chance" if chance.holds else "plans.tried.chance.unproven", language, chance=share),
    ]
    return str(wording.sentences_text(said, language))
