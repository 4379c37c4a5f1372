"""The year's target values of survey.yml beside the figures that were recorded under the keys that they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from csat_analysis.errors import ProgrammeError
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.wave import Wave
from csat_analysis.results import Record, Recorder, Results, make_record

MORE, LESS = 1, -1


@dataclass(frozen=True)
class Kpi:
    """Where a figure is recorded: key and group; and whether more of it is better, or less."""

    key: str
    better: int = MORE
    group: tuple[tuple[str, str], ...] = ()


KPIS = {
    "retention": Kpi("customers.retention"),
    "satisfaction": Kpi("satisfaction.index"),
    "nps": Kpi("satisfaction.nps"),
    "csat": Kpi("satisfaction.csat"),
    "complaint_rate": Kpi("service.complaint_rate", LESS, (("category", "all"), ("per", "customer"))),
    "attainment": Kpi("sales.attainment_all"),
    "conversion": Kpi("sales.win_rate"),
    "loyalty": Kpi("loyalty.index"),
}
OF_THE_WAVE = {"satisfaction": "index", "nps": "nps", "csat": "csat"}  # recorded in notebook 04, and the same here


def kpi_targets(wave: Wave) -> dict[str, float]:
    """survey.yml's `kpi_targets`; a name that isn't known is an error that lists those that are."""
    if unknown := [name for name in wave.programme.kpi_targets if name not in KPIS]:
        raise ProgrammeError(
            f"survey.yml: kpi_targets: {unknown[0]} is no figure that is known; it may be {', '.join(KPIS)}"
        )
    return wave.programme.kpi_targets


def kpi_record(name: str, wave: Wave, results: Results) -> Record | NoEstimate:
    """The record that a name means: of the wave itself, or recorded before."""
    kpi, group = KPIS[name], dict(KPIS[name].group)
    if name in OF_THE_WAVE:
        return make_record(kpi.key, wave.measure(OF_THE_WAVE[name]), group, programme=wave.programme, notebook="")
    if not results.has(kpi.key, **group):
        return NoEstimate("not_computed", f"{kpi.key} wasn't recorded")
    return results.get(kpi.key, **group)


def figure_of(record: Record | NoEstimate) -> Measured | float | NoEstimate:
    """A record as a number that can be recorded again under another key."""
    if isinstance(record, NoEstimate):
        return record
    if record.status == "exact":
        return record.value
    if record.status == "ok":
        return Measured(record.value, record.low, record.high, record.n, True, record.se)
    if record.status == "not_certified":
        return Measured(0.0, 0.0, 0.0, record.n, False)
    known = record.status if record.status in ("not_estimable", "not_supplied", "not_computed") else "not_computed"
    return NoEstimate(known, f"{record.name} is {record.status}", record.n or 0)


def gap_to(figure: Measured | float | NoEstimate, target: float) -> Measured | float | NoEstimate:
    """Figure − target value, the interval moved with it."""
    if isinstance(figure, Measured):
        return replace(figure, value=figure.value - target, low=figure.low - target, high=figure.high - target)
    return figure if isinstance(figure, NoEstimate) else figure - target


def record_kpis(record: Recorder, wave: Wave, verdict: Callable, before: Results) -> None:
    """Record target value, figure and gap of each name in `kpi_targets`, with the gap's verdict word.

    before  what the notebooks before this one recorded; a figure that neither they nor this one has is not computed.
    """
    known = Results([*before.records, *record.results.records])
    for name, target in kpi_targets(wave).items():
        found = kpi_record(name, wave, known)
        figure = figure_of(found)
        gap = gap_to(figure, target)
        hidden = isinstance(found, Record) and found.status == "suppressed"
        record("kpi.target", target, measure=name, inputs=wave.programme_files)
        record("kpi.value", figure, measure=name, suppressed=hidden)
        record("kpi.gap", gap, measure=name, suppressed=hidden, verdict=verdict(gap, KPIS[name].better))
