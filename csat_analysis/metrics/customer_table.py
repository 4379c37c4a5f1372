"""One table of customers to filter: basic, traits, business, transactions, satisfaction and complaints, a row a customer."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.history import events, everyone_listed
from csat_analysis.metrics.purchasing import YEAR_DAYS, orders_within, rfm
from csat_analysis.metrics.satisfaction import PERSON
from csat_analysis.metrics.value import Value, years_since
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period
from csat_analysis.survey.frame import SIZE, abc_class, customer_size, tenure

FILE = "customers_360.parquet"
PERSONAL = ("name",)  # for analysts only: never in the stakeholders' report


def customers_360(
    waves: Mapping[Period, Wave], now: Period, values: Mapping[str, Value] | NoEstimate
) -> pd.DataFrame | NoEstimate:
    """One row a customer of this period's list, those who left among them, sorted by id; amounts CNY, points 0–100.

    basic         name, region, industry, since, manager_id, listed (still a customer at the survey), left_on, left_reason
    traits        customer_class, tenure, customer_size, exclusive, competition
    business      sales_12m, acquisition_cost, lifetime_value (own yearly purchases × the class's lifetime − own cost)
    transactions  of the last 12 months: recency (days), frequency, monetary, r, f, m, products, top_product, referrals
    satisfaction  of the last answer: answered_in, satisfaction, each dimension, nps, csat
    complaints    of the last 12 months: enquiries, complaints, returns, and complaints_<category>
    A table or column that wasn't supplied gives no column. Personal columns: PERSONAL.

    >>> # table[(table.customer_class == "A") & (table.satisfaction < 60) & (table.complaints > 0)]
    """
    wave = waves[now]
    listed = everyone_listed(wave)
    if isinstance(listed, NoEstimate):
        return listed
    found = listed.set_index("customer_id").sort_index()
    found["listed"] = found.index.isin(wave.clean.tables["customers"]["customer_id"])
    found = found.join(traits(wave))
    for part in (transactions(waves, wave), answers(waves), cases(waves, wave)):
        found = found.join(part[[name for name in part if name not in found]])
    counted = [
        name
        for name in found
        if name in ("frequency", "monetary", "products", "referrals") + CASES or name.startswith("complaints_")
    ]
    found[counted] = found[counted].fillna(0)
    return found.assign(**own_value(found, wave, values))


def traits(wave: Wave) -> pd.DataFrame:
    frame = wave.clean.tables["customers"].set_index("customer_id")
    found = pd.DataFrame(index=frame.index)
    if "sales_12m" in frame:
        found["customer_class"] = abc_class(frame["sales_12m"], wave.programme.classes)
        found[SIZE] = customer_size(wave.clean.tables["customers"])
    if "since" in frame:
        found["tenure"] = tenure(frame["since"], wave.clean.survey_date, wave.programme.tenure.new_months)
    return found


def transactions(waves: Mapping[Period, Wave], wave: Wave) -> pd.DataFrame:
    orders = events(waves, "orders")
    if isinstance(orders, NoEstimate):
        return pd.DataFrame()
    recent = orders_within(orders, wave.clean.survey_date).dropna(subset=["customer_id"])
    found = rfm(recent, wave.clean.survey_date)
    if "product" in recent:
        by = recent.dropna(subset=["product"]).groupby("customer_id")["product"]
        found["products"] = by.nunique()
        found["top_product"] = by.agg(lambda bought: bought.mode().iloc[0])
    if "referred_by" in recent:
        found = found.join(recent["referred_by"].value_counts().rename("referrals"), how="outer")
    return found


def answers(waves: Mapping[Period, Wave]) -> pd.DataFrame:
    """Each customer's last answer, the mean of its contacts' where several answered; of two panels in one period the
    representative one."""
    parts = []
    for period, wave in sorted(waves.items()):
        given = wave.answers
        if "customer_id" not in given:
            continue
        outcomes = given[[name for name in ("nps", "csat") if name in given]]
        scores = wave.answer_scores[[PERSON, *wave.programme.dimensions]].rename(columns={PERSON: "satisfaction"})
        by = pd.concat([given["customer_id"], scores, outcomes], axis=1).groupby("customer_id")
        parts.append(by.mean().reset_index().assign(answered_in=str(period)))
    if not parts:
        return pd.DataFrame()
    found = pd.concat(parts, ignore_index=True)
    return found.drop_duplicates("customer_id", keep="last").set_index("customer_id")


CASES = ("enquiries", "complaints", "returns")
KINDS = dict(zip(("enquiry", "complaint", "return"), CASES, strict=True))


def cases(waves: Mapping[Period, Wave], wave: Wave) -> pd.DataFrame:
    tickets = events(waves, "tickets")
    if isinstance(tickets, NoEstimate):
        return pd.DataFrame()
    end = pd.Timestamp(wave.clean.survey_date) + pd.Timedelta(days=1)
    opened = tickets["opened_at"]
    recent = tickets[(opened < end) & (opened >= end - pd.Timedelta(days=YEAR_DAYS))].dropna(subset=["customer_id"])
    kinds = pd.crosstab(recent["customer_id"], recent["kind"].map(KINDS))
    complaints = recent[recent["kind"] == "complaint"]
    if "category" not in recent or complaints.empty:
        return kinds
    named = pd.crosstab(complaints["customer_id"], complaints["category"].fillna("uncategorised"))
    return kinds.join(named.add_prefix("complaints_"), how="outer")


def own_value(table: pd.DataFrame, wave: Wave, values: Mapping[str, Value] | NoEstimate) -> dict[str, pd.Series]:
    """lifetime_value: no interval, since it is one customer's; missing where the class has no lifetime."""
    needed = {"monetary", "acquisition_cost", "customer_class", "since"}
    if isinstance(values, NoEstimate) or not needed <= set(table):
        return {}
    years = (
        table["customer_class"]
        .map({name: getattr(value.lifetime, "value", None) for name, value in values.items()})
        .astype(float)
    )
    yearly = table["monetary"] / years_since(table["since"], wave.clean.survey_date)
    return {"lifetime_value": yearly * years - table["acquisition_cost"]}
