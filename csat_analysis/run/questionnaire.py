"""`csat questionnaire`: the form to print, the rows to enter into a survey tool, and a list with a row for each invited."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from csat_analysis.errors import RunError
from csat_analysis.form import questions
from csat_analysis.period import Period
from csat_analysis.programme import Programme, load_programme
from csat_analysis.programme_parts import LANGUAGES
from csat_analysis.report.form import form_page, form_tables
from csat_analysis.run.draw import put_in_place
from csat_analysis.run.sheets import write_tables

WORKBOOK, RECIPIENTS = "questionnaire.xlsx", "recipients.xlsx"
OF_THE_DRAW = ("contact_id", "panel", "name", "region", "manager", "also_in")


def write_questionnaire(
    root: Path, period: str | Period, *, link: str | None = None, to: Path | None = None, overwrite: bool = False
) -> list[Path]:
    """Write the questionnaire of a period into a folder (default questionnaire/<period>), all files or none.

    questionnaire.<language>.html to print; questionnaire.xlsx with a sheet a language and each question's heading in
    问卷星's export; recipients.xlsx where `csat draw` has drawn the period's sample: who is invited, and where `link` is
    given (with {contact_id} and, if wanted, {panel} in it) a link each.
    """
    root, period = Path(root), Period.parse(period)
    programme = load_programme(root, period)
    refuse_same_words(programme)
    refuse_link(link)
    folder = (root / "questionnaire" / str(period) if to is None else Path(to)).resolve()
    refuse_folder(folder, overwrite)
    invited = recipients(root, period, link)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".questionnaire-", dir=folder.parent) as private:
            made = Path(private) / "made"
            made.mkdir()
            for language in programme.languages:
                page = form_page(programme, period, language)
                (made / f"questionnaire.{language}.html").write_text(page, encoding="utf-8", newline="\n")
            write_tables(form_tables(programme), made / WORKBOOK)
            if invited is not None:
                write_tables({"recipients": invited}, made / RECIPIENTS)
            names = sorted(path.name for path in made.iterdir())
            put_in_place(made, folder, Path(private) / "old")
    except OSError as error:
        raise RunError(f"{folder}: can't be written ({error.strerror})") from None
    return [folder / name for name in names]


def refuse_folder(folder: Path, overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder}: is a file, not a folder")
    there = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    own = {WORKBOOK, RECIPIENTS, *(f"questionnaire.{language}.html" for language in LANGUAGES)}
    if strangers := [name for name in there if name not in own]:
        raise RunError(f"{folder}: holds other files too ({strangers[0]}); choose a folder of its own")
    if there and not overwrite:
        raise RunError(f"{folder}: a questionnaire is there already; --overwrite replaces it")


def refuse_same_words(programme: Programme) -> None:
    """Two questions of the same words could not be told apart in what comes back."""
    for language in programme.languages:
        seen: dict[str, str] = {}
        for question in questions(programme):
            words = question.text[language]
            if words in seen:
                raise RunError(
                    f"survey.yml: {seen[words]} and {question.column} are asked in the same words ({language}: {words}); "
                    "give one of them others, or what comes back can't be told apart"
                )
            seen[words] = question.column


def refuse_link(link: str | None) -> None:
    if link is None:
        return
    try:
        named = link.format(contact_id="C", panel="p")
    except (KeyError, IndexError, ValueError):
        named = None
    if named is None or "{contact_id}" not in link:
        raise RunError(
            "--link: write {contact_id} where the contact's number belongs, and {panel} where the panel does"
        )


def recipients(root: Path, period: Period, link: str | None) -> pd.DataFrame | None:
    """Who is invited by draws/<period>/invitations.csv, as the contract has them; None where nothing was drawn yet."""
    file = root / "draws" / str(period) / "invitations.csv"
    if not file.is_file():
        if link is not None:
            raise RunError(f"draws/{period}/invitations.csv is not there: `csat draw {period}` first, for a link each")
        return None
    drawn = pd.read_csv(file, dtype=str, encoding="utf-8-sig").fillna("")
    rows = drawn[[name for name in OF_THE_DRAW if name in drawn]]
    if link is None:
        return rows
    links = [
        link.format(contact_id=quote(c, safe=""), panel=quote(p, safe=""))
        for c, p in zip(rows["contact_id"], rows["panel"], strict=True)
    ]
    return rows.assign(link=links)
