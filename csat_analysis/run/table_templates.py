"""The contract's tables as workbooks to fill in: headings, lists of what a cell may hold, and a sheet of notes beside.

They lie in data/raw/<period>/templates/ and are no data there: a table is supplied when its file stands in the period's
folder itself. The example stands in the notes, so that it can't be counted.
"""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from csat_analysis.intake.column_names import column_names, title
from csat_analysis.intake.contract import Column, columns_of
from csat_analysis.intake.values import CHINESE
from csat_analysis.intake.workbooks import NOTES
from csat_analysis.programme import TABLES, Programme

LAST_ROW = 20_000  # how far down the lists reach
LONGEST_LIST = 250  # characters that Excel takes in a list of its own
FOLDER = "templates"
HEADINGS = ("列 Column", "含义", "Meaning", "必填 Required", "可填 Allowed", "示例 Example")
FORMS = {
    "text": ("文字", "text"),
    "number": ("数字", "a number"),
    "date": ("日期，如 2026-06-03", "a day, as 2026-06-03"),
    "timestamp": ("日期和时间，如 2026-06-03 14:05", "a day and time, as 2026-06-03 14:05"),
    "period": ("期间，如 2026H1", "a period, as 2026H1"),
}
NUMBER_FORMATS = {"date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm", "number": "General"}


def write_templates(folder: Path, programme: Programme) -> list[Path]:
    """One workbook a table of the contract into a folder; `responses` has the programme's own questions."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for table in TABLES:
        paths.append(folder / f"{table}.xlsx")
        template(table, programme).save(paths[-1])
    return paths


def template(table: str, programme: Programme) -> Workbook:
    """The table's sheet, empty under its headings, and the sheet of notes."""
    workbook, columns = Workbook(), columns_of(table, programme)
    sheet = workbook.active
    sheet.title = table
    for place, column in enumerate(columns, start=1):
        fill_column(sheet, place, column, table, programme)
    sheet.freeze_panes = "A2"
    fill_notes(workbook.create_sheet(NOTES), table, columns, programme)
    return workbook


def fill_column(sheet: Worksheet, place: int, column: Column, table: str, programme: Programme) -> None:
    letter = get_column_letter(place)
    heading = sheet.cell(1, place, column.header)
    heading.font = Font(bold=True, color="9C0006" if column.required or column.key else "000000")
    heading.fill = PatternFill("solid", fgColor="EDEDED")
    heading.comment = Comment("\n".join(meanings(table, column, programme)), "csat", width=260, height=80)
    sheet.column_dimensions[letter].width = max(len(column.header) + 2, 12)
    sheet.column_dimensions[letter].number_format = NUMBER_FORMATS.get(column.kind, "@")  # text keeps the zeros of 029
    if rule := validation(column, choices(column, programme)):
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{LAST_ROW}")


def meanings(table: str, column: Column, programme: Programme) -> tuple[str, str]:
    """What the column holds, in Chinese and English; of a question its words."""
    if column.name in programme.items:
        return programme.label("item", column.name, "zh"), programme.label("item", column.name, "en")
    if column.name in programme.outcomes and column.name not in column_names()[table]:
        return programme.label("outcome", column.name, "zh"), programme.label("outcome", column.name, "en")
    return title(table, "zh", column.name), title(table, "en", column.name)


def choices(column: Column, programme: Programme) -> list[str]:
    """The words that a cell may hold, in the programme's first language where the contract has them in it."""
    chinese = programme.languages[0] == "zh"
    if column.name == "panel":
        return list(programme.panels)
    if column.kind == "yes_no":
        return ["是", "否"] if chinese else ["yes", "no"]
    if column.name in programme.segments:
        return list(programme.segments[column.name].levels)
    return [CHINESE[word][0] if chinese and word in CHINESE else word for word in column.words]


def validation(column: Column, words: list[str]) -> DataValidation | None:
    """What Excel lets a cell hold; a wrong entry is asked about, and can be kept."""
    listed = ",".join(words)
    if words and len(listed) <= LONGEST_LIST and not any("," in word or '"' in word for word in words):
        rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
    elif column.kind == "number" and (column.low is not None or column.high is not None):
        ends = {"formula1": column.low, "formula2": column.high}
        operator = "between" if None not in ends.values() else "greaterThanOrEqual"
        given = {name: f"{end:g}" for name, end in ends.items() if end is not None}
        rule = DataValidation(type="decimal", operator=operator, allow_blank=True, **given)
    else:
        return None
    rule.errorStyle, rule.showErrorMessage = "warning", True
    return rule


def fill_notes(sheet: Worksheet, table: str, columns: tuple[Column, ...], programme: Programme) -> None:
    said = (
        f"{table}：{title(table, 'zh')} · {title(table, 'en')}",
        f"填好后存为 data/raw/期间/{table}.xlsx；未填的表留在 {FOLDER}/ 中，报告即注明“未提供”。本页不读取，示例不计入数据。",
        f"Fill in and save as data/raw/PERIOD/{table}.xlsx. What stays in {FOLDER}/ is not supplied. This sheet is never read.",
    )
    for line in said:
        sheet.append([line])
    sheet["A1"].font = Font(bold=True)
    sheet.append([])
    sheet.append(list(HEADINGS))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for column in columns:
        zh, en = meanings(table, column, programme)
        needed = "是 yes" if column.required or column.key else ""
        sheet.append([column.header, zh, en, needed, allowed(column, programme), example_of(table, column)])
    for letter, width in zip("ABCDEF", (18, 34, 44, 14, 44, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=len(said) + 2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def allowed(column: Column, programme: Programme) -> str:
    if words := choices(column, programme):
        return " / ".join(words)
    zh, en = FORMS.get(column.kind, FORMS["text"])
    ends = f" {column.low:g}–{column.high:g}" if column.low is not None and column.high is not None else ""
    unit = {"CNY": "元 CNY", "seconds": "秒 seconds"}.get(column.unit, "")
    return " ".join(part for part in (f"{zh}{ends}", "·", f"{en}{ends}", unit) if part)


def example_of(table: str, column: Column) -> str:
    if (entry := column_names()[table].get(column.name)) is not None:
        return str(entry["example"])
    return f"{column.high - 1:g}" if column.high is not None else ""
