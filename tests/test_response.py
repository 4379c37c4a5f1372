"""Who was asked and answered: AAPOR's rates by hand, sales covered, and a logit that says what it left out."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sample_files import CHECKOUT
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from csat_analysis.errors import EstimateError
from csat_analysis.intake import Clean
from csat_analysis.metrics.wave import load_waves
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.simulation.fieldwork import ANSWERING_BY_REGION
from csat_analysis.simulation.setting import by_level
from csat_analysis.survey.answering import answering_model
from csat_analysis.survey.response import asked_people, frame_traits, invited_customers, outcome_rates, sales_answered

PROGRAMME = Programme.model_validate(
    {
        "name": "Six customers",
        "scale": {"min": 0, "max": 10},
        "dimensions": {"goods": {"items": ["q1"]}},
        "panels": {"sample": {"draw": "equal_interval"}, "key": {"draw": "top", "size": 1}, "staff": {}},
        "segments": ["region"],
    }
)
INVITED = {
    "contact_id": ["a", "b", "c", "d", "e", "a", "s"],
    "customer_id": ["a", "b", "c", "d", "e", "a", None],
    "panel": ["sample"] * 5 + ["key", "staff"],
    "outcome": ["complete", "partial", "refusal", "no_contact", "ineligible", "refusal", "complete"],
}


def clean(**without: object) -> Clean:
    """Six customers, five asked for a visit, the largest as a key account too, and one of the staff."""
    tables = {
        "customers": pd.DataFrame(
            {
                "customer_id": list("abcdef"),
                "region": ["N", "N", "S", None, "S", "S"],
                "sales_12m": [50.0, 20, 10, 10, 5, 5],
            }
        ),
        "invitations": pd.DataFrame(INVITED),
        "responses": pd.DataFrame(
            {"contact_id": ["a", "b", "s"], "customer_id": ["a", "b", None], "panel": ["sample", "sample", "staff"]}
        ),
    }
    tables |= {name: table for name, table in without.items() if table is not None}
    tables = {name: table for name, table in tables.items() if without.get(name, True) is not None}
    empty = pd.DataFrame()
    return Clean(Period.parse("2026H1"), tables, empty, empty, empty, empty, dt.date(2026, 6, 1))


def test_aapor_rates_of_four_who_could_answer_by_hand():
    asked = asked_people(clean(), PROGRAMME)
    visits = outcome_rates(asked, "panel").loc["sample"]
    assert visits["asked"] == 5 and visits["ineligible"] == 1
    assert visits["RR1"] == 1 / 4 and visits["RR2"] == 2 / 4
    assert visits["COOP2"] == 2 / 3 and visits["CON1"] == 3 / 4 and visits["REF1"] == 1 / 4


def test_an_outcome_that_nobody_wrote_down_stays_in_the_denominator():
    invitations = pd.DataFrame(INVITED).assign(outcome=["complete", None, None, "refusal", None, None, None])
    rates = outcome_rates(asked_people(clean(invitations=invitations), PROGRAMME), "panel").loc["sample"]
    assert rates["unknown"] == 2 and rates["RR2"] == pytest.approx(2 / 5)


def test_without_an_outcome_column_those_who_answered_are_known_and_the_others_unknown():
    rates = outcome_rates(asked_people(clean(invitations=pd.DataFrame(INVITED).drop(columns="outcome")), PROGRAMME))
    assert rates.loc["all", "complete"] == 3 and rates.loc["all", "unknown"] == 4


def test_an_outcome_outside_the_definitions_is_named():
    with pytest.raises(EstimateError, match="'busy' is none of complete"):
        outcome_rates(pd.DataFrame({"outcome": ["complete", "busy"]}))


def test_a_group_in_which_nobody_could_answer_has_no_rate():
    assert np.isnan(outcome_rates(pd.DataFrame({"outcome": ["ineligible"]})).loc["all", "RR2"])


def test_a_customer_in_two_panels_counts_once_with_the_better_outcome():
    people = invited_customers(clean(), PROGRAMME)
    assert list(people.index) == list("abcd") and people["answered"].tolist() == [True, True, False, False]
    assert people["take_all"].tolist() == [True, False, False, False] and people.loc["d", "region"] == "missing"


def test_without_invitations_or_frame_nobody_is_known_to_have_been_asked():
    assert asked_people(clean(invitations=None), PROGRAMME) is None
    assert invited_customers(clean(customers=None), PROGRAMME) is None
    assert frame_traits(clean(customers=None), PROGRAMME).empty


def test_sales_of_those_who_answered_are_a_share_of_the_frame():
    assert sales_answered(clean()) == pytest.approx({"asked": 0.95, "answered": 0.7})
    assert sales_answered(clean(invitations=None)) == pytest.approx({"answered": 0.7})
    no_sales = clean().tables["customers"].assign(sales_12m=0.0)
    assert sales_answered(clean(customers=no_sales)) is None


def people(answered: list[bool], **columns: list) -> pd.DataFrame:
    return pd.DataFrame({"answered": answered, **columns})


def many(size: int = 400, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    region, sales = rng.choice(["N", "S", "E"], size), rng.normal(10, 2, size)
    chance = 1 / (1 + np.exp(-(0.8 + 0.9 * (region == "S") + 0.2 * (sales - 10))))
    return people(rng.random(size) < chance, region=region, sales=sales)


def test_one_variable_gives_each_level_its_own_rate():
    asked = people([True] * 6 + [False] * 4 + [True] * 3 + [False] * 7, region=["N"] * 10 + ["S"] * 10)
    assert answering_model(asked, ["region"]).probability.unique() == pytest.approx([0.6, 0.3])


def test_the_logit_is_statsmodels_own():
    asked = many()
    model = answering_model(asked, ["region", "sales"])
    fitted = GLM(asked["answered"].astype(float), model.columns, family=families.Binomial()).fit(tol=1e-12)
    assert model.coefficients["log_odds"].to_numpy() == pytest.approx(fitted.params.to_numpy(), rel=1e-7)
    assert model.coefficients["se"].to_numpy() == pytest.approx(fitted.bse.to_numpy(), rel=1e-6)
    assert model.probability.mean() == pytest.approx(asked["answered"].mean())


def test_a_level_in_which_all_answered_counts_with_the_largest_and_is_named():
    asked = people([True, False] * 10 + [True] * 8, region=["N"] * 20 + ["S"] * 8)
    model = answering_model(asked, ["region"])
    assert model.merged == (("region", "S", "N"),) and "region" in model.left_out
    assert model.probability.to_numpy() == pytest.approx(np.full(28, 18 / 28))


@pytest.mark.parametrize(("answered", "words"), [(True, "everybody answered"), (False, "nobody answered")])
def test_where_all_are_alike_each_has_the_common_probability(answered, words):
    model = answering_model(people([answered] * 6, region=list("NNNSSS")), ["region"])
    assert model.left_out == {"region": words} and (model.probability == float(answered)).all()


def test_a_number_that_separates_is_left_out_and_said():
    asked = people([False] * 20 + [True] * 20, sales=list(range(40)))
    assert "separates" in answering_model(asked, ["sales"]).left_out["sales"]


def test_few_silent_carry_few_coefficients_and_the_last_variables_go():
    asked = many(120).assign(answered=lambda t: t.index >= 7, branch=lambda t: t.index % 4)
    asked["branch"] = asked["branch"].astype(str)
    model = answering_model(asked, ["region", "branch"])
    assert list(model.blocks) == ["region"] and "7 silent are too few" in model.left_out["branch"]


def test_a_variable_said_twice_changes_nothing():
    asked = many()
    twice = answering_model(asked.assign(again=asked["region"]), ["region", "again"])
    assert twice.probability.to_numpy() == pytest.approx(answering_model(asked, ["region"]).probability.to_numpy())
    assert "again" in twice.left_out


def test_a_blank_number_is_a_trait_of_its_own():
    asked = many().assign(sales=lambda t: t["sales"].where(t.index % 4 > 0))
    model = answering_model(asked, ["sales"])
    assert model.blocks["sales"] == ["sales", "sales = missing"] and model.probability.notna().all()


def test_nobody_asked_is_an_error():
    with pytest.raises(EstimateError, match="nobody was asked"):
        answering_model(people([], region=[]), ["region"])


@pytest.fixture(scope="module")
def waves():
    return load_waves(CHECKOUT, Period.parse("2026H1")).values()


def test_the_sample_company_s_regions_answer_as_they_were_made_to(waves):
    invited = [invited_customers(wave.clean, wave.programme) for wave in waves]
    assert all(people.index.is_unique for people in invited)
    found = answering_model(pd.concat(invited, ignore_index=True), ["region", "tenure"])
    assert found.probability.between(0.05, 0.99).all()
    made = by_level(list(next(iter(waves)).programme.segments["region"].levels), *ANSWERING_BY_REGION)
    rows = found.coefficients.filter(like="region", axis=0)
    shown = {name: name.removeprefix("region = ") for name in rows.index}
    (reference,) = set(made) - set(shown.values())
    for name, region in shown.items():
        assert rows.loc[name, "log_odds"] == pytest.approx(made[region] - made[reference], abs=3 * rows.loc[name, "se"])
