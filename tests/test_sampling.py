"""From who was asked to the design: take-all key accounts, equal-interval visits, one answer a customer."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from csat_analysis.errors import EstimateError
from csat_analysis.estimators import mean
from csat_analysis.intake import Clean
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.survey.frame import abc_class, customer_segments, tenure
from csat_analysis.survey.sampling import panel_sample, representative_sample

PANELS = {"visits": {"draw": "equal_interval", "size": 10}, "big": {"draw": "top", "size": 2}, "staff": {"size": 3}}


def programme(**changes) -> Programme:
    return Programme.model_validate(
        {"name": "p", "scale": {"min": 0, "max": 10}, "dimensions": {"d": {"items": ["q"]}}, "panels": PANELS} | changes
    )


def clean(responses: list[tuple], *, frame: int | None = 20, asked: list[tuple] | None = None) -> Clean:
    """Answers (contact, panel, score), a frame of customers C01… with falling sales, and who was asked (contact, panel)."""
    answers = pd.DataFrame(responses, columns=["contact_id", "panel", "q"])
    answers["customer_id"] = answers["contact_id"].where(answers["contact_id"].str.startswith("C"))
    tables = {"responses": answers}
    if frame:
        tables["customers"] = pd.DataFrame(
            {"customer_id": [f"C{i:02d}" for i in range(1, frame + 1)], "sales_12m": np.arange(frame, 0, -1) * 100.0}
        )
    if asked is not None:
        tables["invitations"] = pd.DataFrame(asked, columns=["contact_id", "panel"]).assign(
            customer_id=lambda t: t["contact_id"].where(t["contact_id"].str.startswith("C"))
        )
    nothing = pd.DataFrame()
    return Clean(Period.parse("2026H1"), tables, nothing, nothing, nothing, nothing, dt.date(2026, 6, 20))


VISITS = [(f"C{i:02d}", "visits", float(i % 5 + 4)) for i in (3, 6, 9, 12, 15, 18)]
ASKED = [(c, "visits") for c, *_ in VISITS] + [("C20", "visits"), ("C01", "big"), ("C02", "big")]


def test_visits_stand_for_the_frame_without_the_key_accounts():
    sample = representative_sample(clean(VISITS + [("C01", "big", 9.0), ("C02", "big", 8.0)], asked=ASKED), programme())
    strata = sample.design.strata
    assert strata.loc["others", ["population", "drawn"]].tolist() == [18, 7]
    assert strata.loc["big", ["population", "drawn"]].tolist() == [2, 2]
    assert sample.design.weight.tolist() == [3.0] * 6 + [1.0, 1.0]


def test_a_customer_who_answered_in_two_panels_counts_once_with_the_visit():
    answers = VISITS + [("C01", "visits", 3.0), ("C01", "big", 9.0), ("C02", "big", 8.0)]
    data = clean(answers, asked=ASKED + [("C01", "visits")])
    sample = representative_sample(data, programme())
    mine = data.tables["responses"].loc[sample.rows]
    assert mine.loc[mine["customer_id"] == "C01", "panel"].tolist() == ["visits"]
    assert sample.design.strata.loc["others", "drawn"] == 7  # C01 belongs to the take-all stratum, not to the others


def test_staff_are_not_customers():
    sample = representative_sample(
        clean(VISITS + [("S1", "staff", 10.0), ("C01", "big", 9.0)], asked=ASKED), programme()
    )
    assert len(sample.rows) == 7 and "S1" not in set(sample.design.contact)


def test_a_panel_that_answered_in_full_is_a_census_and_one_that_did_not_is_none():
    big = [("C01", "big", 9.0), ("C02", "big", 8.0)]
    full, part = (
        panel_sample(clean(VISITS + answers, asked=ASKED), programme(), "big")
        for answers in (big, big[:1] + [("C02", "big", np.nan)])
    )
    assert mean(full.design, [9.0, 8.0]).status == "exact"
    assert mean(part.design, [9.0, np.nan]).status == "not_estimable"


def test_a_customers_several_contacts_share_its_weight():
    data = clean(
        [
            ("C03", "visits", 5.0),
            ("C06", "visits", 6.0),
            ("X1", "visits", 7.0),
            ("X2", "visits", 9.0),
            ("C01", "big", 9.0),
        ],
        asked=ASKED,
    )
    data.tables["responses"].loc[[2, 3], "customer_id"] = "C09"
    design = representative_sample(data, programme()).design
    assert design.weight.tolist() == [6.0, 6.0, 3.0, 3.0, 2.0]
    assert design.degrees_of_freedom(np.arange(5)) == 3  # four customers, their lone key account merged


def test_without_panels_every_answer_counts_alike():
    answers = clean([("1", "all", 5.0), ("2", "all", 6.0)], frame=None)
    sample = representative_sample(answers, programme(panels={}))
    assert sample.design.weight.tolist() == [1, 1]
    assert np.isinf(sample.design.strata["population"]).all()


def test_a_survey_that_brings_weights_keeps_them():
    answers = clean([("1", "all", 5.0), ("2", "all", 6.0)], frame=None)
    answers.tables["responses"]["w"] = [1.5, 0.5]
    sample = representative_sample(answers, programme(panels={}, design={"weight": "w"}))
    assert mean(sample.design, answers.tables["responses"]["q"]).value == pytest.approx(5.25)


def test_the_visits_are_ordered_as_the_list_they_were_drawn_from():
    sample = representative_sample(
        clean(list(reversed(VISITS)), asked=ASKED[:7]), programme(panels={"visits": PANELS["visits"]})
    )
    assert sample.design.order.tolist() == [17, 14, 11, 8, 5, 2]
    assert sample.design.strata.loc["others", "systematic"]


def test_abc_classes_follow_cumulative_sales():
    sales = pd.Series([400, 300, 150, 60, 50, 40, np.nan], index=list("abcdefg"))
    assert abc_class(sales, {"A": 0.7, "B": 0.9}).fillna("-").tolist() == ["A", "A", "B", "B", "C", "C", "-"]


def test_a_customer_is_new_for_twelve_months():
    since = pd.Series(pd.to_datetime(["2025-06-20", "2025-06-21", None]))
    assert tenure(since, dt.date(2026, 6, 20), 12).fillna("-").tolist() == ["established", "new", "-"]


def test_segments_come_from_the_frame_by_survey_yml():
    frame = clean(VISITS).tables["customers"].assign(region="east")
    found = customer_segments(frame, programme(segments=["customer_class", "region", "industry"]), dt.date(2026, 6, 20))
    assert list(found.columns) == ["customer_class", "region"]


def test_more_answers_than_customers_in_the_frame_is_an_error():
    with pytest.raises(EstimateError, match="from a population of"):
        representative_sample(clean(VISITS, frame=5, asked=[(c, "visits") for c, *_ in VISITS]), programme())


def test_without_a_frame_the_drawn_panel_speaks_for_the_customers_each_answer_alike():
    data = clean([*VISITS, ("C01", "big", 9.0), ("S1", "staff", 9.0)], frame=None, asked=ASKED)
    sample = representative_sample(data, programme())
    assert set(data.tables["responses"].loc[sample.rows, "panel"]) == {"visits"}
    assert set(sample.design.weight) == {1.0} and np.isinf(sample.design.strata["population"]).all()


def test_key_accounts_alone_cannot_speak_for_other_customers():
    with pytest.raises(EstimateError, match="2026H1: nobody of visits answered"):
        representative_sample(clean([("C01", "big", 9.0), ("C02", "big", 8.0)], asked=ASKED), programme())


def test_key_accounts_that_all_stayed_silent_are_spoken_for_by_the_others_and_it_is_said():
    design = representative_sample(clean(VISITS, asked=ASKED), programme()).design
    assert design.merged == (("big", "others"),)
    assert design.weight.sum() == pytest.approx(20) and design.strata.loc["others", "population"] == 20


def test_without_invitations_the_planned_size_says_how_many_were_asked():
    answers = [*VISITS, ("C01", "big", 9.0), ("C02", "big", 8.0)]
    planned = representative_sample(clean(answers), programme()).design
    assert planned.strata.loc["others", "drawn"] == 10 and planned.strata.loc["others", "systematic"]
    panels = {"visits": {"draw": "equal_interval"}, "big": {"draw": "top", "size": 2}}
    unknown = representative_sample(clean(answers), programme(panels=panels)).design
    assert not unknown.strata["systematic"].any()
