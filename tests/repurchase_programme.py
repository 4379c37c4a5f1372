"""A small programme on disk whose customers answer two questions in three half-years, and may have a list and orders."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

SURVEY = """
name: Two questions
scale: {min: 0, max: 10}
dimensions: {goods: {items: [q1, q2]}}
repurchase: {window_days: 30, benchmark: 0.0058}
"""
HALF_YEARS = ("2025H1", "2025H2", "2026H1")


def write_programme(
    root: Path, *, survey: str = SURVEY, orders: str | None, people: int = 60, customers: pd.DataFrame | None = None
) -> Path:
    """A programme of one answer a customer and half-year, q1 and q2 rising with the customer's number."""
    raw = root / "data" / "raw"
    for period in HALF_YEARS:
        (raw / period).mkdir(parents=True)
        month = 6 if period.endswith("H1") else 12
        day = f"{period[:4]}-{month:02d}-03"
        rows = [f"{period}-{n},C{n},{day},{n % 11},{(n + 3) % 11}" for n in range(people)]
        text = "response_id,contact_id,responded_on,q1,q2\n" + "\n".join(rows) + "\n"
        (raw / period / "responses.csv").write_text(text, encoding="utf-8")
        if customers is not None:
            customers.to_csv(raw / period / "customers.csv", index=False)
    (raw / "survey.yml").write_text(survey, encoding="utf-8")
    if orders is not None:
        (raw / "2026H1" / "orders.csv").write_text(orders, encoding="utf-8")
    return root


def orders_of(rows: list[tuple[str, str]]) -> str:
    lines = [f"O{place},{customer},{day},10" for place, (customer, day) in enumerate(rows)]
    return "order_id,customer_id,ordered_on,amount\n" + "\n".join(lines) + "\n"


def some_buy(people: int = 60, periods: tuple[str, ...] = HALF_YEARS) -> str:
    """Customers who score high buy after each survey but for some, and one in three of the others; and a last order, late enough."""
    rows = [
        (f"C{n}", f"{p[:4]}-{6 if p.endswith('H1') else 12}-20")
        for p in periods
        for n in range(people)
        if n % 11 + (n + 3) % 11 >= 10 and n % 7 or n % 3 == 0
    ]
    return orders_of([*rows, ("C1", "2026-06-30")])


def customer_list(people: int = 60, **columns: object) -> pd.DataFrame:
    """A list of customers that the answers and the last order can be joined to."""
    return pd.DataFrame({"customer_id": [f"C{n}" for n in range(people)]} | columns)
