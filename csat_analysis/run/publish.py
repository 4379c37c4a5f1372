"""Put a finished run in place: assemble its report folder, then swap both folders whole."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from csat_analysis.errors import RunError
from csat_analysis.period import Period
from csat_analysis.results import Results, to_json
from csat_analysis.run.inputs import fingerprint
from csat_analysis.run.lock import period_lock
from csat_analysis.run.notebook_html import write_html
from csat_analysis.run.private_root import PrivateRoot

MARK = ".being-published"  # in a folder that is new, until both are in place
LEFT = re.compile(r"^\.(new|old)-")
HERE, EXCHANGE = -100, 2  # renameat2: paths from the current folder; exchange them


def assemble(private: PrivateRoot, manifest: dict[str, Any]) -> None:
    """Fill the run's report folder from what its notebooks wrote: pages, workbook, figures, tables, results; then the
    manifest, with the fingerprint of each of them.
    """
    copy_files(private.processed / "report", "report.*.html", private.report)
    copy_files(private.processed / "report", "results.xlsx", private.report)
    copy_files(private.processed / "report" / "figures", "*.svg", private.report / "figures")
    copy_files(private.processed / "tables", "*.parquet", private.report / "tables")
    write_text(private.report / "results.json", to_json(Results.read(private.results).records))
    made = sorted(path for path in private.report.rglob("*") if path.is_file())
    manifest = manifest | {"outputs": [fingerprint(path, private.report) for path in made]}
    write_text(private.report / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")


def copy_files(folder: Path, pattern: str, target: Path) -> None:
    for path in sorted(folder.glob(pattern)):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / path.name)


def write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def targets(root: Path, name: Period | str) -> list[Path]:
    return [root / "data" / "processed" / str(name), root / "reports" / str(name)]


def incoming(target: Path) -> Path:
    """Where a new folder waits beside its place, and the old one after the two were exchanged."""
    return target.with_name(f".new-{target.name}")


def put_aside(target: Path) -> Path:
    return target.with_name(f".old-{target.name}")


def publish(root: Path, private: PrivateRoot) -> None:
    """Replace the period's processed data and report by the run's; when a step fails, put the old ones back.

    Each place is exchanged in one step, so that at no moment is it empty or half new (where the system can't exchange two
    folders, it is absent for a moment, and put back by `settle`). A mark in the new folders tells `settle` which are new
    should the run be killed between the two; until then one place is new and the other old.
    """
    made = dict(zip(targets(root, private.name), (private.processed, private.report), strict=True))
    try:
        for target, folder in made.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / MARK).touch()
            os.rename(folder, incoming(target))
        for target in made:
            put_in_place(incoming(target), target)
    except BaseException:
        settle(root, private.name, back=True)
        raise
    settle(root, private.name)


def put_in_place(folder: Path, target: Path) -> None:
    """Make `folder` what stands at `target`, and what stood there, if anything, `folder`."""
    if not target.exists():
        os.rename(folder, target)
    elif not exchanged(
        folder, target
    ):  # no system call for it here: three steps, of which `settle` ends what was begun
        os.rename(target, put_aside(target))
        os.rename(folder, target)
        os.rename(put_aside(target), folder)


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux's renameat2); False where the system or its file system can't."""
    call = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    return call is not None and call(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0


def settle(root: Path, name: Period | str, *, back: bool = False) -> None:
    """End a publication, also one that was killed half-way: where one new folder is in place the other follows (or with `back` the
    old one returns), where none is the new ones go.
    """
    places = {target: incoming(target) for target in targets(root, name)}
    for target, folder in places.items():
        if (old := put_aside(target)).exists():
            os.rename(old, folder if target.exists() else target)
    begun = any(is_new(target) for target in places)
    for target, folder in places.items():
        if back and is_new(target):
            put_in_place(target, folder)
        elif begun and not back and is_new(folder):
            put_in_place(folder, target)
    for target, folder in places.items():
        if folder.exists():
            shutil.rmtree(folder)
        (target / MARK).unlink(missing_ok=True)


def is_new(folder: Path) -> bool:
    return (folder / MARK).exists()


def settle_all(root: Path) -> None:
    """Before published outputs are read: end publications that were killed half-way. One that is under way is left to its run, and
    where nothing may or can be written it stays as it is: each of its places is whole.
    """
    folders = (root / "data" / "processed", root / "reports")
    left = [path for folder in folders for what in (".new-*", ".old-*", f"*/{MARK}") for path in folder.glob(what)]
    for name in {LEFT.sub("", (path.parent if path.name == MARK else path).name) for path in left}:
        with contextlib.suppress(RunError, OSError), period_lock(root, name):
            settle(root, name)


def failed_folder(root: Path, name: str) -> Path:
    return root / "reports" / f"{name}.failed"


def forget_failed(root: Path, name: str) -> None:
    """A run that succeeded leaves nothing of the failure before it."""
    shutil.rmtree(failed_folder(root, name), ignore_errors=True)


def keep_failed(root: Path, private: PrivateRoot) -> Path:
    """Keep the executed copies of a failed run, the last with its error, in place of those of the failure before."""
    folder = failed_folder(root, private.name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for notebook in sorted(private.executed.glob("*.ipynb")):
        write_html(notebook)
    os.rename(private.executed, folder / "notebooks")
    return folder
