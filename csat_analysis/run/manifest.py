"""What a published report was made from: inputs, programme, code, versions and times."""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from csat_analysis import __version__
from csat_analysis.checkout import CHECKOUT
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.run.inputs import Input

KEY_PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "papermill",
    "nbclient",
    "nbconvert",
    "scikit-learn",
    "pyarrow",
    "babel",
    "jinja2",
    "openpyxl",
)


def now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def manifest(
    period: Period, programme: Programme, inputs: list[Input], *, started: str, languages: str, executed: dict[str, str]
) -> dict[str, Any]:
    """The manifest of one run; `executed` says when each notebook ran, which differs after a run of some of them."""
    return {
        "period": str(period),
        "programme": programme.name,
        "languages": languages.split(","),
        "inputs": inputs,
        "notebooks": executed,
        "package": {"name": "csat-analysis", "version": __version__, "git": git_state(CHECKOUT)},
        "python": platform.python_version(),
        "packages": {name: version(name) for name in KEY_PACKAGES},
        "started": started,
        "finished": now(),
    }


def git_state(checkout: Path) -> dict[str, Any] | None:
    """The commit the code was at and whether files changed since; None outside a git checkout or before a commit."""
    if not (checkout / ".git").exists() or shutil.which("git") is None:
        return None
    commit = git(checkout, "rev-parse", "--verify", "--quiet", "HEAD")
    return {"commit": commit, "dirty": bool(git(checkout, "status", "--porcelain"))} if commit else None


def git(checkout: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(checkout), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()
