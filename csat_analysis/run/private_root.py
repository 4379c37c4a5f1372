"""The private root a run works in: a programme folder of its own, beside the target, that goes when the run ends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from csat_analysis.checkout import CHECKOUT
from csat_analysis.errors import RunError
from csat_analysis.period import Period
from csat_analysis.programme import PART, is_period
from csat_analysis.run.part import Part, run_name


@dataclass(frozen=True)
class PrivateRoot:
    """The folders of one run. Notebooks see `path` as `..`, so nothing they show holds the machine's own paths."""

    path: Path
    period: Period
    part: Part | None = None

    @property
    def name(self) -> str:
        """What its folders are called where it is published."""
        return run_name(self.period, self.part)

    @property
    def notebooks(self) -> Path:
        return self.path / "notebooks"

    @property
    def processed(self) -> Path:
        return self.path / "data" / "processed" / str(self.period)

    @property
    def results(self) -> Path:
        return self.processed / "results"

    @property
    def report(self) -> Path:
        return self.path / "reports" / str(self.period)

    @property
    def executed(self) -> Path:
        return self.report / "notebooks"


def notebooks_of(root: Path, *, appendices: bool = False) -> dict[str, Path]:
    """Name → notebook in running order: the programme's own where it has a notebooks folder, else the checkout's.

    A period's notebooks begin with a number; appendices begin with a letter and are run by commands of their own.
    """
    own = root / "notebooks"
    folder = own if own.is_dir() else CHECKOUT / "notebooks"
    found = {path.stem: path for path in sorted(folder.glob("*.ipynb")) if appendices or path.stem[0].isdigit()}
    if not found:
        raise RunError(f"{folder}: there are no notebooks here to run")
    return found


@contextmanager
def private_root(
    root: Path, period: Period, notebooks: dict[str, Path], part: Part | None = None
) -> Iterator[PrivateRoot]:
    """Make a private root with raw data and earlier reports linked and the notebooks copied; remove it at the end.

    For a part of the customers it holds part.yml, and the earlier reports are those of the part.
    """
    name = run_name(period, part)
    with tempfile.TemporaryDirectory(
        prefix=leftover_prefix(name), dir=root / "reports", ignore_cleanup_errors=True
    ) as folder:
        private = PrivateRoot(Path(folder), period, part)
        from csat_analysis.intake import kept  # here: it loads pandas, which `csat --help` needn't

        for made in (private.notebooks, private.results, private.executed, private.path / kept.FOLDER):
            made.mkdir(parents=True)
        link_folder(root / "data" / "raw", private.path / "data" / "raw")
        for published in (root / "reports").glob("*/results.json"):
            earlier, dot, of = published.parent.name.partition(".")
            before = is_period(earlier) and Period.parse(earlier) < period
            if before and earlier + dot + of == run_name(earlier, part):
                link_folder(published.parent, private.path / "reports" / earlier)
        if part is not None:
            (private.path / PART).write_text(part.yaml(), encoding="utf-8")
        for path in notebooks.values():
            shutil.copyfile(path, private.notebooks / path.name)
        yield private


def link_folder(folder: Path, link: Path) -> None:
    try:
        link.symlink_to(folder.resolve(), target_is_directory=True)
    except OSError:  # a file system without symbolic links
        shutil.copytree(folder, link)


def leftover_prefix(name: Period | str) -> str:
    """How the folders of this name begin, and of no other: no name of a run has a ~, and east begins as east-coast does."""
    return f".running-{name}~"


def remove_leftovers(root: Path, name: Period | str) -> None:
    """Remove what killed runs of this name left; call it under its lock, when none of them can be alive."""
    for folder in (root / "reports").iterdir():
        if folder.name.startswith(leftover_prefix(name)):
            shutil.rmtree(folder, ignore_errors=True)  # a kernel that is being ended may still write there
