"""Columns come under the contract's names or the period stops with one line that says what to mend."""

from __future__ import annotations

import pandas as pd
import pytest
from raw_period import ANSWERS, CUSTOMERS, PERIOD, clean, programme, write_raw

from csat_analysis.errors import IntakeError
from csat_analysis.intake import check_table, clean_period, problems
from csat_analysis.intake.contract import check_clean, columns_of
from csat_analysis.programme import TABLES

WJX = """序号,提交答卷时间,所用时间,来自IP,1、品种,2、获利,3、态度,4、推荐
1,2026/6/1 9:30:05,123秒,10.0.0.1(上海-上海),8,7,9,9
2,2026/6/2 10:00:00,95秒,10.0.0.2(北京-北京),6,(空),4,3
"""
WJX_SOURCES = {
    "序号": "response_id",
    "提交答卷时间": "responded_on",
    "所用时间": "duration_s",
    "1、品种": "g1",
    "2、获利": "g2",
    "3、态度": "p1",
    "4、推荐": "nps",
}


def test_a_wjx_export_is_read_by_sources_alone(tmp_path):
    using = programme(panels=None, segments=None, missing_codes=["(空)"], sources={"responses": WJX_SOURCES})
    cleaned = clean(tmp_path, using=using, responses=WJX.encode("gb18030"))
    responses = cleaned.tables["responses"]
    assert responses["duration_s"].tolist() == [123, 95]
    assert responses["responded_on"].tolist() == [pd.Timestamp("2026-06-01"), pd.Timestamp("2026-06-02")]
    assert responses["g2"].isna().tolist() == [False, True]
    assert responses["来自IP"].tolist() == ["10.0.0.1(上海-上海)", "10.0.0.2(北京-北京)"]
    assert "repaired: 123秒 → 123" in cleaned.quarantine["action"].tolist()


def test_a_mapped_header_that_the_file_lacks_is_named_with_the_closest(tmp_path):
    using = programme(sources={"responses": WJX_SOURCES | {"3、服务态度": "p1"}})
    with pytest.raises(
        IntakeError, match=r"survey.yml \(sources: responses\) maps the header '3、服务态度' to p1.*'3、态度'"
    ):
        clean(tmp_path, using=using, responses=WJX)


def test_a_missing_item_is_named_with_the_closest_header_and_the_mend(tmp_path):
    with pytest.raises(IntakeError, match=r"the required column p1 is missing.*'P01'.*sources: responses") as error:
        clean(tmp_path, responses=ANSWERS.replace(",p1,", ",P01,"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("table", "content", "lacking"),
    [
        ("orders", "order_id,amount\n1,5\n", "customer_id"),
        ("tickets", "ticket_id,customer_id,kind\n", "opened_at"),
        ("managers", "name\nLi\n", "manager_id"),
        ("invitations", "contact_id\nC1\n", "panel"),
        ("audits", "audit_id,checkpoint,score\n", "manager_id"),
    ],
)
def test_every_table_names_the_required_column_that_it_lacks(tmp_path, table, content, lacking):
    with pytest.raises(IntakeError, match=f"{table}.csv: the required column {lacking} is missing"):
        clean(tmp_path, responses=ANSWERS, **{table: content})


def test_two_columns_that_claim_one_name_are_an_error_and_two_unknown_ones_are_told_apart(tmp_path):
    with pytest.raises(IntakeError, match=r"two columns are named g1 \(columns 6, 7\)"):
        clean(tmp_path, responses=ANSWERS.replace("g2", "g1"))
    twice = "response_id,contact_id,panel,g1,g2,p1,note,note\nR1,C1,visits,8,7,9,a,60\n"
    (response,) = clean(tmp_path, responses=twice).tables["responses"].to_dict("records")
    assert (response["note"], response["note (2)"]) == ("a", 60)


def test_panels_that_cannot_be_told_apart_are_an_error(tmp_path):
    with pytest.raises(IntakeError, match="required column panel is missing"):
        clean(tmp_path, responses=ANSWERS.replace(",panel", ",group"))


def test_a_foreign_survey_needs_items_alone_and_says_what_stands_in(tmp_path):
    using = programme(panels=None, segments=None)
    cleaned = clean(tmp_path, using=using, responses='"",g1,g2,p1\n"a",8,7,9\n"b",6,5,4\n')
    responses = cleaned.tables["responses"]
    assert cleaned.stand_ins["column"].tolist() == ["response_id", "contact_id", "panel", "responded_on"]
    assert responses["contact_id"].tolist() == ["2026H1-1", "2026H1-2"]
    assert responses["panel"].tolist() == ["all", "all"] and responses["responded_on"].eq("2026-06-30").all()
    assert responses["customer_id"].isna().all() and responses["unnamed"].tolist() == ["a", "b"]
    assert "nps" not in responses


def test_row_numbers_of_two_waves_are_not_the_same_people(tmp_path):
    using, rows = programme(panels=None), "g1,g2,p1\n8,7,9\n"
    waves = [
        clean_period(write_raw(tmp_path, period=period, responses=rows), period, using)
        for period in ("2025H2", "2026H1")
    ]
    contacts = [set(wave.tables["responses"]["contact_id"]) for wave in waves]
    assert not contacts[0] & contacts[1]


def test_an_outcome_may_share_an_item_s_column_and_keeps_codes_and_range_of_its_own(tmp_path):
    using = programme(outcomes={"likes": {"column": "g1", "min": 0, "max": 9, "missing_codes": [7]}})
    responses = clean(tmp_path, using=using, responses=ANSWERS.replace(",60,8,", ",60,7,")).tables["responses"]
    assert responses["g1"].tolist() == [7, 6, 10]
    assert responses["likes"].fillna(-1).tolist() == [-1, 6, -1]  # 7 is a code, 10 is off its scale


def test_an_outcome_does_not_hide_a_column_of_the_same_name(tmp_path):
    with pytest.raises(IntakeError, match="reads nps from the column g1, but there is a column nps too"):
        clean(tmp_path, using=programme(outcomes={"nps": {"column": "g1", "min": 0, "max": 10}}), responses=ANSWERS)


def test_columns_beyond_the_contract_pass_numbers_as_numbers_and_codes_and_segments_as_text(tmp_path):
    header = "response_id,contact_id,panel,g1,g2,p1,nps,area,weight,branch,phone"
    rows = ["R1,C1,visits,8,7,9,9,029,1.5,1,13800000000000000", "R2,C2,visits,6,5,4,3,010,.5,2,13900000000000000"]
    responses = clean(tmp_path, responses="\n".join([header, *rows])).tables["responses"]
    assert responses["area"].tolist() == ["029", "010"] and responses["weight"].tolist() == [1.5, 0.5]
    assert responses["branch"].tolist() == ["1", "2"]
    assert responses["phone"].tolist() == ["13800000000000000", "13900000000000000"]


def test_a_survey_that_brings_weights_must_have_them(tmp_path):
    using = programme(design={"weight": "w"})
    with pytest.raises(IntakeError, match="required column w is missing"):
        clean(tmp_path, using=using, responses=ANSWERS)


@pytest.mark.parametrize("table", TABLES)
def test_a_clean_table_that_broke_its_contract_would_not_pass(table):
    columns = columns_of(table, programme())
    kinds = {"number": "float64", "date": "datetime64[us]", "timestamp": "datetime64[us]"}
    keyless = pd.DataFrame(
        {column.name: pd.Series([None], dtype=kinds.get(column.kind, "str")) for column in columns if not column.key}
    )
    with pytest.raises(IntakeError, match="the contract is still broken"):
        check_clean(keyless, columns, f"{table}.csv")


def test_the_check_tells_of_every_table_what_came_in_and_what_lacks(tmp_path):
    cleaned = clean(tmp_path, responses=ANSWERS.replace(",8,7,9", ",17,7分,9"), customers=CUSTOMERS)
    table = check_table(cleaned, programme()).set_index("table")
    counts = ["rows_in", "rows_kept", "rows_set_aside", "values_repaired", "values_missing"]
    assert table.loc["responses", counts].tolist() == [3, 3, 0, 1, 1]
    assert table.loc["responses", "columns_lacking"] == "channel, comment"
    assert table.loc["customers", "rows_set_aside"] == 1 and table.loc["orders", "file"] == "not supplied"
    assert table["file"].eq("not supplied").sum() == len(TABLES) - 2


def test_problems_are_counted_by_rule_with_a_meaning_and_an_example(tmp_path):
    cleaned = clean(tmp_path, responses=ANSWERS.replace(",8,7,9", ",17,18,7分"))
    found = problems(cleaned).set_index("rule")
    assert found.loc["off_scale", "count"] == 2
    assert found.loc["off_scale", "example"] == f"data/raw/{PERIOD}/responses.csv line 2, g1: 17 (value set to missing)"
    assert found.loc["another_form", "example"].endswith("p1: 7分 → 7")
    assert problems(cleaned, "zh")["meaning"].str.contains("量表").any()


def test_a_clean_period_has_no_problems(tmp_path):
    assert problems(clean(tmp_path, responses=ANSWERS)).empty
