"""Sliders are shown where somebody has the notebook open, and nowhere else."""

from types import SimpleNamespace

import pytest

from csat_analysis.report import plan_sliders
from csat_analysis.report.plan_sliders import IN_JUPYTER, show


@pytest.fixture
def found() -> SimpleNamespace:
    programme = SimpleNamespace(dimensions={"goods": None}, label=lambda kind, name, language: name)
    return SimpleNamespace(wave=SimpleNamespace(programme=programme))


def test_a_run_shows_no_sliders(monkeypatch, found):
    monkeypatch.delenv(IN_JUPYTER, raising=False)
    assert show(found, "en") is None


def test_in_jupyterlab_there_is_a_slider_for_points_and_one_for_cost(monkeypatch, found):
    pytest.importorskip("ipywidgets")
    monkeypatch.setenv(IN_JUPYTER, "notebook.ipynb")
    monkeypatch.setattr(plan_sliders, "outcome", lambda *_: "so much")
    sliders = show(found, "en")
    assert {child.description for child in sliders.children if hasattr(child, "description")} == {
        "dimension",
        "points",
        "cost",
    }
