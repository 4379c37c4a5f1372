"""Workbooks as people leave them: what can't be read as a table says so in one line, with its mend."""

from __future__ import annotations

import io

import openpyxl
import pytest
from raw_period import ANSWERS, clean, entries, line, write_raw

from csat_analysis.errors import IntakeError
from csat_analysis.intake.readers import read_raw

ROWS = [row.split(",") for row in ANSWERS.splitlines()]


def workbook(rows=ROWS, title="responses") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(tmp_path, content: bytes, name: str = "responses.xlsx"):
    path = tmp_path / name
    path.write_bytes(content)
    return read_raw(path, tmp_path)


def refused(tmp_path, book: openpyxl.Workbook) -> str:
    with pytest.raises(IntakeError) as error:
        read(tmp_path, saved(book))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_workbook_under_a_password_is_told_from_an_old_one(tmp_path):
    container = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504
    locked = container + "EncryptedPackage".encode("utf-16-le") + b"\0" * 80
    with pytest.raises(IntakeError, match="is under a password; open it in Excel and save it without one"):
        read(tmp_path, locked)
    with pytest.raises(IntakeError, match="is an old .xls workbook; open it in Excel and save it as .xlsx"):
        read(tmp_path, container)


@pytest.mark.parametrize("area", ["A1:D1", "C2:C3"])
def test_merged_cells_are_named_not_read_as_blank(tmp_path, area):
    book = workbook()
    book.active.merge_cells(area)
    assert f"the cells {area} are merged" in refused(tmp_path, book) and "unmerge" in refused(tmp_path, book)


def test_a_header_of_two_rows_is_refused_for_its_merged_cells(tmp_path):
    book = workbook([["编号", "产品", None, "人员"], [None, "品种", "获利", "态度"], ["R1", 8, 7, 9]])
    book.active.merge_cells("B1:C1")
    assert "the cells B1:C1 are merged (a title, a header of two rows" in refused(tmp_path, book)


def test_merged_cells_of_another_sheet_are_no_matter(tmp_path):
    book = workbook()
    other = book.create_sheet("readme")
    other["A1"] = "how this was made"
    other.merge_cells("A1:D1")
    assert len(read(tmp_path, saved(book)).cells) == 3


def test_a_formula_whose_value_was_never_stored_is_named(tmp_path):
    book = workbook()
    book.active["F3"] = "=1+2"
    said = refused(tmp_path, book)
    assert "the cell F3 holds a formula without a stored value" in said and "paste the column as values" in said


def test_a_hidden_sheet_is_left_out_unless_it_is_the_table(tmp_path):
    book = workbook(title="export")
    hidden = book.create_sheet("lists")
    hidden.append(["a", "b"])
    hidden.sheet_state = "hidden"
    assert list(read(tmp_path, saved(book)).cells.columns) == ROWS[0]
    book = workbook()
    book.create_sheet("other").append(["x"])
    book["responses"].sheet_state = "veryHidden"
    assert "the sheet responses is hidden; unhide it" in refused(tmp_path, book)


def test_a_visible_sheet_without_cells_beside_a_hidden_one_says_which(tmp_path):
    book = workbook(title="data")
    book["data"].sheet_state = "hidden"
    book.create_sheet("Sheet1")
    assert "has no cells beside the hidden sheet data" in refused(tmp_path, book)


@pytest.mark.parametrize("word", ["合计", "总计", "平均值", "Total"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_total_row_is_set_aside_and_counted(tmp_path, word, place):
    total = ["", "", "", "", "210", "24", "21", "22", "22"]
    total[place] = word
    cleaned = clean(tmp_path, responses=ANSWERS + ",".join(total) + "\n")
    found = entries(cleaned, "total_row")
    assert list(found["line"]) == [5] and list(found["value"]) == [word]
    assert cleaned.counts.set_index("table").loc["responses"].tolist() == [4, 3, 1]


def test_a_comment_that_says_total_is_no_total_row(tmp_path):
    rows = [line("R1", "C1") + ",合计", line("R2", "C2") + ",平均"]
    cleaned = clean(tmp_path, responses="\n".join([ANSWERS.splitlines()[0] + ",comment", *rows]) + "\n")
    assert entries(cleaned, "total_row").empty and set(cleaned.tables["responses"]["comment"]) == {"合计", "平均"}


def test_a_formula_that_failed_is_no_customer_s_number(tmp_path):
    orders = "order_id,customer_id,ordered_on,amount\nO1,#N/A,2026-05-01,5\nO2,C1,2026-05-01,#REF!\n"
    cleaned = clean(tmp_path, responses=ANSWERS, orders=orders)
    table = cleaned.tables["orders"]
    assert table["customer_id"].isna().tolist() == [True, False] and table["amount"].isna().tolist() == [False, True]
    assert entries(cleaned, "spreadsheet_error")["column"].tolist() == ["customer_id", "amount"]


def test_words_of_the_contract_may_be_chinese_and_are_told_as_repaired(tmp_path):
    tickets = "ticket_id,customer_id,kind,category,opened_at\nT1,C1,投诉,产品质量,2026-05-01 10:00\nT2,C1,胡说,,2026-05-01 10:00\n"
    cleaned = clean(tmp_path, responses=ANSWERS, tickets=tickets)
    assert cleaned.tables["tickets"].loc[0, ["kind", "category"]].tolist() == ["complaint", "quality"]
    assert entries(cleaned, "unknown_level")["value"].tolist() == ["胡说"]


def test_a_panel_may_go_by_its_label(tmp_path):
    from raw_period import programme

    using = programme(
        panels={"visits": {"draw": "equal_interval", "label": {"zh": "走访", "en": "Visits"}}, "staff": {}}
    )
    cleaned = clean(tmp_path, using=using, responses=ANSWERS.replace("R1,C1,visits", "R1,C1,走访"))
    assert cleaned.tables["responses"]["panel"].tolist() == ["visits", "visits", "staff"]
    assert entries(cleaned, "another_form")["value"].tolist() == ["走访"]


def test_a_file_with_a_chinese_name_is_told_which_table_it_is(tmp_path):
    root = write_raw(tmp_path)
    (root / "data" / "raw" / "2026H1" / "问卷数据2026H1.csv").write_text(ANSWERS, encoding="utf-8")
    with pytest.raises(IntakeError, match=r"rename 问卷数据2026H1\.csv to responses\.csv"):
        clean(tmp_path)
    cleaned = clean(tmp_path, responses=ANSWERS, **{"客户名单": "x\n1\n"})
    assert "customers?" in set(entries(cleaned, "unknown_file")["value"])
