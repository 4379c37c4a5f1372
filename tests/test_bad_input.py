"""A period that can't be used stops with one line that names the file and the likely mend."""

from __future__ import annotations

import pytest
from raw_period import ANSWERS, PERIOD, clean, programme, write_raw

from csat_analysis.errors import IntakeError
from csat_analysis.intake import clean_period


def test_a_period_that_does_not_exist_names_those_that_do(tmp_path):
    write_raw(tmp_path, period="2025H2", responses=ANSWERS)
    with pytest.raises(IntakeError, match="data/raw/2026H1: there is no such folder; periods with responses: 2025H2"):
        clean_period(tmp_path, PERIOD, programme())


def test_a_folder_without_responses_names_what_it_holds_and_what_may_be_meant(tmp_path):
    with pytest.raises(
        IntakeError, match=r"no responses file.*the folder holds response\.csv; rename response\.csv to responses\.csv"
    ):
        clean(tmp_path, response=ANSWERS)


def test_a_header_without_rows_is_an_error_for_responses_and_an_empty_table_elsewhere(tmp_path):
    header = ANSWERS.splitlines()[0] + "\n"
    with pytest.raises(IntakeError, match="responses.csv: has a header but no rows"):
        clean(tmp_path, responses=header)
    cleaned = clean(tmp_path, responses=ANSWERS, orders="order_id,customer_id,ordered_on,amount\n")
    assert cleaned.tables["orders"].empty and cleaned.tables["orders"]["amount"].dtype == "float64"
    assert cleaned.counts.set_index("table").loc["orders"].tolist() == [0, 0, 0]


def test_an_optional_table_of_zero_bytes_is_an_error_too(tmp_path):
    with pytest.raises(IntakeError, match=r"orders.csv: is empty \(0 bytes\)"):
        clean(tmp_path, responses=ANSWERS, orders="")


def test_responses_of_which_no_row_can_be_used_name_the_rule_at_fault(tmp_path):
    with pytest.raises(IntakeError, match="no row can be used; all 3 were set aside, most by the rule unknown_panel"):
        clean(tmp_path, responses=ANSWERS.replace("visits", "walk").replace("staff", "walk"))


def test_an_outcome_with_an_item_s_name_is_refused(tmp_path):
    with pytest.raises(IntakeError, match="outcomes: g1 has the name of an item"):
        clean(tmp_path, using=programme(outcomes={"g1": {"min": 0, "max": 10}}), responses=ANSWERS)
