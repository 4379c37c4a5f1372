"""The life of the sample company: period by period its customers are served, answer, buy again and leave."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.simulation import fieldwork, population, trade, truth
from csat_analysis.simulation.setting import SETTING, stream, survey_date

RUN_UP = 3  # periods lived before the first published one, so that it has a past
YEAR_DAYS = 365
ORDERS_AGAIN_AT_ONCE = 0.5  # share of entrants who order more before their first survey


class Life:
    """Everything that happens to the customers.

    `frames` and `staff` hold by period what everybody would answer; `orders` and `customers` span all periods.
    """

    def __init__(self, programme: Programme, published: list[Period], seed: int) -> None:
        self.programme, self.published, self.seed = programme, published, seed
        self.calendar, self.window = run_up(published[0]) + published, programme.repurchase.window_days
        self.customers = population.draw_customers(programme, self.calendar, seed)
        self.customers["left_on"] = pd.Series(pd.NaT, index=self.customers.index, dtype="datetime64[s]")
        self.customers["left_reason"] = ""
        self.effects = population.manager_effects(programme, seed)
        self.frames: dict[Period, pd.DataFrame] = {}
        self.staff: dict[Period, pd.DataFrame] = {}
        self.orders = pd.DataFrame()
        self.views: list[np.ndarray | None] = [None, None]  # of the company as a whole, and of each dimension
        for period in self.calendar:
            self.live(period)
        self.order_after_the_last()

    def live(self, period: Period) -> None:
        """One period up to the day its answers are in, and who will buy again or leave after it."""
        served = self.serve(period)
        scores = self.scores(served, period)
        ticked = population.answers(scores, self.programme, self.seed, stream(self.seed, "answers", period))
        frame = pd.concat([served, population.add_scores(ticked, self.programme)], axis=1)
        rng = stream(self.seed, "days", period)
        frame["answers_on"] = fieldwork.answering_day(frame["index"], self.level(period), period, rng)
        self.order_until(period, frame)
        frame["sales_12m"] = self.sales(frame, period)
        frame["customer_class"] = truth.customer_class(frame["sales_12m"], self.programme.classes)
        frame["propensity"] = fieldwork.propensity(frame, "equal_interval", self.level(period), self.programme)
        frame["bought_before"] = trade.ordered_before(self.orders, frame, self.window) if len(self.orders) else True
        frame["p_repurchase"] = trade.repurchase_probability(frame["index"], frame["sales_12m"], frame["bought_before"])
        frame["repurchased"] = stream(self.seed, "repurchase", period).random(len(frame)) < frame["p_repurchase"]
        self.frames[period], self.staff[period] = frame, self.staff_at(period)
        self.let_go(frame, period)

    def steps(self, period: Period) -> int:
        """Periods since the first published one; negative before it."""
        return self.calendar.index(period) - RUN_UP

    def level(self, period: Period) -> float:
        return population.LEVEL + population.RISE * self.steps(period)

    def serve(self, period: Period) -> pd.DataFrame:
        """The frame: who has come and not left, with how slowly each was served since the last survey (`slow`, SDs)."""
        people = self.customers.assign(slow=self.slowness(period), row=np.arange(len(self.customers)))
        people["contact_id"] = people["customer_id"]
        people["tenure"] = truth.tenure(people["since"], period, self.programme)
        people["case_mix"] = population.case_mix(people, (people["tenure"] == "new").to_numpy(), self.programme)
        here = (people["arrives"] <= self.calendar.index(period)) & people["left_on"].isna()
        return people[here].reset_index(drop=True)

    def slowness(self, period: Period) -> np.ndarray:
        return stream(self.seed, "service", period).normal(size=len(self.customers))

    def scores(self, served: pd.DataFrame, period: Period) -> np.ndarray:
        """Customer × dimension, points: what each thinks before it is ticked on a scale."""
        rng, dimensions = stream(self.seed, "views", period), list(self.programme.dimensions)
        everyone = (len(self.customers), len(dimensions))
        self.views[0] = population.carry_on(self.views[0], (everyone[0], 1), population.VIEW_SD, rng)
        self.views[1] = population.carry_on(self.views[1], everyone, population.DIMENSION_SD, rng)
        rows, rule = served["row"].to_numpy(), SETTING["slow_service"]
        harm = np.outer(served["slow"], [rule["points"] * (name == rule["dimension"]) for name in dimensions])
        return (
            population.company_level(self.steps(period), self.programme)
            + served[["case_mix"]].to_numpy()
            + self.effects.loc[served["manager_id"], dimensions].to_numpy()
            + (self.views[0] + self.views[1])[rows]
            + harm
            + population.action_gain(served, period, self.programme).to_numpy()
        )

    def staff_at(self, period: Period) -> pd.DataFrame:
        """The company's own executives and sales managers, who rate it higher than its customers do."""
        rng = stream(self.seed, "staff", period)
        count = max((panel.size for panel in self.programme.panels.values() if not panel.from_frame), default=0)
        views = rng.normal(0, population.VIEW_SD, (count, 1))
        views = views + rng.normal(0, population.DIMENSION_SD, (count, len(self.programme.dimensions)))
        scores = population.company_level(self.steps(period), self.programme) + population.STAFF_EFFECT + views
        people = population.add_scores(population.answers(scores, self.programme, self.seed, rng), self.programme)
        people["answers_on"] = fieldwork.answering_day(people["index"], self.level(period), period, rng)
        return people.assign(contact_id=[f"S{number:02d}" for number in range(1, count + 1)], region="")

    def sales(self, people: pd.DataFrame, period: Period) -> np.ndarray:
        """CNY of the twelve months before the survey; what the customer's size suggests where there is no past yet."""
        if self.orders.empty:
            return 6 * np.exp(trade.LOG_AMOUNT + trade.AMOUNT_BY_SIZE * people["size"].to_numpy())
        return trade.sales_before(self.orders, people["customer_id"], survey_date(period), YEAR_DAYS)

    def let_go(self, frame: pd.DataFrame, period: Period) -> None:
        rng = stream(self.seed, "leaving", period)
        leavers = trade.choose_leavers(frame, survey_date(following(period)), list(self.programme.dimensions), rng)
        rows = frame.loc[leavers.index, "row"].to_numpy()
        self.customers.loc[rows, "left_on"] = leavers["left_on"].to_numpy().astype("datetime64[s]")
        self.customers.loc[rows, "left_reason"] = leavers["left_reason"].to_numpy()

    def order_until(self, period: Period, frame: pd.DataFrame) -> None:
        """The orders between the last period's answers and this one's, and those of the entrants."""
        position = self.calendar.index(period)
        if position == 0:
            return
        rng = stream(self.seed, "orders", period)
        entrants = frame[frame["arrives"] == position]
        again = entrants.assign(
            opens=entrants["since"],
            closes=entrants["answers_on"],
            quiet_until=entrants["since"],
            orders_again=rng.random(len(entrants)) < ORDERS_AGAIN_AT_ONCE,
        )
        answers_on = frame.set_index("customer_id")["answers_on"]
        waves = self.since_last_answer(self.calendar[position - 1], answers_on, self.slowness(period))
        made = [trade.first_order_of(entrants, rng)]
        made += [trade.orders_between(who, self.window, rng) for who in (waves, again)]
        self.orders = pd.concat([self.orders, *made], ignore_index=True)

    def order_after_the_last(self) -> None:
        """The last published period's windows open; what falls after its files are drawn is never published."""
        last = self.calendar[-1]
        nobody_yet = pd.Series(dtype="datetime64[s]")
        waves = self.since_last_answer(last, nobody_yet, self.slowness(following(last)))
        made = trade.orders_between(waves, self.window, stream(self.seed, "orders", following(last)))
        self.orders = pd.concat([self.orders, made], ignore_index=True)

    def since_last_answer(self, before: Period, answers_on: pd.Series, slow: np.ndarray) -> pd.DataFrame:
        """For each customer of the earlier frame: from that answer to the next, or until they left."""
        earlier = self.frames[before]
        closes = answers_on.reindex(earlier["customer_id"]).set_axis(earlier.index)
        closes = closes.fillna(self.customers["left_on"].iloc[earlier["row"]].set_axis(earlier.index))
        closes = closes.fillna(earlier["answers_on"] + pd.Timedelta(days=self.window))
        return earlier.assign(
            slow=slow[earlier["row"]],
            opens=earlier["answers_on"],
            closes=closes,
            quiet_until=self.quiet_until(before),
            orders_again=earlier["repurchased"],
        )

    def quiet_until(self, period: Period) -> pd.Series:
        """The end of the last window in which a customer of this frame was silent: no later order can fall into it."""
        frame, position = self.frames[period], self.calendar.index(period)
        if position == 0:
            return frame["answers_on"]
        earlier = self.frames[self.calendar[position - 1]]
        silent = earlier[~earlier["repurchased"]].set_index("customer_id")["answers_on"]
        return frame["customer_id"].map(silent + pd.Timedelta(days=self.window)).fillna(frame["answers_on"])


def run_up(first: Period) -> list[Period]:
    """The periods lived before the first published one, oldest first."""
    before = [first.previous()]
    while len(before) < RUN_UP:
        before.append(before[-1].previous())
    return before[::-1]


def following(period: Period) -> Period:
    """The period just after, of the same length."""
    last = period.number * period.months == 12
    return Period(period.year + last, period.unit, 1 if last else period.number + 1)
