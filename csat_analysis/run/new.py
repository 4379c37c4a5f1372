"""`csat new`: a programme folder of one's own, a further period in it, or its notebooks brought up to date."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from csat_analysis.checkout import CHECKOUT
from csat_analysis.errors import CsatError, RunError
from csat_analysis.intake import periods_available
from csat_analysis.period import Period
from csat_analysis.programme import is_period, load_programme
from csat_analysis.run.notebook_copies import copy_notebooks
from csat_analysis.run.table_templates import FOLDER, write_templates

NAMES = {"zh": "客户满意度调查", "en": "Customer satisfaction programme"}
BESIDE = ("themes.yml", "words.yml")  # the house's words for notebook 08


def current_period(today: dt.date | None = None) -> Period:
    """The half-year that a day lies in."""
    today = today or dt.date.today()
    return Period(today.year, "H", 1 if today.month <= 6 else 2)


def holds_programme(folder: Path) -> bool:
    return (folder / "data" / "raw" / "survey.yml").is_file()


def new_programme(folder: Path, period: str | Period, *, name: str | None = None, language: str = "zh") -> list[Path]:
    """Write a programme folder, whole or not at all: survey.yml, templates, notebooks, README, .gitignore.

    name      of the programme, in any language; the house's own words where it is left out
    language  the analyst's, `zh` or `en`: of the README, and first of the report's

    Raises RunError in one line where the folder holds something or can't be written, PeriodError for a period's name
    that is none.
    """
    folder, period = Path(folder).absolute(), Period.parse(period)
    refuse(folder)
    languages = (language, *(other for other in NAMES if other != language))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as private:
            made = Path(private) / "made"
            fill(made, period, name, languages)
            if folder.exists():
                folder.rmdir()  # empty, as `refuse` made sure
            os.rename(made, folder)
    except OSError as error:
        raise cannot_write(folder, error) from None
    return [folder / "README.md", folder / "data" / "raw" / "survey.yml", templates_of(folder, period)]


def refuse(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder}: is a file, not a folder")
    if holds_programme(folder):
        raise RunError(
            f"{folder}: holds a programme already, and nothing was changed; "
            "--period adds a period to it, --notebooks brings its notebooks up to date"
        )
    try:
        strangers = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise cannot_write(folder, error) from None
    if strangers:
        raise RunError(f"{folder}: is not empty (it holds {strangers[0]}), so nothing was written; name a new folder")


def fill(root: Path, period: Period, name: str | None, languages: Sequence[str]) -> None:
    raw, house = root / "data" / "raw", resources.files(__package__) / "template" / "new"
    (raw / str(period)).mkdir(parents=True)
    titles = NAMES if name is None else dict.fromkeys(NAMES, name)
    parts = {
        "@NAME@": json.dumps(
            NAMES if name is None else name, ensure_ascii=False
        ),  # JSON is YAML, whatever the name holds
        "@LANGUAGES@": f"[{', '.join(languages)}]",
        "@PERIOD@": str(period),
    }
    write(raw / "survey.yml", filled(house.joinpath("survey.yml").read_text(encoding="utf-8"), parts))
    parts["@NAME@"] = titles[languages[0]]
    write(root / "README.md", filled(house.joinpath(f"README.{languages[0]}.md").read_text(encoding="utf-8"), parts))
    write(root / ".gitignore", house.joinpath("gitignore").read_text(encoding="utf-8"))
    for beside in BESIDE:
        if (CHECKOUT / "data" / "raw" / beside).is_file():
            shutil.copyfile(CHECKOUT / "data" / "raw" / beside, raw / beside)
    write_templates(templates_of(root, period), load_programme(root, period))
    copy_notebooks(root, period, languages)


def filled(text: str, parts: dict[str, str]) -> str:
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def add_period(folder: Path, period: str | Period) -> list[Path]:
    """A further period's folder with its templates, as survey.yml then asks; what is there stays untouched.

    Raises RunError where the folder is no programme, has the period already, or can't be written.
    """
    folder, period = Path(folder).absolute(), Period.parse(period)
    raw = folder / "data" / "raw"
    if (raw / str(period)).exists():
        raise RunError(f"{raw / str(period)}: is there already, and nothing was changed")
    others = [Period.parse(path.name) for path in raw.iterdir() if path.is_dir() and is_period(path.name)]
    if others and all(other.unit != period.unit for other in others):
        raise RunError(
            f"{period} is of another length than {max(others)}: a report compares periods of one length; "
            f"write it as {'2026H2' if others[0].unit == 'H' else '2026Q3'} is written"
        )
    programme = load_programme(folder, period)
    try:
        with tempfile.TemporaryDirectory(prefix=".new-", dir=raw) as private:
            made = Path(private) / str(period)
            write_templates(made / FOLDER, programme)
            os.rename(made, raw / str(period))
    except OSError as error:
        raise cannot_write(raw / str(period), error) from None
    return [templates_of(folder, period)]


def bring_notebooks(folder: Path, period: str | Period | None = None) -> list[Path]:
    """The package's notebooks into a programme's folder, opening on the latest period that has answers, else the latest
    there is; copies that differ are kept in notebooks/replaced/.
    """
    folder = Path(folder).absolute()
    raw = folder / "data" / "raw"
    if not holds_programme(folder):
        raise RunError(f"{folder}: holds no programme (data/raw/survey.yml); `csat new` without --notebooks makes one")
    there = [Period.parse(path.name) for path in raw.iterdir() if path.is_dir() and is_period(path.name)]
    wave = Period.parse(period) if period else max(periods_available(folder) or there, default=current_period())
    try:
        return copy_notebooks(folder, wave, load_programme(folder, wave).languages)
    except OSError as error:
        raise cannot_write(folder / "notebooks", error) from None


def templates_of(root: Path, period: Period) -> Path:
    return root / "data" / "raw" / str(period) / FOLDER


def cannot_write(folder: Path, error: OSError) -> CsatError:
    return RunError(f"{folder}: can't be written ({error.strerror}); name a folder that is yours to write")
