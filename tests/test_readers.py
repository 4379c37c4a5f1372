"""Files as real programs write them all read as the same answers; those that can't be read say why in one line."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from raw_period import ANSWERS, PERIOD, clean, programme, write_raw

from csat_analysis.errors import IntakeError
from csat_analysis.intake import clean_period, periods_available
from csat_analysis.intake.readers import delimiter_of, read_raw

WITH_CHINESE = (
    ANSWERS.replace("duration_s", "comment").replace(",60,", ",送货太慢，发票也常出错,").replace(",70,", ",很好,")
)


def read(tmp_path: Path, content: bytes, name: str = "responses.csv"):
    (tmp_path / name).write_bytes(content)
    return read_raw(tmp_path / name, tmp_path)


def sheet(**sheets: list[list]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_csv_reads_alike_in_every_encoding_delimiter_and_line_end(tmp_path, encoding, delimiter, line_end):
    content = WITH_CHINESE.replace(",", delimiter).replace("\n", line_end).encode(encoding)
    raw = read(tmp_path, content)
    assert raw.encoding == encoding
    assert raw.cells["comment"].tolist() == ["送货太慢，发票也常出错", "很好", "80"]
    assert raw.cells["g1"].tolist() == ["8", "6", "10"]


def test_a_delimiter_inside_quotes_is_text(tmp_path):
    raw = read(tmp_path, b'id,said\n1,"late; wrong, twice"\n2,"a; b; c"\n')
    assert raw.cells["said"].tolist() == ["late; wrong, twice", "a; b; c"]
    assert delimiter_of('"a,b";c\n"1,2";3\n') == ";"


def test_lines_are_the_file_s_own_even_after_a_comment_of_three_lines(tmp_path):
    raw = read(tmp_path, b'id,said\n1,"one\ntwo\nthree"\n2,x\n')
    assert raw.cells.index.tolist() == [2, 5]


def test_codes_keep_their_zeros(tmp_path):
    assert read(tmp_path, b"id,code\n1,029\n2,010\n").cells["code"].tolist() == ["029", "010"]


def test_blank_rows_at_the_end_are_no_rows_and_one_in_the_middle_is(tmp_path):
    assert read(tmp_path, b"id,a\n1,2\n,\n3,4\n,\n\n").rows == 3


def test_a_row_with_a_cell_too_many_or_too_few_is_kept_apart_with_its_text(tmp_path):
    raw = read(tmp_path, b"id,a,b\n1,2,3\n2,x,y,z\n3,9\n4,5,6,\n")
    assert raw.misshapen.to_dict() == {3: "2, x, y, z", 4: "3, 9"}
    assert raw.cells["id"].tolist() == ["1", "4"]


def test_xlsx_gives_typed_cells_as_the_text_they_show(tmp_path):
    day = pd.Timestamp("2026-06-03").to_pydatetime()
    rows = [
        ["response_id", "responded_on", "g1", "code"],
        ["R1", day, 8, "029"],
        [None] * 4,
        ["R2", day.replace(hour=9), 7.5, None],
    ]
    content = sheet(Sheet1=rows)
    raw = read(tmp_path, content, "responses.xlsx")
    assert raw.cells["responded_on"].tolist() == ["2026-06-03", "", "2026-06-03 09:00:00"]
    assert raw.cells["g1"].tolist() == ["8", "", "7.5"]
    assert raw.cells.index.tolist() == [2, 3, 4]
    assert raw.cells["code"].tolist() == ["029", "", ""]


def test_of_several_sheets_the_one_named_like_the_table_is_read(tmp_path):
    notes, rows = [["read me"]], [["id"], [1]]
    assert read(tmp_path, sheet(notes=notes, responses=rows), "responses.xlsx").cells["id"].tolist() == ["1"]
    with pytest.raises(IntakeError, match=r"several sheets \(notes, data\); name the one to read responses"):
        read(tmp_path, sheet(notes=notes, data=rows), "responses.xlsx")


def test_csv_xlsx_parquet_and_sav_give_the_same_answers(tmp_path):
    frame = pd.read_csv(io.StringIO(ANSWERS))
    frame["responded_on"] = pd.to_datetime(frame["responded_on"])
    rows = [list(frame.columns), *frame.astype(object).to_numpy().tolist()]
    parquet, sav = io.BytesIO(), tmp_path / "answers.sav"
    frame.to_parquet(parquet)
    pyreadstat.write_sav(frame, sav)
    formats = {"csv": ANSWERS, "xlsx": sheet(Sheet1=rows), "parquet": parquet.getvalue(), "sav": sav.read_bytes()}
    read_back = [
        clean(tmp_path / suffix, **{f"responses_{suffix}": content}).tables["responses"]
        for suffix, content in formats.items()
    ]
    for other in read_back[1:]:
        pd.testing.assert_frame_equal(read_back[0], other)


def test_a_missing_value_of_spss_stays_a_code_for_survey_yml_to_name(tmp_path):
    pyreadstat.write_sav(pd.DataFrame({"g1": [8.0, 99.0]}), tmp_path / "responses.sav", missing_ranges={"g1": [99]})
    assert read_raw(tmp_path / "responses.sav", tmp_path).cells["g1"].tolist() == ["8", "99"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "responses.csv", r"responses.csv: is empty \(0 bytes\)"),
        (b"\n \n", "responses.csv", "is empty"),
        (b"name,g1\n" + "何".encode() * 20 + b"\xff\xfe,3\n", "responses.csv", "line 2 .*byte 68 .*0xff.*damaged spot"),
        (
            "name,g1\nM\xfcller,3\nJ\xf6rg,4\n".encode("latin-1"),
            "responses.csv",
            "line 2 .*Latin-1.*save it as CSV UTF-8",
        ),
        (b'id,a\n1,"open\n2,x\n', "responses.csv", "can't be read as csv.*quote that isn't closed"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
            "responses.xlsx",
            "old .xls workbook",
        ),
        (b"<html>", "responses.xls", "old .xls workbook"),
        (b"<html>", "responses.xlsx", "is not a workbook that can be read"),
        (b"no parquet at all", "responses.parquet", "is not a parquet file that can be read"),
        (b"no sav at all, no sav at all", "responses.sav", "is not an SPSS file that can be read"),
        (b"x", "orders.sav", "only responses may be .sav"),
        (b",,\n1,2,3\n", "responses.csv", "has no header"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_one_line(tmp_path, content, name, said):
    with pytest.raises(IntakeError, match=said) as error:
        read(tmp_path, content, name)
    assert "\n" not in str(error.value) and str(tmp_path) not in str(error.value)


def test_an_empty_sheet_is_an_error(tmp_path):
    with pytest.raises(IntakeError, match="has no cells"):
        read(tmp_path, sheet(Sheet1=[]), "responses.xlsx")


def test_one_table_in_two_formats_is_an_error_since_which_is_right_cannot_be_told(tmp_path):
    write_raw(tmp_path, responses=ANSWERS, responses_xlsx=b"x")
    with pytest.raises(IntakeError, match="both responses.csv and responses.xlsx"):
        clean_period(tmp_path, PERIOD, programme())


def test_a_misspelt_file_is_written_down_not_passed_over(tmp_path):
    (entry,) = clean(tmp_path, responses=ANSWERS, order="order_id\n1\n").quarantine.to_dict("records")
    assert (entry["rule"], entry["value"], entry["action"]) == ("unknown_file", "orders?", "file not read")


def test_periods_available_are_those_with_answers_oldest_first(tmp_path):
    for period in ("2026H1", "2025H2", "2025Q1"):
        write_raw(tmp_path, period=period, responses=ANSWERS)
    write_raw(tmp_path, period="2024H1", orders="order_id\n")
    (tmp_path / "data" / "raw" / "notes").mkdir()
    assert [str(period) for period in periods_available(tmp_path)] == ["2025Q1", "2025H2", "2026H1"]
    assert periods_available(tmp_path / "elsewhere") == []
