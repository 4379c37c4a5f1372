"""The sample company's files: what its analysts would hold at the end of each period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.simulation import dirt, fieldwork, leads, office, trade, truth
from csat_analysis.simulation.life import Life
from csat_analysis.simulation.setting import check_programme, last_day, stream, survey_date

PERIODS = ("2024H1", "2024H2", "2025H1", "2025H2", "2026H1")
REFERRED = 0.2  # share of first orders that name who referred them
CUSTOMER_COLUMNS = [
    "customer_id",
    "name",
    "region",
    "industry",
    "since",
    "manager_id",
    "exclusive",
    "sales_12m",
    "acquisition_cost",
    "competition",
    "left_on",
    "left_reason",
]
ORDER_COLUMNS = [
    "order_id",
    "customer_id",
    "ordered_on",
    "processed_on",
    "delivered_on",
    "amount",
    "gross_margin",
    "product",
    "referred_by",
]
LEAD_COLUMNS = ["lead_id", "manager_id", "source", "created_on", "stage", "reached", "closed_on", "cost", "customer_id"]


@dataclass(frozen=True)
class Company:
    """tables: period → table → the raw table as text, as it stands in its file; truth: what nobody could observe."""

    tables: dict[str, dict[str, pd.DataFrame]]
    truth: truth.Truth


def simulate_company(programme: Programme, *, seed: int = 20240101, periods: tuple[str, ...] = PERIODS) -> Company:
    """A company whose truth is known, with every raw table of the data contract for consecutive periods.

    The same seed makes the same company. A period's files are drawn on its last day: event tables hold what is new
    since the period before, and of leads those again that were open then; the first period's orders go back to a year
    before its survey, its tickets one period, its leads to its own first day. A table that would be empty (actions,
    before the first has begun) isn't there.

    Raises ProgrammeError where survey.yml asks what this company can't answer.
    """
    check_programme(programme)
    life = Life(programme, [Period.parse(period) for period in periods], seed)
    ways = leads.all_leads(life)
    tables: dict[str, dict[str, pd.DataFrame]] = {}
    careless: set[str] = set()
    dirty, both = {}, {}
    for period in life.published:
        wave = fieldwork.hold_wave(life.frames[period], life.staff[period], life.level(period), period, programme, seed)
        text = {name: as_text(table) for name, table in period_tables(life, period, wave, ways).items() if len(table)}
        dirty[str(period)] = dirt.plant(text, period, programme, stream(seed, "dirt", period))
        both[str(period)] = int(wave.responses["contact_id"].duplicated().sum())
        careless |= wave.careless
        tables[str(period)] = text
    return Company(tables, known_truth(life, frozenset(careless), dirty, both, ways))


def known_truth(
    life: Life, careless: frozenset[str], dirty: dict[str, dict[str, int]], both: dict[str, int], ways: pd.DataFrame
) -> truth.Truth:
    frames = [life.frames[period].assign(period=str(period)) for period in life.published]
    potential = pd.concat(frames, ignore_index=True)
    staff = {str(period): life.staff[period] for period in life.published}
    win_rate = leads.true_win_rate(life.published[-1], len(life.effects))
    values, standard = truth.population_values(potential, staff, life.programme)
    return truth.Truth(
        potential=potential,
        population=values,
        standard=standard,
        slope=trade.SLOPE,
        ame=truth.average_marginal_effect(potential, life.published[-1]),
        actions=truth.action_effects(life.programme),
        managers=truth.manager_parts(potential, life.effects, life.programme),
        careless=careless,
        dirt=dirty,
        both_panels=both,
        leads=ways,
        win_rate=win_rate,
        conversions=leads.true_conversions(win_rate),
        days_to_close=leads.true_days_to_close(win_rate),
    )


def period_tables(life: Life, period: Period, wave: fieldwork.Wave, ways: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table of one period, typed and still clean. ways: all leads with what becomes of them."""
    frame, programme, effects = life.frames[period], life.programme, life.effects
    customers = customer_table(life, period)

    def rng(subject: str) -> np.random.Generator:
        return stream(life.seed, subject, period)

    tickets = ticket_table(life, period, customers["customer_id"], rng("tickets"))
    mentions = office.mention_table(frame, period, list(programme.dimensions), rng("mentions"))
    return {
        "customers": customers,
        "invitations": wave.invitations,
        "responses": wave.responses,
        "orders": order_table(life, period, customers["customer_id"], rng("referrals")),
        "tickets": with_ids(tickets, "ticket_id", "T", period),
        "leads": leads.lead_table(ways, period)[LEAD_COLUMNS],
        "managers": office.manager_table(frame, effects, rng("targets")),
        "competitors": office.competitor_scores(wave.responses, frame, programme, rng("competitors")),
        "audits": with_ids(office.audit_table(effects, period, rng("audits")), "audit_id", "A", period),
        "mentions": with_ids(mentions, "mention_id", "N", period),
        "actions": office.action_table(period),
    }


