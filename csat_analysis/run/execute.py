"""Execute one notebook through papermill, and read from the executed copy what it recorded and where."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

from csat_analysis import errors
from csat_analysis.errors import CsatError, NotebookFailed, RunError, WarmProcessEnded
from csat_analysis.results import METADATA_KEY, Record, from_json
from csat_analysis.run.warm import ENDED

if TYPE_CHECKING:
    from papermill.exceptions import PapermillExecutionError

    from csat_analysis.run.kernels import RunKernels

# Papermill is imported where a notebook is executed: a run that has nothing to do doesn't wait for it.
KERNEL = "python3"
OUTPUT_COMES_WITHIN = 60  # seconds after a cell's end; Jupyter's own 4 are too few on a machine that is full
KILLED = 9  # the signal by which a system short of memory ends a process
INJECTED = "injected-parameters"
KERNELS_FILE = re.compile(r"\S*ipykernel_\d+[/\\]")
TRANSIENT = {"papermill", "execution", "collapsed", "scrolled"}


def at_once() -> None:
    """For notebooks that needn't wait for their turn."""


def execute_notebook(
    source: Path,
    target: Path,
    *,
    parameters: dict[str, str],
    kernels: RunKernels,
    at_first_cell: Callable[[], None] = at_once,
) -> NotebookNode:
    """Run `source`, a copy of the run's own, in its folder and write the executed copy to `target`, both normalised.

    `at_first_cell` is called when the kernel is ready, and may wait.
    Raises WarmProcessEnded when what the kernel came from ended under it, RunError when a parameter isn't declared by the
    notebook, and NotebookFailed when a cell fails; `target` then holds the copy with the error in its cell.
    """
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    nbformat.write(normalised(nbformat.read(source, as_version=4)), source)
    refuse_undeclared(source, parameters)
    begun: dict[str, str] = {}

    def begin(cell: NotebookNode, cell_index: int) -> None:
        if not begun:
            at_first_cell()
        begun["cell"] = cell.id

    try:
        executed = begin_twice(source, target, begun, parameters=parameters, kernels=kernels, on_cell_start=begin)
    except PapermillExecutionError as error:
        raise failure_of(source.stem, target, error) from None
    except DeadKernelError:
        where = f", cell {begun['cell']}" if begun else ""
        if str(source.parent) in kernels.orphans:
            kernels.orphans.discard(str(source.parent))
            raise WarmProcessEnded(f"{source.stem}{where}: {ENDED}") from None
        why = why_it_ended(kernels.ends.pop(str(source.parent), None))
        raise NotebookFailed(f"{source.stem}{where}: the notebook's process {why}", explained=False) from None
    except RuntimeError as error:  # Jupyter's own, of a kernel that doesn't start
        raise NotebookFailed(f"{source.stem}: its process didn't start: {error}", explained=False) from None
    executed = normalised(executed)
    nbformat.write(executed, target)
    return executed


def why_it_ended(code: int | None) -> str:
    """What a kernel's exit code tells of its end; below zero it is the signal that ended it."""
    if code is None:
        return "ended by itself"
    if code >= 0:
        return f"ended by itself with exit code {code}: does a cell end Python?"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    if -code == KILLED:
        return f"was ended from outside ({name}); most likely the memory ran out"
    return f"was ended by {name}: a fault in a library that a cell calls"


def begin_twice(
    source: Path, target: Path, begun: dict[str, str], *, parameters, kernels: RunKernels, on_cell_start
) -> NotebookNode:
    """Run the notebook. A kernel that ends before its first cell, as one whose port another program took, is begun again."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from traitlets.config import Config

    for last in (False, True):
        try:
            return papermill.execute_notebook(
                source,
                target,
                parameters=parameters,
                kernel_name=KERNEL,
                progress_bar=False,
                request_save_on_cell_execute=False,
                resources={"metadata": {"path": str(source.parent)}},
                config=Config(
                    {
                        "KernelManager": {"transport_encryption": "auto"},
                        "NotebookClient": {"iopub_timeout": OUTPUT_COMES_WITHIN},
                    }
                ),
                shutdown_kernel="immediate",
                kernel_manager_class=kernels.manager_class,
                on_cell_start=on_cell_start,
            )
        except RuntimeError as error:
            if last or begun or kernels.stopped or isinstance(error, DeadKernelError):
                raise


def refuse_undeclared(source: Path, parameters: dict[str, str]) -> None:
    import papermill

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
        if "outputs" in cell:
            cell.outputs = with_whole_streams(cell.outputs)
        cell.metadata = NotebookNode(
            {key: value for key, value in cell.metadata.items() if key not in TRANSIENT and value != []}
        )
    return notebook


def with_whole_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """What was printed between two displays in one piece, warnings after it: pieces and their order are the clock's.

    A warning names the file that its cell was compiled from, which is a kernel's own.
    """
    whole: list[NotebookNode] = []
    for printed, run in groupby(outputs, lambda output: output.output_type == "stream"):
        pieces = list(run)
        if not printed:
            whole += pieces
            continue
        for name in sorted({piece.name for piece in pieces}, reverse=True):  # stdout, stderr
            text = "".join(piece.text for piece in pieces if piece.name == name)
            whole.append(new_output("stream", name=name, text=KERNELS_FILE.sub("", text)))
    return whole


def records_of(notebook: NotebookNode, name: str) -> list[Record]:
    """What the notebook recorded, each record with the notebook and the cell whose output carries it."""
    found = [
        output.metadata[METADATA_KEY] | {"notebook": name, "cell": cell.id}
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if METADATA_KEY in output.get("metadata", {})
    ]
    return from_json(json.dumps(found))
