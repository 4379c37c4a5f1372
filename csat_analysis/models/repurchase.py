"""Who bought again after answering: the panel of contact × period that all of notebook 06 rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import share
from csat_analysis.metrics.history import events, hole_days, touches
from csat_analysis.metrics.satisfaction import PERSON
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period
from csat_analysis.studied import studied
from csat_analysis.survey.frame import abc_class, tenure

SALES_UNIT = 1000.0  # CNY; log(1 + sales / 1,000) keeps a customer without sales beside those with a few thousand
STAGES = ("answered", "representative", "joined", "closed", "scored")
FEWEST_RARER = 10  # of the rarer outcome (mostly: didn't buy), below which no model is fitted
CNY_COLUMN = "sales_12m"


@dataclass(frozen=True, eq=False)
class Panel:
    """Every answer of the representative samples up to a period, with what its customer did next.

    table    one row an answer: period, customer_id, responded_on, satisfaction (points), intent, closed (has its window
             passed), bought (1, 0, NaN while open), and what was known before: bought_before (an order in as many days
             before), log_sales, sales_12m, customer_class, tenure, region, competition, where supplied.
    design   one row an answer, clustered by customer, in the stratum of its latest wave, weighted to each wave's frame.
    flow     stage → contacts, left_out: from all answers to those that a model can use.
    orders_to  the last day that orders are known of.
    files    the raw files behind it.
    """

    table: pd.DataFrame
    design: Design
    flow: pd.DataFrame
    orders_to: dt.date
    window_days: int
    files: tuple[str, ...]

    @property
    def usable(self) -> np.ndarray:
        """Rows with a closed window and a score."""
        return (self.table["closed"] & self.table["satisfaction"].notna()).to_numpy()

    @property
    def outcome(self) -> pd.Series:
        """1 or 0; NaN where the window is open or there is no score, so that no fit uses the row."""
        return self.table["bought"].where(self.usable)

    @property
    def periods(self) -> list[Period]:
        """Periods with a closed window, oldest first."""
        return sorted({Period.parse(name) for name in self.table.loc[self.usable, "period"]})

    def rate(self, inside: np.ndarray | None = None) -> Estimate | NoEstimate:
        """Repurchase rate: weighted share of customers with an order in the window after their answer, all closed periods."""
        outcome = self.outcome if inside is None else self.outcome[inside]
        return studied(share(self.design, self.outcome, inside=inside).process(), "rate", rarer_outcome(outcome))


def repurchase_panel(waves: Mapping[Period, Wave], now: Period) -> Panel | NoEstimate:
    """The panel of all waves up to `now`, or why there is none and what would be needed.

    The outcome is an order 1 to `window_days` days after the answer, which precedes it; a window counts once orders are known
    of all its days. Who is described: each wave's representative sample, weighted to that wave's frame, so that an average
    over the panel is over the customers of all frames whose window has closed.
    """
    rule = waves[now].programme.repurchase
    if rule is None:
        return NoEstimate(
            "not_supplied", "survey.yml has no `repurchase: {window_days: …}`: after how many days is it late?"
        )
    none = NoEstimate("not_supplied", "no orders: a table with customer_id and ordered_on of every order is needed")
    supplied = events(waves, "orders")
    orders = None if isinstance(supplied, NoEstimate) else supplied[["customer_id", "ordered_on"]].dropna()
    if orders is None or orders.empty:
        return none
    answers = {period: wave_answers(wave) for period, wave in waves.items()}
    everyone = pd.concat(answers.values(), ignore_index=True)
    joined = everyone["customer_id"].notna() & everyone["responded_on"].notna()
    if not joined.any():
        return NoEstimate("not_supplied", "answers name neither customer nor day: orders can't be joined to them")
    if not everyone.loc[joined, "customer_id"].isin(orders["customer_id"]).any():
        return NoEstimate(
            "not_supplied", "no order is of a customer who answered: is customer_id the same in both tables?"
        )
    table = with_outcomes(everyone[joined].reset_index(drop=True), orders, rule.window_days)
    if not table["closed"].any():
        first = (table["responded_on"].min() + pd.Timedelta(days=rule.window_days)).date()
        reached = orders["ordered_on"].max().date()
        return NoEstimate(
            "not_estimable", f"no window has closed: the first does on {first}, orders reach to {reached}"
        )
    answered = sum(len(wave.responses) for wave in waves.values())
    files = tuple(dict.fromkeys(file for wave in waves.values() for file in [*wave.files, *order_files(wave)]))
    return Panel(
        table,
        panel_design(table),
        flow(answered, len(everyone), table),
        orders["ordered_on"].max().date(),
        rule.window_days,
        files,
    )


def order_files(wave: Wave) -> list[str]:
    inputs = wave.clean.inputs
    return list(inputs.loc[inputs["table"] == "orders", "file"])


def wave_answers(wave: Wave) -> pd.DataFrame:
    """A wave's representative answers with what its frame knew of their customers."""
    answers, design = wave.answers, wave.sample.design
    anonymous = {"contact_id", "responded_on"} & set(wave.clean.stand_ins["column"])
    intent = answers.get("repurchase_intent", np.nan)
    table = pd.DataFrame(
        {
            "period": str(wave.period),
            "contact": design.contact.astype(str),
            "customer_id": None if anonymous else answers["customer_id"].to_numpy(),
            "responded_on": answers["responded_on"].to_numpy(),
            "satisfaction": wave.answer_scores[PERSON].to_numpy(),
            "intent": np.asarray(intent, dtype=float),
            "weight": design.weight,
            "stratum": design.strata.index.to_numpy()[design.stratum],
        }
    )
    return table.join(frame_facts(wave), on="customer_id")


