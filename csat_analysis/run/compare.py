"""`csat compare`: one page of what changed between two published reports, number by number."""

from __future__ import annotations

import os
from pathlib import Path

from csat_analysis.errors import CsatError, RunError
from csat_analysis.metrics.compared_reports import Difference, differences, nobody_twice, recomputed_differences
from csat_analysis.metrics.wave import load_wave
from csat_analysis.period import Period
from csat_analysis.programme import is_period, load_programme
from csat_analysis.report.compare import comparison_page
from csat_analysis.results import Record, from_json
from csat_analysis.run.publish import settle_all

FOLDER = "compare"


def compare(root: Path, first: str, second: str) -> list[Path]:
    """Write reports/compare/EARLIER_LATER.<language>.html; the pages, in the report's languages, whole or not at all.

    Raises RunError in one line where a period has no published report.
    """
    root, (earlier, later) = Path(root), sorted((Period.parse(first), Period.parse(second)))
    if earlier == later:
        raise RunError(f"{later} is compared with itself: name two periods")
    settle_all(root)
    records = [published(root, period) for period in (earlier, later)]
    programme = load_programme(root, later)
    found = compared(root, earlier, later, *records, programme.reporting.confidence)
    folder = root / "reports" / FOLDER
    pages = {
        folder / f"{earlier}_{later}.{language}.html": comparison_page(found, programme, earlier, later, language)
        for language in programme.languages
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path, page in pages.items():
        new = path.with_suffix(".new")
        new.write_text(page, encoding="utf-8", newline="\n")
        os.replace(new, path)
    return list(pages)


def compared(
    root: Path, earlier: Period, later: Period, before: list[Record], after: list[Record], confidence: float
) -> list[Difference]:
    """The differences; with the covariance of both waves' answers where their raw files can still be read."""
    try:
        waves = [load_wave(root, period) for period in (earlier, later)]
        again, strangers = recomputed_differences(*waves), nobody_twice(*waves)
    except CsatError:
        again, strangers = {}, False  # without the answers nothing is known of who gave both
    return differences(before, after, confidence=confidence, recomputed=again, strangers=strangers)


def published(root: Path, period: Period) -> list[Record]:
    file = root / "reports" / str(period) / "results.json"
    if not file.is_file():
        there = sorted(p.parent.name for p in (root / "reports").glob("*/results.json") if is_period(p.parent.name))
        known = f"published are {', '.join(there)}" if there else "nothing was published yet"
        raise RunError(f"{period} has no published report to compare; {known} (csat run makes one)")
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except (ValueError, TypeError) as error:
        raise RunError(f"reports/{period}/results.json can't be read: {' '.join(str(error).split())[:120]}") from None
