"""All that the part on sales finds of a period, each a fact, an estimate or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from csat_analysis import verdicts
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured, number_of
from csat_analysis.metrics import loyalty
from csat_analysis.metrics.against_rest import DIFFERENT, Group
from csat_analysis.metrics.attainment import Attainment, attainment
from csat_analysis.metrics.exclusive import Exclusive, exclusive_customers
from csat_analysis.metrics.exclusive_groups import exclusive_groups
from csat_analysis.metrics.funnel import (
    Funnel,
    certified_share,
    equal_win_rates,
    funnel,
    group_sizes,
)
from csat_analysis.metrics.growth import Growth, satisfaction_and_growth
from csat_analysis.metrics.history import event_files, events
from csat_analysis.metrics.moved import Moved
from csat_analysis.metrics.referral import Referring, do_the_satisfied_refer, first_orders, share_referred
from csat_analysis.metrics.suspected import any_suspected, repaired_waves
from csat_analysis.metrics.target import Target
from csat_analysis.metrics.wave import Wave
from csat_analysis.metrics.win_groups import as_if_closed, hidden_levels, win_gap, with_regions
from csat_analysis.period import Period

TABLES = ("orders", "leads", "managers", "customers")


@dataclass(frozen=True)
class GroupRate:
    """Win rate of one source, manager or region, and that less the rate of all other leads."""

    level: str
    rate: Measured | NoEstimate
    gap: Measured | NoEstimate
    verdict: str | None
    hidden: bool


@dataclass(frozen=True, eq=False)
class Sales:
    """What the waves up to `now` tell of sales."""

    waves: Mapping[Period, Wave]
    now: Period

    @property
    def confidence(self) -> float:
        return self.waves[self.now].programme.reporting.confidence

    @property
    def files(self) -> tuple[str, ...]:
        """The raw files behind the part: those of the waves, and of the tables that sales are told by."""
        own = [file for wave in self.waves.values() for file in wave.files]
        return tuple(dict.fromkeys([*own, *(file for table in TABLES for file in event_files(self.waves, table))]))

    @cached_property
    def orders(self) -> pd.DataFrame | NoEstimate:
        """Orders of all periods with an amount, each once; orders without one aren't sales."""
        found = events(self.waves, "orders")
        if isinstance(found, NoEstimate):
            return found
        if found.empty or "amount" not in found:
            return NoEstimate("not_supplied", "orders have no amounts")
        return found

    @cached_property
    def attainment(self) -> Attainment | NoEstimate:
        return attainment(self.waves, self.now, self.orders)

    @cached_property
    def funnel(self) -> Funnel | NoEstimate:
        found = funnel(self.waves, self.now)
        if isinstance(found, NoEstimate):
            return found
        return with_regions(found, self.waves[self.now].clean.tables.get("managers"))

    @cached_property
    def exclusive(self) -> Exclusive | NoEstimate:
        return exclusive_customers(self.waves, self.now, self.orders)

    @cached_property
    def exclusive_groups(self) -> list[Group]:
        return exclusive_groups(self.waves[self.now])

    @cached_property
    def if_repaired(self) -> float | NoEstimate | None:
        """Attainment of all managers with a hundredth of the amounts that are suspected of being in 分; None where none is."""
        if not any_suspected(self.waves):
            return None
        found = Sales(repaired_waves(self.waves), self.now).attainment
        return found if isinstance(found, NoEstimate) else found.overall

    @cached_property
    def growth(self) -> Growth | NoEstimate:
        return satisfaction_and_growth(self.waves, self.now, self.orders)

    @cached_property
    def slope(self) -> Moved | NoEstimate:
        return self.growth if isinstance(self.growth, NoEstimate) else self.growth.slope()

    @cached_property
    def referred(self) -> Estimate | NoEstimate:
        return share_referred(first_orders(self.orders), self.orders, self.waves[self.now], self.now)

    @cached_property
    def referring(self) -> Referring | NoEstimate:
        if isinstance(self.orders, NoEstimate):
            return self.orders
        return do_the_satisfied_refer(self.waves, self.now, first_orders(self.orders), self.orders["ordered_on"].max())

    @cached_property
    def loyalty(self) -> Estimate | NoEstimate:
        return loyalty.loyalty_index(self.waves, self.now, self.orders)

    @cached_property
    def loyalty_before(self) -> Estimate | NoEstimate:
        earlier = self.now.year_before()
        if earlier not in self.waves:
            return NoEstimate("not_computed", f"{earlier} has no files")
        return loyalty.loyalty_index(self.waves, earlier, self.orders)

    @cached_property
    def loyalty_parts(self) -> dict[str, Estimate | NoEstimate]:
        return loyalty.loyalty_parts(self.waves, self.now, self.orders)

    @cached_property
    def target(self) -> Target:
        return Target(self.waves, self.now, self.orders, self.exclusive)

    def measured(self, change: Moved | NoEstimate) -> Measured | NoEstimate:
        return change if isinstance(change, NoEstimate) else change.measured(self.confidence)

    def equal_rates(self, column: str) -> float | NoEstimate:
        """p that leads of all shown groups of `source`, `manager_id` or `region` are won alike (Pearson's χ²)."""
        if isinstance(self.funnel, NoEstimate):
            return self.funnel
        hidden, sizes = self.hidden_leads(column), group_sizes(self.funnel, column)
        found = equal_win_rates(
            *as_if_closed(self.funnel, column, [n for n in sizes if n is not None and n not in hidden])
        )
        return found if isinstance(found, NoEstimate) else found[2]

    def group_rates(self, column: str) -> list[GroupRate]:
        """Win rates by `source`, `manager_id` or `region`, by name; nobody is higher or lower where all may be alike.

        Groups with fewer closed leads than `min_group` are hidden, with others where they could be worked out (`hidden_levels`).
        Verdicts are those of the differences, with Benjamini–Hochberg over the shown and certified ones of a column.
        """
        if isinstance(self.funnel, NoEstimate):
            return []
        hidden, level = self.hidden_leads(column), self.funnel.leads[column]
        p = self.equal_rates(column)
        differ = not isinstance(p, NoEstimate) and verdicts.equality_verdict(p) == "rates_differ"
        gaps = {name: win_gap(self.funnel, column, name) for name in sorted(level.dropna().unique())}
        words = verdicts.compared_verdicts({name: gap for name, gap in gaps.items() if name not in hidden}, **DIFFERENT)
        alike = DIFFERENT["between"]
        return [
            GroupRate(
                str(name),
                certified_share(self.funnel.inside((level == name).to_numpy()).win_rate, self.confidence),
                number_of(gap),
                words.get(name) and (words[name] if differ else alike),
                name in hidden,
            )
            for name, gap in gaps.items()
        ]

    def hidden_leads(self, column: str) -> set[object]:
        """Levels of `source`, `manager_id` or `region` whose win rate may not be shown."""
        return hidden_levels(self.funnel, column, self.waves[self.now].programme.reporting.min_group)
