"""Every bad row that the sample company says it planted is in its files."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from sample_files import CHECKOUT, responses_in_file, table_in_file

from csat_analysis.programme import load_programme
from csat_analysis.simulation import PERIODS, simulate_company


@pytest.fixture(scope="module")
def programme():
    return load_programme(CHECKOUT, PERIODS[-1])


@pytest.fixture(scope="module")
def truth(programme):
    return simulate_company(programme).truth


DIRTY = {
    "above_scale": lambda cells: cells.count("17"),
    "below_scale": lambda cells: cells.count("-1"),
    "missing_number": lambda cells: cells.count("99"),
    "missing_text": lambda cells: cells.count("不适用"),
    "unit_on_score": lambda cells: sum(cell.endswith("分") for cell in cells),
    "full_width_score": lambda cells: sum(re.fullmatch("[０-９]+", cell) is not None for cell in cells),
}


@pytest.mark.parametrize("period", PERIODS)
def test_bad_scores_are_in_the_file_as_counted(period, truth, programme):
    cells = [row[item] for row in responses_in_file(period) for item in programme.items]
    assert {kind: count(cells) for kind, count in DIRTY.items()} == {kind: truth.dirt[period][kind] for kind in DIRTY}


@pytest.mark.parametrize("period", PERIODS)
def test_bad_dates_durations_and_amounts_are_in_the_file_as_counted(period, truth):
    rows, orders = responses_in_file(period), table_in_file(f"{period}/orders.csv")
    dates = [row["responded_on"] for row in rows]
    found = {
        "date_with_slashes": sum("/" in date for date in dates),
        "date_in_chinese": sum("年" in date for date in dates),
        "future_date": sum(date.startswith(str(int(period[:4]) + 1)) for date in dates),
        "unit_on_duration": sum(row["duration_s"].endswith("秒") for row in rows),
        "amount_with_comma": sum("," in order["amount"] for order in orders),
    }
    assert found == {kind: truth.dirt[period][kind] for kind in found}


@pytest.mark.parametrize("period", PERIODS)
def test_bad_rows_are_in_the_file_as_counted(period, truth):
    rows, invitations = responses_in_file(period), table_in_file(f"{period}/invitations.csv")
    customers = {row["customer_id"] for row in table_in_file(f"{period}/customers.csv")}
    twice = [row for place, row in enumerate(rows) if row["response_id"] in {r["response_id"] for r in rows[:place]}]
    exact = [row for row in twice if rows.count(row) == 2]
    first_of_each = list({row["response_id"]: row for row in reversed(rows)}.values())
    again = pd.DataFrame(first_of_each).duplicated(["contact_id", "panel"]).sum()
    answered = {(row["contact_id"], row["panel"]) for row in rows}
    found = {
        "exact_duplicate": len(exact),
        "duplicate_response_id": len(twice) - len(exact),
        "second_answer": again,
        "customer_unknown": sum(row["contact_id"][0] == "C" and row["contact_id"] not in customers for row in rows),
        "refusal_that_answered": sum(
            row["outcome"] == "refusal" and (row["contact_id"], row["panel"]) in answered for row in invitations
        ),
    }
    assert found == {kind: truth.dirt[period][kind] for kind in found}
    assert found["customer_unknown"] < 0.05 * len(rows)
