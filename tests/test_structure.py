"""Structure of a questionnaire: R psych's numbers, questionnaires of known structure, and what can't be told."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.survey.structure import (
    discriminant_table,
    heterotrait_monotrait,
    htmt,
    parallel_analysis,
    place,
    structure,
    suitability,
)

REFERENCE = Path(__file__).parent / "reference"
R = json.loads((REFERENCE / "psych.json").read_text())
BLOCKS = {"P": ["p1", "p2", "p3", "p4"], "Q": ["q1", "q2", "q3", "q4"]}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "psych.csv")


def design(items: pd.DataFrame, **named) -> Design:
    return Design.of(range(len(items)), **named)


def made(n: int, correlation: float, seed: int = 0, dimensions: int = 3, items: int = 4) -> pd.DataFrame:
    """Items of loading .8 on dimensions that correlate alike."""
    rng = np.random.default_rng(seed)
    within = np.full((dimensions, dimensions), correlation) + (1 - correlation) * np.eye(dimensions)
    factors = np.repeat(rng.multivariate_normal(np.zeros(dimensions), within, n), items, axis=1)
    names = [f"{d}{i}" for d in "xyz"[:dimensions] for i in range(items)]
    return pd.DataFrame(0.8 * factors + 0.6 * rng.normal(size=factors.shape), columns=names)


THREE = {d: [f"{d}{i}" for i in range(4)] for d in "xyz"}


def test_kmo_and_bartlett_are_those_of_r(answers):
    found, r = suitability(design(answers), answers), R["items.suits"]
    assert (found.kmo, found.chi2, found.degrees_of_freedom) == pytest.approx((r["kmo"], r["chi2"], r["df"]), abs=1e-9)
    assert found.kmo_items.to_dict() == pytest.approx(R["items.kmo"], abs=1e-9)


def test_kmo_and_bartlett_of_the_ecsi_survey(reference_data):
    items = pd.read_csv(reference_data / "ecsi_mobi.csv").iloc[:, 1:]
    found = suitability(design(items), items)
    assert found.kmo == pytest.approx(0.923213, abs=5e-7) and found.degrees_of_freedom == 276
    assert found.chi2 == pytest.approx(2868.585, abs=5e-4)


def test_eigenvalues_are_those_of_r_and_two_stand_out(answers):
    found = parallel_analysis(design(answers), answers, seed=1)
    assert found.eigenvalues["observed"].tolist() == pytest.approx(list(R["items.eigenvalues"].values()), abs=1e-9)
    assert found.factors == 2


def test_loadings_and_the_factors_correlation_are_those_of_r(answers):
    found = structure(design(answers), answers, BLOCKS)
    assert found.loadings["Q"].to_dict() == pytest.approx(R["loadings.1"], abs=1e-4)
    assert found.loadings["P"].to_dict() == pytest.approx(R["loadings.2"], abs=1e-4)
    assert found.correlations.at["P", "Q"] == pytest.approx(R["factors"]["correlation"], abs=1e-4)
    assert found.items["communality"].to_dict() == pytest.approx(R["communality"], abs=1e-4)


def test_as_many_factors_stand_out_as_were_put_in():
    items = made(400, 0.3)
    assert parallel_analysis(design(items), items, seed=5, draws=60).factors == 3


def test_noise_has_no_factor():
    items = pd.DataFrame(np.random.default_rng(3).normal(size=(300, 8)), columns=list("abcdefgh"))
    assert parallel_analysis(design(items), items, seed=5, draws=100).factors <= 1


def test_parallel_analysis_is_the_same_for_the_same_seed():
    items = made(80, 0.3)
    first, again, other = (parallel_analysis(design(items), items, seed=s, draws=30).eigenvalues for s in (1, 1, 2))
    assert first.equals(again) and not first["chance"].equals(other["chance"])


def test_items_load_on_the_dimension_that_made_them_and_a_misfiled_one_is_named():
    items = made(400, 0.3)
    assert (structure(design(items), items, THREE).items["place"] == "own").all()
    misfiled = {"x": ["x0", "x1", "x2", "y3"], "y": ["y0", "y1", "y2", "x3"], "z": THREE["z"]}
    found = structure(design(items), items, misfiled).items
    assert set(found.index[found["place"] == "elsewhere"]) == {"x3", "y3"}
    assert found.loc["y3", ["dimension", "other"]].tolist() == ["x", "y"]


def test_turning_a_scale_round_turns_its_loading():
    items = made(400, 0.3)
    turned = items.assign(x0=-items["x0"])
    ours, theirs = (structure(design(x), x, THREE).loadings["x"] for x in (items, turned))
    assert theirs["x0"] == pytest.approx(-ours["x0"], abs=1e-3) and theirs["x1"] == pytest.approx(ours["x1"], abs=1e-3)


@pytest.mark.parametrize(
    ("own", "other", "word"),
    [(0.7, 0.1, "own"), (0.6, -0.35, "cross"), (0.3, 0.2, "weak"), (0.45, 0.5, "elsewhere"), (0.2, -0.6, "elsewhere")],
)
def test_where_an_item_belongs(own, other, word):
    assert place(own, other) == word


def test_htmt_is_the_dimensions_correlation_where_items_are_equally_good():
    items = made(20_000, 0.6, dimensions=2)
    assert htmt(design(items), items, THREE["x"], THREE["y"]).value == pytest.approx(0.6, abs=0.02)


def test_htmt_by_hand():
    """Within .5 and .5, between .25: .25/√(.5 · .5) = .5."""
    wanted = np.array([[1, 0.5, 0.25, 0.25], [0.5, 1, 0.25, 0.25], [0.25, 0.25, 1, 0.5], [0.25, 0.25, 0.5, 1]])
    raw = np.random.default_rng(0).normal(size=(60, 4))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    items = pd.DataFrame(white @ np.linalg.cholesky(wanted).T, columns=list("abcd"))
    assert htmt(design(items), items, ["a", "b"], ["c", "d"]).value == pytest.approx(0.5)


def test_a_contacts_influence_on_htmt_is_what_a_little_more_weight_does(answers):
    n, k = answers.shape
    found = htmt(design(answers), answers, BLOCKS["P"], BLOCKS["Q"])
    for contact in (3, 50):
        more, less = np.ones(n), np.ones(n)
        more[contact], less[contact] = 1.0001, 0.9999
        moved = [htmt(design(answers, weight=w), answers, BLOCKS["P"], BLOCKS["Q"]).value for w in (more, less)]
        assert found.influence[contact] / np.sqrt(n / (n - k)) == pytest.approx((moved[0] - moved[1]) / 2e-4, abs=1e-7)


def test_two_names_for_one_thing_are_alike_and_unrelated_things_distinct():
    items = made(600, 0.0, dimensions=2)
    names = {"x": ["x0", "x1"], "also x": ["x2", "x3"], "y": THREE["y"]}
    told = discriminant_table(heterotrait_monotrait(design(items), items, names), 0.95)["told"]
    assert told["x", "y"] == told["also x", "y"] == "distinct" and told["x", "also x"] in ("alike", "untold")


def test_few_answers_leave_it_untold():
    items = made(30, 0.0, dimensions=2)
    found = discriminant_table(heterotrait_monotrait(design(items), items, {d: THREE[d] for d in "xy"}), 0.95)
    assert found["told"].tolist() == ["untold"] and found["low"].isna().all()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda items: items.assign(p2=5), "p2"),
        (lambda items: items.head(8), "more answers than items"),
        (lambda items: items.assign(p2=items["p1"]), "follows exactly"),
        (lambda items: items.assign(q4=np.nan), "0 complete answers"),
    ],
)
def test_what_cannot_be_told_says_why(answers, change, reason):
    items = change(answers)
    for found in (
        suitability(design(items), items),
        parallel_analysis(design(items), items, seed=1),
        structure(design(items), items, BLOCKS),
        heterotrait_monotrait(design(items), items, BLOCKS)["P", "Q"],
    ):
        assert isinstance(found, NoEstimate) and reason in found.reason


def test_more_factors_than_the_items_share_are_not_made_up(reference_data):
    items = pd.read_csv(reference_data / "ecsi_mobi.csv").iloc[:, 1:]
    stems = {
        stem: [name for name in items if name.startswith(stem)] for stem in ("CUSA", "IMAG", "PERQ", "PERV", "CUEX")
    }
    found = structure(design(items), items, {**stems, "loyalty": ["CUSL1", "CUSL2", "CUSL3"]})
    assert isinstance(found, NoEstimate) and "share fewer" in found.reason


def test_one_item_a_dimension_has_no_structure(answers):
    assert isinstance(structure(design(answers), answers, {"P": ["p1"], "Q": ["q1"]}), NoEstimate)
    assert heterotrait_monotrait(design(answers), answers, {"P": ["p1"], "Q": ["q1"]}) == {}