def ticket_table(life: Life, period: Period, known: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Tickets of the customers whose survey the period led to; with the first period, those of the one before."""
    spans = [period.previous(), period] if period == life.published[0] else [period]
    tables = []
    for span in spans:
        people = life.frames[span][life.frames[span]["customer_id"].isin(known)]
        tables.append(office.tickets_between(people, np.datetime64(span.start), last_day(span), rng))
    return pd.concat(tables, ignore_index=True)


def customer_table(life: Life, period: Period) -> pd.DataFrame:
    """The frame at the survey date, and those who left since the survey before."""
    everyone, day = life.customers, survey_date(period)
    gone = everyone[(everyone["left_on"] < day) & (everyone["left_on"] >= survey_date(period.previous()))]
    here = life.frames[period].assign(left_on=pd.NaT, left_reason="")
    gone = gone.assign(sales_12m=life.sales(gone, period))
    return pd.concat([here[CUSTOMER_COLUMNS], gone[CUSTOMER_COLUMNS]]).sort_values("customer_id", ignore_index=True)


def order_table(life: Life, period: Period, known: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Orders since the last period's files were drawn; a day that is still to come when they are drawn is blank."""
    opens, closes = np.datetime64(period.start), last_day(period)
    if period == life.published[0]:
        opens = survey_date(period.year_before())
    orders = life.orders[life.orders["ordered_on"].between(opens, closes) & life.orders["customer_id"].isin(known)]
    orders = orders.sort_values(["ordered_on", "customer_id", "amount"], ignore_index=True)
    for column in ("processed_on", "delivered_on"):
        orders[column] = orders[column].where(orders[column] <= closes)
    referrers = rng.choice(life.frames[period]["customer_id"].to_numpy(), len(orders))
    orders["referred_by"] = np.where(orders["first"] & (rng.random(len(orders)) < REFERRED), referrers, "")
    return with_ids(orders, "order_id", "O", period)[ORDER_COLUMNS]


def with_ids(table: pd.DataFrame, column: str, letter: str, period: Period) -> pd.DataFrame:
    ids = [f"{letter}{period}-{number:05d}" for number in range(1, len(table) + 1)]
    return pd.concat([pd.Series(ids, name=column, dtype="object"), table], axis=1)


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table as it is written: ISO dates, times to the minute, yes/no, no needless zeros, blank where missing."""
    return pd.DataFrame({name: column_text(table[name]) for name in table.columns}, dtype="object")


def column_text(column: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d %H:%M" if column.name.endswith("_at") else "%Y-%m-%d").fillna("").tolist()
    if pd.api.types.is_bool_dtype(column):
        return ["yes" if value else "no" for value in column]
    if pd.api.types.is_float_dtype(column):
        return ["" if np.isnan(value) else np.format_float_positional(value, trim="-") for value in column.to_numpy()]
    return ["" if pd.isna(value) else str(value) for value in column]
