"""Designs of samples with unequal chances: π-weights and strata are unbiased, and their variance is that of many draws."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from csat_analysis.errors import ProgrammeError
from csat_analysis.estimators import mean
from csat_analysis.intake import Clean
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.survey.draw import draw_panel, make_plan
from csat_analysis.survey.sampling import panel_sample, representative_sample

RNG = np.random.default_rng(8)
CUSTOMERS = 120
FRAME = pd.DataFrame(
    {
        "customer_id": [f"C{i:03d}" for i in range(CUSTOMERS)],
        "sales_12m": np.sort(RNG.lognormal(3, 0.8, CUSTOMERS))[::-1],
        "region": np.resize(["east", "east", "east", "west"], CUSTOMERS),
    }
)
SCORE = pd.Series(
    60 + 3 * np.log(FRAME["sales_12m"]) + 8 * (FRAME["region"] == "west") + RNG.normal(0, 5, CUSTOMERS)
).set_axis(FRAME["customer_id"])
PPS = {"draw": "pps", "size": 30}
STRATIFIED = {
    "draw": "stratified",
    "stratify_by": "region",
    "allocation": "neyman",
    "stratum_sd": {"east": 3, "west": 12},
    "size": 30,
}


def programme(panels: dict) -> Programme:
    return Programme.model_validate(
        {"name": "p", "scale": {"min": 0, "max": 10}, "dimensions": {"d": {"items": ["q"]}}, "panels": panels}
    )


def surveyed(rule: dict, seed: int, answering: float = 1.0) -> tuple[Clean, Programme]:
    found = programme({"visits": rule})
    panel = found.panels["visits"]
    strata = FRAME.set_index("customer_id")["region"]
    plan = make_plan(FRAME, "visits", panel, strata=strata, spread=panel.stratum_sd)
    asked = draw_panel(plan, "visits", panel, "2026H1", seed).asked
    invitations = pd.DataFrame({"contact_id": asked, "customer_id": asked, "panel": "visits"})
    answered = asked[np.random.default_rng(seed).random(len(asked)) < answering]
    responses = pd.DataFrame({"contact_id": answered, "customer_id": answered, "panel": "visits"})
    tables = {"customers": FRAME, "invitations": invitations, "responses": responses}
    nothing = pd.DataFrame()
    return Clean(Period.parse("2026H1"), tables, nothing, nothing, nothing, nothing, dt.date(2026, 6, 1)), found


@pytest.mark.parametrize("rule", [PPS, STRATIFIED], ids=["pps", "stratified"])
@pytest.mark.parametrize("answering", [1.0, 0.7])
def test_the_mean_is_unbiased_and_its_standard_error_that_of_many_draws(rule, answering):
    values, variances = [], []
    for seed in range(50):
        clean, found = surveyed(rule, seed, answering)
        sample = representative_sample(clean, found)
        assert sample.design.weight.sum() == pytest.approx(CUSTOMERS)
        estimate = mean(sample.design, SCORE[clean.tables["responses"]["customer_id"]])
        values.append(estimate.value)
        variances.append(estimate.variance)
    spread = np.std(values, ddof=1)
    assert abs(np.mean(values) - SCORE.mean()) < 4.5 * spread / np.sqrt(len(values)) + 0.15  # a ratio's own small bias
    assert 0.7 < np.sqrt(np.mean(variances)) / spread < 1.6  # pps: with replacement, so rather too wide


def test_unweighted_the_answers_of_a_draw_by_size_would_be_biased():
    raw = [SCORE[surveyed(PPS, seed)[0].tables["responses"]["customer_id"]].mean() for seed in range(15)]
    assert np.mean(raw) > SCORE.mean() + 1


def test_the_strata_of_the_draw_are_those_of_the_estimate_and_keep_their_sizes():
    clean, found = surveyed(STRATIFIED, 1)
    strata = representative_sample(clean, found).design.strata
    assert strata["population"].to_dict() == {"others: east": 90, "others: west": 30}
    assert strata["drawn"].to_dict() == {"others: east": 13, "others: west": 17} and not strata["systematic"].any()
    assert panel_sample(clean, found, "visits").design.strata["drawn"].sum() == 30


def test_key_accounts_asked_in_full_stand_beside_the_strata():
    clean, _ = surveyed(STRATIFIED, 1)
    found = programme({"visits": STRATIFIED, "big": {"draw": "top", "size": 3}})
    big = pd.DataFrame(
        {"contact_id": FRAME["customer_id"][:3], "customer_id": FRAME["customer_id"][:3], "panel": "big"}
    )
    for table in ("responses", "invitations"):
        clean.tables[table] = pd.concat([clean.tables[table], big], ignore_index=True)
    design = representative_sample(clean, found).design
    assert design.strata["population"].sum() == CUSTOMERS and design.strata.loc["big", "population"] == 3
    assert design.weight.sum() == pytest.approx(CUSTOMERS)


def test_a_stratum_in_which_nobody_answered_joins_another_and_it_is_said():
    clean, found = surveyed(STRATIFIED, 1)
    west = FRAME.loc[FRAME["region"] == "west", "customer_id"]
    responses = clean.tables["responses"]
    clean.tables["responses"] = responses[~responses["customer_id"].isin(west)].reset_index(drop=True)
    design = representative_sample(clean, found).design
    assert design.merged == (("others: west", "others: east"),) and design.weight.sum() == pytest.approx(CUSTOMERS)


def test_unequal_chances_beside_another_draw_by_chance_are_refused():
    with pytest.raises((ProgrammeError, ValueError), match="no other panel may be drawn by chance"):
        programme({"visits": PPS, "more": {"draw": "equal_interval", "size": 5}})