def frame_facts(wave: Wave) -> pd.DataFrame:
    """What the frame tells of each customer at the survey: index customer_id; only columns that it has."""
    customers = wave.clean.tables.get("customers")
    if customers is None:
        return pd.DataFrame(index=pd.Index([], name="customer_id", dtype=object))
    frame = customers.set_index("customer_id")
    facts = frame[[name for name in ("region", "competition", CNY_COLUMN) if name in frame]].copy()
    if CNY_COLUMN in frame:
        facts["log_sales"] = np.log1p(frame[CNY_COLUMN].clip(lower=0) / SALES_UNIT)
        facts["customer_class"] = abc_class(frame[CNY_COLUMN], wave.programme.classes)
    if "since" in frame:
        facts["tenure"] = tenure(frame["since"], wave.clean.survey_date, wave.programme.tenure.new_months)
    return facts


def with_outcomes(answers: pd.DataFrame, orders: pd.DataFrame, window_days: int) -> pd.DataFrame:
    """Answers with `closed`, `bought`, `bought_before` and `days_to_order` (to the first order after; NaN where none is known).

    An order on the answer's own day counts as before it. `bought_before` is missing where orders don't reach back far
    enough to tell. Without a day's orders nobody knows who bought: a window that overlaps a hole (`hole_days`) is not closed.
    """
    days = answers.reset_index()[["index", "customer_id", "responded_on"]].merge(orders, on="customer_id")
    after = (days["ordered_on"] - days["responded_on"]).dt.days
    bought = answers.index.isin(days.loc[(after > 0) & (after <= window_days), "index"])
    first = after[after > 0].groupby(days["index"]).min()
    before = answers.index.isin(days.loc[(after <= 0) & (after > -window_days), "index"])
    window = pd.Timedelta(days=window_days)
    holes = hole_days(orders["ordered_on"])
    closed = answers["responded_on"] + window <= orders["ordered_on"].max()
    closed &= ~touches(holes, answers["responded_on"], answers["responded_on"] + window)
    known = answers["responded_on"] - window >= orders["ordered_on"].min()
    known &= ~touches(holes, answers["responded_on"] - window, answers["responded_on"])
    return answers.assign(
        closed=closed,
        bought=pd.Series(bought, index=answers.index, dtype=float).where(closed),
        days_to_order=first.reindex(answers.index).astype(float),
        bought_before=pd.Series(before, index=answers.index, dtype=float).where(known | before),
    )


def panel_design(table: pd.DataFrame) -> Design:
    """Answers clustered by customer, in the stratum of the customer's latest wave; no finite population: it is of the process."""
    latest = table.groupby("customer_id")["stratum"].last()
    return Design.of(
        table["period"] + ": " + table["contact"],
        weight=table["weight"],
        stratum=table["customer_id"].map(latest),
        unit=table["customer_id"],
        wave=f"{table['period'].iloc[0]} to {table['period'].iloc[-1]}",
    )


def flow(answered: int, representative: int, table: pd.DataFrame) -> pd.DataFrame:
    """Stage → contacts that reach it and how many the step before it left out."""
    scored = table["closed"] & table["satisfaction"].notna()
    counts = [answered, representative, len(table), int(table["closed"].sum()), int(scored.sum())]
    found = pd.DataFrame({"contacts": counts}, index=pd.Index(STAGES, name="stage"))
    return found.assign(left_out=-found["contacts"].diff().fillna(0).astype(int))


def too_few(panel: Panel) -> NoEstimate | None:
    """Why no model can be fitted, or None: all alike, or too few of the rarer outcome.

    A column whose blanks would leave too few is left out of the models (models/controls.py), so that this holds for what they
    are fitted on.
    """
    outcome = panel.outcome.dropna()
    bought, rarer = int(outcome.sum()), rarer_outcome(outcome)
    if rarer == 0:
        what = "everyone bought again" if bought else "nobody bought again"
        return NoEstimate("not_estimable", f"{what} ({len(outcome)} answers): both outcomes are needed", len(outcome))
    if rarer < FEWEST_RARER:
        reason = f"{rarer} of the rarer outcome among {len(outcome)} answers: at least {FEWEST_RARER} are needed"
        return NoEstimate("not_estimable", reason, len(outcome))
    return None


def rarer_outcome(outcome: pd.Series) -> int:
    """Contacts with the rarer of the two outcomes: what a model of them can be built on."""
    known = outcome.dropna()
    return int(min(known.sum(), len(known) - known.sum()))
