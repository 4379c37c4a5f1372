"""Record and look up what notebooks found: every number once, with its interval, status, notebook and cell.

A notebook records with a `Recorder`; the record rides in the metadata of the line it displays, so that a run can say in
which cell it stands. The report reads the records through `Results` and nowhere else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from csat_analysis import certification
from csat_analysis.disclosure import customers_behind
from csat_analysis.errors import ResultError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.keys import DECIMALS, KEYS, MEASURE_UNITS, STATISTIC_UNITS
from csat_analysis.measured import Foretold, Measured, Published
from csat_analysis.period import Period
from csat_analysis.programme import Programme

METADATA_KEY = "csat"
SHOWN = ("ok", "exact", "published")
WITH_INTERVAL = ("ok", "published")


@dataclass(frozen=True)
class Record:
    """One number of results.json; value, se, low and high are None unless the status is ok, exact or published."""

    key: str
    group: dict[str, str]
    value: float | None
    se: float | None
    low: float | None
    high: float | None
    n: int | None
    unit: str
    status: str
    verdict: str | None = None
    notebook: str | None = None
    cell: str | None = None
    inputs: tuple[str, ...] = field(default=())

    @property
    def shown(self) -> bool:
        return self.status in SHOWN

    @property
    def name(self) -> str:
        """key[group=value, …], unique among the results of a period."""
        group = ", ".join(f"{name}={value}" for name, value in self.group.items())
        return f"{self.key}[{group}]" if group else self.key

    def line(self) -> str:
        """One rounded line of text, as the notebook shows it."""
        if not self.shown:
            return f"{self.name} = {self.status}"
        digits = DECIMALS.get(self.unit, 3)
        text = f"{self.name} = {self.value:,.{digits}f}"
        if self.low is not None and self.status != "exact":
            text += f"  [{self.low:,.{digits}f}, {self.high:,.{digits}f}]"
        unit = {"count": "", "nps_points": "  NPS points"}.get(self.unit, f"  {self.unit}")
        return (
            text
            + unit
            + (f"  n {self.n:,}" if self.n is not None else "")
            + (f"  {self.verdict}" if self.verdict else "")
        )


def make_record(
    key: str,
    number: Estimate | NoEstimate | Measured | Foretold | Published | float,
    group: dict[str, str],
    *,
    programme: Programme,
    notebook: str,
    verdict: str | None = None,
    suppressed: bool = False,
    inputs: Iterable[str] = (),
) -> Record:
    """The record of a number, with its status: estimates bring theirs; a plain number is a count or a fact, and exact. What is
    foretold has no interval, and isn't certified where it wasn't shown to come true. What was published before the programme is
    marked as such.

    An estimate on fewer than `reporting.min_group` customers is suppressed, whatever it is about; one whose kind of
    interval wasn't shown to hold at its number of answers and design is not certified.
    """
    unit = unit_of(key, group)
    common = {
        "key": key,
        "group": {k: str(v) for k, v in group.items()},
        "unit": unit,
        "notebook": notebook,
        "inputs": tuple(inputs),
    }
    empty = {"value": None, "se": None, "low": None, "high": None}
    if isinstance(number, NoEstimate):
        few = (
            number.n is not None and 0 < number.n < programme.reporting.min_group
        )  # how few a hidden group holds is hidden, too
        return Record(**common, **empty, n=None if few else number.n, status=number.status)
    if suppressed or (isinstance(number, Estimate | Measured | Foretold) and too_few(number, programme)):
        return Record(**common, **empty, n=None, status="suppressed")
    if isinstance(number, Published):
        if number.n is not None and number.n < programme.reporting.min_group:
            return Record(**common, **empty, n=None, status="suppressed")
        return Record(**common, **asdict(number), status="published")
    if not isinstance(number, Estimate | Measured | Foretold):
        if not math.isfinite(number):
            raise ResultError(f"{key}: {number!r} is not a number that can be recorded")
        return Record(
            **common,
            value=float(number),
            se=0.0,
            low=float(number),
            high=float(number),
            n=None,
            status="exact",
            verdict=verdict,
        )
    if isinstance(number, Foretold):
        value = float(number.value) if number.holds else None
        status = "ok" if number.holds else "not_certified"
        said = verdict if number.holds else None
        return Record(**common, **empty | {"value": value}, n=number.n, status=status, verdict=said)
    tried = programme.reporting.confidence == certification.CONFIDENCE
    if isinstance(number, Measured):
        if not (tried and number.holds and number.low <= number.value <= number.high):
            return Record(**common, **empty, n=number.n, status="not_certified")
        shown = {name: getattr(number, name) for name in ("value", "se", "low", "high", "n")}
        return Record(**common, **shown, status="ok", verdict=verdict)
    if (status := status_of(number, programme)) not in SHOWN:
        return Record(**common, **empty, n=number.n, status=status)
    low, high = number.interval(programme.reporting.confidence)
    se = 0.0 if number.status == "exact" else number.se or None  # an interval from pseudo-answers has no standard error
    return Record(
        **common,
        value=float(number.value),
        se=se,
        low=float(low),
        high=float(high),
        n=number.n,
        status=number.status,
        verdict=verdict,
    )


def too_few(number: Estimate | Measured | Foretold, programme: Programme) -> bool:
    """Fewer customers than may be shown; of one customer's contacts all are one."""
    behind = customers_behind(number) if isinstance(number, Estimate) else number.n
    return behind < programme.reporting.min_group


