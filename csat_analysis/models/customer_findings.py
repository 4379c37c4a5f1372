"""All that notebook 05a finds of customers, each a number with its interval or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from csat_analysis.disclosure import suppressed_groups
from csat_analysis.estimate import NoEstimate
from csat_analysis.intake.contract import LEFT_REASONS
from csat_analysis.metrics import abc, acquisition, churn, migration, purchasing
from csat_analysis.metrics.against_rest import Group
from csat_analysis.metrics.amounts import amount_per_unit
from csat_analysis.metrics.counted import counted_share
from csat_analysis.metrics.history import event_files, events
from csat_analysis.metrics.retention import Counted, Retentions, Stay
from csat_analysis.metrics.retention_groups import Rate, group_rates
from csat_analysis.metrics.suspected import any_suspected, repaired_waves
from csat_analysis.metrics.value import EVERYONE, Value, values_by_class
from csat_analysis.metrics.value_groups import hidden_classes, value_groups
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.models.repurchase import Panel, repurchase_panel
from csat_analysis.models.worth import kept_by_band, value_by_band
from csat_analysis.period import Period
from csat_analysis.verdicts import most_verdict

LORENZ_STEPS = tuple(range(10, 100, 10))  # percent of customers, smallest first
DOMINANT = 0.5  # of a group's sales with one customer: the figure would tell what that one bought


@dataclass(frozen=True, eq=False)
class CustomerFindings:
    """What the lists of customers and the orders up to `now` tell."""

    waves: Mapping[Period, Wave]
    now: Period

    @property
    def wave(self) -> Wave:
        return self.waves[self.now]

    @property
    def confidence(self) -> float:
        return self.wave.programme.reporting.confidence

    @property
    def least(self) -> int:
        return self.wave.programme.reporting.min_group

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The raw files behind it: lists of customers, answers and orders of all periods."""
        own = [file for _, wave in sorted(self.waves.items()) for file in wave.files]
        return tuple(dict.fromkeys([*own, *event_files(self.waves, "orders")]))

    @cached_property
    def retentions(self) -> Retentions:
        return Retentions(self.waves, self.now)

    @property
    def stay(self) -> Stay | NoEstimate:
        return self.retentions.latest

    def of_stay(self, what: Callable[[Stay], object]) -> object:
        """Something of the comparison with the list before; the reason where there is none."""
        return self.stay if isinstance(self.stay, NoEstimate) else what(self.stay)

    def rate(self, column: str) -> Counted:
        return self.of_stay(lambda stay: stay.rate(column, confidence=self.confidence))

    @property
    def retention_formula(self) -> float | NoEstimate:
        """(end − new) / start; the reason where the lists don't tell who left."""
        rate = self.rate("stayed")
        return rate if isinstance(rate, NoEstimate) else self.of_stay(lambda stay: stay.formula)

    def change(self, column: str) -> Counted:
        return self.retentions.change(column, self.confidence)

    def trend(self, column: str) -> dict[Period, Counted]:
        """Every period's rate against the one just before it."""
        return {
            period: found if isinstance(found, NoEstimate) else found.rate(column, confidence=self.confidence)
            for period, found in list(self.retentions.stays.items())[1:]
        }

    def groups(self, column: str) -> list[Rate]:
        return [] if isinstance(self.stay, NoEstimate) else group_rates(self.stay, column)

    @property
    def reasons(self) -> dict[str, Counted]:
        """Reason → share; one entry `other` with the reason why, where there is none. Hidden ones come last by name: their order
        by frequency would tell how many customers some of them stand for. Where some are hidden so are those that nobody
        named: who stood in the list would have been named at least once.
        """
        found = self.of_stay(lambda stay: churn.churn_reasons(stay, self.confidence))
        if isinstance(found, NoEstimate):
            return {"other": found}
        nobody = counted_share(0, sum(self.reason_counts.values()), self.confidence)
        shown = {reason: share for reason, share in found.items() if reason not in self.hidden_reasons}
        return shown | {reason: found.get(reason, nobody) for reason in sorted(self.hidden_reasons)}

    @property
    def most_named(self) -> str | None:
        """Is the reason that was given most often ahead of the next by more than chance?"""
        return most_verdict(self.reason_counts.values(), self.confidence)

    @property
    def hidden_reasons(self) -> set[str]:
        """Reasons that too few customers left for, with others from which one could be worked out, and those nobody named."""
        few = suppressed_groups(self.reason_counts, self.least)
        return few | set(LEFT_REASONS).difference(self.reason_counts) if few else few

    @property
    def reason_counts(self) -> dict[str, int]:
        found = self.of_stay(churn.reason_counts)
        return {} if isinstance(found, NoEstimate) else found

    @property
    def left_index_gap(self) -> Number:
        return self.of_stay(churn.left_less_stayed)

    @property
    def win_back(self) -> Counted:
        return churn.win_back(self.waves, self.now, self.confidence)

    @property
    def acquired(self) -> int | NoEstimate:
        return self.of_stay(acquisition.acquired_count)

    @property
    def acquisition_cost(self) -> Counted:
        return self.of_stay(lambda stay: acquisition.acquisition_cost(stay, self.confidence))

    @property
    def acquisition_cost_pooled(self) -> Counted:
        """Of the new customers of all periods together."""
        stays = [found for found in self.retentions.stays.values() if isinstance(found, Stay)]
        costs = [(stay, acquisition.costs_of(stay.end.clean.tables["customers"])) for stay in stays]
        known = [found.reindex(stay.acquired) for stay, found in costs if found is not None]
        if not known:
            return NoEstimate("not_supplied", "no two lists of customers with acquisition_cost")
        return amount_per_unit(pd.concat(known).to_numpy(), confidence=self.confidence)

    @cached_property
    def sales(self) -> pd.Series | NoEstimate:
        """Yearly sales of each listed customer, CNY."""
        customers = self.wave.clean.tables.get("customers")
        if customers is None or "sales_12m" not in customers or not customers["sales_12m"].sum() > 0:
            return NoEstimate("not_supplied", "no list of customers with sales_12m")
        return customers.set_index("customer_id")["sales_12m"]

    @cached_property
    def classes(self) -> pd.DataFrame:
        """Classes with their shares; empty without sales. `hidden`: too few customers, or one of them has most of its sales."""
        if isinstance(self.sales, NoEstimate):
            return pd.DataFrame()
        table = abc.class_table(self.sales, self.wave.programme.classes)
        hidden = suppressed_groups(table["customers"].to_dict(), self.least)
        dominated = bool((table["largest"] > DOMINANT).any())  # one class alone could be worked out from the others
        return table.assign(hidden=dominated | table.index.isin(list(hidden)))

    @property
    def lorenz(self) -> dict[int, float]:
        """Percent of customers → their share of sales; none where a tenth is fewer customers than may be shown."""
        if isinstance(self.sales, NoEstimate) or self.sales.notna().sum() < LORENZ_STEPS[0] * self.least:
            return {}
        return {step: abc.sales_of_smallest(self.sales, step / 100) for step in LORENZ_STEPS}

    @property
    def class_matrix(self) -> pd.DataFrame | NoEstimate:
        return self.of_stay(migration.class_matrix)

    @property
    def moved(self) -> Mapping[str, Counted]:
        if isinstance(self.stay, NoEstimate):
            return dict.fromkeys(migration.DIRECTIONS, self.stay)
        return migration.moved(self.stay, self.confidence)

    @cached_property
    def orders(self) -> pd.DataFrame | NoEstimate:
        """Orders of the last 12 months up to the survey."""
        found = events(self.waves, "orders")
        if isinstance(found, NoEstimate):
            return found
        return purchasing.orders_within(found, self.wave.clean.survey_date)

    @property
    def rfm(self) -> pd.DataFrame:
        return (
            pd.DataFrame()
            if isinstance(self.orders, NoEstimate)
            else purchasing.rfm(self.orders, self.wave.clean.survey_date)
        )

    @cached_property
    def products(self) -> pd.DataFrame:
        """Products with their share of sales; empty without any. `hidden`: too few customers, or one has most of it, with another that
        would tell it (shares add up to all).
        """
        found = self.orders if isinstance(self.orders, NoEstimate) else purchasing.product_mix(self.orders)
        if isinstance(found, NoEstimate):
            return pd.DataFrame()
        sizes = found["customers"].mask(found["largest"] > DOMINANT, found["customers"].clip(upper=self.least - 1))
        return found.assign(hidden=found.index.isin(list(suppressed_groups(sizes.to_dict(), self.least))))

    @cached_property
    def values(self) -> dict[str, Value] | NoEstimate:
        return values_by_class(self.waves, self.now)

    @cached_property
    def value_groups(self) -> list[Group]:
        return value_groups(self.waves, self.now)

    @cached_property
    def if_repaired(self) -> dict[str, Counted]:
        """Mean order and lifetime value of all customers with a hundredth of the amounts suspected of being in 分; empty where
        none is.
        """
        if not any_suspected(self.waves):
            return {}
        found = values_by_class(repaired_waves(self.waves), self.now)
        if isinstance(found, NoEstimate):
            return dict.fromkeys(("mean_order", "clv"), found)
        return {"mean_order": found[EVERYONE].mean_order, "clv": found[EVERYONE].clv}

    @cached_property
    def hidden_values(self) -> set[str]:
        """Classes of the start's list whose value may not be shown; all customers, where one of them made most purchases."""
        if isinstance(self.values, NoEstimate):
            return set()
        whole = {EVERYONE} if self.values[EVERYONE].largest > DOMINANT else set()
        return hidden_classes(self.waves, self.now) | whole

    @cached_property
    def panel(self) -> Panel | NoEstimate:
        return repurchase_panel(self.waves, self.now)

    @property
    def value_at(self) -> dict[str, Counted]:
        return value_by_band(self.panel, self.waves, self.confidence)

    @property
    def kept_at(self) -> dict[str, Counted]:
        return kept_by_band(self.panel, self.waves, self.confidence)
