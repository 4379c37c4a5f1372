"""Several contacts a customer: customers are the units of samples, weights, rates, hiding and change; contacts are heard in them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from contacts_programme import FRAME, KEY_ACCOUNTS, VISITED, write_contacts

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimators import mean
from csat_analysis.metrics.change import change
from csat_analysis.metrics.customer_table import answers as customers_last_answers
from csat_analysis.metrics.power import response_rates
from csat_analysis.metrics.satisfaction import PERSON
from csat_analysis.metrics.sensitivity import overlap
from csat_analysis.metrics.wave import load_waves
from csat_analysis.period import Period
from csat_analysis.results import make_record
from csat_analysis.survey.sampling import design_of_contacts, whole_sample

NOW, BEFORE = Period.parse("2026H1"), Period.parse("2025H2")
R = json.loads((Path(__file__).parent / "reference" / "contacts.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    return load_waves(write_contacts(tmp_path_factory.mktemp("contacts")), NOW)


@pytest.fixture(scope="module")
def wave(waves):
    return waves[NOW]


def test_thirty_contacts_of_ten_key_accounts_are_ten_of_ten(wave):
    strata = wave.sample.design.strata
    assert strata.loc["key_account", ["population", "drawn"]].tolist() == [KEY_ACCOUNTS, KEY_ACCOUNTS]
    assert strata.loc["others", ["population", "drawn"]].tolist() == [FRAME - KEY_ACCOUNTS, VISITED]
    assert wave.panel_indices["key_account"].status == "exact"


def test_a_customer_weighs_the_same_whether_one_or_three_of_its_contacts_answered(wave):
    weight = pd.Series(wave.sample.design.weight).groupby(wave.answers["customer_id"].to_numpy()).sum()
    assert weight[:KEY_ACCOUNTS].to_numpy() == pytest.approx(1.0)
    assert weight[KEY_ACCOUNTS:].to_numpy() == pytest.approx((FRAME - KEY_ACCOUNTS) / VISITED)


def test_a_panel_s_index_is_the_mean_of_its_customers_means(wave):
    mine = wave.responses["panel"] == "key_account"
    points = 10 * wave.responses.loc[mine, ["q1", "q2", "q3"]]
    dimensions = pd.DataFrame({"goods": points[["q1", "q2"]].mean(axis=1), "people": points["q3"]})
    by_customer = dimensions.groupby(wave.responses.loc[mine, "customer_id"]).mean()
    assert wave.panel_indices["key_account"].value == pytest.approx(by_customer.mean().mean())


def test_the_means_and_errors_of_clustered_customers_are_r_s():
    """R: svydesign(id = ~customer, strata = ~stratum, fpc = ~population), weights shared among a customer's contacts."""
    table = pd.read_csv(Path(__file__).parent / "reference" / "two_waves.csv").query("wave == '2025H2'")
    table = table.reset_index(drop=True)
    contacts = table.groupby("customer")["contact"].transform("count")
    population = table.groupby("stratum")["population"].first().to_dict()
    design = design_of_contacts(
        table.rename(columns={"contact": "contact_id"}),
        table["customer"],
        weight=(table["weight"] / contacts).to_numpy(),
        stratum=table["stratum"].to_numpy(),
        population=population,
        wave="2025H2",
    )
    for name, inside in (("mean", None), ("east", (table["group"] == "east").to_numpy())):
        found = mean(design, table["score"], inside=inside)
        assert (found.value, found.se) == pytest.approx((R[name]["value"], R[name]["se"]), rel=1e-6)
        assert (found.process().value, found.process().se) == pytest.approx(
            (R[f"{name}_process"]["value"], R[f"{name}_process"]["se"]), rel=1e-6
        )


def test_a_silent_contact_makes_a_panel_no_census(tmp_path):
    own = load_waves(write_contacts(tmp_path, periods=("2026H1",), silent=2), NOW)[NOW]
    panel = own.panel_indices["key_account"]
    assert panel.status == "ok" and panel.se > 0
    assert own.sample.design.weight.sum() == pytest.approx(FRAME) == own.sample.population


def test_what_silent_contacts_think_lies_within_the_interval_of_their_panel():
    rng, held, draws = np.random.default_rng(1), 0, 400
    for _ in range(draws):
        y = rng.normal(70, 12, 20)[:, None] + rng.normal(0, 12, (20, 3))
        answered = rng.random((20, 3)) < 0.8
        answered[~answered.any(axis=1), 0] = True
        customer, contact = np.nonzero(answered)
        heard, times = answered.mean(axis=1).mean(), answered.sum(axis=1)[customer]
        rows = pd.DataFrame({"contact_id": [f"{c}-{k}" for c, k in zip(customer, contact, strict=True)]})
        size = {"keys": 20 / heard}
        design = design_of_contacts(
            rows,
            pd.Series([f"C{c}" for c in customer]),
            weight=1 / times,
            stratum=np.full(len(rows), "keys"),
            population=size,
            drawn=size,
        )
        low, high = mean(design, y[answered]).interval()
        held += low <= y.mean() <= high
    assert held / draws > 0.93


def test_a_rate_of_response_is_of_customers_and_never_above_one(wave, tmp_path):
    rates = response_rates(wave)
    assert rates["answered"].to_dict() == {"visits": VISITED, "key_account": KEY_ACCOUNTS}
    assert (rates["rate"] == 1).all()


def test_customers_of_both_waves_overlap_whichever_contact_answered(waves):
    difference = change(waves, NOW, BEFORE, "index")
    shown = overlap(waves, NOW, BEFORE).iloc[0]
    assert shown["in both"] == KEY_ACCOUNTS + VISITED
    assert difference.se < 0.7 * shown["se if strangers"]
    by_customer = {
        p: waves[p].answer_scores[PERSON].groupby(waves[p].answers["customer_id"]).mean() for p in (NOW, BEFORE)
    }
    assert by_customer[NOW].corr(by_customer[BEFORE]) > 0.5


def test_four_customers_with_three_contacts_each_are_too_few_to_be_shown(wave):
    few = (wave.answers["customer_id"].isin(sorted(wave.answers["customer_id"].unique())[:4])).to_numpy()
    found = mean(wave.sample.design, wave.answer_scores[PERSON], inside=few)
    assert found.n == 12
    record = make_record("satisfaction.index", found, {}, programme=wave.programme, notebook="04_satisfaction")
    assert record.status == "suppressed" and record.n is None


def test_a_customer_s_own_score_is_the_mean_of_its_contacts(waves, wave):
    first = "C000"
    own = wave.answer_scores.loc[wave.answers["customer_id"] == first, PERSON]
    assert len(own) == 3
    assert customers_last_answers(waves).loc[first, "satisfaction"] == pytest.approx(own.mean())


def test_without_a_list_customers_are_still_the_sampling_units(wave):
    alone = whole_sample(wave.clean, wave.responses.index).design
    assert len(alone.unit_name) == KEY_ACCOUNTS + VISITED < len(alone.contact)
    strangers = Design.of(alone.contact, weight=alone.weight)
    scores = wave.scores[PERSON]
    clustered, apart = mean(alone, scores), mean(strangers, scores)
    assert clustered.value == pytest.approx(apart.value) and clustered.se > 1.1 * apart.se


def test_contacts_of_one_customer_in_two_strata_are_an_error_that_names_it():
    rows = pd.DataFrame({"contact_id": ["a", "b", "c", "d"]})
    with pytest.raises(EstimateError, match="C1.*two strata"):
        design_of_contacts(rows, pd.Series(["C1", "C1", "C2", "C2"]), stratum=np.array(["x", "y", "x", "x"]))
