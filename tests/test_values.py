"""Numbers, dates and words in the forms that people and programs write."""

from __future__ import annotations

import pandas as pd
import pytest

from csat_analysis.intake import values
from csat_analysis.intake.values import moment_in, number_in, read_dates, read_numbers, read_timestamps, read_words


@pytest.mark.parametrize(
    ("cell", "unit", "number"),
    [
        ("８", "score", 8),
        ("10分", "score", 10),
        ("８．５ 分", "score", 8.5),
        ("－1", "score", -1),
        ("−1", "score", -1),
        ("123秒", "seconds", 123),
        ("2分30秒", "seconds", 150),
        ("1小时2分3秒", "seconds", 3723),
        ("5 min", "seconds", 300),
        ("1,234,567.5", "CNY", 1234567.5),
        ("¥1,200", "CNY", 1200),
        ("￥１，２００元", "CNY", 1200),
        ("3.5万元", "CNY", 35000),
        ("35%", "share", 0.35),
        ("35％", "share", 0.35),
        ("1,234", "count", 1234),
    ],
)
def test_a_number_is_read_in_its_own_unit(cell, unit, number):
    assert number_in(cell, values.UNITS[unit]) == number


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("非常满意", "score"),
        ("3万", "score"),
        ("8分7分", "score"),
        ("80%", "score"),
        ("8-9", "score"),
        ("#N/A", "score"),
        ("-", "score"),
        ("八", "score"),
        ("30秒2分", "seconds"),
        ("1,23", "CNY"),
        ("12,3456", "CNY"),
        ("$5", "CNY"),
        ("元", "CNY"),
        ("inf", "count"),
        ("nan", "count"),
    ],
)
def test_what_could_mean_two_things_or_nothing_is_not_guessed(cell, unit):
    assert number_in(cell, values.UNITS[unit]) is None


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("2026/6/3", "2026-06-03"),
        ("2026-6-3", "2026-06-03"),
        ("2026.06.03", "2026-06-03"),
        ("20260603", "2026-06-03"),
        ("2026年6月3日", "2026-06-03"),
        ("２０２６年６月３日", "2026-06-03"),
        ("46176", "2026-06-03"),
        ("46176.5", "2026-06-03 12:00"),
        ("2026/6/3 14:05:09", "2026-06-03 14:05:09"),
        ("2026年6月3日 14时05分", "2026-06-03 14:05"),
        ("2026-06-03T14:05:00+08:00", "2026-06-03 14:05"),
    ],
)
def test_a_moment_is_read_in_every_form_of_the_contract(cell, shown):
    assert moment_in(cell) == pd.Timestamp(shown)


@pytest.mark.parametrize(
    "cell", ["2026-02-30", "2026/13/1", "3/6/2026", "06-03", "六月三日", "123", "99999", "20261301"]
)
def test_a_date_that_is_none_or_ambiguous_is_not_guessed(cell):
    assert moment_in(cell) is None


def test_excel_counts_days_from_1899_so_serial_43831_is_new_year_2020():
    assert moment_in("43831") == pd.Timestamp("2020-01-01")


def test_plain_forms_are_no_repairs_and_others_are():
    reading = read_numbers(pd.Series(["8", "8.0", "-1", "", "８", "8分", "x"]), "score")
    assert reading.values.fillna(-9).tolist() == [8, 8, -1, -9, 8, 8, -9]
    assert reading.repaired.to_dict() == {4: "8", 5: "8"}
    assert reading.unreadable.tolist() == [6]


def test_a_date_column_keeps_the_day_and_a_timestamp_the_time():
    text = pd.Series(["2026-06-03 23:59:00", "2026-06-03"])
    assert read_dates(text).values.tolist() == [pd.Timestamp("2026-06-03")] * 2
    assert read_timestamps(text).values.tolist() == [pd.Timestamp("2026-06-03 23:59"), pd.Timestamp("2026-06-03")]
    assert read_dates(text).repaired.to_dict() == {0: "2026-06-03"}
    assert read_timestamps(text).repaired.empty


def test_an_iso_date_that_is_no_day_is_unreadable_not_the_day_after():
    assert read_dates(pd.Series(["2026-02-30", "2026-02-28"])).unreadable.tolist() == [0]


def test_words_are_known_by_their_letters_not_their_case():
    reading = read_words(pd.Series(["quality", "Quality", "ＱＵＡＬＩＴＹ", "qualty", ""]), {"quality": "quality"})
    assert reading.values.fillna("-").tolist() == ["quality"] * 3 + ["-", "-"]
    assert reading.repaired.index.tolist() == [1, 2] and reading.unreadable.tolist() == [3]
