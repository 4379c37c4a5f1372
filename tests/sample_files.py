"""The sample company's committed files, read with as little machinery as possible."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from csat_analysis.simulation import PERIODS

CHECKOUT = Path(__file__).parents[1]
RAW = CHECKOUT / "data" / "raw"


def table_in_file(name: str, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((RAW / name).read_bytes().decode(encoding))))


def responses_in_file(period: str) -> list[dict[str, str]]:
    return table_in_file(f"{period}/responses.csv", "gb18030" if period == PERIODS[1] else "utf-8-sig")


def all_orders() -> pd.DataFrame:
    orders = pd.concat([pd.DataFrame(table_in_file(f"{period}/orders.csv")) for period in PERIODS])
    return orders.assign(
        ordered_on=pd.to_datetime(orders["ordered_on"]), amount=orders["amount"].str.replace(",", "").astype(float)
    )
