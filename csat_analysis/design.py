"""Who was asked and how: contacts, weights, strata, populations; and the one variance that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from csat_analysis.errors import EstimateError


@dataclass(frozen=True, eq=False, repr=False)
class Design:
    """One row a contact that answered. Build it with `Design.of`.

    contact   unique ids; estimates of different designs are aligned by them.
    weight    analysis weight ≥ 0.
    stratum   position in `strata` of each contact's stratum.
    strata    index: name; population (N, inf where unknown), drawn (n asked), systematic (drawn at equal intervals).
    order     rank in the list that a systematic sample was drawn from; ties and other strata don't use it.
    unit      sampling unit of each contact as a code (a customer with several contacts is one unit).
    wave      the period; estimates of different waves combine as statements about the process.
    merged    (stratum, neighbour) where a lone respondent's stratum was merged, to be said beside the number.
    """

    contact: pd.Index
    weight: np.ndarray
    stratum: np.ndarray
    strata: pd.DataFrame
    order: np.ndarray
    unit: np.ndarray
    unit_name: pd.Index
    wave: str = ""
    merged: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        contact: Iterable,
        *,
        weight: Iterable[float] | None = None,
        stratum: Iterable | None = None,
        population: Mapping[str, float] | None = None,
        drawn: Mapping[str, int] | None = None,
        systematic: Iterable[str] = (),
        order: Iterable[float] | None = None,
        unit: Iterable | None = None,
        wave: str = "",
    ) -> Design:
        """Check and assemble a design.

        weight      default 1. A negative or missing one is an error; 0 keeps the contact out of every estimate.
        stratum     default one stratum "all", in the order of first appearance.
        population  stratum → N; a stratum that isn't named counts as infinite.
        drawn       stratum → n asked; default the number that answered.
        systematic  strata drawn at equal intervals from a list in `order`.
        unit        default the contact itself.
        """
        contact = pd.Index(contact)
        size = len(contact)
        if not contact.is_unique:
            raise EstimateError(
                f"contact {contact[contact.duplicated()][0]!r} stands twice in one design: an answer a contact"
            )
        weight = np.ones(size) if weight is None else np.asarray(weight, dtype=float)
        if np.isnan(weight).any() or (weight < 0).any():
            bad = contact[np.isnan(weight) | (weight < 0)][0]
            raise EstimateError(f"contact {bad!r} has a missing or negative weight: weights are 0 or more")
        codes, names = pd.factorize(
            np.full(size, "all") if stratum is None else pd.Series(stratum).astype(str).to_numpy()
        )
        unit_codes, unit_name = (np.arange(size), contact) if unit is None else pd.factorize(pd.Series(unit).to_numpy())
        order = np.zeros(size) if order is None else np.asarray(order, dtype=float)
        answered = np.bincount(codes, minlength=len(names))
        strata = pd.DataFrame(
            {
                "population": [float((population or {}).get(name, np.inf)) for name in names],
                "drawn": [max(float((drawn or {}).get(name, n)), n) for name, n in zip(names, answered)],
                "systematic": [name in set(systematic) for name in names],
            },
            index=pd.Index(names, dtype=object),
        )
        for name, n in zip(names, answered):
            if n > strata.at[name, "population"]:
                raise EstimateError(
                    f"stratum {name!r}: {n} answers from a population of {strata.at[name, 'population']:g}; "
                    "the frame is older than the survey, or contacts are not customers"
                )
        strata["drawn"] = strata["drawn"].clip(upper=strata["population"])
        codes, strata, merged = merge_lone(codes, strata, unit_codes)
        return cls(contact, weight, codes, strata, order, unit_codes, pd.Index(unit_name), wave, merged)

    def __repr__(self) -> str:
        return f"Design({len(self.contact):,} contacts in {', '.join(self.strata.index)}{'; wave ' + self.wave if self.wave else ''})"

    @cached_property
    def units_by_stratum(self) -> np.ndarray:
        return self._units_in(np.arange(len(self.contact)))

    def _units_in(self, rows: np.ndarray) -> np.ndarray:
        """Sampling units a stratum among these rows."""
        unit_stratum = np.full(len(self.unit_name), -1)
        unit_stratum[self.unit[rows]] = self.stratum[rows]
        return np.bincount(unit_stratum[unit_stratum >= 0], minlength=len(self.strata))

    def degrees_of_freedom(self, rows: np.ndarray) -> int:
        units = self._units_in(rows)
        return int(units.sum() - (units > 0).sum())

    def is_census(self, rows: np.ndarray) -> bool:
        """Did everybody in every stratum that the domain touches answer?"""
        touched = np.unique(self.stratum[rows])
        return bool(len(touched)) and bool(
            (self.units_by_stratum[touched] >= self.strata["population"].to_numpy()[touched]).all()
        )

    def variance(self, influence: np.ndarray, rows: np.ndarray, *, lost: np.ndarray, finite: bool) -> float:
        """Variance of an estimate from its influences; NaN where a stratum has one unit and no neighbour.

        Two phases in each stratum with m units answering of n drawn of N (Wolter 1984 for the drawing at equal intervals):
          finite   m · [ r (1 − n/N) d² + (1 − r) s² ],  r = m/n without those who left this question out (`lost`)
          process  the same + m · r · (n/N) · s²  (the frame itself is one outcome of the process)
        with s² the plain variance of the influences and d² half their mean squared successive difference in the list's
        order; d² = s² unless the draw was systematic. Without systematic drawing the two are (1 − m/N) m s² and m s².
        """
        total, stratum, order = self._by_unit(influence, rows)
        count = len(self.strata)
        m = np.bincount(stratum, minlength=count).astype(float)
        first = np.bincount(stratum, total, minlength=count)
        present = m > 0
        if (m[present] < 2).any():
            return float("nan")
        centred = total - (first / np.where(present, m, 1))[stratum]
        s2 = np.bincount(stratum, centred**2, minlength=count) / np.where(present, m - 1, 1)
        d2 = np.where(self.strata["systematic"], successive_difference(total, stratum, order, count), s2)
        population, drawn = self.strata["population"].to_numpy(), self.strata["drawn"].to_numpy()
        answered = np.minimum((m - self._units_in(lost)) / drawn, 1.0)
        sampling_fraction = np.divide(drawn, population, out=np.zeros(count), where=np.isfinite(population))
        per_unit = answered * (1 - sampling_fraction) * d2 + (1 - answered) * s2
        if not finite:
            per_unit = per_unit + answered * sampling_fraction * s2
        return float((m * per_unit)[present].sum())

    def _by_unit(self, influence: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Influence summed within sampling units, with each unit's stratum and place in the list."""
        count = len(self.unit_name)
        total = np.bincount(self.unit[rows], influence, minlength=count)
        stratum, order = np.zeros(count, dtype=int), np.zeros(count)
        stratum[self.unit], order[self.unit] = self.stratum, self.order
        return total, stratum, order


