"""Who was asked and what came of it: AAPOR's rates, the customers invited, the sales covered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.errors import EstimateError
from csat_analysis.intake import Clean
from csat_analysis.programme import Programme
from csat_analysis.survey.answering import MISSING
from csat_analysis.survey.frame import customer_segments, level_name
from csat_analysis.survey.sampling import TAKE_ALL

ANSWERED = ("complete", "partial")
OUTCOMES = (*ANSWERED, "refusal", "no_contact", "unknown")  # of people who could have answered
FRAME_COLUMNS = ("exclusive", "competition")  # the contract's own traits of a customer, beside survey.yml's segments
SALES = "sales_12m"
LOG_SALES = "log_sales"


def asked_people(clean: Clean, programme: Programme) -> pd.DataFrame | None:
    """One row an invitation: panel, customer_id, channel and wave where known, `outcome`, and what the frame says of them.

    outcome  complete, partial, refusal, no_contact, ineligible; where none was written down, an answer's own, else
             "unknown" (AAPOR's unknown eligibility: it stays in every denominator).
    None without invitations: then nobody knows who was asked.
    """
    invitations = clean.tables.get("invitations")
    if invitations is None:
        return None
    answers = pd.MultiIndex.from_frame(clean.tables["responses"][["contact_id", "panel"]])
    came = pd.MultiIndex.from_frame(invitations[["contact_id", "panel"]]).isin(answers)
    outcome = invitations["outcome"] if "outcome" in invitations else pd.Series(pd.NA, index=invitations.index)
    outcome = outcome.astype(object).where(outcome.notna(), np.where(came, "complete", "unknown"))
    columns = [name for name in ("contact_id", "customer_id", "panel", "channel", "wave") if name in invitations]
    asked = invitations[columns].assign(outcome=outcome)
    traits = frame_traits(clean, programme)
    return asked if traits.empty else asked.join(traits, on="customer_id")


def frame_traits(clean: Clean, programme: Programme) -> pd.DataFrame:
    """One row a customer of the frame: survey.yml's segments, exclusive, competition and manager (words, a blank is
    "missing"), sales and their logarithm; only what the frame holds."""
    customers = clean.tables.get("customers")
    if customers is None:
        return pd.DataFrame()
    segments, frame = customer_segments(customers, programme, clean.survey_date), customers.set_index("customer_id")
    others = [name for name in (*FRAME_COLUMNS, "manager_id") if name in frame and name not in segments]
    words = segments.join(frame[others].map(level_name, na_action="ignore"))
    words = words.astype(object).where(words.notna(), MISSING)
    if SALES not in frame:
        return words
    return words.assign(**{SALES: frame[SALES], LOG_SALES: np.log1p(frame[SALES])})


def traits_to_balance(clean: Clean, programme: Programme) -> list[str]:
    """The traits that answers and frame are compared on: segments, exclusive, competition, and sales."""
    return [name for name in frame_traits(clean, programme) if name not in ("manager_id", SALES)]


def outcome_rates(asked: pd.DataFrame, by: str | list[str] | None = None) -> pd.DataFrame:
    """AAPOR's outcome rates (Standard Definitions, 10th ed. 2023) of people asked, by group.

    What it tells a manager: how many answered, and whether the others refused or were never reached.

    Columns: asked, ineligible, complete (I), partial (P), refusal (R), no_contact (NC), unknown (U), and with
    D = I + P + R + NC + U (the ineligible never count)
      RR1 = I/D, RR2 = (I + P)/D response · COOP2 = (I + P)/(I + P + R) cooperation · CON1 = (I + P + R)/D contact ·
      REF1 = R/D refusal.
    They are exact counts of this fieldwork, no estimates; NaN where nobody could have answered.
    """
    keys = asked[by] if by is not None else pd.Series("all", index=asked.index)
    counts = asked.groupby(keys if by is None else by, sort=False)["outcome"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[*OUTCOMES, "ineligible"], fill_value=0)
    strange = set(asked["outcome"]) - set(counts)
    if strange:
        raise EstimateError(f"outcome {min(map(str, strange))!r} is none of {', '.join(counts)}")
    able = counts[list(OUTCOMES)].sum(axis=1).astype(float).replace(0.0, np.nan)
    reached = counts[[*ANSWERED, "refusal"]].sum(axis=1)
    answered = counts[list(ANSWERED)].sum(axis=1)
    return counts.assign(
        asked=counts.sum(axis=1),
        RR1=counts["complete"] / able,
        RR2=answered / able,
        COOP2=answered / reached.astype(float).replace(0.0, np.nan),
        CON1=reached / able,
        REF1=counts["refusal"] / able,
    ).rename_axis(columns=None)


def invited_customers(clean: Clean, programme: Programme) -> pd.DataFrame | None:
    """One row a customer whom a panel drawn from the frame asked and who could answer, each once: `outcome` (the best of
    those in several panels), `answered`, `take_all` (asked as a key account), channel, and the frame's traits.
    Index: customer_id. None without invitations or frame.
    """
    asked = asked_people(clean, programme)
    if asked is None or "customers" not in clean.tables:
        return None
    drawn = [name for name, panel in programme.panels.items() if panel.from_frame]
    mine = asked[asked["panel"].isin(drawn) if drawn else asked["customer_id"].notna()]
    mine = mine[mine["outcome"] != "ineligible"]
    all_asked = [name for name in drawn if programme.panels[name].draw in TAKE_ALL]
    key_accounts = set(mine.loc[mine["panel"].isin(all_asked), "customer_id"])
    best = mine.sort_values("outcome", key=lambda outcome: outcome.map(OUTCOMES.index), kind="stable")
    people = best.drop_duplicates("customer_id").set_index("customer_id").loc[mine["customer_id"].unique()]
    return people.drop(columns=["contact_id", "panel"]).assign(
        answered=people["outcome"].isin(ANSWERED), take_all=people.index.isin(list(key_accounts))
    )


def sales_answered(clean: Clean) -> dict[str, float] | None:
    """Share of the frame's sales that belongs to customers who were asked, and who answered: exact facts of the frame.

    None without a frame, sales in it, or any sales. Without invitations only `answered` is known.
    """
    customers = clean.tables.get("customers")
    if customers is None or SALES not in customers or not customers[SALES].sum() > 0:
        return None
    sales = customers.set_index("customer_id")[SALES].fillna(0.0)
    tables = {"asked": clean.tables.get("invitations"), "answered": clean.tables["responses"]}
    return {
        name: float(sales[sales.index.isin(table["customer_id"].dropna())].sum() / sales.sum())
        for name, table in tables.items()
        if table is not None
    }
