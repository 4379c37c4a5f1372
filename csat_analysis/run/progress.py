"""A line on the terminal while notebooks or jobs run: how many are done, which run now, how long it has taken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from csat_analysis.run.schedule import Done, nobody_told


@contextmanager
def watched(title: str, total: int) -> Iterator[Done]:
    """A callback to be told what began and what has ended; silent where nobody sits at a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield nobody_told
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[now]}"), console=console, transient=True) as bar:
        task, running, lock = bar.add_task(title, total=total, now=""), [], threading.Lock()

        def told(name: str, ended: bool) -> None:
            with lock:
                if not ended:
                    running.append(name)
                elif name in running:
                    running.remove(name)
                bar.update(task, advance=int(ended), now=", ".join(running))

        yield told
