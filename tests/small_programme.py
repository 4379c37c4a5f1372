"""What a tiny programme is made of: survey.yml, notebooks that record and report; and how to tell two folders apart."""

from __future__ import annotations

import hashlib
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SURVEY = """
name: {en: Two questions, zh: 两个问题}
scale: {min: 0, max: 10}
dimensions: {goods: {items: [q1, q2]}}
"""
PARAMETERS = 'period = "2026H1"\nroot = ".."\nlanguages = "zh,en"'
RECORD = """
from IPython.display import display
record = dict(key="satisfaction.index", group={}, value=71.25, se=1.0, low=69.2, high=73.3, n=30, unit="points",
              status="ok", verdict=None, notebook="?", cell=None, inputs=["data/raw/2026H1/responses.csv"])
display({"text/plain": "index 71.3"}, raw=True, metadata={"csat": record})
"""
REPORT = """
from pathlib import Path
processed = Path(root) / "data" / "processed" / period
found = (processed / "results" / "01_count.json").read_text(encoding="utf-8")
(processed / "report" / "figures").mkdir(parents=True, exist_ok=True)
(processed / "report" / "figures" / "trend.svg").write_text("<svg/>", encoding="utf-8")
for language in languages.split(","):
    (processed / "report" / f"report.{language}.html").write_text(found, encoding="utf-8")
"""


def notebook(*cells: str, parameters: str = PARAMETERS) -> nbformat.NotebookNode:
    """A notebook whose code cells are named c1, c2, … after a title and a parameters cell."""
    title = new_markdown_cell("# How many answered?", id="title")
    declared = new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
    coded = [new_code_cell(source.strip(), id=f"c{position}") for position, source in enumerate(cells, start=1)]
    return new_notebook(cells=[title, declared, *coded])


def fingerprints(folder: Path) -> dict[str, str]:
    """Every file below a folder with its SHA-256: two folders with the same fingerprints hold the same files."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
