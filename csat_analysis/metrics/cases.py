"""How long customers waited: one row a case (a ticket, an order), with its wait and whether the wait was over when the files were drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.intake import Rule
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

DAY = pd.Timedelta(days=1)
UNITS = {"hours": pd.Timedelta(hours=1), "days": DAY}
ENDS_UNKNOWN, NO_START, NO_CUSTOMER = "end_not_recorded", "no_start", "no_customer"


@dataclass(frozen=True)
class Wait:
    """What is waited for: the table and its columns, the unit, and the column whose end shows that this one had come too."""

    table: str
    starts: str
    ends: str
    unit: str
    then: str


WAITS = {
    "first_reply_hours": Wait("tickets", "opened_at", "first_reply_at", "hours", "resolved_at"),
    "resolution_hours": Wait("tickets", "opened_at", "resolved_at", "hours", ""),
    "processing_days": Wait("orders", "ordered_on", "processed_on", "days", "delivered_on"),
    "delivery_days": Wait("orders", "ordered_on", "delivered_on", "days", ""),
}


@dataclass(frozen=True, eq=False)
class Cases:
    """The cases of one kind of wait that began in a span of time.

    table     customer_id, starts, wait (in `unit`), ended (False: still open when last heard of), kind where there is one.
    left_out  reason → cases whose wait can't be known: they are neither over nor still open.
    unit      hours or days.
    """

    table: pd.DataFrame
    left_out: dict[str, int]
    unit: str

    @property
    def customers(self) -> int:
        return int(self.table["customer_id"].nunique())


def known_until(wave: Wave) -> pd.Timestamp:
    """The moment up to which a period's files tell what happened: the end of the last day on which anything did.

    Not later than the period's end: a file drawn later tells more of old cases than of those begun last, and a day that lies
    ahead is a plan.
    """
    end = pd.Timestamp(wave.period.end) + DAY
    seen = [
        moments[moments < end].max()
        for wait in WAITS.values()
        if wait.table in wave.clean.tables
        for column in (wait.starts, wait.ends)
        if (moments := wave.clean.tables[wait.table].get(column)) is not None
    ]
    known = pd.Series(seen, dtype="datetime64[us]").dropna()
    return known.max().normalize() + DAY if len(known) else end


def period_cases(wave: Wave, name: str) -> Cases | NoEstimate:
    """The cases of a kind of wait that began within a period, as far as its files tell; why there are none otherwise.

    An open case has waited until `known_until` at least: it is censored there, not dropped. One whose end came but wasn't
    recorded, or broke a rule, is left out and counted: to take it for open would make old cases of it.
    """
    wait = WAITS[name]
    table = wave.clean.tables.get(wait.table)
    if table is None or not {wait.starts, wait.ends} <= set(table):
        return NoEstimate("not_supplied", f"no table of {wait.table} with {wait.starts} and {wait.ends} was supplied")
    inside = table[wait.starts].between(
        pd.Timestamp(wave.period.start), pd.Timestamp(wave.period.end) + DAY, inclusive="left"
    )
    found = timed(table, wait, flawed(wave, wait), known_until(wave))
    missing = {NO_START: int(table[wait.starts].isna().sum())} if table[wait.starts].isna().any() else {}
    why = found.loc[inside, "why"].dropna().value_counts()
    kept = found[inside & found["why"].isna()]
    if kept.empty:
        return NoEstimate("not_estimable", f"no case of {wait.table} with known times began in {wave.period}")
    return Cases(kept.drop(columns="why").reset_index(drop=True), missing | why.to_dict(), wait.unit)


def timed(table: pd.DataFrame, wait: Wait, flaws: pd.Series, until: pd.Timestamp) -> pd.DataFrame:
    """A table's cases with wait, ended, and `why` where the wait can't be known; `flaws`: row → rule of a bad time."""
    ends = table[wait.ends]
    ended = ends.notna() & (ends < until)
    stopped = ends.where(ended, until - (DAY if wait.unit == "days" else pd.Timedelta(0)))
    came_unseen = ends.isna() & table[wait.then].notna() if wait.then in table else pd.Series(False, index=table.index)
    why = flaws.reindex(table.index).astype("object")
    why = why.mask(why.isna() & came_unseen, ENDS_UNKNOWN).mask(why.isna() & table["customer_id"].isna(), NO_CUSTOMER)
    return pd.DataFrame(
        {
            "customer_id": table["customer_id"],
            "starts": table[wait.starts],
            "wait": (stopped - table[wait.starts]) / UNITS[wait.unit],
            "ended": ended,
            "kind": table.get("kind", ""),
            "why": why,
        }
    )


def flawed(wave: Wave, wait: Wait) -> pd.Series:
    """Row → rule, of rows where the start or the end of a wait was set to missing, or names the day alone."""
    flaws = wave.clean.flaws
    ours = flaws[(flaws["table"] == wait.table) & flaws["column"].isin([wait.starts, wait.ends])]
    if wait.unit == "days":
        ours = ours[ours["rule"] != str(Rule.NO_HOUR)]
    return ours.drop_duplicates("row").set_index("row")["rule"]


def cases_since(
    waves: Mapping[Period, Wave], wave: Wave, name: str, since: pd.Timestamp, until: pd.Series
) -> pd.DataFrame | NoEstimate:
    """The cases that customers had between two surveys, each as it stood when the customer answered.

    until  customer_id → the day of the answer: what began on it or later isn't known to come before it; what was still open
           then has waited until then.
    Cases of all files up to the wave's; a case that a later file holds again counts as it was last known. One that was still
    open when its own file was drawn, before the answer, and that no later file tells of is left out: nobody knows whether the
    customer still waited.
    """
    wait, files = WAITS[name], [w for p, w in sorted(waves.items()) if not wave.period < p]
    found = []
    for own in files:
        table = own.clean.tables.get(wait.table)
        if table is not None and {wait.starts, wait.ends} <= set(table):
            key = "ticket_id" if wait.table == "tickets" else "order_id"
            rows = timed(table, wait, flawed(own, wait), known_until(own))
            found.append(rows.assign(id=table.get(key), end=table[wait.ends], known=known_until(own)))
    if not found:
        return NoEstimate("not_supplied", f"no table of {wait.table} with {wait.starts} and {wait.ends} was supplied")
    cases = pd.concat(found, ignore_index=True)
    cases = cases[cases["id"].isna() | ~cases["id"].duplicated(keep="last")]
    answered = cases["customer_id"].map(until)
    cases = cases[(cases["starts"] >= since) & (cases["starts"] < answered) & cases["why"].isna()]
    answered = answered[cases.index]
    open_then = ~(cases["end"] < answered)
    told = ~open_then | (cases["known"] >= answered)
    waited = ((answered - cases["starts"]) / UNITS[wait.unit]).where(open_then, cases["wait"])
    found = cases.assign(wait=waited, ended=~open_then)[told]
    return found[["customer_id", "starts", "wait", "ended", "kind"]].reset_index(drop=True)
