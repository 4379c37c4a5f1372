"""Which notebook reads another's work, declared once in order.yml beside the notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from csat_analysis.errors import RunError
from csat_analysis.programme import read_mapping

FILE = "order.yml"
EARLIER_REPORTS = "earlier_reports"


@dataclass(frozen=True)
class Order:
    """needs: notebook → the notebooks whose work it reads; earlier_reports: who reads the reports of periods before."""

    needs: Mapping[str, tuple[str, ...]]
    earlier_reports: frozenset[str]

    def of(self, names: Sequence[str]) -> TopologicalSorter[str]:
        """The notebooks to run, each ready when those of them that it needs are done."""
        return TopologicalSorter({name: [other for other in self.needs[name] if other in names] for name in names})

    def chains(self) -> dict[str, int]:
        """Notebook → how many must follow it, one after another. Of those that are ready the longest chain is begun first."""
        longest: dict[str, int] = {}
        for name in reversed(list(TopologicalSorter(self.needs).static_order())):
            followers = [other for other, needs in self.needs.items() if name in needs]
            longest[name] = max((1 + longest[other] for other in followers), default=0)
        return longest

    def followers(self, names: Sequence[str]) -> set[str]:
        """The notebooks that rest on these, directly or through others; not these themselves."""
        found, fresh = set(names), set(names)
        while fresh:
            fresh = {name for name, needs in self.needs.items() if fresh.intersection(needs)} - found
            found |= fresh
        return found - set(names)


def read_order(notebooks: Mapping[str, Path]) -> Order:
    """The order of a folder's notebooks; without order.yml each may read the work of all before it, and earlier reports.

    Raises RunError, in one line, when a notebook isn't declared, when a name is no notebook, and when notebooks wait for
    each other in a circle.
    """
    folder = next(iter(notebooks.values())).parent
    file, names = folder / FILE, list(notebooks)
    if not file.is_file():
        before = {name: tuple(names[:place]) for place, name in enumerate(names)}
        return Order(before, frozenset(names))
    declared = {name: needs or [] for name, needs in read_mapping(file).items()}
    there = {path.stem for path in folder.glob("*.ipynb")}
    for name, needs in declared.items():
        if not isinstance(needs, list) or not all(isinstance(other, str) for other in needs):
            raise RunError(
                f"{FILE}: {name} is followed by {needs!r}, which is no list of notebooks such as [01_clean_data]"
            )
        for other in [name, *needs]:
            if other not in there and other != EARLIER_REPORTS:
                raise RunError(f"{FILE}: {name}: there is no notebook {other}; there are {', '.join(sorted(there))}")
    if missing := sorted(set(names) - set(declared)):
        raise RunError(f"{FILE} doesn't say what {missing[0]} reads: add `{missing[0]}: []`, or list what it needs")
    needs = {name: tuple(other for other in declared[name] if other != EARLIER_REPORTS) for name in declared}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise RunError(f"{FILE}: these notebooks wait for each other: {circle}") from None
    reading = frozenset(name for name, listed in declared.items() if EARLIER_REPORTS in listed)
    return Order({name: needs[name] for name in names}, reading)
