"""Whose customers are satisfied: each manager's customers held against what customers like these give, and against chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from csat_analysis.certification import holds_at
from csat_analysis.disclosure import suppressed_groups
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.satisfaction import PERSON, index_of
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.manager_spread import Spread, spread_of, thirds
from csat_analysis.period import Period
from csat_analysis.verdicts import funnel_verdicts, spread_verdict

MANAGER = "manager_id"
UNKNOWN = "(not known)"  # level of a customer whose class, region … the list lacks
NO_OTHERS = NoEstimate("not_estimable", "all customers of this region are this manager's: nobody to compare with")
DRAWS, SEED = 4000, 20260709
WARNING, ACTION = 0.95, 0.998  # the funnel's limits (Spiegelhalter 2005)
ANY_FALSE = 0.05  # so seldom may anybody at all stand out where all are equal; ACTION keeps that for up to 25 managers


@dataclass(frozen=True, eq=False)
class Managers:
    """What the survey of `now` tells of managers.

    A customer counts for the manager of this period's list. To nobody count those without a manager, those whose manager
    the table of managers lacks, and those who changed hands since the list before: what they say is partly another's.
    """

    waves: Mapping[Period, Wave]
    now: Period

    @property
    def wave(self) -> Wave:
        return self.waves[self.now]

    @property
    def confidence(self) -> float:
        return self.wave.programme.reporting.confidence

    @cached_property
    def why_not(self) -> NoEstimate | None:
        customers = self.wave.clean.tables.get("customers")
        if customers is None:
            return NoEstimate("not_supplied", "no list of customers was supplied")
        if MANAGER not in customers or customers[MANAGER].isna().all():
            return NoEstimate("not_supplied", f"customers have no {MANAGER}")
        return None

    @cached_property
    def owner(self) -> pd.Series:
        """Manager of each customer of the list, as it stands (index customer_id); none where no or an unknown manager is named."""
        listed = self.wave.clean.tables["customers"].set_index("customer_id")[MANAGER]
        managers = self.wave.clean.tables.get("managers")
        return listed if managers is None else listed.where(listed.isin(managers[MANAGER]))

    @cached_property
    def changed(self) -> pd.Index:
        """Customers who had another manager in the list of the period before."""
        before = self.waves.get(self.now.previous())
        customers = None if before is None else before.clean.tables.get("customers")
        if customers is None or MANAGER not in customers:
            return pd.Index([])
        earlier = customers.set_index("customer_id")[MANAGER].reindex(self.owner.index)
        return self.owner.index[earlier.notna() & self.owner.notna() & (earlier != self.owner)]

    @cached_property
    def answering(self) -> pd.Series:
        """Manager for whom each answer of the representative sample counts; missing for nobody's."""
        who = self.wave.answers["customer_id"]
        found = who.map(self.owner)
        found = found.where(~who.isin(self.changed))
        return found.where(self.wave.answer_scores[PERSON].notna())

    @property
    def counts(self) -> dict[str, int]:
        """Answers that count for a manager; those that don't: of nobody's customers, and of those who changed hands."""
        who = self.wave.answers["customer_id"]
        moved = int(who.isin(self.changed).sum())
        counted = int(self.answering.notna().sum())
        return {"counted": counted, "changed_hands": moved, "nobodys": len(who) - counted - moved}

    @cached_property
    def sizes(self) -> pd.Series:
        """Answers by manager, by id."""
        return self.answering.value_counts().sort_index()

    @cached_property
    def everyone(self) -> list[str]:
        """Every manager of the table of managers, or named in the list, by id."""
        managers = self.wave.clean.tables.get("managers")
        named = [] if managers is None else managers[MANAGER].dropna().tolist()
        return sorted({*map(str, named), *map(str, self.owner.dropna())})

    @cached_property
    def hidden(self) -> set[object]:
        return self.too_few(self.wave.answer_scores[PERSON].notna())

    def too_few(self, counted: pd.Series) -> set[object]:
        """Managers of too few customers, and those who would give them away.

        counted: which answers a number is made of (a customer's several contacts are one); nobody's are a group of their own.
        Not among all alone but also among the managers of a region, or of another level that holds its managers whole: its
        own number is shown, and so theirs could be worked out from it.
        """
        mine = np.flatnonzero(counted.to_numpy(bool))
        each = mine[np.sort(np.unique(self.wave.sample.design.unit[mine], return_index=True)[1])]
        owner, segments = self.answering.iloc[each], self.wave.segments.iloc[each]
        return too_few_within(owner, segments, self.wave.programme.reporting.min_group)

    @cached_property
    def judged(self) -> list[str]:
        """Managers with answers enough to be shown, by id."""
        return [str(name) for name in self.sizes.index if name not in self.hidden]

    @cached_property
    def spread(self) -> Spread | NoEstimate:
        """Every judged manager's number against what customers like theirs give."""
        if self.why_not:
            return self.why_not
        if len(self.judged) < 2:
            return NoEstimate("not_estimable", "fewer than two managers have answers enough", int(self.sizes.sum()))
        scores = self.wave.answer_scores[PERSON]
        used = scores.notna().to_numpy()
        place = {name: at for at, name in enumerate(self.judged)}
        group = self.answering.astype(object).map(place).fillna(-1).astype(int).to_numpy()
        found = spread_of(
            scores.to_numpy(float)[used],
            self.wave.sample.design.weight[used],
            case_mix(self.wave.segments)[used],
            group[used],
            len(place),
        )
        none = NoEstimate("not_estimable", "too few answers to tell the spread among a manager's customers")
        return none if found is None or not found.rank else found

    def satisfaction(self, manager: str) -> Estimate | NoEstimate:
        """The index of a manager's customers as it stands, weighted to the list."""
        if self.why_not:
            return self.why_not
        inside = (self.answering == manager).fillna(False).to_numpy(bool)
        if not inside.any():
            return NoEstimate("not_estimable", "none of this manager's customers answered")
        return index_of(self.wave.sample.design, self.wave.answer_scores, self.wave.programme, inside=inside).process()

    @cached_property
    def against_expected(self) -> dict[str, Measured | NoEstimate]:
        """Points by which a manager's customers are above what customers of their class, region, tenure and industry give.

        t interval with the spread pooled over all managers: a manager's own, from a handful of customers, is often far too small.
        """
        return self._of_each(lambda s: (s.value, *self._t(s), s.error), "manager_gap")

    def gap(self, manager: str) -> Measured | NoEstimate:
        """The same of any manager; of a hidden one nothing that could be shown (n 0)."""
        if self.why_not or isinstance(self.spread, NoEstimate):
            return self.why_not or self.spread
        return self.against_expected.get(manager, Measured(0.0, 0.0, 0.0, 0, holds=False))

    def _t(self, spread: Spread) -> tuple[np.ndarray, np.ndarray]:
        half = spread.limits(self.confidence)
        return spread.value - half, spread.value + half

    @cached_property
    def own_parts(self) -> tuple[np.ndarray, np.ndarray]:
        return self.spread.own_parts(DRAWS, SEED)

    @cached_property
    def shrunk(self) -> dict[str, Measured | NoEstimate]:
        """The same, drawn towards 0 as far as chance explains it: the best guess of what is the manager's own."""
        tails = [100 * (1 - self.confidence) / 2, 100 * (1 + self.confidence) / 2]

        def found(_: Spread) -> tuple[np.ndarray, ...]:
            value, drawn = self.own_parts
            return value, *np.percentile(drawn, tails, axis=0), drawn.std(axis=0)

        return self._of_each(found, "manager_own")

    def _of_each(self, numbers, kind: str) -> dict[str, Measured | NoEstimate]:
        if isinstance(self.spread, NoEstimate):
            return {}
        found = dict.fromkeys(self.judged, NO_OTHERS)
        value, low, high, se = (np.asarray(column, dtype=float).tolist() for column in numbers(self.spread))
        for name, at in self.compared.items():
            n = int(self.spread.sizes[at])
            found[name] = Measured(value[at], low[at], high[at], n, holds_at(kind, n), se[at])
        return found

    @cached_property
    def compared(self) -> dict[str, int]:
        """Judged managers who aren't all there is of their region (or another level), and their place among the judged."""
        if isinstance(self.spread, NoEstimate):
            return {}
        return {name: at for at, name in enumerate(self.judged) if self.spread.comparable[at]}

    @cached_property
    def tau(self) -> Measured | NoEstimate:
        """Standard deviation between managers (√τ² of Paule and Mandel), points, with its Q-profile interval."""
        if isinstance(self.spread, NoEstimate):
            return self.spread
        low, high = self.spread.tau2_interval(self.confidence)
        answers = int(self.spread.sizes.sum())
        return Measured(
            float(np.sqrt(self.spread.tau2)),
            float(np.sqrt(low)),
            float(np.sqrt(high)),
            answers,
            holds_at("manager_tau", int(self.spread.sizes.mean())),
        )

    @property
    def p_value(self) -> float | NoEstimate:
        return self.spread if isinstance(self.spread, NoEstimate) else self.spread.p_value

    @property
    def spread_word(self) -> str | None:
        return spread_verdict(self.p_value)

    @property
    def outer(self) -> float:
        """Coverage of the funnel's outer limits: 99.8 %, more where so many are compared that somebody would be outside too often."""
        return outer_coverage(len(self.compared))

    @cached_property
    def words(self) -> dict[str, str]:
        """stands_out_above, stands_out_below or within_chance of each judged manager."""
        places = list(self.compared.values())
        if not places:
            return {}
        said = funnel_verdicts(self.spread.value[places], self.spread.limits(self.outer)[places])
        return dict(zip(self.compared, said, strict=True))

    @cached_property
    def chances(self) -> dict[str, tuple[float, float]] | NoEstimate:
        """Chance of each manager's own part to be among the top, and the bottom, third. None where the spread is within chance."""
        if isinstance(self.spread, NoEstimate):
            return self.spread
        if self.spread_word != "spread_beyond_chance":
            return NoEstimate("not_computed", "the spread is within chance: nobody is ranked", int(self.sizes.sum()))
        top, bottom = thirds(self.own_parts[1][:, list(self.compared.values())])
        return {name: (float(top[at]), float(bottom[at])) for at, name in enumerate(self.compared)}

    def chance(self, value: float, manager: str) -> float | Measured:
        """A chance from joint draws; not certified where such chances weren't shown to be honest."""
        n = int(self.sizes[manager])
        return value if holds_at("manager_third", n) else Measured(value, value, value, n, holds=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """For analysts, a row a judged manager by id: customers, as it stands, against_expected, limits, kept (B), own part, word."""
        if isinstance(self.spread, NoEstimate):
            return pd.DataFrame(
                columns=["customers", "satisfaction", "against_expected", "limit_inner", "limit_outer", "kept", "own"]
            )
        raw = [self.satisfaction(name) for name in self.judged]
        return pd.DataFrame(
            {
                "customers": self.spread.sizes,
                "satisfaction": [np.nan if isinstance(r, NoEstimate) else r.value for r in raw],
                "against_expected": self.spread.value,
                "limit_inner": self.spread.limits(WARNING),
                "limit_outer": self.spread.limits(self.outer),
                "kept": self.spread.kept(),
                "own": self.own_parts[0],
                "word": [self.words.get(name) for name in self.judged],
            },
            index=pd.Index(self.judged, name="manager"),
        )


def too_few_within(owner: pd.Series, segments: pd.DataFrame, least: int) -> set[object]:
    """Managers of too few customers among all, or among those of a level that holds its managers whole; a row a customer."""
    found = suppressed_groups(sizes_with_nobody(owner), least)
    for name in segments.columns.drop(MANAGER, errors="ignore"):
        level = segments[name].astype(object).fillna(UNKNOWN)
        for one in level.unique():
            own = owner[level == one]
            if not set(owner[level != one].dropna()) & set(own.dropna()):
                found |= suppressed_groups(sizes_with_nobody(own), least)
    return found


def outer_coverage(managers: int) -> float:
    """Of the outer limits for so many managers (Bonferroni beyond 25)."""
    return max(ACTION, 1 - ANY_FALSE / max(managers, 1))


def sizes_with_nobody(owner: pd.Series) -> dict[object, int]:
    """How many each manager has; None: nobody's."""
    return owner.value_counts().to_dict() | {None: int(owner.isna().sum())}


def case_mix(segments: pd.DataFrame) -> np.ndarray:
    """A constant and a column a level of every segment but the first; a customer without a level has one of its own."""
    columns = [np.ones(len(segments))]
    for name in segments.columns.drop(MANAGER, errors="ignore"):
        level = segments[name].astype(object).where(segments[name].notna(), UNKNOWN).astype(str)
        columns += [(level == one).to_numpy(float) for one in sorted(level.unique())[1:]]
    return np.column_stack(columns)
