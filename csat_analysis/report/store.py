"""Write the report's pages, its figures, the workbook of all results and the tables behind them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from csat_analysis.period import Period
from csat_analysis.report.render import Report
from csat_analysis.report.results_sheet import results_workbook
from csat_analysis.report.svg import standalone
from csat_analysis.report.workbook import write_workbook
from csat_analysis.results import Results


def save_report(reports: Mapping[str, Report], results: Results, root: Path | str, period: Period | str) -> list[str]:
    """Write report/report.<language>.html, report/results.xlsx, report/figures/*.svg and tables/<key>.parquet below
    data/processed/<period>.

    Returns the pages' names. All pages are made before the first is written, so that a failure leaves none behind.
    """
    folder = Path(root) / "data" / "processed" / str(period)
    pages = {f"report/report.{language}.html": report.page() for language, report in reports.items()}
    figures = {
        f"report/figures/{name}.{language}.svg": standalone(svg)
        for language, report in reports.items()
        for name, svg in report.figures.items()
    }
    workbook = results_workbook({language: report.view for language, report in reports.items()}, results)
    for name, text in (pages | figures).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    write_workbook(workbook, folder / "report" / "results.xlsx")
    (folder / "tables").mkdir(exist_ok=True)
    for key in results.keys:
        results.table(key).to_parquet(folder / "tables" / f"{key}.parquet", index=False)
    return list(pages)
