"""A tiny programme, so that a run can be tested without the sample company and its notebooks; and the real data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from small_programme import RECORD, REPORT, SURVEY, notebook


@pytest.fixture(scope="session")
def tiny_programme() -> Callable[..., Path]:
    """Write a programme of two half-years whose notebooks are given; by default one counts and one reports."""

    def write(folder: Path, **notebooks: nbformat.NotebookNode) -> Path:
        for period in ("2025H2", "2026H1"):
            raw = folder / "data" / "raw" / period
            raw.mkdir(parents=True)
            (raw / "responses.csv").write_text(f"response_id,q1,q2\n{period}-1,8,9\n{period}-2,6,7\n", encoding="utf-8")
        (folder / "data" / "raw" / "survey.yml").write_text(SURVEY, encoding="utf-8")
        (folder / "notebooks").mkdir()
        default = {"01_count": notebook(RECORD), "02_report": notebook(REPORT)}
        for name, content in (notebooks or default).items():
            nbformat.write(content, folder / "notebooks" / f"{name}.ipynb")
        return folder

    return write


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Real public data (CSAT_REFERENCE_DATA, else ../shared/data); tests that need it skip where it is absent."""
    checkout = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("CSAT_REFERENCE_DATA") or checkout.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no reference data: {folder.name} is absent (set CSAT_REFERENCE_DATA)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files marked `long` come first, so that no worker is left with one of them when the others are done."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
