"""Reliability: R psych's numbers, cases worked by hand, what it must not depend on, and what can't be told."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.programme_parts import Scale
from csat_analysis.survey.reliability import answer_shares, cronbach_alpha, item_statistics, mcdonald_omega
from csat_analysis.survey.short_form import item_gaps, items_that_could_go

REFERENCE = Path(__file__).parent / "reference"
R = json.loads((REFERENCE / "psych.json").read_text())
TEN = Scale(min=0, max=10)
BLOCKS = {"first": ["p1", "p2", "p3", "p4"], "second": ["q1", "q2", "q3", "q4"]}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "psych.csv")


def design(items: pd.DataFrame, **named) -> Design:
    return Design.of(range(len(items)), **named)


@pytest.mark.parametrize("block", BLOCKS)
def test_alpha_omega_and_item_statistics_are_those_of_r(answers, block):
    items = answers[BLOCKS[block]]
    statistics = item_statistics(design(items), items, TEN)
    assert cronbach_alpha(design(items), items).value == pytest.approx(R[f"{block}.total"]["alpha"], abs=1e-9)
    assert mcdonald_omega(design(items), items).value == pytest.approx(R[f"{block}.total"]["omega"], abs=1e-6)
    assert statistics["item_rest"].to_dict() == pytest.approx(R[f"{block}.item_rest"], abs=1e-9)
    assert statistics["alpha_if_deleted"].to_dict() == pytest.approx(R[f"{block}.alpha_if_deleted"], abs=1e-9)


@pytest.mark.parametrize(
    ("stem", "count", "block", "alpha", "omega"),
    [("PERQ", 7, "ecsi_quality", 0.872406, 0.874048), ("IMAG", 5, "ecsi_image", 0.714447, 0.721693)],
)
def test_alpha_and_omega_of_the_ecsi_survey(reference_data, stem, count, block, alpha, omega):
    items = pd.read_csv(reference_data / "ecsi_mobi.csv")[[f"{stem}{i}" for i in range(1, count + 1)]]
    assert cronbach_alpha(design(items), items).value == pytest.approx(alpha, abs=5e-7)
    assert mcdonald_omega(design(items), items).value == pytest.approx(omega, abs=5e-7)
    deleted = item_statistics(design(items), items, Scale(min=1, max=10))["alpha_if_deleted"]
    assert deleted.to_dict() == pytest.approx(R[f"{block}.alpha_if_deleted"], abs=1e-9)


def test_standardised_alpha_of_the_ecsi_survey(reference_data):
    items = pd.read_csv(reference_data / "ecsi_mobi.csv")[[f"PERQ{i}" for i in range(1, 8)]]
    assert cronbach_alpha(design(items), items / items.std()).value == pytest.approx(0.877010, abs=5e-7)


def test_alpha_by_hand():
    """Variances 1 and 1, covariance .5: α = 2 · (1 − 2/3) = 2/3."""
    items = pd.DataFrame({"x": [1, 1, -1, -1, 1, 1, -1, -1], "y": [1, 1, -1, -1, 1, -1, -1, 1]}, dtype=float)
    assert cronbach_alpha(design(items), items).value == pytest.approx(2 / 3)


def test_equal_items_have_an_omega_equal_to_alpha_and_to_what_made_them():
    """Four items of loading 1 and own variance 1: 16/(16 + 4) = .8."""
    rng = np.random.default_rng(4)
    items = pd.DataFrame(rng.normal(size=(200_000, 1)) + rng.normal(size=(200_000, 4)), columns=list("abcd"))
    for reliability in (cronbach_alpha, mcdonald_omega):
        assert reliability(design(items), items).value == pytest.approx(0.8, abs=0.005)


@pytest.mark.parametrize("reliability", [cronbach_alpha, mcdonald_omega])
class TestReliability:
    def test_does_not_depend_on_the_scale_or_the_order_of_people(self, reliability, answers):
        items = answers[BLOCKS["first"]]
        turned = (10 * items - 3).iloc[::-1].reset_index(drop=True)
        ours, theirs = reliability(design(items), items), reliability(design(turned), turned)
        assert (ours.value, ours.se) == pytest.approx((theirs.value, theirs.se), rel=1e-6)

    def test_a_weight_of_two_counts_as_two_people(self, reliability, answers):
        items = answers[BLOCKS["second"]]
        doubled = pd.concat([items, items.head(30)], ignore_index=True)
        weight = np.where(np.arange(len(items)) < 30, 2.0, 1.0)
        assert reliability(design(items, weight=weight), items).value == pytest.approx(
            reliability(design(doubled), doubled).value, abs=1e-7
        )

    def test_a_contacts_influence_is_what_a_little_more_weight_does(self, reliability, answers):
        items = answers[BLOCKS["first"]]
        n, k = items.shape
        found = reliability(design(items), items)
        for contact in (0, 17, 80):
            more, less = np.ones(n), np.ones(n)
            more[contact], less[contact] = 1.0001, 0.9999
            moved = (
                reliability(design(items, weight=more), items).value
                - reliability(design(items, weight=less), items).value
            )
            assert found.influence[contact] / np.sqrt(n / (n - k)) == pytest.approx(moved / 0.0002, abs=1e-7)

    def test_whoever_left_an_item_out_is_left_out_and_counted(self, reliability, answers):
        items = answers[BLOCKS["first"]].astype(float)
        items.iloc[:7, 2] = np.nan
        found = reliability(design(items), items)
        assert (found.n, len(found.lost)) == (len(items) - 7, 7)

    def test_is_never_exact_even_where_everybody_was_asked(self, reliability, answers):
        items = answers[BLOCKS["first"]]
        assert reliability(design(items, population={"all": len(items)}), items).status == "ok"

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda items: items.assign(p2=5), "p2"),
            (lambda items: items.head(4), "more answers than items"),
            (lambda items: items[["p1"]], "item"),
            (lambda items: items.assign(p3=np.nan), "0 complete answers"),
        ],
    )
    def test_what_cannot_be_told_says_why(self, reliability, answers, change, reason):
        items = change(answers[BLOCKS["first"]])
        found = reliability(design(items), items)
        assert isinstance(found, NoEstimate) and reason in found.reason


def test_the_standard_error_of_alpha_is_that_of_many_samples():
    rng = np.random.default_rng(8)
    draws = []
    for _ in range(400):
        items = pd.DataFrame(rng.normal(size=(150, 1)) + rng.normal(size=(150, 4)), columns=list("abcd"))
        draws.append(cronbach_alpha(design(items), items))
    assert np.mean([d.se for d in draws]) == pytest.approx(np.std([d.value for d in draws]), rel=0.12)


def test_an_item_without_error_of_its_own_gives_no_omega():
    rng = np.random.default_rng(1)
    first = rng.normal(size=200)
    items = pd.DataFrame({"a": first, "b": first + rng.normal(size=200), "c": rng.normal(size=200)})
    items["c"] += 0.4 * (items["b"] - items["a"])
    items["b"] += 2 * items["a"]
    found = mcdonald_omega(design(items), items)
    assert isinstance(found, NoEstimate) and "Heywood" in found.reason


def test_floor_ceiling_and_missing_by_hand():
    items = pd.DataFrame({"a": [0, 10, 10, np.nan], "b": [5, 5, 5, 5]}, dtype=float)
    found = item_statistics(design(items, weight=[1, 1, 2, 1]), items, TEN)
    assert found.loc["a", ["answered", "missing", "floor", "ceiling", "mean"]].tolist() == [3, 1, 0.25, 0.75, 7.5]
    assert found.loc["b", "sd"] == 0 and found["item_rest"].isna().all()


def test_an_item_that_nobody_answered_has_no_numbers():
    items = pd.DataFrame({"a": [np.nan] * 3, "b": [1.0, 2, 3]})
    found = item_statistics(design(items), items, TEN)
    assert found.loc["a", "missing"] == 3 and found.loc["a", ["mean", "sd", "floor", "ceiling"]].isna().all()


def test_answers_fall_into_fifths_of_the_scale():
    items = pd.DataFrame({"a": [0.0, 2, 3, 10], "b": [np.nan] * 4})
    assert answer_shares(design(items), items, TEN).loc["a"].tolist() == [0.5, 0.25, 0, 0, 0.25]
    assert answer_shares(design(items), items, TEN).loc["b"].isna().all()


def test_an_item_that_only_repeats_the_others_could_go_and_one_that_carries_the_dimension_could_not():
    rng = np.random.default_rng(3)
    common = rng.normal(size=(400, 1))
    items = pd.DataFrame(common + 0.6 * rng.normal(size=(400, 5)), columns=list("abcde"))
    items["e"] = rng.normal(size=400)
    found = items_that_could_go(design(items), items, {"d": list("abcde"), "alone": ["a"]})
    assert found["dimension"].unique().tolist() == ["d"]
    assert found.at["a", "alpha_without"] < found.at["a", "alpha"] < found.at["e", "alpha_without"]
    assert not found.loc[list("abcd"), "could_go"].any()


def test_leaving_an_item_out_shifts_the_mean_by_what_it_differed():
    items = pd.DataFrame(np.random.default_rng(2).normal(size=(50, 3)), columns=list("abc"))
    found = items_that_could_go(design(items), items, {"d": list("abc")})
    assert found.at["a", "shift"] == pytest.approx(items[["b", "c"]].mean().mean() - items.mean().mean())


def test_gaps_are_inside_less_customers_and_keep_what_is_untold():
    inside = Estimate(80.0, np.array([1.0, -1.0]), np.arange(2), Design.of(["s1", "s2"]))
    customers = {
        "a": Estimate(70.0, np.array([1.0, -1.0]), np.arange(2), Design.of(["c1", "c2"])),
        "b": NoEstimate("not_estimable", "nobody"),
    }
    gaps = item_gaps({"a": inside, "b": inside}, customers)
    assert gaps["a"].value == 10 and not gaps["a"].finite and isinstance(gaps["b"], NoEstimate)
