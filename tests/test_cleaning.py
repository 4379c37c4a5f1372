"""Each bad row and value meets its named rule; nothing is lost on the way."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from raw_period import ANSWERS, CUSTOMERS, answers, clean, entries, programme

from csat_analysis.errors import IntakeError
from csat_analysis.intake import Rule

INVITED = "contact_id,panel,invited_on,wave,outcome\n"


def line(response_id: str, contact: str, *, panel: str = "visits", on: str = "2026-06-04", seconds: str = "60", g1: str = "5", g2: str = "5",
         p1: str = "5", nps: str = "5") -> str:
    return ",".join([response_id, contact, panel, on, seconds, g1, g2, p1, nps])


# --- values ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("changed", "column", "rule"), [
    ({"g1": "17"}, "g1", "off_scale"), ({"g1": "-1"}, "g1", "off_scale"), ({"nps": "11"}, "nps", "off_scale"),
    ({"g2": "99"}, "g2", "missing_code"), ({"g2": "99.0"}, "g2", "missing_code"), ({"g2": "９９"}, "g2", "missing_code"), ({"g2": "不适用"}, "g2", "missing_code"),
    ({"p1": "很好"}, "p1", "not_a_number"), ({"p1": "#N/A"}, "p1", "not_a_number"), ({"seconds": "-5"}, "duration_s", "negative_amount"),
    ({"on": "六月"}, "responded_on", "not_a_date"), ({"on": "2027-06-01"}, "responded_on", "future_date"), ({"on": "2026-07-01"}, "responded_on", "future_date"),
])
def test_a_value_that_breaks_the_contract_is_set_to_missing_by_its_rule_and_the_row_kept(tmp_path, changed, column, rule):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), line("R2", "C2", **changed)))
    (entry,) = cleaned.quarantine.to_dict("records")
    assert (entry["line"], entry["column"], entry["rule"], entry["action"]) == (3, column, rule, "value set to missing")
    assert entry["value"] == next(iter(changed.values()))
    assert cleaned.tables["responses"][column].isna().tolist() == [False, True]


@pytest.mark.parametrize(("changed", "column", "value"), [
    ({"g1": "8分"}, "g1", 8.0), ({"g1": "８"}, "g1", 8.0), ({"seconds": "123秒"}, "duration_s", 123.0),
    ({"on": "2026/6/3"}, "responded_on", pd.Timestamp("2026-06-03")), ({"on": "2026年6月3日"}, "responded_on", pd.Timestamp("2026-06-03")),
    ({"on": "46176"}, "responded_on", pd.Timestamp("2026-06-03")),
])
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
    cleaned = clean(tmp_path, using=using, responses=answers(line("R1", "C1", g1="0", nps="0"), line("R2", "C2", g1="blank", nps="11")))
    assert cleaned.tables["responses"]["g1"].isna().all()
    assert cleaned.tables["responses"]["nps"].fillna(-1).tolist() == [0, -1]


def test_answers_exported_as_words_are_an_error_not_a_column_of_missing(tmp_path):
    rows = [line(f"R{n}", f"C{n}", p1="非常满意") for n in range(5)]
    with pytest.raises(IntakeError, match="column p1 has no number that can be used .line 2: 非常满意.*exported as words"):
        clean(tmp_path, responses=answers(*rows))


def test_orders_keep_their_order_in_time_and_their_amounts_in_yuan(tmp_path):
    orders = ("order_id,customer_id,ordered_on,processed_on,delivered_on,amount,gross_margin\n"
              'O1,C1,2026-06-20,2026-06-21,2026-07-05,"12,345.60",35%\nO2,C1,2026-06-20,2026-06-19,2099-01-01,-5,1.4\nO3,C1,2026-08-01,,,1,0.1\n')
    cleaned = clean(tmp_path, responses=ANSWERS, orders=orders)
    first, second, third = cleaned.tables["orders"].to_dict("records")
    assert first["amount"] == 12345.6 and first["gross_margin"] == 0.35 and first["delivered_on"] == pd.Timestamp("2026-07-05")
    assert pd.isna([second["processed_on"], second["delivered_on"], second["amount"], second["gross_margin"], third["ordered_on"]]).all()
    assert set(cleaned.quarantine["rule"]) == {"another_form", "ends_before_start", "future_date", "negative_amount", "out_of_range"}


def test_words_of_closed_lists_and_yes_and_no(tmp_path):
    customers = "customer_id,exclusive,competition,left_on,left_reason\nC1,是,High,,\nC2,no,fierce,2026-12-31,price\n"
    cleaned = clean(tmp_path, responses=ANSWERS, customers=customers)
    frame = cleaned.tables["customers"]
    assert frame["exclusive"].tolist() == ["yes", "no"] and frame["competition"].fillna("-").tolist() == ["high", "-"]
    assert frame["left_on"].max() == pd.Timestamp("2026-12-31")        # announced: still a customer
    assert entries(cleaned, "unknown_level")["value"].tolist() == ["fierce"]


def test_tickets_keep_the_time_of_day(tmp_path):
    tickets = "ticket_id,customer_id,kind,opened_at,first_reply_at\nT1,C1,complaint,2026-06-03 09:15,2026-06-03T11:45:30\n"
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
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1", g1="1"), line("R1", "C2", g1="2"), line("R1", "C1", g1="1")))
    assert cleaned.tables["responses"]["g1"].tolist() == [1]
    assert entries(cleaned, "duplicate_key")["line"].tolist() == [3, 4]


def test_rows_that_are_blank_misshapen_or_without_a_key_are_set_aside(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), ",,,,,,,,", line("", "C2"), "R3,C3,visits,cut"))
    assert cleaned.quarantine["rule"].tolist() == ["blank_row", "no_key", "row_shape"]
    assert cleaned.quarantine["line"].tolist() == [3, 4, 5]
    assert cleaned.quarantine["value"].iloc[2] == "R3, C3, visits, cut"


def test_of_two_answers_of_a_contact_in_a_panel_the_most_complete_then_the_latest_is_kept(tmp_path):
    cleaned = clean(tmp_path, responses=answers(
        line("full", "C1", on="2026-06-01"), line("half", "C1", on="2026-06-09", g1=""),
        line("early", "C2", on="2026-06-01"), line("late", "C2", on="2026-06-05"), line("undated", "C2", on=""),
        line("other panel", "C1", panel="staff")))
    assert cleaned.tables["responses"]["response_id"].tolist() == ["full", "late", "other panel"]
    assert entries(cleaned, "second_answer")["line"].tolist() == [3, 4, 6]


def test_which_answer_is_kept_does_not_hang_on_the_order_of_rows(tmp_path):
    rows = [line("full", "C1", on="2026-06-01"), line("half", "C1", on="2026-06-09", g1=""), line("x", "C2")]
    kept = [set(clean(tmp_path / str(i), responses=answers(*order)).tables["responses"]["response_id"]) for i, order in enumerate((rows, rows[::-1]))]
    assert kept[0] == kept[1] == {"full", "x"}


def test_a_code_for_no_answer_does_not_make_an_answer_more_complete(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("coded", "C1", on="2026-06-09", g1="99"), line("answered", "C1", on="2026-06-01")))
    assert cleaned.tables["responses"]["response_id"].tolist() == ["answered"]


def test_a_panel_that_survey_yml_does_not_name_is_set_aside(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), line("R2", "C2", panel="visit"), line("R3", "C3", panel="")))
    assert entries(cleaned, "unknown_panel")["value"].tolist() == ["visit", ""]
    assert cleaned.tables["responses"]["response_id"].tolist() == ["R1"]


def test_an_anonymous_answer_is_its_own_contact(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "", panel="staff"), line("R2", "", panel="staff")))
    assert cleaned.tables["responses"]["contact_id"].tolist() == ["2026H1-R1", "2026H1-R2"]
    assert entries(cleaned, "no_contact")["action"].tolist() == ["repaired:  → 2026H1-R1", "repaired:  → 2026H1-R2"]


def test_values_of_a_row_that_is_set_aside_are_not_counted_as_set_to_missing(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), line("R2", "C2", panel="visit", g1="17")))
    assert cleaned.quarantine["rule"].tolist() == ["unknown_panel"]


# --- the frame -------------------------------------------------------------------------------------------------------

def test_staff_are_not_looked_for_among_the_customers(tmp_path):
    cleaned = clean(tmp_path, responses=ANSWERS, customers=CUSTOMERS)
    assert cleaned.tables["responses"]["customer_id"].fillna("-").tolist() == ["C1", "C2", "-"]


def test_customers_who_left_before_the_survey_leave_the_frame_and_their_answers_with_them(tmp_path):
    cleaned = clean(tmp_path, responses=ANSWERS + line("R4", "C3") + "\n", customers=CUSTOMERS)
    assert cleaned.tables["customers"]["customer_id"].tolist() == ["C1", "C2"]
    assert cleaned.tables["customers_left"]["customer_id"].tolist() == ["C3"]
    assert entries(cleaned, "customer_left")[["table", "line"]].values.tolist() == [["responses", 5]]


def test_who_leaves_on_the_survey_day_or_later_is_in_the_frame(tmp_path):
    customers = CUSTOMERS.replace("2026-03-31", "2026-06-03")
    cleaned = clean(tmp_path, responses=ANSWERS, customers=customers)
    assert str(cleaned.survey_date) == "2026-06-03" and len(cleaned.tables["customers"]) == 3


def test_a_few_unknown_customers_are_set_aside_and_many_are_an_error(tmp_path):
    known = [line(f"R{n}", f"C{n}") for n in range(39)]
    customers = "customer_id\n" + "\n".join(f"C{n}" for n in range(39)) + "\n"
    cleaned = clean(tmp_path / "few", responses=answers(*known, line("X", "C900")), customers=customers)
    assert entries(cleaned, "customer_unknown")["value"].tolist() == ["C900"] and len(cleaned.tables["responses"]) == 39
    strangers = [line(f"X{n}", f"C90{n}") for n in range(4)]
    with pytest.raises(IntakeError, match=r"responses.csv: 4 of 43 rows \(9%\).*line 41: C900, line 42: C901, line 43: C902 ….*5%.*lost zeros") as error:
        clean(tmp_path / "many", responses=answers(*known, *strangers), customers=customers)
    assert "\n" not in str(error.value)


def test_ids_keep_their_zeros_so_029_is_customer_029(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "029")), customers="customer_id\n029\n")
    assert cleaned.tables["responses"]["customer_id"].tolist() == ["029"]


def test_a_customer_with_two_contacts_is_named_by_customer_id(tmp_path):
    responses = "response_id,contact_id,customer_id,panel,g1,g2,p1\nR1,P1,C1,visits,5,5,5\nR2,P2,C1,visits,6,6,6\n"
    cleaned = clean(tmp_path, responses=responses, customers=CUSTOMERS)
    assert cleaned.tables["responses"]["customer_id"].tolist() == ["C1", "C1"] and len(entries(cleaned, "second_answer")) == 0


def test_an_order_of_a_stranger_happened_so_it_is_kept_and_written_down(tmp_path):
    rows = [f"O{n},C1,2026-06-01" for n in range(30)] + ["O30,C77,2026-06-01", "O31,C3,2026-02-01"]
    cleaned = clean(tmp_path, responses=ANSWERS, customers=CUSTOMERS, orders="order_id,customer_id,ordered_on\n" + "\n".join(rows))
    assert len(cleaned.tables["orders"]) == 32
    assert entries(cleaned, "customer_unknown")[["value", "action"]].values.tolist() == [["C77", "row kept"]]


def test_without_a_frame_nobody_is_unknown(tmp_path):
    cleaned = clean(tmp_path, responses=ANSWERS)
    assert cleaned.quarantine.empty and set(cleaned.tables) == {"responses"}


# --- invitations -----------------------------------------------------------------------------------------------------

def test_where_invitation_and_answer_disagree_the_answer_wins(tmp_path):
    invited = INVITED + "C1,visits,2026-05-20,1,refusal\nC2,visits,2026-05-20,1,complete\nC3,visits,2026-05-20,2,complete\nS1,staff,,1,\n"
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), line("R2", "C2", g1=""), line("R3", "S1", panel="staff", p1="")), invitations=invited)
    assert cleaned.tables["invitations"]["outcome"].fillna("-").tolist() == ["complete", "complete", "-", "partial"]
    assert entries(cleaned, "refusal_that_answered")["action"].tolist() == ["repaired: refusal → complete"]
    assert entries(cleaned, "answer_not_found")["line"].tolist() == [4]


def test_an_answer_by_someone_who_was_not_invited_is_kept_and_noted(tmp_path):
    invited = INVITED + "C1,visits,2026-05-20,1,complete\nC2,staff,2026-05-20,1,no_contact\n"
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), line("R2", "C2")), invitations=invited)
    assert entries(cleaned, "not_invited")[["line", "value", "action"]].values.tolist() == [[3, "C2", "row kept"]]


# --- the period ------------------------------------------------------------------------------------------------------

def test_rows_in_are_rows_kept_and_rows_set_aside_in_every_table(tmp_path):
    rng = np.random.default_rng(7)
    cells = ["R1", "R2", "C1", "C2", "visits", "staff", "lab", "", "5", "17", "x", "99", "2026-06-01", "2030-01-01", "8分"]
    rows = [",".join(rng.choice(cells, rng.integers(7, 11))) for _ in range(400)]
    cleaned = clean(tmp_path, responses=answers(line("R0", "C0"), *rows), using=programme(reporting={"orphan_share": 1.0}),
                    customers=CUSTOMERS + "C0,,,,\nC1,,,,\n,,1,,\n")
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
    orders = "order_id,customer_id,ordered_on,processed_on,delivered_on,amount,gross_margin,product\n" + "\n".join(rows)
    start = time.perf_counter()
    cleaned = clean(tmp_path, responses=ANSWERS, customers=CUSTOMERS, orders=orders)
    assert time.perf_counter() - start < 2 and len(cleaned.tables["orders"]) == 10_000
