"""Two half-years of a programme with lists of customers and orders small enough to work by hand."""

from __future__ import annotations

from pathlib import Path

import yaml
from raw_period import SURVEY

from csat_analysis.metrics.wave import Wave, load_waves
from csat_analysis.period import Period

BEFORE, NOW = Period.parse("2025H2"), Period.parse("2026H1")
ANSWERS = "response_id,contact_id,panel,responded_on,g1,g2,p1,nps\n"
HEAD = "customer_id,branch,since,sales_12m,acquisition_cost,left_on,left_reason\n"
ORDER_HEAD = "order_id,customer_id,ordered_on,amount,gross_margin,product,referred_by\n"
FIRST_SURVEY, SECOND_SURVEY = "2025-12-01", "2026-06-01"

# C1–C6 are on the first list. By the second C5 left over the price and C6 is simply no longer there; C7 is new; C8 had left by
# the first list and is back with the old date; C9 was never listed though a customer since 2020.
FIRST = """C1,north,2020-01-01,700,10,,
C2,north,2020-01-01,100,10,,
C3,south,2020-01-01,100,20,,
C4,south,2025-09-01,60,20,,
C5,south,2020-01-01,30,30,,
C6,north,2020-01-01,10,30,,
C8,north,2019-01-01,0,40,2025-08-01,service
"""
SECOND = """C1,north,2020-01-01,600,10,,
C2,north,2020-01-01,20,10,,
C3,south,2020-01-01,300,20,,
C4,south,2025-09-01,50,20,,
C5,south,2020-01-01,30,30,2026-03-01,price
C7,north,2026-02-01,20,90,,
C8,north,2019-01-01,5,40,,
C9,south,2020-01-01,5,,,
"""
ORDERS = """O1,C1,2026-01-10,100,0.5,p1,
O2,C1,2026-02-10,300,0.3,p2,C2
O3,C2,2026-05-10,40,,p1,
O4,C5,2026-01-10,20,0.2,p1,
O5,,2026-01-11,7,0.2,p1,
O6,C3,2025-11-30,50,0.2,p1,
"""


def answers(period: Period, day: str) -> str:
    return ANSWERS + f"R{period},C1,visits,{day},8,8,8,9\n"


def write(
    root: Path, *, orders: str | None = ORDERS, lists: tuple[str | None, ...] = (FIRST, SECOND), head: str = HEAD
) -> Path:
    """Raw files of both periods; a list or the orders given as None aren't supplied."""
    raw = root / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "survey.yml").write_text(yaml.safe_dump(SURVEY, allow_unicode=True), encoding="utf-8")
    for period, day, customers in zip((BEFORE, NOW), (FIRST_SURVEY, SECOND_SURVEY), lists, strict=True):
        folder = raw / str(period)
        folder.mkdir()
        (folder / "responses.csv").write_text(answers(period, day), encoding="utf-8")
        if customers is not None:
            (folder / "customers.csv").write_text(head + customers, encoding="utf-8")
    if orders is not None:
        (raw / str(NOW) / "orders.csv").write_text(ORDER_HEAD + orders, encoding="utf-8")
    return root


def waves(root: Path, **options: object) -> dict[Period, Wave]:
    return load_waves(write(root, **options), NOW)
