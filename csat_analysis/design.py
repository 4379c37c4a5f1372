"""Who was asked and how: contacts, weights, strata, populations; and the one variance that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
    margins   position of each contact's level in every margin that the weights were raked to; influences are
              residuals on them, since what the margins fix has no sampling error left.
    base      the weights before raking, with which that residual is taken; None: the weights themselves.
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
    margins: tuple[np.ndarray, ...] = ()
    base: np.ndarray | None = None

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
        usable = np.isfinite(weight) & (weight >= 0)
        if not usable.all():
            bad = contact[~usable][0]
            raise EstimateError(f"contact {bad!r} has a missing, infinite or negative weight: weights are 0 or more")
        codes, names = pd.factorize(
            np.full(size, "all") if stratum is None else pd.Series(stratum).astype(str).to_numpy()
        )
        unit_codes, unit_name = (np.arange(size), contact) if unit is None else pd.factorize(pd.Series(unit).to_numpy())
        order = np.zeros(size) if order is None else np.asarray(order, dtype=float)
        names = [str(name) for name in names]
        answered = np.bincount(codes, minlength=len(names))
        if np.isnan(order[np.isin(codes, [names.index(h) for h in systematic if h in names])]).any():
            raise EstimateError("a contact of a stratum drawn at equal intervals has no place in the list (order)")
        strata = pd.DataFrame(
            {
                "population": [float((population or {}).get(name, np.inf)) for name in names],
                "drawn": [max(float((drawn or {}).get(name, n)), n) for name, n in zip(names, answered)],
                "systematic": [name in set(systematic) for name in names],
            },
            index=pd.Index(names, dtype=object),
        )
        for name, n in zip(names, answered):
            population_here, drawn_here = strata.at[name, "population"], strata.at[name, "drawn"]
            if not n <= population_here:
                raise EstimateError(
                    f"stratum {name!r}: {n} answers from a population of {population_here:g}; "
                    "the frame is older than the survey, or contacts are not customers"
                )
            if drawn_here > population_here:
                raise EstimateError(f"stratum {name!r}: {drawn_here:g} asked from a population of {population_here:g}")
        codes, strata, merged = merge_lone(codes, strata, unit_codes)
        return cls(contact, weight, codes, strata, order, unit_codes, pd.Index(unit_name), wave, merged)

    def __repr__(self) -> str:
        return f"Design({len(self.contact):,} contacts in {', '.join(self.strata.index)}{'; wave ' + self.wave if self.wave else ''})"

    @cached_property
    def _unit_stratum(self) -> np.ndarray:
        found = np.empty(len(self.unit_name), dtype=np.int64)
        found[self.unit] = self.stratum
        return found

    @cached_property
    def _contacts_are_units(self) -> bool:
        return np.array_equal(self.unit, np.arange(len(self.unit)))

    @cached_property
    def positions(self) -> np.ndarray:
        return np.arange(len(self.contact))

    @cached_property
    def in_use(self) -> np.ndarray:
        """Positions of the contacts with a weight above 0."""
        return np.flatnonzero(self.weight > 0)

    @cached_property
    def _unit_place(self) -> np.ndarray:
        """Place of each sampling unit in its stratum's list, counted among those that answered."""
        order = np.empty(len(self.unit_name))
        order[self.unit] = self.order
        in_list = np.lexsort((order, self._unit_stratum))
        starts = np.cumsum(self.units_by_stratum) - self.units_by_stratum
        place = np.empty(len(in_list), dtype=np.int64)
        place[in_list] = np.arange(len(in_list)) - starts[self._unit_stratum[in_list]]
        return place

    @cached_property
    def units_by_stratum(self) -> np.ndarray:
        return np.bincount(self._unit_stratum, minlength=len(self.strata))

    def _units_in(self, rows: np.ndarray) -> np.ndarray:
        """Sampling units a stratum among these rows."""
        units = rows if self._contacts_are_units else np.unique(self.unit[rows])
        return np.bincount(self._unit_stratum[units], minlength=len(self.strata))

    @cached_property
    def _counted(self) -> np.ndarray:
        """Sampling units a stratum that count: a weight of 0 is as if one hadn't answered."""
        return self._units_in(np.flatnonzero(self.weight > 0))

    def degrees_of_freedom(self, rows: np.ndarray) -> int:
        units = self._units_in(rows)
        return int(units.sum() - (units > 0).sum())

    def is_census(self, rows: np.ndarray) -> bool:
        """Did everybody in every stratum that the domain touches answer?"""
        touched = np.flatnonzero(np.bincount(self.stratum[rows]))
        return bool(len(touched)) and bool(self.in_full[touched].all())

    @cached_property
    def in_full(self) -> np.ndarray:
        """Of each stratum: did everybody in it answer?"""
        return self._counted >= self.strata["population"].to_numpy()

    def variance(
        self, influence: np.ndarray, rows: np.ndarray, *, lost: np.ndarray, lost_part: np.ndarray, finite: bool
    ) -> float:
        """Variance of an estimate from its influences; NaN where a stratum has one unit and no neighbour.

        Two phases in each stratum with m units answering of n drawn of N (Wolter 1984 for the drawing at equal intervals):
          finite   m · [ r (1 − n/N) d² + (1 − r) s² ],  r = m/n less what they left out (`lost`, `lost_part`)
          process  the same + m · r · (n/N) · s²  (the frame itself is one outcome of the process)
        with s² the plain variance of the influences and d² half their mean squared successive difference in the list's
        order; d² = s² unless the draw was systematic. Without systematic drawing the two are (1 − m/N) m s² and m s².
        Contacts without influence count as zeros; only those with any are touched.
        """
        m = self.units_by_stratum.astype(float)
        if (m < 2).any():
            return float("nan")
        total, units = self._by_unit(influence, rows)
        stratum, count = self._unit_stratum[units], len(m)
        squares = np.bincount(stratum, total**2, minlength=count)
        s2 = np.maximum(squares - np.bincount(stratum, total, minlength=count) ** 2 / m, 0.0) / (m - 1)
        systematic = self.strata["systematic"].to_numpy(dtype=bool)
        d2 = np.where(systematic, self._successive_difference(total, units), s2) if systematic.any() else s2
        population, drawn = self.strata["population"].to_numpy(), self.strata["drawn"].to_numpy()
        left_out = np.bincount(self._unit_stratum[self.unit[lost]], lost_part, minlength=count) + (m - self._counted)
        answered = np.clip((m - left_out) / drawn, 0.0, 1.0)
        sampling_fraction = np.divide(drawn, population, out=np.zeros(count), where=np.isfinite(population))
        per_unit = answered * (1 - sampling_fraction) * d2 + (1 - answered) * s2
        if not finite:
            per_unit = per_unit + answered * sampling_fraction * s2
        return float((m * per_unit).sum())

    def _by_unit(self, influence: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Influence summed within sampling units, and those units."""
        if self._contacts_are_units:
            return influence, rows
        units, place = np.unique(self.unit[rows], return_inverse=True)
        return np.bincount(place, influence, minlength=len(units)), units

    def _successive_difference(self, total: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Σ(u_k − u_{k−1})² / 2(m − 1) a stratum in the list's order; units that aren't named have u = 0."""
        stratum, place = self._unit_stratum[units], self._unit_place[units]
        m, count = self.units_by_stratum, len(self.strata)
        neighbours = (place > 0).astype(float) + (place < m[stratum] - 1)
        squares = np.bincount(stratum, neighbours * total**2, minlength=count)
        in_list = np.lexsort((place, stratum))
        u, h, at = total[in_list], stratum[in_list], place[in_list]
        beside = (h[1:] == h[:-1]) & (at[1:] == at[:-1] + 1)
        products = np.bincount(h[1:][beside], (u[1:] * u[:-1])[beside], minlength=count)
        return np.maximum(squares - 2 * products, 0.0) / (2 * (m - 1))

    def residual(self, influence: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Influence less what the raked margins explain of it, and its rows: w (z − fit), with z = influence / w fitted on
        the levels by least squares weighted with the weights before raking (R's `calibrate`)."""
        if not self.margins:
            return influence, rows
        z = np.zeros(len(self.contact))
        z[rows] = np.divide(influence, self.weight[rows], out=np.zeros(len(rows)), where=self.weight[rows] > 0)
        sizes = [codes.max() + 1 for codes in self.margins]
        levels = [np.bincount(codes, self._base * z, minlength=k) for codes, k in zip(self.margins, sizes, strict=True)]
        coefficients = np.split(self._margin_inverse @ np.concatenate(levels), np.cumsum(sizes)[:-1])
        fitted = sum(beta[codes] for beta, codes in zip(coefficients, self.margins, strict=True))
        left = self.weight * (z - fitted)
        carriers = np.flatnonzero(np.abs(left) > 1e-12 * np.abs(influence).max(initial=0.0))
        return left[carriers], carriers

    @property
    def _base(self) -> np.ndarray:
        return self.weight if self.base is None else self.base

    @cached_property
    def left_by_raking(self) -> float:
        """Share of the sample's degrees of freedom that raking to the margins leaves; 1 without raking."""
        taken = sum(int(codes.max()) for codes in self.margins)
        return 1.0 if not taken else max(1 - taken / self.degrees_of_freedom(np.arange(len(self.contact))), 1e-9)

    def sampled_part(self, rows: np.ndarray) -> np.ndarray:
        """Share of each contact's stratum that answered; 0 where the population is unknown."""
        population = self.strata["population"].to_numpy()
        part = np.divide(
            self.units_by_stratum, population, out=np.zeros(len(population)), where=np.isfinite(population)
        )
        return part[self.stratum[rows]]

    @cached_property
    def _margin_inverse(self) -> np.ndarray:
        sizes = [codes.max() + 1 for codes in self.margins]
        blocks = [
            [
                np.bincount(a * k + b, self._base, minlength=j * k).reshape(j, k)
                for b, k in zip(self.margins, sizes, strict=True)
            ]
            for a, j in zip(self.margins, sizes, strict=True)
        ]
        return np.linalg.pinv(np.block(blocks), hermitian=True)


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


def without_empty(codes: np.ndarray, strata: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Drop strata that nobody is in any more."""
    present = np.unique(codes)
    return np.searchsorted(present, codes), strata.iloc[present]


def apart(left: Design, right: Design) -> Design:
    """`right` with other names for contacts that `left` holds in another stratum: two draws of one wave (a visit, and the
    same customer in a panel that was asked in full) are no covariance of the sample's, and moving one would break a census.
    """
    position = left.contact.get_indexer(right.contact)
    own = right.strata.index.to_numpy()[right.stratum]
    moved = (position >= 0) & (left.strata.index.to_numpy()[left.stratum[position]] != own)
    if not moved.any():
        return right
    contact = np.where(
        moved, [f"{name} in {stratum}" for name, stratum in zip(right.contact, own, strict=True)], right.contact
    )
    units, unit = pd.factorize(np.where(moved, contact, right.unit_name[right.unit]))[::-1]
    return replace(right, contact=pd.Index(contact), unit=unit, unit_name=pd.Index(units))


def merge(left: Design, right: Design) -> tuple[Design, np.ndarray]:
    """One design that holds the contacts of both, and the rows of `right` in it (those of `left` keep theirs).

    Between waves a contact in both keeps the left one's stratum, so write later − earlier: who moved class is counted there.
    Strata of one name are one stratum. Within a wave populations stay; across waves the union stands for the process: populations
    are infinite and the list's order is no longer that of one draw.
    """
    right = apart(left, right) if left.wave == right.wave else right
    position = left.contact.get_indexer(right.contact)
    new = np.flatnonzero(position < 0)
    position[new] = len(left.contact) + np.arange(len(new))
    names = left.strata.index.append(right.strata.index.difference(left.strata.index, sort=False))
    strata = left.strata.combine_first(right.strata).reindex(names)
    if left.wave != right.wave:
        strata = strata.assign(population=np.inf, drawn=np.inf, systematic=False)
    codes = np.concatenate([left.stratum, names.get_indexer(right.strata.index)[right.stratum[new]]])
    units = left.unit_name.append(right.unit_name.difference(left.unit_name, sort=False))
    unit = np.concatenate([left.unit, units.get_indexer(right.unit_name)[right.unit[new]]])
    codes, strata, merged = merge_lone(*without_empty(codes, strata), unit)
    union = Design(
        contact=left.contact.append(right.contact[new]),
        weight=np.concatenate([left.weight, right.weight[new]]),
        stratum=codes,
        strata=strata,
        order=np.concatenate([left.order, right.order[new]]),
        unit=unit,
        unit_name=units,
        wave=left.wave if left.wave == right.wave else f"{left.wave} and {right.wave}",
        merged=tuple(dict.fromkeys(left.merged + right.merged + merged)),
    )
    return union, position
