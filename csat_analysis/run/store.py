"""`make notebooks`: execute the committed notebooks with their defaults and store them, for nbval to compare."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nbformat

from csat_analysis.checkout import CHECKOUT
from csat_analysis.errors import CsatError, RunError
from csat_analysis.period import Period
from csat_analysis.run.kernels import kernels
from csat_analysis.run.order import read_order
from csat_analysis.run.private_root import notebooks_of, private_root
from csat_analysis.run.room import Work
from csat_analysis.run.schedule import execute_all


def store_notebooks(root: Path) -> list[Path]:
    """Execute the notebooks of `root` in a private root; when all succeeded, put the executed ones in their place."""
    notebooks = notebooks_of(root, appendices=True)
    period = default_period(next(iter(notebooks.values())))
    with (
        private_root(root, period, notebooks) as private,
        kernels() as shared,
        shared.of_a_run(private.path) as running,
    ):
        execute_all(Work(private), read_order(notebooks), list(notebooks), {}, running)
        for name, path in notebooks.items():
            os.replace(private.executed / f"{name}.ipynb", path)
    return list(notebooks.values())


def default_period(notebook: Path) -> Period:
    """The period that a notebook's parameters name when nobody sets one."""
    cells = nbformat.read(notebook, as_version=4).cells
    source = "\n".join(cell.source for cell in cells if "parameters" in cell.metadata.get("tags", []))
    found = re.search(r"""^period\b[^=]*=\s*["'](\w+)["']""", source, re.MULTILINE)
    if found is None:
        raise RunError(f"{notebook.name}: its cell tagged `parameters` gives no default period")
    return Period.parse(found[1])


if __name__ == "__main__":
    try:
        for stored in store_notebooks(CHECKOUT):
            print(f"stored notebooks/{stored.name}")
    except CsatError as error:
        sys.exit(f"csat: {error}")
