"""The sample company's report as the committed notebooks recorded it: every section, and the pages its numbers lead to."""

import shutil
from functools import cache
from pathlib import Path

import nbformat

from csat_analysis.period import Period
from csat_analysis.programme import TABLES, load_programme
from csat_analysis.report import Report
from csat_analysis.report.facts import compared_with, standard_source, weighting
from csat_analysis.results import Results
from csat_analysis.run.execute import records_of
from csat_analysis.run.notebook_html import write_html

CHECKOUT = Path(__file__).resolve().parents[1]
PERIOD = "2026H1"
LANGUAGES = ("zh", "en")


@cache  # tests only read it
def sample_results() -> Results:
    notebooks = sorted((CHECKOUT / "notebooks").glob("[0-9]*.ipynb"))
    found = Results(record for path in notebooks for record in records_of(nbformat.read(path, as_version=4), path.stem))
    assert found.has("satisfaction.index"), "the committed notebooks aren't executed: make notebooks"
    return found


@cache  # tests only read it
def sample_report(language: str) -> Report:
    results, programme = sample_results(), load_programme(CHECKOUT, PERIOD)
    facts = {
        "previous": compared_with(results),
        "fieldwork": ("2026-06-03", "2026-06-28"),
        "weights": weighting(programme, results),
        "not_supplied": [table for table in TABLES if not results.has("data.rows_in", table=table)],
        "standard_from": standard_source(programme),
        "questionnaire_changed": False,
        "stand_ins": [],
        "quotations": [],
        "commit": None,
    }
    return Report(results, programme, Period.parse(PERIOD), language, facts=facts)


def write_site(folder: Path, notebooks: set[str]) -> None:
    """The pages of both languages, and beside them the analysts' copies of the notebooks named."""
    (folder / "notebooks").mkdir()
    for language in LANGUAGES:
        (folder / f"report.{language}.html").write_text(sample_report(language).page(), encoding="utf-8")
    for name in sorted(notebooks):
        copy = folder / "notebooks" / f"{name}.ipynb"
        shutil.copyfile(CHECKOUT / "notebooks" / copy.name, copy)
        write_html(copy)
