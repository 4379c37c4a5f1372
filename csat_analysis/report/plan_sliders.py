"""Sliders for one plan beside the static table, in JupyterLab alone: a run, a test or a bare kernel shows nothing."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from csat_analysis.models import planner
from csat_analysis.models.driver_findings import DriverFindings
from csat_analysis.models.plan_numbers import chance_to_pay
from csat_analysis.programme_parts import Plan
from csat_analysis.report import wording

IN_JUPYTER = "JPY_SESSION_NAME"  # set by Jupyter's server for the kernel of a notebook that somebody has open
LARGEST_RAISE, LARGEST_COST, STEP = 20.0, 200_000, 5_000


def show(found: DriverFindings, language: str) -> Any:
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
        points=ipywidgets.FloatSlider(value=5.0, min=0.5, max=LARGEST_RAISE, step=0.5),
        cost=ipywidgets.IntSlider(value=50_000, min=0, max=LARGEST_COST, step=STEP),
    )


def outcome(found: DriverFindings, dimension: str, points: float, cost: float, language: str) -> str:
    """What such a plan would bring, in a line; the interval isn't certified for plans made up on the spot."""
    plan = Plan(raises={dimension: points}, cost=cost)
    worth = found.worth
    (reckoned,) = planner.reckon({"tried": plan}, found.wave, found.buying, worth, draws=planner.DRAWS).values()
    gain = reckoned.gain() if isinstance(reckoned, planner.Reckoned) else reckoned
    if not isinstance(gain, np.ndarray):
        return gain.reason
    low, high = np.quantile(gain[1:], [0.025, 0.975])
    value, bounds = (
        wording.change_text(gain[0], "CNY", language),
        wording.interval_text(low, high, "CNY", language, signed=True),
    )
    chance = wording.percent_text(round(chance_to_pay(reckoned), 2), language)
    return wording.say(
        "plans.tried", language, gain=wording.say("list.named", language, name=value, value=bounds), chance=chance
    )
