"""Sliders are shown where somebody has the notebook open, and nowhere else; they say what wasn't shown to hold."""

from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from csat_analysis.estimate import NoEstimate
from csat_analysis.in_jupyter import IN_JUPYTER
from csat_analysis.models.planner import Reckoned
from csat_analysis.programme_parts import Plan
from csat_analysis.report.plan_sliders import outcome, show
from csat_analysis.run.execute import execute_notebook
from csat_analysis.run.kernels import kernels


def reckoned(plan: Plan, customers: int) -> Reckoned:
    """100,000 of margin, give or take."""
    gain = np.r_[100_000, np.linspace(20_000, 180_000, 201)]
    nothing = {"points": gain, "for_them": gain, "lost": 0 * gain, "beyond": [], "chance": {}}
    value, cost = {("logit", "margin"): gain}, np.full(len(gain), plan.cost[0])
    who = {"inside": np.ones(60, bool), "target": 60, "share": 1.0, "customers": customers}
    return Reckoned(name="tried", plan=plan, value=value, cost=cost, absent={}, **nothing, **who)


def company(customers: int = 900, confidence: float = 0.95, found=None) -> SimpleNamespace:
    programme = SimpleNamespace(dimensions={"goods": None}, label=lambda kind, name, language: name)
    return SimpleNamespace(
        wave=SimpleNamespace(programme=programme),
        confidence=confidence,
        reckon=lambda plans: {name: found or reckoned(plan, customers) for name, plan in plans.items()},
    )


def test_a_run_shows_no_sliders(monkeypatch):
    monkeypatch.delenv(IN_JUPYTER, raising=False)
    assert show(company(), "en") is None


def test_a_run_that_an_open_notebook_started_is_a_run_still(monkeypatch, tmp_path):
    monkeypatch.setenv(IN_JUPYTER, "notebook.ipynb")
    seen = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(f"import os; print({IN_JUPYTER!r} in os.environ)")]
    )
    nbformat.write(seen, tmp_path / "seen.ipynb")
    with kernels(1) as shared, shared.of_a_run() as running:
        ran = execute_notebook(tmp_path / "seen.ipynb", tmp_path / "ran.ipynb", parameters={}, kernels=running)
    assert ran.cells[0].outputs[0].text == "False\n"


def test_the_line_has_the_programmes_confidence_and_says_what_was_not_shown_to_hold():
    proven, few = (outcome(company(customers), "goods", 5.0, 50_000, "en") for customers in (900, 60))
    assert "95% interval" in proven and "not shown to hold" not in proven
    assert "not shown to hold" in few and "+50,000" in few
    narrower = outcome(company(confidence=0.80), "goods", 5.0, 50_000, "en")
    assert "80% interval" in narrower and "not shown to hold" in narrower and narrower != proven


def test_without_orders_it_says_why():
    assert outcome(company(found=NoEstimate("not_supplied", "no orders")), "goods", 5.0, 1, "en") == "no orders"


CELLS = (
    """
import os, sys
sys.path.insert(0, {tests!r})
os.environ[{variable!r}] = "notebook.ipynb"
from test_plan_sliders import company
from csat_analysis.report.plan_sliders import show
sliders = show(company(), "en")
_, points, cost, said = sliders.children
sliders.update()
""",
    "print(said.outputs)\ncost.value = 150_000",
    "print(said.outputs)",
)


def test_moving_a_slider_in_a_kernel_changes_what_is_said(request):
    pytest.importorskip("ipywidgets")
    names = {"tests": str(request.path.parent), "variable": IN_JUPYTER}
    cells = [nbformat.v4.new_code_cell(CELLS[0].format(**names)), *map(nbformat.v4.new_code_cell, CELLS[1:])]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    before, after = ("".join(o.get("text", "") for o in cell.outputs) for cell in notebook.cells[1:])
    assert "CNY +50,000" in before and "CNY −50,000" in after
