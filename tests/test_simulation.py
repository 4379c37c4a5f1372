"""The sample company is what it says it is, and its committed files are what the seed makes."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sample_files import CHECKOUT, RAW, all_orders, table_in_file

from csat_analysis.errors import CsatError, ProgrammeError
from csat_analysis.programme import load_programme
from csat_analysis.simulation import PERIODS, company_files, simulate_company, write_company

LAST = PERIODS[-1]


@pytest.fixture(scope="module")
def programme():
    return load_programme(CHECKOUT, LAST)


@pytest.fixture(scope="module")
def company(programme):
    return simulate_company(programme)


@pytest.fixture(scope="module")
def truth(company):
    return company.truth


@pytest.fixture(scope="module")
def files(company):
    return company_files(company)


# the files


def test_committed_files_are_byte_for_byte_what_the_seed_makes(files):
    committed = {path.relative_to(RAW).as_posix() for path in RAW.glob("*/*.csv")}
    assert committed == set(files)
    changed = [name for name, content in files.items() if (RAW / name).read_bytes() != content]
    assert changed == []


def test_another_seed_makes_another_company(programme, files):
    other = company_files(simulate_company(programme, seed=7, periods=PERIODS[:1]))
    assert all(other[name] != files[name] for name in other)


def test_the_sample_data_stay_under_six_megabytes():
    assert sum(path.stat().st_size for path in RAW.rglob("*") if path.is_file()) < 6_000_000


def test_each_encoding_an_analyst_meets_occurs(files):
    second, third, others = files["2024H2/responses.csv"], files["2025H1/responses.csv"], files["2026H1/responses.csv"]
    assert b"\r\n" in second and "不适用" in second.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        second.decode("utf-8")
    assert third.startswith(b"\xef\xbb\xbf")
    assert not others.startswith(b"\xef\xbb\xbf") and b"\r" not in others


def test_truth_is_never_written_beside_the_data():
    columns = {
        column
        for path in RAW.glob("*/*.csv")
        if path.name != "responses.csv"
        for column in path.read_text(encoding="utf-8").splitlines()[0].split(",")
    }
    assert not columns & {"propensity", "p_repurchase", "repurchased", "case_mix", "size", "slow", "index", "effect"}


def test_every_event_is_shipped_once_and_is_over_when_its_file_is_drawn():
    orders = all_orders()
    assert orders["order_id"].is_unique
    for period in PERIODS:
        end = f"{period[:4]}-{'06-30' if period.endswith('1') else '12-31'}"
        dates = [
            order[column]
            for order in table_in_file(f"{period}/orders.csv")
            for column in ("ordered_on", "processed_on", "delivered_on")
        ]
        assert max(dates) <= end


def test_writing_refuses_a_folder_that_holds_something(company, files, tmp_path):
    write_company(company, tmp_path, "name: mine\n")
    assert (tmp_path / "data/raw/survey.yml").read_text(encoding="utf-8") == "name: mine\n"
    assert (tmp_path / "data/raw/2026H1/orders.csv").read_bytes() == files["2026H1/orders.csv"]
    with pytest.raises(CsatError, match="is not empty"):
        write_company(company, tmp_path, "name: another\n")
    assert (tmp_path / "data/raw/survey.yml").read_text(encoding="utf-8") == "name: mine\n"


def test_overwriting_replaces_the_periods_and_leaves_the_rest(company, tmp_path):
    stale, kept = tmp_path / "data/raw/2026H1/old.csv", tmp_path / "data/raw/README.md"
    stale.parent.mkdir(parents=True)
    stale.write_text("x"), kept.write_text("x")
    write_company(company, tmp_path, "name: mine\n", overwrite=True)
    assert kept.exists() and not stale.exists()


def test_a_questionnaire_the_company_cannot_answer_is_refused_in_one_line(programme):
    foreign = programme.model_copy(update={"dimensions": {"image": programme.dimensions["product"]}})
    with pytest.raises(ProgrammeError, match="dimensions: image") as refusal:
        simulate_company(foreign)
    assert "\n" not in str(refusal.value)


# the customers


def test_about_eight_hundred_customers_with_entrants_and_leavers_each_period():
    before: set[str] = set()
    for period in PERIODS:
        customers = table_in_file(f"{period}/customers.csv")
        here = {row["customer_id"] for row in customers if not row["left_on"]}
        gone = [row for row in customers if row["left_on"]]
        assert 770 <= len(here) <= 830
        assert 30 <= len(gone) <= 90 and all(row["left_reason"] for row in gone)
        if before:
            assert before - here == {row["customer_id"] for row in gone}
            assert len(here - before) >= 30
        before = here


def test_a_sixth_of_the_customers_brings_seventy_percent_of_sales(truth):
    for _, frame in truth.potential.groupby("period"):
        sales = frame["sales_12m"].sort_values(ascending=False)
        share_of_customers = ((sales.cumsum() / sales.sum()) < 0.7).mean()
        assert 0.14 < share_of_customers < 0.20


def test_sales_of_twelve_months_are_the_orders_of_twelve_months():
    orders = all_orders()
    for period in PERIODS:
        day = pd.Timestamp(f"{period[:4]}-{'06' if period.endswith('1') else '12'}-01")
        recent = orders[(orders["ordered_on"] < day) & (orders["ordered_on"] >= day - pd.Timedelta(days=365))]
        sold = recent.groupby("customer_id")["amount"].sum()
        for row in table_in_file(f"{period}/customers.csv"):
            assert float(row["sales_12m"]) == pytest.approx(sold.get(row["customer_id"], 0.0), abs=0.01)


# the truth


def test_satisfaction_rises_slowly_from_about_66_to_71(truth):
    index = [truth.value(period, "index") for period in PERIODS]
    assert index[0] == pytest.approx(66, abs=1.5) and index[-1] == pytest.approx(71, abs=1.5)
    assert all(0.3 < rise < 2.2 for rise in np.diff(index))


def test_population_nps_counted_by_hand(truth):
    scores = truth.potential.loc[truth.potential["period"] == LAST, "nps"]
    promoters, detractors = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
    assert truth.value(LAST, "nps") == pytest.approx(100 * (promoters - detractors) / len(scores))


def test_population_index_is_the_weighted_sum_of_its_dimensions(truth):
    weights = {"product": 0.3, "policy": 0.2, "after_sales": 0.2, "staff": 0.2, "management": 0.1}
    for period in PERIODS:
        total = sum(weight * truth.value(period, name) for name, weight in weights.items())
        assert truth.value(period, "index") == pytest.approx(total)


def test_items_hang_together_and_dimensions_only_moderately(truth, programme):
    people = truth.potential
    for dimension in programme.dimensions.values():
        items = people[list(dimension.items)]
        covariance = items.cov().to_numpy()
        assert 0.78 < 5 / 4 * (1 - np.trace(covariance) / covariance.sum()) < 0.92
    between = people[list(programme.dimensions)].corr().to_numpy()
    assert 0.35 < between[np.triu_indices(5, 1)].min() and between[np.triu_indices(5, 1)].max() < 0.7


def test_a_customer_thinks_much_as_half_a_year_ago(truth):
    index = truth.potential.pivot(index="customer_id", columns="period", values="index")
    for earlier, later in zip(PERIODS, PERIODS[1:]):
        assert 0.5 < index[earlier].corr(index[later]) < 0.7


ACTED = {
    "X01": ("2024H2", "2025H1"),
    "X02": ("2025H1", "2025H2"),
    "X03": ("2025H2", "2026H1"),
}  # waves around its start


def test_one_action_works_and_the_others_do_not(truth):
    actions = truth.actions.set_index("action_id")
    assert set(actions.index) == set(ACTED) and list(actions.index[actions["effect"] > 0]) == ["X01"]
    for action, (before, after) in ACTED.items():
        target = actions.loc[action]
        people = truth.potential[truth.potential["period"].isin([before, after])]
        treated = people[target["segment"]] == target["value"]
        means = people.groupby([treated, "period"])[target["dimension"]].mean()
        gain = (means[True, after] - means[True, before]) - (means[False, after] - means[False, before])
        assert gain == pytest.approx(target["effect"], abs=3.5)


def test_customers_who_wait_longer_rate_the_service_lower(truth):
    tables = [pd.DataFrame(table_in_file(f"{period}/tickets.csv")).assign(period=period) for period in PERIODS[1:]]
    tickets = pd.concat(tables)
    hours = (pd.to_datetime(tickets["resolved_at"]) - pd.to_datetime(tickets["opened_at"])).dt.total_seconds() / 3600
    waited = np.log(hours).groupby([tickets["period"], tickets["customer_id"]]).mean().rename("waited").reset_index()
    people = truth.potential.merge(waited, on=["period", "customer_id"])
    assert people["after_sales"].corr(people["waited"]) < -0.03
    assert people["after_sales"].corr(people["slow"]) < -0.1


def test_managers_differ_by_merit_and_by_the_customers_they_were_given(truth):
    assert truth.managers["effect"].mean() == pytest.approx(0, abs=1e-9)
    assert truth.managers["effect"].std() > 1 and truth.managers["case_mix"].std() > 0.7


def test_orders_in_the_files_tell_who_bought_again(truth):
    orders = all_orders()
    closed = truth.potential[truth.potential["period"] != LAST]
    pairs = closed[["period", "customer_id", "answers_on"]].merge(orders, on="customer_id")
    days = (pairs["ordered_on"] - pairs["answers_on"]).dt.days
    bought = pairs[(days > 0) & (days <= 180)].set_index(["period", "customer_id"]).index
    told = closed.set_index(["period", "customer_id"]).index.isin(bought)
    assert (told == closed["repurchased"].to_numpy()).all()


def test_a_simple_regression_recovers_the_marginal_effect(truth):
    people = truth.potential[truth.potential["period"] != LAST]
    columns = people[["index", "bought_before"]].assign(sales=np.log1p(people["sales_12m"] / 1000))
    design = sm.add_constant(columns.astype(float))
    fit = sm.Logit(people["repurchased"].astype(float), design).fit(disp=False)
    chance = fit.predict(design)
    assert 0.005 < truth.ame < 0.007
    assert (fit.params["index"] * chance * (1 - chance)).mean() == pytest.approx(truth.ame, abs=0.0015)
    assert fit.params["index"] == pytest.approx(truth.slope, abs=3 * fit.bse["index"])


# the fieldwork


def test_the_drawn_panels_are_those_of_survey_yml(programme):
    for period in PERIODS:
        frame = [row for row in table_in_file(f"{period}/customers.csv") if not row["left_on"]]
        frame.sort(key=lambda row: (-float(row["sales_12m"]), row["customer_id"]))
        listed = [row["customer_id"] for row in frame]
        asked = pd.DataFrame(table_in_file(f"{period}/invitations.csv")).groupby("panel")["contact_id"].apply(list)
        assert asked["key_account"] == listed[:20]
        places = np.array([listed.index(contact) for contact in asked["sample"]])
        interval = len(listed) / 160
        starts = places - interval * np.arange(160)  # place = floor(start + k · interval)
        assert starts.max() <= starts.min() + 1 and 0 <= places[0] < interval
        assert len(asked["internal"]) == 20 and all(re.fullmatch(r"S\d\d", contact) for contact in asked["internal"])


def test_customers_recur_from_wave_to_wave():
    asked = {}
    for period in PERIODS:
        invitations = table_in_file(f"{period}/invitations.csv")
        asked[period] = {row["contact_id"] for row in invitations if row["panel"] != "internal"}
    for earlier, later in zip(PERIODS, PERIODS[1:]):
        assert len(asked[earlier] & asked[later]) >= 35


def test_some_customers_answer_in_two_panels(company, truth):
    for period in PERIODS:
        answered = {}
        for row in company.tables[period]["responses"].itertuples():
            answered.setdefault(row.contact_id, set()).add(row.panel)
        assert sum(len(panels) == 2 for panels in answered.values()) == truth.both_panels[period]
    assert sum(truth.both_panels.values()) >= 5


def test_the_satisfied_answer_more(truth):
    for _, frame in truth.potential.groupby("period"):
        expected = np.average(frame["index"], weights=frame["propensity"])
        assert 0.6 < expected - frame["index"].mean() < 2.5


def test_those_who_answered_are_more_satisfied_than_those_who_were_asked(company, truth):
    flattery = []
    for period in PERIODS:
        index = truth.potential[truth.potential["period"] == period].set_index("customer_id")["index"]
        asked = company.tables[period]["invitations"].query("panel == 'sample'")
        answered = asked[asked["outcome"].isin(["complete", "partial"])]
        flattery.append(answered["contact_id"].map(index).mean() - asked["contact_id"].map(index).mean())
    assert np.mean(flattery) > 0.3


def test_response_rates_are_those_of_a_good_visit_survey(company):
    invitations = pd.concat([tables["invitations"] for tables in company.tables.values()])
    complete = (invitations["outcome"] == "complete").groupby(invitations["panel"]).mean()
    assert 0.64 < complete["sample"] < 0.73 and 0.70 < complete["key_account"] < 0.88 and complete["internal"] > 0.9


def test_the_careless_tick_fast_and_are_few(company, truth):
    responses = pd.concat([tables["responses"] for tables in company.tables.values()])
    responses = responses.drop_duplicates("response_id").set_index("response_id")
    careless = responses.loc[sorted(truth.careless), "duration_s"].str.replace("秒", "").astype(int)
    assert 0.01 < len(careless) / len(responses) < 0.06
    assert careless.max() < 25 * 2  # under two seconds an item
