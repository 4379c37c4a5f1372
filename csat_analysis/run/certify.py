"""`csat certify`: run the simulation study in its notebook, and store its table with the package."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from csat_analysis import certification
from csat_analysis.run.execute import execute_notebook
from csat_analysis.run.private_root import CHECKOUT

NOTEBOOK = "A_certification"


@dataclass(frozen=True)
class Certification:
    """Where the table was stored, how many settings are meant to hold, and how many do."""

    stored: Path
    core: int
    held: int


def run_certification(*, draws: int, seed: int, processes: int) -> Certification:
    """Execute the appendix with the study in it; when it succeeded, put its table in the package's place, whole.

    The committed notebook shows the stored table; `make notebooks` after this brings it up to date.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "notebooks").mkdir()
        source = root / "notebooks" / f"{NOTEBOOK}.ipynb"
        shutil.copyfile(CHECKOUT / "notebooks" / source.name, source)
        parameters = {"root": "..", "draws": draws, "seed": seed, "processes": processes}
        execute_notebook(source, root / f"{NOTEBOOK}.ipynb", parameters=parameters, title=NOTEBOOK)
        made = root / "data" / "processed" / certification.TABLE
        target = Path(certification.__file__).with_name(certification.TABLE)
        shutil.copyfile(made, target.with_suffix(".new"))
        os.replace(target.with_suffix(".new"), target)
    core = [cell for cell in json.loads(target.read_text(encoding="utf-8"))["cells"] if cell["core"]]
    return Certification(target, len(core), sum(cell["holds"] for cell in core))
