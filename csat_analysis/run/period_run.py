"""A whole period, from raw files to the published report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from csat_analysis.errors import RunError
from csat_analysis.period import Period
from csat_analysis.programme import load_programme
from csat_analysis.results import Results, to_json
from csat_analysis.run.differencing import FILE, protect, sizes_before, with_sizes
from csat_analysis.run.execute import NotebookFailed, execute_notebook, records_of
from csat_analysis.run.inputs import Input, known_period, raw_inputs
from csat_analysis.run.lock import period_lock
from csat_analysis.run.manifest import manifest, now
from csat_analysis.run.private_root import PrivateRoot, notebooks_of, private_root, remove_leftovers
from csat_analysis.run.publish import assemble, keep_failed, publish, settle, write_text


@dataclass(frozen=True)
class Published:
    """What a run put in place: the pages for stakeholders, their folder, notebooks now older than what they follow."""

    period: Period
    folder: Path
    reports: list[Path]
    outdated: list[str]


def run_period(
    root: Path, period: str | None = None, *, languages: Sequence[str] = (), only: Sequence[str] = ()
) -> Published:
    """Execute a period's notebooks in order in a private root and publish data/processed/<period> and reports/<period>.

    Without `period` the latest that has raw data is run; without `languages`, those of survey.yml. With `only`, the
    named notebooks are executed upon the published work of the others. A failure publishes nothing: the report before
    stands and the executed copies are in reports/<period>.failed.

    Raises CsatError in one line: an unknown period, a notebook that failed (with its cell), a run already under way.
    """
    root = Path(root).resolve()
    wave = known_period(root, period)
    programme = load_programme(root, wave)
    notebooks = notebooks_of(root)
    chosen = chosen_notebooks(list(notebooks), only)
    spoken = ",".join(languages or programme.languages)
    with period_lock(root, wave):
        remove_leftovers(root, wave)
        settle(root, wave)
        with private_root(root, wave, notebooks) as private:
            started, inputs, before = now(), raw_inputs(root, wave), sizes_before(root, wave)
            executed = take_over(root, private, inputs, list(notebooks), chosen) if only else {}
            try:
                parameters = {"period": str(wave), "root": "..", "languages": spoken}
                executed |= execute_all(private, chosen, parameters, before, programme.reporting.min_group)
            except NotebookFailed as failure:
                folder = keep_failed(root, private)
                if failure.explained:
                    raise
                raise RunError(f"{failure} (see {folder.relative_to(root)}/notebooks)") from None
            assemble(
                private,
                manifest(
                    wave, programme, inputs, started=started, languages=spoken, executed=dict(sorted(executed.items()))
                ),
            )
            write_text(private.report / FILE, with_sizes(before, Results.read(private.results).records))
            publish(root, private)
    folder = root / "reports" / str(wave)
    return Published(wave, folder, sorted(folder.glob("report.*.html")), outdated(executed, chosen))


def chosen_notebooks(names: list[str], only: Sequence[str]) -> list[str]:
    unknown = [name for name in only if name not in names]
    if unknown:
        raise RunError(f"there is no notebook {unknown[0]}; there are {', '.join(names)}")
    return [name for name in names if name in only] if only else names


def execute_all(
    private: PrivateRoot,
    names: list[str],
    parameters: dict[str, str],
    before: Mapping[str, list[int]] = {},
    min_group: int = 1,
) -> dict[str, str]:
    """Run the notebooks one by one; each one's records are stored, with their cells, before the next one starts.

    before  sizes that numbers were published with: what would tell customers apart beside them is hidden from what follows.
    """
    finished: dict[str, str] = {}
    for position, name in enumerate(names, start=1):
        notebook = execute_notebook(
            private.notebooks / f"{name}.ipynb",
            private.executed / f"{name}.ipynb",
            parameters=parameters,
            title=f"{position}/{len(names)} {name}",
        )
        if records := records_of(notebook, name):
            write_text(private.results / f"{name}.json", to_json(protect(records, before, min_group)))
        finished[name] = now()
    return finished


def take_over(
    root: Path, private: PrivateRoot, inputs: list[Input], names: list[str], chosen: list[str]
) -> dict[str, str]:
    """Copy the published work of the notebooks that aren't chosen into the private root; say when each was executed.

    Refuses when a notebook before a chosen one was never run, or when a raw file changed since: the parts wouldn't
    agree.
    """
    published = root / "reports" / str(private.period)
    written = published / "manifest.json"
    nothing = {"notebooks": {}, "inputs": inputs}
    before = json.loads(written.read_text(encoding="utf-8")) if written.is_file() else nothing
    needed = [name for name in names[: names.index(chosen[-1])] if name not in chosen]
    if missing := [name for name in needed if name not in before["notebooks"]]:
        raise RunError(
            f"{chosen[-1]} follows {missing[0]}, which was never run for {private.period}: run the whole period first"
        )
    changed = [file for file in [*inputs, *before["inputs"]] if file not in inputs or file not in before["inputs"]]
    if changed:
        raise RunError(f"{changed[0]['file']} changed since {private.period} was run: run the whole period")
    kept = {name: when for name, when in before["notebooks"].items() if name in names and name not in chosen}
    processed = root / "data" / "processed" / str(private.period)
    if processed.is_dir():
        shutil.copytree(processed, private.processed, dirs_exist_ok=True)
    for results in private.results.glob("*.json"):
        if results.stem not in kept:
            results.unlink()
    for name in kept:
        shutil.copyfile(published / "notebooks" / f"{name}.ipynb", private.executed / f"{name}.ipynb")
    return kept


def outdated(executed: dict[str, str], chosen: list[str]) -> list[str]:
    """Notebooks that follow one of those just run and weren't run after it."""
    return [name for name in sorted(executed) if name not in chosen and name > chosen[0]]
