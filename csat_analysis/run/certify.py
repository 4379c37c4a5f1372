"""`csat certify`: run the simulation studies, and store their tables with the package."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import csat_analysis
from csat_analysis import certification, studies
from csat_analysis.checkout import CHECKOUT
from csat_analysis.errors import ResultError
from csat_analysis.run.execute import execute_notebook
from csat_analysis.studies import intervals, stored

NOTEBOOK = "A_certification"
PACKAGE = Path(csat_analysis.__file__).parent


def certify(names: Sequence[str], draws: int | None, seed: int | None, processes: int) -> Iterator[str]:
    """Run the named studies, or all, and say of each what was stored; a stored table is replaced whole.

    The committed notebooks show the stored tables; `make notebooks` after this brings them up to date.
    """
    known = (studies.INTERVALS, *studies.OTHERS)
    if unknown := [name for name in names if name not in known]:
        raise ResultError(f"there is no study {unknown[0]!r}: there are {', '.join(known)}")
    for name in names or known:
        module = intervals if name == studies.INTERVALS else stored.module(name)
        options = {"draws": draws or module.DRAWS, "seed": module.SEED if seed is None else seed}
        if name == studies.INTERVALS:
            target, text = PACKAGE / certification.TABLE, study_of_intervals(**options, processes=processes)
            core = [cell for cell in json.loads(text)["cells"] if cell["core"]]
            said = f"intervals: {sum(cell['holds'] for cell in core)} of {len(core)} settings hold"
        else:
            rows = module.run(**options, processes=processes)
            target, text = PACKAGE / "studies" / f"{name}.json", stored.to_store(name, rows, **options)
            said = f"{name}: {len(rows)} settings"
        replace_whole(target, text)
        yield f"{said}; {target.name} is stored with the package"


def study_of_intervals(*, draws: int, seed: int, processes: int) -> str:
    """The appendix executed with the study in it, and the table that it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "notebooks").mkdir()
        source = root / "notebooks" / f"{NOTEBOOK}.ipynb"
        source.write_bytes((CHECKOUT / "notebooks" / source.name).read_bytes())
        parameters = {"root": "..", "draws": draws, "seed": seed, "processes": processes}
        execute_notebook(source, root / f"{NOTEBOOK}.ipynb", parameters=parameters, title=NOTEBOOK)
        return (root / "data" / "processed" / certification.TABLE).read_text(encoding="utf-8")


def replace_whole(target: Path, text: str) -> None:
    new = target.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, target)