def status_of(number: Estimate | NoEstimate, programme: Programme) -> str:
    """A status of results.json: suppressed on too few customers, and not certified where no study showed that such an interval holds."""
    if isinstance(number, NoEstimate):
        return number.status
    if too_few(number, programme):
        return "suppressed"
    if number.status in ("exact", "not_estimable"):
        return number.status
    tried = programme.reporting.confidence == certification.CONFIDENCE
    return "ok" if tried and certification.is_certified(number) else "not_certified"


def unit_of(key: str, group: dict[str, str]) -> str:
    if key not in KEYS:
        raise ResultError(f"{key!r} is not a key of results.json; the keys are listed in csat_analysis/keys.py")
    unit, names = KEYS[key]
    if set(group) != set(names):
        raise ResultError(
            f"{key} is recorded by {', '.join(names) or 'nothing'}, not by {', '.join(group) or 'nothing'}"
        )
    if unit == "measure":
        return MEASURE_UNITS.get(group.get("measure") or group.get("outcome"), "points")
    return STATISTIC_UNITS.get(group.get("statistic"), unit)


class Recorder:
    """Records a notebook's numbers: `record("satisfaction.index", index)` shows one line and keeps the full record.

    inputs  the raw files that the notebook's numbers rest on; a call may name others for its number.
    `save()` writes them to data/processed/<period>/results/<notebook>.json, where the report's notebook reads them.
    """

    def __init__(
        self, root: Path | str, period: Period | str, notebook: str, programme: Programme, inputs: Iterable[str] = ()
    ):
        self.path = results_folder(root, period) / f"{notebook}.json"
        self.notebook, self.programme, self.inputs = notebook, programme, tuple(inputs)
        self.records: dict[str, Record] = {}

    def __call__(
        self,
        key: str,
        number: Estimate | NoEstimate | Measured | Foretold | Published | float,
        *,
        verdict: str | None = None,
        suppressed: bool = False,
        inputs: Iterable[str] | None = None,
        **group: Any,
    ) -> None:
        from IPython.display import display

        record = make_record(
            key,
            number,
            group,
            programme=self.programme,
            notebook=self.notebook,
            verdict=verdict,
            suppressed=suppressed,
            inputs=self.inputs if inputs is None else inputs,
        )
        if record.name in self.records:
            raise ResultError(f"{record.name} is recorded twice in {self.notebook}: a number has one place")
        self.records[record.name] = record
        display({"text/plain": record.line()}, raw=True, metadata={METADATA_KEY: asdict(record)})

    @property
    def results(self) -> Results:
        """What was recorded so far, to be looked up."""
        return Results(self.records.values())

    def save(self) -> Path:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(to_json(self.records.values()), encoding="utf-8")
        return self.path


class Results:
    """The recorded numbers of one period, looked up by key and group."""

    def __init__(self, records: Iterable[Record]):
        self.records = list(records)
        self._by_name: dict[tuple, Record] = {}
        for record in self.records:
            place = (record.key, frozenset(record.group.items()))
            if place in self._by_name:
                raise ResultError(
                    f"{record.name} is recorded by {self._by_name[place].notebook} and by {record.notebook}: a number has one place"
                )
            self._by_name[place] = record

    @classmethod
    def read(cls, folder: Path | str) -> Results:
        """All results/*.json of a period's processed folder, in the notebooks' order."""
        files = sorted(Path(folder).glob("*.json"))
        if not files:
            raise ResultError(f"{Path(folder).as_posix()} holds no results: run the notebooks before this one first")
        return cls(record for file in files for record in from_json(file.read_text(encoding="utf-8")))

    @classmethod
    def of_others(cls, root: Path | str, period: Period | str, notebook: str) -> Results:
        """What the other notebooks of a period recorded so far; empty where none did."""
        files = [file for file in sorted(results_folder(root, period).glob("*.json")) if file.stem != notebook]
        return cls(record for file in files for record in from_json(file.read_text(encoding="utf-8")))

    def has(self, key: str, **group: Any) -> bool:
        return self._place(key, group) in self._by_name

    def get(self, key: str, **group: Any) -> Record:
        record = self._by_name.get(self._place(key, group))
        if record is None:
            raise ResultError(f"no notebook recorded {key} {group or ''}".rstrip())
        return record

    @property
    def keys(self) -> list[str]:
        return list(dict.fromkeys(record.key for record in self.records))

    def overview(self) -> pd.DataFrame:
        """Records by notebook and status."""
        return pd.crosstab(
            [r.notebook for r in self.records],
            [r.status for r in self.records],
            rownames=["notebook"],
            colnames=["status"],
        )

    @staticmethod
    def _place(key: str, group: dict[str, Any]) -> tuple:
        return key, frozenset((name, str(value)) for name, value in group.items())

    def table(self, key: str) -> pd.DataFrame:
        """Every record of a key, one a row, its group as columns."""
        columns = ["value", "se", "low", "high", "n", "unit", "status", "verdict", "notebook", "cell"]
        groups = list(KEYS[key][1]) if key in KEYS else []
        rows = [r.group | {c: getattr(r, c) for c in columns} for r in self.records if r.key == key]
        return pd.DataFrame(rows, columns=groups + columns).astype(dict.fromkeys(["value", "se", "low", "high"], float))


def results_folder(root: Path | str, period: Period | str) -> Path:
    return Path(root) / "data" / "processed" / str(period) / "results"


def to_json(records: Iterable[Record]) -> str:
    """Records as results.json holds them; NaN can't get in."""
    return json.dumps([asdict(record) for record in records], ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def from_json(text: str) -> list[Record]:
    return [Record(**raw | {"inputs": tuple(raw.get("inputs") or ())}) for raw in json.loads(text)]
