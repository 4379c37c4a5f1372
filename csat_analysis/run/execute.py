"""Execute one notebook through papermill, and read from the executed copy what it recorded and where."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from csat_analysis import errors
from csat_analysis.errors import CsatError, RunError
from csat_analysis.report.plan_sliders import IN_JUPYTER
from csat_analysis.results import METADATA_KEY, Record, from_json

KERNEL = "python3"
INJECTED = "injected-parameters"
TRANSIENT = {"papermill", "execution", "collapsed", "scrolled"}


class NotebookFailed(RunError):
    """A notebook stopped with an error; the message is one line: notebook, cell, what was wrong."""

    def __init__(self, message: str, *, explained: bool) -> None:
        super().__init__(message)
        self.explained = explained


def execute_notebook(source: Path, target: Path, *, parameters: dict[str, str], title: str) -> NotebookNode:
    """Run `source`, a copy of the run's own, in its folder and write the executed copy to `target`, both normalised.

    Raises RunError when a parameter isn't declared by the notebook, and NotebookFailed when a cell fails; `target` then
    holds the copy with the error in its cell. A progress bar named `title` counts the cells on a terminal.
    """
    nbformat.write(normalised(nbformat.read(source, as_version=4)), source)
    refuse_undeclared(source, parameters)
    os.environ["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")  # the kernel of this interpreter, no other
    os.environ.pop(IN_JUPYTER, None)  # a run started from an open notebook is a run: no sliders
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # a debugger's warning that no run needs
    try:
        executed = papermill.execute_notebook(
            source,
            target,
            parameters=parameters,
            kernel_name=KERNEL,
            progress_bar={"desc": title, "disable": None},
            resources={"metadata": {"path": str(source.parent)}},
            config=Config({"KernelManager": {"transport_encryption": "auto"}}),
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        raise failure_of(source.stem, target, error) from None
    except DeadKernelError:
        message = f"{source.stem}: the notebook's process ended by itself; most likely the memory ran out"
        raise NotebookFailed(message, explained=False) from None
    executed = normalised(executed)
    nbformat.write(executed, target)
    return executed


def refuse_undeclared(source: Path, parameters: dict[str, str]) -> None:
    declared = papermill.inspect_notebook(source) if parameters else {}
    undeclared = [name for name in parameters if name not in declared]
    if undeclared:
        raise RunError(
            f"{source.name}: its cell tagged `parameters` doesn't declare {', '.join(undeclared)}; "
            f"declared there: {', '.join(declared) or 'nothing'}"
        )


def failure_of(name: str, target: Path, error: PapermillExecutionError) -> NotebookFailed:
    """The failed cell's error in one line; one meant for a person speaks for itself, others name their class."""
    cell = next(cell.id for cell in nbformat.read(target, as_version=4).cells if holds_error(cell))
    kind = getattr(errors, error.ename, None)
    explained = isinstance(kind, type) and issubclass(kind, CsatError)
    said = (error.evalue.strip().splitlines() or [""])[0]
    what = said if explained else f"{error.ename}: {said}"
    return NotebookFailed(f"{name}, cell {cell}: {what}", explained=explained)


def holds_error(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def normalised(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what differs from run to run: paths, times, versions and random ids."""
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": KERNEL}, language_info={"name": "python"}
    )
    for cell in notebook.cells:
        if INJECTED in cell.metadata.get("tags", []):
            cell.id = INJECTED
        cell.metadata = NotebookNode(
            {key: value for key, value in cell.metadata.items() if key not in TRANSIENT and value != []}
        )
    return notebook


def records_of(notebook: NotebookNode, name: str) -> list[Record]:
    """What the notebook recorded, each record with the notebook and the cell whose output carries it."""
    found = [
        output.metadata[METADATA_KEY] | {"notebook": name, "cell": cell.id}
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if METADATA_KEY in output.get("metadata", {})
    ]
    return from_json(json.dumps(found))
