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
    for notebook in sorted(private.executed.glob("*.ipynb")):
        write_html(notebook)
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


def targets(root: Path, period: Period) -> list[Path]:
    return [root / "data" / "processed" / str(period), root / "reports" / str(period)]


def put_aside(target: Path) -> Path:
    return target.with_name(f".old-{target.name}")


def publish(root: Path, private: PrivateRoot) -> None:
    """Replace the period's processed data and report by the run's; when a step fails, put the old ones back."""
    try:
        for made, target in zip([private.processed, private.report], targets(root, private.period), strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                os.rename(target, put_aside(target))
            os.rename(made, target)
    finally:
        settle(root, private.period)
    shutil.rmtree(failed_folder(root, private.period), ignore_errors=True)


def settle(root: Path, period: Period) -> None:
    """End a publication, also one that was killed half-way: whole, the old folders go; else they come back."""
    places = targets(root, period)
    whole = all(target.exists() for target in places)
    for target in places:
        old = put_aside(target)
        if old.exists() and not whole:
            shutil.rmtree(target, ignore_errors=True)
            os.rename(old, target)
        elif old.exists():
            shutil.rmtree(old)


def failed_folder(root: Path, period: Period) -> Path:
    return root / "reports" / f"{period}.failed"


def keep_failed(root: Path, private: PrivateRoot) -> Path:
    """Keep the executed copies of a failed run, the last with its error, in place of those of the failure before."""
    folder = failed_folder(root, private.period)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for notebook in sorted(private.executed.glob("*.ipynb")):
        write_html(notebook)
    os.rename(private.executed, folder / "notebooks")
    return folder
