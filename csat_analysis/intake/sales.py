"""Leads and managers that contradict themselves or each other: what counts is said by a named rule."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_analysis.intake.cleaning import Ledger
from csat_analysis.intake.contract import STAGES
from csat_analysis.intake.rules import Rule

WAY = [stage for stage in STAGES if stage not in ("won", "lost")]
PLACE = {stage: place for place, stage in enumerate(WAY)}


def mend_leads(tables: dict[str, pd.DataFrame], ledgers: Mapping[str, Ledger]) -> dict[str, pd.DataFrame]:
    """Leads whose `reached` isn't behind the stage where they stand; what else is odd is noted and kept."""
    if "leads" not in tables:
        return tables
    leads, ledger = tables["leads"], ledgers["leads"]
    won, lost = leads["stage"] == "won", leads["stage"] == "lost"
    if "reached" in leads:
        leads = leads.assign(reached=reached_as_it_counts(leads, ledger))
        jumped = won & leads["reached"].notna() & (leads["reached"] != WAY[-1])
        ledger.noted(Rule.LEAD_JUMPED, "reached", leads.loc[jumped, "reached"])
        ledger.noted(Rule.LOST_NOWHERE, "reached", leads.loc[lost & leads["reached"].isna(), "stage"])
    if "customer_id" in leads:
        ledger.noted(Rule.WON_WITHOUT_CUSTOMER, "customer_id", leads.loc[won & leads["customer_id"].isna(), "lead_id"])
    if "closed_on" in leads:
        no_day = (won | lost) & leads["closed_on"].isna()
        ledger.noted(Rule.CLOSED_WITHOUT_DAY, "closed_on", leads.loc[no_day, "stage"])
        early = ~(won | lost) & leads["closed_on"].notna()
        ledger.noted(Rule.OPEN_WITH_CLOSING_DAY, "closed_on", leads.loc[early, "stage"])
    return tables | {"leads": leads}


def reached_as_it_counts(leads: pd.DataFrame, ledger: Ledger) -> pd.Series:
    """The furthest stage: of an open lead at least the one where it stands; won and lost are no stage on the way."""
    reached = leads["reached"].where(leads["reached"].isin(WAY))
    stands, furthest = leads["stage"].map(PLACE), reached.map(PLACE)
    behind = stands.notna() & furthest.notna() & (furthest < stands)
    ledger.repaired("reached", reached[behind], leads.loc[behind, "stage"], rule=Rule.REACHED_BEHIND_STAGE)
    return reached.where(~behind, leads["stage"])


def hold_against_managers(tables: dict[str, pd.DataFrame], ledgers: Mapping[str, Ledger]) -> dict[str, pd.DataFrame]:
    """Note managers whom the table doesn't hold, and targets that can't be divided by."""
    if "managers" not in tables:
        return tables
    managers = tables["managers"]
    for table in ("customers", "leads"):
        if table in tables and "manager_id" in tables[table]:
            named = tables[table]["manager_id"]
            unknown = named.notna() & ~named.isin(managers["manager_id"])
            ledgers[table].noted(Rule.MANAGER_UNKNOWN, "manager_id", named[unknown])
    if "sales_target" in managers:
        zero = managers["sales_target"] == 0
        ledgers["managers"].noted(Rule.TARGET_ZERO, "sales_target", managers.loc[zero, "sales_target"])
    return tables
