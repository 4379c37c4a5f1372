"""A small programme with a list of customers in regions, whose notebooks are quick: for batches."""

from __future__ import annotations

from pathlib import Path

import nbformat
from small_programme import notebook

SURVEY = """
name: {en: Two questions, zh: 两个问题}
scale: {min: 0, max: 10}
dimensions: {goods: {items: [q1, q2]}}
panels: {visit: {draw: all, label: {en: Visits, zh: 走访}}}
segments: {region: {label: {en: Region, zh: 大区}, levels: {east: {en: East, zh: 华东}}}}
reporting: {min_group: 5}
"""
MEASURE = """
from IPython.display import display
from csat_analysis.metrics.wave import load_wave
wave = load_wave(root, period)
tables = wave.clean.tables
counts = {name: len(table) for name, table in tables.items()}
who = sorted(tables["customers"]["region"].dropna().unique())
index = float(wave.scores["goods"].mean())
record = dict(key="satisfaction.index", group={}, value=index, se=1.0, low=index - 1, high=index + 1, n=counts["responses"],
              unit="points", status="ok", verdict=None, notebook="?", cell=None, inputs=[])
display({"text/plain": f"{wave.programme.name['en']}: {who} {counts}"}, raw=True, metadata={"csat": record})
"""
REPORT = """
from pathlib import Path
from csat_analysis.programme import load_programme
processed = Path(root) / "data" / "processed" / period
found = (processed / "results" / "01_measure.json").read_text(encoding="utf-8")
(processed / "report").mkdir(parents=True, exist_ok=True)
for language in languages.split(","):
    name = load_programme(root, period).name[language]
    (processed / "report" / f"report.{language}.html").write_text(name + found, encoding="utf-8")
"""
SIZES = {"east": 12, "west": 9, "north/south": 7}


def write_programme(
    folder: Path, sizes: dict[str, int] | None = None, periods=("2025H2", "2026H1"), **notebooks
) -> Path:
    """Customers by region, all of whom answer: the score of the n-th region is n; "" is a customer without a region."""
    for period in periods:
        raw = folder / "data" / "raw" / period
        raw.mkdir(parents=True)
        customers, answers = [], []
        for place, (region, size) in enumerate((sizes or SIZES).items()):
            for number in range(size):
                name = f"K{place}{number:03d}"
                customers.append(f"{name},{region},M{place},{100 + number},2020-01-01")
                answers.append(f"{period}-{name},{name},{name},visit,{period[:4]}-03-01,{place + 1},{place + 1}")
        (raw / "customers.csv").write_text(lines("customer_id,region,manager_id,sales_12m,since", customers), "utf-8")
        header = "response_id,contact_id,customer_id,panel,responded_on,q1,q2"
        (raw / "responses.csv").write_text(lines(header, answers), "utf-8")
    (folder / "data" / "raw" / "survey.yml").write_text(SURVEY, encoding="utf-8")
    (folder / "notebooks").mkdir()
    for name, source in ({"01_measure": MEASURE, "02_report": REPORT} | notebooks).items():
        nbformat.write(notebook(source), folder / "notebooks" / f"{name}.ipynb")
    return folder


def lines(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"