def successive_difference(total: np.ndarray, stratum: np.ndarray, order: np.ndarray, count: int) -> np.ndarray:
    """Σ(u_k − u_{k−1})² / 2(m − 1) a stratum, in the list's order."""
    place = np.lexsort((order, stratum))
    u, h = total[place], stratum[place]
    same = h[1:] == h[:-1]
    squares = np.bincount(h[1:][same], np.diff(u)[same] ** 2, minlength=count)
    return squares / np.maximum(2 * np.bincount(h[1:][same], minlength=count), 1)


def merge_lone(codes: np.ndarray, strata: pd.DataFrame, unit: np.ndarray) -> tuple[np.ndarray, pd.DataFrame, tuple]:
    """A stratum with one sampling unit joins its neighbour in the order given; populations and draws add up."""
    merged = []
    while len(strata) > 1:
        units = [len(np.unique(unit[codes == h])) for h in range(len(strata))]
        if min(units) > 1:
            break
        lone = units.index(min(units))
        into = lone - 1 if lone else 1
        merged.append((strata.index[lone], strata.index[into]))
        strata = strata.astype({"population": float, "drawn": float})
        for column in ("population", "drawn"):
            strata.iloc[into, strata.columns.get_loc(column)] += strata[column].iloc[lone]
        codes = np.where(codes == lone, into, codes)
        codes = np.where(codes > lone, codes - 1, codes)
        strata = strata.drop(index=strata.index[lone])
    return codes, strata, tuple(merged)


def merge(left: Design, right: Design) -> tuple[Design, np.ndarray]:
    """One design that holds the contacts of both, and the rows of `right` in it (those of `left` keep theirs).

    A contact in both keeps the left one's stratum, so write later − earlier and "who moved class is counted there". Strata
    of one name are one stratum. Within a wave populations stay; across waves the union stands for the process: populations
    are infinite and the list's order is no longer that of one draw.
    """
    position = left.contact.get_indexer(right.contact)
    new = np.flatnonzero(position < 0)
    position[new] = len(left.contact) + np.arange(len(new))
    names = left.strata.index.append(right.strata.index.difference(left.strata.index, sort=False))
    strata = left.strata.combine_first(right.strata).reindex(names)
    if left.wave != right.wave:
        strata = strata.assign(population=np.inf, drawn=np.inf, systematic=False)
    right_stratum = names.get_indexer(right.strata.index)[right.stratum]
    units = left.unit_name.append(right.unit_name.difference(left.unit_name, sort=False))
    right_unit = units.get_indexer(right.unit_name)[right.unit]
    union = Design(
        contact=left.contact.append(right.contact[new]),
        weight=np.concatenate([left.weight, right.weight[new]]),
        stratum=np.concatenate([left.stratum, right_stratum[new]]),
        strata=strata,
        order=np.concatenate([left.order, right.order[new]]),
        unit=np.concatenate([left.unit, right_unit[new]]),
        unit_name=units,
        wave=left.wave if left.wave == right.wave else f"{left.wave} and {right.wave}",
        merged=left.merged + tuple(pair for pair in right.merged if pair not in left.merged),
    )
    return union, position
