"""A programme's own copies of the notebooks, so that they open in JupyterLab with `root = ".."` as it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from csat_analysis.checkout import CHECKOUT
from csat_analysis.period import Period
from csat_analysis.run.private_root import notebooks_of

PARAMETERS = "parameters"
LEFT_OUT = ("A_",)  # about the package, not about a programme
REPLACED = "replaced"  # where copies go that a newer notebook takes the place of


def originals() -> dict[str, Path]:
    found = notebooks_of(CHECKOUT, appendices=True)
    return {name: path for name, path in found.items() if not name.startswith(LEFT_OUT)}


def copy_notebooks(root: Path, period: Period, languages: Sequence[str]) -> list[Path]:
    """Copy the package's notebooks without their outputs (another company's numbers), opening on this period.

    Copies that are there and differ go to notebooks/replaced/ first; other notebooks stay as they are.
    """
    folder = root / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    differing, written = set(differing_notebooks(root)), []
    for name, path in originals().items():
        target = folder / path.name
        if name in differing:
            (folder / REPLACED).mkdir(exist_ok=True)
            target.replace(free_name(folder / REPLACED / path.name))
        nbformat.write(as_own(nbformat.read(path, as_version=4), period, languages), target)
        written.append(target)
    return written


def as_own(notebook: NotebookNode, period: Period, languages: Sequence[str]) -> NotebookNode:
    """The notebook never run, with this programme's period and languages in its parameters."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if is_parameters(cell):
            cell.source = re.sub(r'^(period = )"[^"]*"', rf'\1"{period}"', cell.source, flags=re.MULTILINE)
            cell.source = re.sub(
                r'^(languages = )"[^"]*"', rf'\1"{",".join(languages)}"', cell.source, flags=re.MULTILINE
            )
    return notebook


def differing_notebooks(root: Path) -> list[str]:
    """Copies whose code isn't the package's: changed here on purpose, or left behind by a newer version."""
    if not (root / "notebooks").is_dir() or root.resolve() == CHECKOUT:
        return []
    own = {path.stem: path for path in (root / "notebooks").glob("*.ipynb")}
    return [name for name, path in originals().items() if name in own and code_of(own[name]) != code_of(path)]


def code_of(path: Path) -> list[str]:
    """The code of a notebook but for its parameters, which are the programme's."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code" and not is_parameters(cell)]


def is_parameters(cell: NotebookNode) -> bool:
    return PARAMETERS in cell.metadata.get("tags", [])


def free_name(path: Path) -> Path:
    """The path, or the first `name-2`, `name-3` … that nothing has."""
    number = 1
    while path.exists():
        number += 1
        path = path.with_stem(f"{path.stem.removesuffix(f'-{number - 1}')}-{number}")
    return path
