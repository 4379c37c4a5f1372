"""Put a finished run in place: assemble its report folder, then swap both folders whole."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from csat_analysis.period import Period
from csat_analysis.results import Results, to_json
from csat_analysis.run.inputs import fingerprint
from csat_analysis.run.notebook_html import write_html
from csat_analysis.run.private_root import PrivateRoot


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


def put_aside(target: Path) -> Path:
    return target.with_name(f".old-{target.name}")


def publish(root: Path, private: PrivateRoot) -> None:
    """Replace the period's processed data and report by the run's; when a step fails, put the old ones back.

    Both old folders go aside before either new one comes: at no moment does a new one stand beside an old one.
    """
    places = targets(root, private.name)
    try:
        for target in places:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                os.rename(target, put_aside(target))
        for made, target in zip([private.processed, private.report], places, strict=True):
            os.rename(made, target)
    finally:
        settle(root, private.name)


def settle(root: Path, name: Period | str) -> None:
    """End a publication, also one that was killed half-way: whole, the old folders go; else they come back."""
    places = targets(root, name)
    whole = all(target.exists() for target in places)
    for target in places:
        old = put_aside(target)
        if old.exists() and not whole:
            shutil.rmtree(target, ignore_errors=True)
            os.rename(old, target)
        elif old.exists():
            shutil.rmtree(old)


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
