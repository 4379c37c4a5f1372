"""Notebook 06 run on a programme's folder, without a kernel: its code cells, in order, in one namespace."""

from __future__ import annotations

from pathlib import Path

import nbformat
from matplotlib import pyplot
from sample_files import CHECKOUT

from csat_analysis.results import Results, results_folder


def run_repurchase(root: Path, period: str) -> Results:
    """What the notebook records of a period."""
    notebook = nbformat.read(CHECKOUT / "notebooks" / "06_repurchase.ipynb", as_version=4)
    space: dict[str, object] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
        if "parameters" in cell.metadata.get("tags", []):
            source = f'period, root, languages = "{period}", {str(root)!r}, "en,zh"'
        exec(compile(source, f"06_repurchase: {cell.id}", "exec"), space)
    pyplot.close("all")
    return Results.read(results_folder(root, period))
