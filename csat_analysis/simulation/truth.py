"""What is true of the sample company, for tests and for the study of intervals; it is never written beside the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.programme import Outcome, Panel, Programme
from csat_analysis.simulation import population, trade
from csat_analysis.simulation.setting import SETTING


@dataclass(frozen=True)
class Truth:
    """The sample company as nobody could observe it.

    potential: one row a period and customer of its frame. What each would answer (items, outcomes), points by dimension
        and `index`, region, industry, customer_class, tenure, manager_id, sales_12m, answers_on, `propensity` (of
        answering if sampled), `bought_before`, `p_repurchase`, `repurchased`.
    population: period, measure (index, a dimension, satisfied_share, nps, csat, three_panel_mean), segment and level
        (blank: everybody), value, n. Points for index and dimensions, −100–100 for nps, 0–1 for shares. Finite
        population: no standard error.
    standard: points; the mean of the panels, were everybody of each to answer, in the first period.
    slope, ame: repurchase on the index. Logit a point; mean change of probability a point, over all frames but the
        last, whose window is open.
    actions: action_id, dimension, segment, value, effect and index_effect: what the action adds to the
        target group's latent score, in points; on the questionnaire, rounded and bounded, about a twentieth less shows.
    managers: manager_id, effect (index points that are theirs), case_mix (what their customers' region, industry, size
        and tenure add to the index, against all customers).
    careless: ids of responses ticked without reading. dirt: period → kind of bad row → how many.
    both_panels: period → customers who answered in two panels.
    leads: every lead created in these periods with what becomes of it (simulation/leads.py). win_rate, conversions (stage →
        share), days_to_close (median): of the process that makes leads, in any period.
    """

    potential: pd.DataFrame
    population: pd.DataFrame
    standard: float
    slope: float
    ame: float
    actions: pd.DataFrame
    managers: pd.DataFrame
    careless: frozenset[str]
    dirt: dict[str, dict[str, int]]
    both_panels: dict[str, int]
    leads: pd.DataFrame
    win_rate: float
    conversions: dict[str, float]
    days_to_close: float

    def value(self, period: str, measure: str, segment: str = "", level: str = "") -> float:
        """One population value.

        Raises KeyError where there is none, for example for a level that the frame lacks.
        """
        values = self.population.set_index(["period", "measure", "segment", "level"])["value"]
        return float(values[(period, measure, segment, level)])


def net_promoters(scores: pd.Series, outcome: Outcome) -> float:
    """Promoters less detractors, −100–100."""
    return float(100 * (scores.between(*outcome.promoter).mean() - scores.between(*outcome.detractor).mean()))


def measures(people: pd.DataFrame, programme: Programme, standard: float) -> dict[str, float]:
    """Every population value of a group of customers (rows of `potential`)."""
    found = {name: float(people[name].mean()) for name in ("index", *programme.dimensions)}
    found["satisfied_share"] = float((people["index"] >= standard).mean())
    for name, outcome in programme.outcomes.items():
        if outcome.promoter:
            found[name] = net_promoters(people[outcome.column], outcome)
        elif outcome.satisfied:
            found[name] = float(people[outcome.column].isin(outcome.satisfied).mean())
    return found


def three_panel_mean(frame: pd.DataFrame, staff: pd.DataFrame, programme: Programme) -> float:
    """The panels' mean index by their shares, were everybody to answer: all customers, the largest, the staff."""
    total = sum(panel.share for panel in programme.panels.values())
    means = [panel.share * panel_people(panel, frame, staff)["index"].mean() for panel in programme.panels.values()]
    return float(sum(means) / total)


def panel_people(panel: Panel, frame: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Everybody a panel stands for."""
    if not panel.from_frame:
        return staff.head(panel.size)
    return frame.nlargest(panel.size, panel.order_by) if panel.draw == "top" else frame


def population_values(
    potential: pd.DataFrame, staff: dict[str, pd.DataFrame], programme: Programme
) -> tuple[pd.DataFrame, float]:
    """The `population` table, and the standard in points."""
    frames = dict(list(potential.groupby("period", sort=True)))
    panels = {period: three_panel_mean(frame, staff[period], programme) for period, frame in frames.items()}
    standard = panels[min(panels)]
    rows = []
    for period, frame in frames.items():
        groups = [("", "", frame)]
        for segment in programme.segments:
            groups += [(segment, level, people) for level, people in frame.groupby(segment)]
        for segment, level, people in groups:
            found = measures(people, programme, standard)
            rows += [(period, measure, segment, level, value, len(people)) for measure, value in found.items()]
        rows.append((period, "three_panel_mean", "", "", panels[period], len(frame)))
    return pd.DataFrame(rows, columns=["period", "measure", "segment", "level", "value", "n"]), standard


def average_marginal_effect(potential: pd.DataFrame, last: Period) -> float:
    """Mean of slope · p · (1 − p) over the frames whose window has closed."""
    p = potential.loc[potential["period"] != str(last), "p_repurchase"]
    return float((trade.SLOPE * p * (1 - p)).mean())


def action_effects(programme: Programme) -> pd.DataFrame:
    actions = pd.DataFrame(SETTING["actions"])[["action_id", "dimension", "segment", "value", "effect"]]
    return actions.assign(index_effect=actions["effect"] * actions["dimension"].map(programme.weights))


def manager_parts(potential: pd.DataFrame, effects: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """What is each manager's own, and what comes with the customers they were given; index points."""
    own = sum(programme.weights[name] * effects[name] for name in programme.dimensions)
    mix = potential["case_mix"].groupby(potential["manager_id"]).mean() - potential["case_mix"].mean()
    return pd.DataFrame({"effect": own, "case_mix": mix.reindex(effects.index)}).reset_index()


def customer_class(sales: pd.Series, classes: dict[str, float]) -> np.ndarray:
    """Class by cumulative share of sales, largest first: the first whose limit isn't reached before the customer."""
    listed = sales.sort_values(ascending=False)
    before = (listed.cumsum() - listed) / listed.sum()
    names = [*classes, chr(ord(max(classes)) + 1)]  # the rest is the next letter
    place = np.searchsorted(list(classes.values()), before.to_numpy(), side="right")
    return pd.Series(np.array(names)[place], index=listed.index).reindex(sales.index).to_numpy()


def tenure(since: pd.Series, period: Period, programme: Programme) -> np.ndarray:
    return np.where(population.is_new_customer(since, period, programme), "new", "established")
