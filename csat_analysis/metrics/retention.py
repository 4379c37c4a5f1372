"""Who stayed: two lists of customers held against each other, by formula, by customer and by what was bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.counted import counted_difference, counted_share
from csat_analysis.metrics.history import events
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period
from csat_analysis.survey.frame import customer_segments, with_size

Counted = Measured | NoEstimate
LOST = ("left", "not_listed")
NEVER_LET_GO = "no list names anybody who left: nobody is missing from a later list and none has a date in left_on"
GAPS = ("came_back", "listed_late", "began_anew")


@dataclass(frozen=True, eq=False)
class Stay:
    """The customers of one period's list and what became of them by a later one.

    table   index customer_id of the start's frame; stayed (in the end's frame), left (a date of leaving is known), left_on,
            left_reason, ordered (an order after the start's survey, up to the end's; missing without orders).
    joined  index customer_id of the end's frame without those of the start's; new (began since the start's survey),
            known_before (stood in an earlier list).
    levels  index as table: the start's level in each segment and in customer_size.
    tells   the lists let customers go, so that still being listed means something (`lists_let_go`).
    """

    start: Wave
    end: Wave
    table: pd.DataFrame
    joined: pd.DataFrame
    levels: pd.DataFrame
    began_anew: int
    tells: bool

    @property
    def years(self) -> float:
        return (self.end.clean.survey_date - self.start.clean.survey_date).days / 365.25

    @property
    def counts(self) -> dict[str, int]:
        """start, end, new (by the date they began), stayed (by customer)."""
        end = int(self.table["stayed"].sum()) + len(self.joined)
        new = int(self.joined["new"].sum()) + self.began_anew
        return {"start": len(self.table), "end": end, "new": new, "stayed": int(self.table["stayed"].sum())}

    @property
    def formula(self) -> float:
        """(end − new) / start, as a share."""
        return (self.counts["end"] - self.counts["new"]) / self.counts["start"]

    @property
    def gaps(self) -> dict[str, int]:
        """Why the formula and the count by customer differ; formula · start = stayed + came_back + listed_late − began_anew.

        came_back    not in the start's list, in an earlier one, and in the end's with the old date of beginning.
        listed_late  not in any earlier list, though they began before the start's survey: a list lacked them.
        began_anew   in both lists, with a date of beginning between them: counted as new though they stayed.
        """
        old = self.joined[~self.joined["new"]]
        known = int(old["known_before"].sum())
        return {"came_back": known, "listed_late": len(old) - known, "began_anew": self.began_anew}

    @property
    def lost(self) -> dict[str, int]:
        """Those who didn't stay: with a date of leaving, or simply no longer listed."""
        gone = ~self.table["stayed"]
        left = int((gone & self.table["left"]).sum())
        return {"left": left, "not_listed": int(gone.sum()) - left}

    @property
    def acquired(self) -> pd.Index:
        """Customers who began between the surveys and stood in no earlier list."""
        return self.joined.index[self.joined["new"] & ~self.joined["known_before"]]

    def rate(self, column: str = "stayed", inside: pd.Series | None = None, confidence: float = 0.95) -> Counted:
        """Share of the start's customers who stayed (or `ordered`), with Wilson's interval; the reason where it can't be told."""
        found = self.table.loc[slice(None) if inside is None else inside, column]
        if self.table[column].isna().all():
            return NoEstimate(
                "not_supplied", f"no orders between {self.start.period} and {self.end.period}", len(found)
            )
        if column == "stayed" and not self.tells:
            return NoEstimate("not_supplied", NEVER_LET_GO, len(found))
        found = found.astype(bool)
        return counted_share(int(found.sum()), len(found), confidence)

    def against_rest(self, column: str, segment: str, level: str) -> tuple[int, int, int, int]:
        """Yes and n of the group, yes and n of all others whose level is known."""
        levels, yes = self.levels[segment], self.table[column].astype(bool)
        inside, rest = levels == level, levels.notna() & (levels != level)
        return int(yes[inside].sum()), int(inside.sum()), int(yes[rest].sum()), int(rest.sum())

    def sizes(self, segment: str) -> pd.Series:
        """Customers by level, by name; those without one aren't among them."""
        return self.levels[segment].value_counts().sort_index()

    def nameless(self, segment: str) -> int:
        return int(self.levels[segment].isna().sum())


def stay(waves: Mapping[Period, Wave], start: Period | None, end: Period) -> Stay | NoEstimate:
    """What became of a period's customers by a later period; NoEstimate where a list of customers is lacking."""
    if "customers" not in waves[end].clean.tables:
        return NoEstimate("not_supplied", f"{end}: customers was not supplied")
    if start not in waves:
        return NoEstimate("not_computed", f"there is no list of customers before {end} to compare with")
    if "customers" not in waves[start].clean.tables:
        return NoEstimate("not_supplied", f"{start}: customers was not supplied")
    before, after = waves[start], waves[end]
    frame, later = (wave.clean.tables["customers"].set_index("customer_id") for wave in (before, after))
    since_then = [wave for period, wave in sorted(waves.items()) if start < period and not end < period]
    gone = leavers(since_then)
    table = pd.DataFrame(index=frame.index).assign(
        stayed=frame.index.isin(later.index),
        left=frame.index.isin(gone.index),
        left_on=gone["left_on"].reindex(frame.index),
        left_reason=gone["left_reason"].reindex(frame.index),
        ordered=ordered_between(waves, frame.index, before, after),
    )
    others = later[~later.index.isin(frame.index)]
    listed = [listed_ids(wave) for period, wave in waves.items() if not start < period]
    known = others.index.isin(pd.Index(np.concatenate(listed)))
    on = pd.Timestamp(before.clean.survey_date)
    began = pd.to_datetime(others["since"]) if "since" in others else pd.Series(pd.NaT, index=others.index)
    joined = pd.DataFrame(
        {"new": np.where(began.notna(), began > on, ~known).astype(bool), "known_before": known}, index=others.index
    )
    anew = int((pd.to_datetime(later["since"].reindex(frame.index)) > on).sum()) if "since" in later else 0
    return Stay(before, after, table, joined, start_levels(before), anew, lists_let_go(waves, end))


def lists_let_go(waves: Mapping[Period, Wave], end: Period) -> bool:
    """Whether any list up to `end` names a customer who left, or lacks one whom an earlier one held.

    A list that only ever grows, as a CRM exports it that keeps everybody, would give a retention of 100 % with an interval,
    whoever left.
    """
    seen: set[str] = set()
    for _, wave in sorted((period, wave) for period, wave in waves.items() if not end < period):
        if "customers" not in wave.clean.tables:
            continue
        listed = set(wave.clean.tables["customers"]["customer_id"])
        if seen - listed or len(wave.clean.tables.get("customers_left", ())):
            return True
        seen |= listed
    return False


def leavers(waves: list[Wave]) -> pd.DataFrame:
    """Who left by the lists of these waves, by the latest that tells: index customer_id; left_on, left_reason."""
    found = [wave.clean.tables["customers_left"] for wave in waves if "customers_left" in wave.clean.tables]
    everyone = pd.concat([table.reindex(columns=["customer_id", "left_on", "left_reason"]) for table in found])
    everyone = everyone.astype({"left_on": "datetime64[us]"})  # lists without the column give no dates at all
    return everyone.drop_duplicates("customer_id", keep="last").set_index("customer_id")


def listed_ids(wave: Wave) -> np.ndarray:
    """Customers that a period's list holds, those who had left among them."""
    names = [wave.clean.tables[t]["customer_id"] for t in ("customers", "customers_left") if t in wave.clean.tables]
    return np.concatenate([n.to_numpy(dtype=object) for n in names]) if names else np.array([], dtype=object)


def start_levels(wave: Wave) -> pd.DataFrame:
    """Level of each listed customer in every segment, and whether large or small."""
    customers = wave.clean.tables["customers"]
    return with_size(customer_segments(customers, wave.programme, wave.clean.survey_date), customers)


def ordered_between(waves: Mapping[Period, Wave], who: pd.Index, start: Wave, end: Wave) -> pd.Series:
    """Did each customer order after the start's survey, up to the end's? Missing where no orders of that time are known."""
    orders = events(waves, "orders")
    if isinstance(orders, NoEstimate) or "orders" not in end.clean.tables:
        return pd.Series(np.nan, index=who)
    days = orders["ordered_on"]
    between = (days > pd.Timestamp(start.clean.survey_date)) & (days <= pd.Timestamp(end.clean.survey_date))
    return pd.Series(who.isin(orders.loc[between, "customer_id"].dropna()), index=who)


@dataclass(frozen=True, eq=False)
class Retentions:
    """Retention of each period against the one just before it; a gap between periods is no retention of one period."""

    waves: Mapping[Period, Wave]
    now: Period

    @cached_property
    def stays(self) -> dict[Period, Stay | NoEstimate]:
        return {period: stay(self.waves, period.previous(), period) for period in sorted(self.waves)}

    @property
    def latest(self) -> Stay | NoEstimate:
        return self.stays[self.now]

    def change(self, column: str = "stayed", confidence: float = 0.95) -> Counted:
        """This period's rate less that of the period before, as two independent binomials.

        Each is conditional on its own start's list: whether a customer stays now is a new draw for one who stayed before, so
        the two are uncorrelated although most customers are in both (studies/customers.py holds it against that).
        """
        both = [self.latest, self.stays.get(self.now.previous())]
        for found in both:
            if not isinstance(found, Stay):
                return NoEstimate("not_computed", "two periods in a row with the period before each are needed")
            if isinstance(rate := found.rate(column), NoEstimate):
                return rate
        (yes, n), (before, m) = ((int(s.table[column].astype(bool).sum()), len(s.table)) for s in both)
        return counted_difference(yes, n, before, m, confidence)
