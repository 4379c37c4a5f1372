"""Who is in the frame, and what holds where invitations and answers disagree."""

from __future__ import annotations

import pytest
from raw_period import ANSWERS, CUSTOMERS, answers, clean, entries, line

from csat_analysis.errors import IntakeError

INVITED = "contact_id,panel,invited_on,wave,outcome\n"


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
    assert str(cleaned.survey_date) == "2026-06-01" and len(cleaned.tables["customers"]) == 3


def test_a_few_unknown_customers_are_set_aside_and_many_are_an_error(tmp_path):
    known = [line(f"R{n}", f"C{n}") for n in range(39)]
    customers = "customer_id\n" + "\n".join(f"C{n}" for n in range(39)) + "\n"
    cleaned = clean(tmp_path / "few", responses=answers(*known, line("X", "C900")), customers=customers)
    assert entries(cleaned, "customer_unknown")["value"].tolist() == ["C900"] and len(cleaned.tables["responses"]) == 39
    said = r"responses.csv: 4 of 43 rows \(9%\).*line 41: C900, line 42: C901, line 43: C902 ….*5%.*lost zeros"
    strangers = [line(f"X{n}", f"C90{n}") for n in range(4)]
    with pytest.raises(IntakeError, match=said) as error:
        clean(tmp_path / "many", responses=answers(*known, *strangers), customers=customers)
    assert "\n" not in str(error.value)


def test_ids_keep_their_zeros_so_029_is_customer_029(tmp_path):
    cleaned = clean(tmp_path, responses=answers(line("R1", "029")), customers="customer_id\n029\n")
    assert cleaned.tables["responses"]["customer_id"].tolist() == ["029"]


def test_a_customer_with_two_contacts_is_named_by_customer_id(tmp_path):
    responses = "response_id,contact_id,customer_id,panel,g1,g2,p1\nR1,P1,C1,visits,5,5,5\nR2,P2,C1,visits,6,6,6\n"
    cleaned = clean(tmp_path, responses=responses, customers=CUSTOMERS)
    assert cleaned.tables["responses"]["customer_id"].tolist() == ["C1", "C1"]
    assert entries(cleaned, "second_answer").empty


def test_an_order_of_a_stranger_happened_so_it_is_kept_and_written_down(tmp_path):
    rows = [f"O{n},C1,2026-06-01" for n in range(30)] + ["O30,C77,2026-06-01", "O31,C3,2026-02-01"]
    orders = "\n".join(["order_id,customer_id,ordered_on", *rows])
    cleaned = clean(tmp_path, responses=ANSWERS, customers=CUSTOMERS, orders=orders)
    assert len(cleaned.tables["orders"]) == 32
    assert entries(cleaned, "customer_unknown")[["value", "action"]].values.tolist() == [["C77", "row kept"]]


def test_without_a_frame_nobody_is_unknown(tmp_path):
    cleaned = clean(tmp_path, responses=ANSWERS)
    assert cleaned.quarantine.empty and set(cleaned.tables) == {"responses"}


# --- invitations -----------------------------------------------------------------------------------------------------


def test_where_invitation_and_answer_disagree_the_answer_wins(tmp_path):
    invited = INVITED + "C1,visits,,1,refusal\nC2,visits,,1,complete\nC3,visits,,2,complete\nS1,staff,,1,\n"
    rows = answers(line("R1", "C1"), line("R2", "C2", g1=""), line("R3", "S1", panel="staff", p1=""))
    cleaned = clean(tmp_path, responses=rows, invitations=invited)
    assert cleaned.tables["invitations"]["outcome"].fillna("-").tolist() == ["complete", "complete", "-", "partial"]
    assert entries(cleaned, "refusal_that_answered")["action"].tolist() == ["repaired: refusal → complete"]
    assert entries(cleaned, "outcome_blank")["action"].tolist() == ["repaired:  → partial"]
    assert entries(cleaned, "answer_not_found")["line"].tolist() == [4]


def test_an_answer_by_someone_who_was_not_invited_is_kept_and_noted(tmp_path):
    invited = INVITED + "C1,visits,2026-05-20,1,complete\nC2,staff,2026-05-20,1,no_contact\n"
    cleaned = clean(tmp_path, responses=answers(line("R1", "C1"), line("R2", "C2")), invitations=invited)
    assert entries(cleaned, "not_invited")[["line", "value", "action"]].values.tolist() == [[3, "C2", "row kept"]]
