"""The stored tables of the studies, with their seed, draws and the fingerprint of the code that they speak for."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module, resources
from types import ModuleType

import pandas as pd

from csat_analysis import __version__
from csat_analysis.certification import fingerprint
from csat_analysis.errors import ResultError


def module(name: str) -> ModuleType:
    return import_module(f"{__package__}.{name}")


@cache
def stored(name: str) -> dict[str, object]:
    """What `csat certify` stored of a study: version, seed, draws, fingerprint, rows."""
    file = resources.files(__package__).joinpath(f"{name}.json")
    if not file.is_file():
        raise ResultError(f"the study {name} was never run: `csat certify {name}` stores its table")
    return json.loads(file.read_text(encoding="utf-8"))


def table(name: str) -> pd.DataFrame:
    """A study's stored rows."""
    return pd.DataFrame(stored(name)["rows"])


def is_current(name: str) -> bool:
    """Is the stored table of the code as it stands?"""
    return stored(name)["fingerprint"] == fingerprint(module(name).FILES)


def to_store(name: str, rows: pd.DataFrame, *, draws: int, seed: int) -> str:
    return (
        json.dumps(
            {
                "version": __version__,
                "seed": seed,
                "draws": draws,
                "fingerprint": fingerprint(module(name).FILES),
                "rows": rows.to_dict("records"),
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )
