"""Each bad row and value meets its named rule; nothing is lost on the way."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from raw_period import ANSWERS, CUSTOMERS, answers, clean, entries, line, programme

from csat_analysis.errors import IntakeError
from csat_analysis.intake import Rule
from csat_analysis.intake.check import faultless_share

JUNE_3 = pd.Timestamp("2026-06-03")


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "column", "rule"),
    [
        ({"g1": "17"}, "g1", "off_scale"),
        ({"g1": "-1"}, "g1", "off_scale"),
        ({"nps": "11"}, "nps", "off_scale"),
        ({"g2": "99"}, "g2", "missing_code"),
        ({"g2": "99.0"}, "g2", "missing_code"),
        ({"g2": "９９"}, "g2", "missing_code"),
        ({"g2": "不适用"}, "g2", "missing_code"),
        ({"p1": "很好"}, "p1", "not_a_number"),
        ({"p1": "#N/A"}, "p1", "spreadsheet_error"),
        ({"seconds": "-5"}, "duration_s", "negative_amount"),
        ({"on": "六月"}, "responded_on", "not_a_date"),
        ({"on": "2027-06-01"}, "responded_on", "future_date"),
        ({"on": "2026-07-01"}, "responded_on", "future_date"),
    ],
)
def test_a_value_that_breaks_the_contract_is_set_to_missing_and_the_row_kept(tmp_path, changed, column, rule):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), line("R2", "C2", **changed)))
    (entry,) = cleaned.quarantine.to_dict("records")
    assert (entry["line"], entry["column"], entry["rule"], entry["action"]) == (3, column, rule, "value set to missing")
    assert entry["value"] == next(iter(changed.values()))
    assert cleaned.tables["responses"][column].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("changed", "column", "value"),
    [
        ({"g1": "8分"}, "g1", 8.0),
        ({"g1": "８"}, "g1", 8.0),
        ({"seconds": "123秒"}, "duration_s", 123.0),
        ({"on": "2026/6/3"}, "responded_on", JUNE_3),
        ({"on": "2026年6月3日"}, "responded_on", JUNE_3),
        ({"on": "46176"}, "responded_on", JUNE_3),
    ],
)
def test_a_value_in_another_form_is_repaired_and_says_how(tmp_path, changed, column, value):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1", **changed)))
    shown = f"{value:g}" if isinstance(value, float) else "2026-06-03"
    assert cleaned.tables["responses"][column].tolist() == [value]
    assert cleaned.quarantine["action"].tolist() == [f"repaired: {next(iter(changed.values()))} → {shown}"]


def test_the_period_s_last_day_is_not_the_future(tmp_path):
    assert clean(tmp_path, responses=answers(line("R1", "C1", on="2026-06-30"))).quarantine.empty


def test_a_blank_answer_is_missing_and_no_breach(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1", g1="", on="")))
    assert cleaned.tables["responses"]["g1"].isna().all() and cleaned.quarantine.empty


def test_zero_is_an_answer_where_the_scale_begins_at_zero(tmp_path):
    assert clean(tmp_path, responses=answers(line("R1", "C1", g1="0"))).tables["responses"]["g1"].tolist() == [0]


def test_a_code_is_missing_for_the_items_and_an_answer_where_the_outcome_says_so(tmp_path):
    using = programme(missing_codes=[0, "Blank"], outcomes={"nps": {"min": 0, "max": 10, "missing_codes": [11]}})
    rows = answers(line("R1", "C1", g1="0", nps="0"), line("R2", "C2", g1="blank", nps="11"))
    cleaned = clean(tmp_path, using=using, responses=rows)
    assert cleaned.tables["responses"]["g1"].isna().all()
    assert cleaned.tables["responses"]["nps"].fillna(-1).tolist() == [0, -1]
    assert faultless_share(cleaned) == 1.0  # who says "not used" broke no rule


def test_answers_exported_as_words_are_an_error_not_a_column_of_missing(tmp_path):
    rows = [line(f"R{n}", f"C{n}", p1="非常满意") for n in range(5)]
    with pytest.raises(
        IntakeError, match="column p1 has no number that can be used .line 2: 非常满意.*exported as words"
    ):
        clean(tmp_path, responses=answers(*rows))


def test_orders_keep_their_order_in_time_and_their_amounts_in_yuan(tmp_path):
    orders = (
        "order_id,customer_id,ordered_on,processed_on,delivered_on,amount,gross_margin\n"
        'O1,C1,2026-06-20,2026-06-21,2026-07-05,"12,345.60",35%\n'
        "O2,C1,2026-06-20,2026-06-19,2099-01-01,-5,1.4\nO3,C1,2026-08-01,,,1,0.1\n"
    )
    cleaned = clean(tmp_path, responses=ANSWERS, orders=orders)
    first, third = cleaned.tables["orders"].to_dict("records")
    assert (first["amount"], first["gross_margin"]) == (12345.6, 0.35)
    assert first["delivered_on"] == pd.Timestamp("2026-07-05")
    assert pd.isna(third["ordered_on"])
    assert set(cleaned.quarantine["rule"]) == {"another_form", "future_date", "returned"}


def test_an_order_keeps_its_place_where_only_its_dates_or_margin_are_wrong(tmp_path):
    orders = (
        "order_id,customer_id,ordered_on,processed_on,delivered_on,amount,gross_margin\n"
        "O2,C1,2026-06-20,2026-06-19,2099-01-01,5,1.4\n"
    )
    cleaned = clean(tmp_path, responses=ANSWERS, orders=orders)
    (row,) = cleaned.tables["orders"].to_dict("records")
    assert pd.isna([row[name] for name in ("processed_on", "delivered_on", "gross_margin")]).all()
    assert set(cleaned.quarantine["rule"]) == {"ends_before_start", "future_date", "out_of_range"}


def test_words_of_closed_lists_and_yes_and_no(tmp_path):
    customers = "customer_id,exclusive,competition,left_on,left_reason\nC1,是,High,,\nC2,no,fierce,2026-12-31,price\n"
    cleaned = clean(tmp_path, responses=ANSWERS, customers=customers)
    frame = cleaned.tables["customers"]
    assert frame["exclusive"].tolist() == ["yes", "no"] and frame["competition"].fillna("-").tolist() == ["high", "-"]
    assert frame["left_on"].max() == pd.Timestamp("2026-12-31")  # announced: still a customer
    assert entries(cleaned, "unknown_level")["value"].tolist() == ["fierce"]


def test_tickets_keep_the_time_of_day(tmp_path):
    tickets = "ticket_id,customer_id,kind,opened_at,first_reply_at\n"
    tickets += "T1,C1,complaint,2026-06-03 09:15,2026-06-03T11:45:30\n"
    (ticket,) = clean(tmp_path, responses=ANSWERS, tickets=tickets).tables["tickets"].to_dict("records")
    assert ticket["first_reply_at"] - ticket["opened_at"] == pd.Timedelta(hours=2, minutes=30, seconds=30)


def test_the_plan_names_dimensions_items_and_periods_of_the_programme(tmp_path):
    actions = "action_id,opened,dimension,item,due_on\nA1,2025h2,goods,g2,2027-01-31\nA2,2025H2,price,g9,\n"
    cleaned = clean(tmp_path, responses=ANSWERS, actions=actions)
    assert cleaned.tables["actions"]["dimension"].fillna("-").tolist() == ["goods", "-"]
    assert entries(cleaned, "not_a_period")["value"].tolist() == ["2025h2"]
    assert entries(cleaned, "unknown_level")["value"].tolist() == ["price", "g9"]


# --- rows ------------------------------------------------------------------------------------------------------------


def test_of_rows_with_one_key_the_first_is_kept(tmp_path):
    rows = answers(line("R1", "C1", g1="1"), line("R1", "C2", g1="2"), line("R1", "C1", g1="1"))
    cleaned = clean(tmp_path, responses=rows)
    assert cleaned.tables["responses"]["g1"].tolist() == [1]
    assert entries(cleaned, "duplicate_key")["line"].tolist() == [3, 4]


def test_a_key_that_cannot_be_read_or_is_written_twice_in_other_letters_is_no_key_of_its_own(tmp_path):
    rows = ["R1,X,goods,7", "R1,X,Goods,8", "R1,X,price,9"]
    competitors = "\n".join(["response_id,competitor,dimension,score", *rows])
    cleaned = clean(tmp_path, responses=ANSWERS, competitors=competitors)
    assert cleaned.tables["competitors"]["score"].tolist() == [7]
    assert cleaned.quarantine[["line", "value", "rule"]].values.tolist() == [
        [3, "R1 · X · Goods", "duplicate_key"],
        [4, "R1 · X · price", "no_key"],
    ]


def test_rows_that_are_blank_misshapen_or_without_a_key_are_set_aside(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), ",,,,,,,,", line("", "C2"), "R3,C3,visits,cut"))
    assert cleaned.quarantine["rule"].tolist() == ["blank_row", "no_key", "row_shape"]
    assert cleaned.quarantine["line"].tolist() == [3, 4, 5]
    assert cleaned.quarantine["value"].iloc[2] == "R3, C3, visits, cut"


def test_of_two_answers_of_a_contact_in_a_panel_the_most_complete_then_the_latest_is_kept(tmp_path):
    cleaned = clean(
        tmp_path,
        responses=answers(
            line("full", "C1", on="2026-06-01"),
            line("half", "C1", on="2026-06-09", g1=""),
            line("early", "C2", on="2026-06-01"),
            line("late", "C2", on="2026-06-05"),
            line("undated", "C2", on=""),
            line("other panel", "C1", panel="staff"),
        ),
    )
    assert cleaned.tables["responses"]["response_id"].tolist() == ["full", "late", "other panel"]
    assert entries(cleaned, "second_answer")["line"].tolist() == [3, 4, 6]


def test_which_answer_is_kept_does_not_hang_on_the_order_of_rows(tmp_path):
    rows = [line("full", "C1", on="2026-06-01"), line("half", "C1", on="2026-06-09", g1=""), line("x", "C2")]
    for name, order in {"forth": rows, "back": rows[::-1]}.items():
        responses = clean(tmp_path / name, responses=answers(*order)).tables["responses"]
        assert set(responses["response_id"]) == {"full", "x"}


def test_a_code_for_no_answer_does_not_make_an_answer_more_complete(tmp_path):
    rows = answers(line("coded", "C1", on="2026-06-09", g1="99"), line("answered", "C1", on="2026-06-01"))
    cleaned = clean(tmp_path, responses=rows)
    assert cleaned.tables["responses"]["response_id"].tolist() == ["answered"]


def test_a_panel_that_survey_yml_does_not_name_is_set_aside(tmp_path):
    rows = answers(line("R1", "C1"), line("R2", "C2", panel="visit"), line("R3", "C3", panel=""))
    cleaned = clean(tmp_path, responses=rows)
    assert entries(cleaned, "unknown_panel")["value"].tolist() == ["visit", ""]
    assert cleaned.tables["responses"]["response_id"].tolist() == ["R1"]


def test_an_anonymous_answer_is_its_own_contact(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "", panel="staff"), line("R2", "", panel="staff")))
    assert cleaned.tables["responses"]["contact_id"].tolist() == ["2026H1-R1", "2026H1-R2"]
    assert entries(cleaned, "no_contact")["action"].tolist() == ["repaired:  → 2026H1-R1", "repaired:  → 2026H1-R2"]


def test_values_of_a_row_that_is_set_aside_are_not_counted_as_set_to_missing(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), line("R2", "C2", panel="visit", g1="17")))
    assert cleaned.quarantine["rule"].tolist() == ["unknown_panel"]


# --- the period ------------------------------------------------------------------------------------------------------


def test_rows_in_are_rows_kept_and_rows_set_aside_in_every_table(tmp_path):
    rng = np.random.default_rng(7)
    cells = ["R1", "R2", "C1", "C2", "visits", "staff", "lab", "", "5", "17", "x", "99", "2026-06-01", "2030-01-01"]
    rows = [",".join(rng.choice(cells, rng.integers(7, 11))) for _ in range(400)]
    using = programme(reporting={"orphan_share": 1.0})
    customers = CUSTOMERS + "C0,,,,\nC1,,,,\n,,1,,\n"
    cleaned = clean(tmp_path, using=using, responses=answers(line("R0", "C0"), *rows), customers=customers)
    counts = cleaned.counts.set_index("table")
    assert (counts["rows_in"] == counts["rows_kept"] + counts["rows_set_aside"]).all()
    assert counts.loc["responses", "rows_in"] == 401 and counts.loc["customers", "rows_set_aside"] == 3
    aside = cleaned.quarantine.query("action == 'row set aside'")
    assert aside.groupby("table").size().to_dict() == counts["rows_set_aside"].to_dict()
    assert not aside.duplicated(["table", "line"]).any()


def test_every_entry_names_a_rule_that_says_what_it_means_in_both_languages():
    assert all(rule.meaning["en"] and rule.meaning["zh"] for rule in Rule)
    assert len({rule.meaning["en"] for rule in Rule}) == len(Rule)


def test_cleaning_twice_gives_the_same(tmp_path):
    rows = answers(line("R1", "C1", g1="８"), line("R1", "C1"), line("R2", "C2", g1="17"))
    one, two = (clean(tmp_path / name, responses=rows, customers=CUSTOMERS) for name in ("a", "b"))
    pd.testing.assert_frame_equal(one.quarantine, two.quarantine)
    pd.testing.assert_frame_equal(one.tables["responses"], two.tables["responses"])


def test_ten_thousand_orders_are_clean_in_a_moment(tmp_path):
    day = pd.date_range("2026-01-01", "2026-06-30", periods=10_000).strftime("%Y-%m-%d")
    rows = [f"O{n},C{n % 2 + 1},{on},{on},{on},{n}.50,0.2,item" for n, on in enumerate(day)]
    orders = "\n".join(["order_id,customer_id,ordered_on,processed_on,delivered_on,amount,gross_margin,product", *rows])
    start = time.process_time()  # not the clock: other tests run beside this one
    cleaned = clean(tmp_path, responses=ANSWERS, customers=CUSTOMERS, orders=orders)
    assert time.process_time() - start < 2 and len(cleaned.tables["orders"]) == 10_000
