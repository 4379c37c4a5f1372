"""Weights for who didn't answer, as survey.yml says: what is used, what is left out and why."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimators import mean
from csat_analysis.programme import Programme
from csat_analysis.survey.nonresponse import weighting_of
from csat_analysis.survey.power import by_size
from csat_analysis.survey.sampling import Sample


def programme(**weighting: object) -> Programme:
    return Programme.model_validate(
        {
            "name": "p",
            "scale": {"min": 0, "max": 10},
            "dimensions": {"d": {"items": ["q"]}},
            "weighting": {"margins": ["region"], **weighting},
        }
    )


def wave(frame: str, answered: list[int]) -> tuple[Sample, SimpleNamespace]:
    """A letter a customer of the frame: its region. Answers of the customers at these places."""
    customers = pd.DataFrame({"customer_id": [f"C{i}" for i in range(len(frame))], "region": list(frame)})
    responses = pd.DataFrame({"customer_id": [f"C{i}" for i in answered]})
    clean = SimpleNamespace(
        tables={"customers": customers, "responses": responses}, survey_date=dt.date(2026, 6, 1), period="2026H1"
    )
    design = Design.of(responses["customer_id"], weight=np.full(len(answered), len(frame) / len(answered)))
    return Sample(responses.index, design), clean


FRAME = "e" * 400 + "w" * 400


def test_answers_get_the_frames_shares():
    sample, clean = wave(FRAME, [*range(60), *range(400, 420)])
    found = weighting_of(sample, clean, programme())
    assert found.method == "raking" and found.after[:60].sum() == pytest.approx(400)


def test_where_no_weights_under_the_cap_meet_the_margins_none_is_cut_and_it_is_said():
    sample, clean = wave(FRAME, [*range(120), *range(400, 405)])
    found = weighting_of(sample, clean, programme(trim=5))
    assert "so none was cut" in found.left_out["trim"] and found.trimmed == 0
    assert found.after.min() == pytest.approx(400 / 120) and found.after.max() == pytest.approx(80)


def test_a_margin_that_the_frame_has_no_column_for_is_named():
    sample, clean = wave(FRAME, [*range(60), *range(400, 420)])
    found = weighting_of(sample, clean, programme(margins=["industry", "region"]))
    assert found.margins == ("region",) and "no such column" in found.left_out["industry"]


def test_an_answer_of_a_customer_that_the_frame_lacks_is_an_error_that_names_it():
    sample, clean = wave(FRAME, [*range(60), *range(400, 420)])
    clean.tables["customers"] = clean.tables["customers"].iloc[1:]
    with pytest.raises(EstimateError, match="'C0' answered but isn't in the list"):
        weighting_of(sample, clean, programme())


@pytest.mark.parametrize("method", ["none", "raking"])
def test_more_answers_always_detect_smaller_changes(method):
    sample, clean = wave(FRAME, [*range(90), *range(400, 440)])
    design = weighting_of(sample, clean, programme(method=method)).design
    score = mean(design, np.random.default_rng(1).normal(70, 12, 130))
    curve = by_size(score, [20, 40, 60, 80, 100, 200], correlation=0.6, response_rate=0.7)
    assert (curve[["detectable_fresh", "detectable_same"]].diff().dropna() < 0).all(axis=None)
    assert (curve["detectable_same"] < curve["detectable_fresh"]).all()
