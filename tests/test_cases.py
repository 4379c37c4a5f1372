"""Cases from raw files: what is open is censored, what can't be known is left out and counted, nothing is dropped silently."""

import pandas as pd
import pytest
from raw_period import ANSWERS, CUSTOMERS, PERIOD, clean, programme

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.cases import cases_since, known_until, period_cases
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

TICKETS = "ticket_id,customer_id,kind,category,opened_at,first_reply_at,resolved_at\n"
ORDERS = "order_id,customer_id,ordered_on,processed_on,delivered_on,amount\n"


def wave_of(root, *, tickets: str = "", orders: str = "", **files: str) -> Wave:
    tables = {"tickets": TICKETS + tickets} if tickets else {}
    tables |= {"orders": ORDERS + orders} if orders else {}
    found = clean(root, responses=ANSWERS, customers=CUSTOMERS, **tables, **files)
    return Wave(Period.parse(PERIOD), programme(), found)


def rules_in(wave: Wave) -> list[str]:
    return list(wave.clean.quarantine["rule"])


def test_a_wait_is_from_its_start_to_its_end(tmp_path):
    wave = wave_of(tmp_path, tickets="T1,C1,complaint,quality,2026-03-01 10:00,2026-03-01 12:30,2026-03-02 10:00\n")
    assert period_cases(wave, "first_reply_hours").table["wait"].tolist() == [2.5]
    assert period_cases(wave, "resolution_hours").table["wait"].tolist() == [24]


def test_an_open_ticket_has_waited_until_the_files_were_drawn(tmp_path):
    """The last thing that happened was on 20 June: nobody knows what came after that day."""
    wave = wave_of(
        tmp_path,
        tickets="T1,C1,complaint,,2026-06-19 00:30,,\nT2,C2,enquiry,,2026-06-20 09:00,2026-06-20 11:00,2026-06-20 12:00\n",
    )
    assert known_until(wave) == pd.Timestamp("2026-06-21")
    table = period_cases(wave, "resolution_hours").table
    assert table["wait"].tolist() == [47.5, 3] and table["ended"].tolist() == [False, True]


def test_a_delivery_before_its_order_is_left_out_and_not_taken_for_open(tmp_path):
    orders = "O1,C1,2026-01-10,2026-01-11,2026-01-02,100\nO2,C2,2026-01-10,2026-01-11,2026-01-15,100\nO3,C2,2026-06-30,2026-06-30,,1\n"
    wave = wave_of(tmp_path, orders=orders)
    cases = period_cases(wave, "delivery_days")
    assert "ends_before_start" in rules_in(wave)
    assert cases.left_out == {"ends_before_start": 1}
    assert cases.table["wait"].tolist() == [5, 0] and cases.table["ended"].tolist() == [True, False]


def test_a_reply_after_the_resolution_is_not_known_and_not_open(tmp_path):
    wave = wave_of(
        tmp_path,
        tickets="T1,C1,complaint,,2026-03-01 10:00,2026-03-05 10:00,2026-03-02 10:00\nT2,C2,enquiry,,2026-03-01 10:00,2026-03-01 11:00,\n",
    )
    assert "reply_after_resolution" in rules_in(wave)
    assert period_cases(wave, "first_reply_hours").left_out == {"reply_after_resolution": 1}
    assert len(period_cases(wave, "resolution_hours").table) == 2


def test_resolved_without_a_recorded_reply_is_not_open(tmp_path):
    wave = wave_of(
        tmp_path,
        tickets="T1,C1,complaint,,2026-03-01 10:00,,2026-03-02 10:00\nT2,C2,enquiry,,2026-03-01 10:00,2026-03-01 11:00,\n",
    )
    cases = period_cases(wave, "first_reply_hours")
    assert cases.left_out == {"end_not_recorded": 1} and cases.table["wait"].tolist() == [1]


def test_days_without_hours_say_nothing_of_hours(tmp_path):
    wave = wave_of(
        tmp_path,
        tickets="T1,C1,complaint,,2026-03-01,2026-03-02,2026-03-02\nT2,C2,enquiry,,2026-03-01 10:00,2026-03-01 11:00,2026-03-01 12:00\n",
    )
    assert rules_in(wave).count("no_hour") == 3
    assert period_cases(wave, "resolution_hours").left_out == {"no_hour": 1}
    all_days = wave_of(tmp_path / "days", tickets="T1,C1,complaint,,2026-03-01,2026-03-02,2026-03-02\n")
    assert isinstance(period_cases(all_days, "resolution_hours"), NoEstimate)


def test_midnight_written_out_is_a_time_like_any_other(tmp_path):
    wave = wave_of(
        tmp_path,
        tickets="T1,C1,complaint,,2026-03-01 00:00,2026-03-01 02:00,2026-03-01 03:00\nT2,C1,complaint,,2026-03-01 01:00,2026-03-01 02:00,2026-03-01 03:00\n",
    )
    assert "no_hour" not in rules_in(wave) and len(period_cases(wave, "resolution_hours").table) == 2


def test_a_day_that_lies_ahead_is_a_plan_and_the_order_still_open(tmp_path):
    orders = "O1,C1,2026-06-29,2026-06-30,2026-08-15,100\nO2,C2,2026-06-01,2026-06-02,2026-06-05,100\n"
    table = period_cases(wave_of(tmp_path, orders=orders), "delivery_days").table
    assert table["ended"].tolist() == [False, True] and table["wait"].tolist() == [1, 4]


def test_a_first_file_that_reaches_back_counts_for_its_own_period_alone(tmp_path):
    tickets = "T1,C1,complaint,,2025-09-01 10:00,2025-09-01 11:00,2025-09-01 12:00\nT2,C2,enquiry,,2026-03-01 10:00,2026-03-01 12:00,2026-03-01 13:00\n"
    assert period_cases(wave_of(tmp_path, tickets=tickets), "first_reply_hours").table["wait"].tolist() == [2]


def test_a_file_without_a_new_ticket_is_not_estimable_and_no_file_is_not_supplied(tmp_path):
    old = "T1,C1,complaint,,2025-09-01 10:00,2025-09-01 11:00,2025-09-01 12:00\n"
    assert period_cases(wave_of(tmp_path, tickets=old), "resolution_hours").status == "not_estimable"
    without = Wave(Period.parse(PERIOD), programme(), clean(tmp_path / "none", responses=ANSWERS, customers=CUSTOMERS))
    assert period_cases(without, "resolution_hours").status == "not_supplied"


@pytest.mark.parametrize(
    ("resolved", "wait", "ended"),
    [("2026-06-01 10:00", 24.0, True), ("2026-06-09 10:00", 38.0, False), ("", 38.0, False)],
)
def test_beside_an_answer_a_case_counts_as_it_stood_that_day(tmp_path, resolved, wait, ended):
    """C1 answered on 2 June (the day's midnight): a case opened on 31 May at 10 had then waited 38 hours."""
    tickets = f"T1,C1,complaint,,2026-05-31 10:00,2026-05-31 11:00,{resolved}\nT2,C1,enquiry,,2026-06-10 10:00,2026-06-10 11:00,2026-06-10 12:00\n"
    wave = wave_of(tmp_path, tickets=tickets)
    until = pd.Series({"C1": pd.Timestamp("2026-06-02")})
    found = cases_since({wave.period: wave}, wave, "resolution_hours", pd.Timestamp("2026-01-01"), until)
    assert found[["wait", "ended"]].to_numpy().tolist() == [[wait, ended]]
