"""Sales with and without amounts that may have been written in 分 where 元 are asked: sums take them as written, and this tells how
much hangs on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from csat_analysis.estimate import NoEstimate
from csat_analysis.intake import Rule
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

HUNDREDTH = 0.01  # 分 in 元


def repaired_waves(waves: Mapping[Period, Wave]) -> dict[Period, Wave]:
    """The same waves with a hundredth of every suspected amount of an order; a file suspected as a whole, all of its amounts."""
    return {period: repaired(wave) for period, wave in waves.items()}


def repaired(wave: Wave) -> Wave:
    orders, which = wave.clean.tables.get("orders"), suspected(wave)
    if not which.any():
        return wave
    mended = orders.assign(amount=orders["amount"].where(~which, HUNDREDTH * orders["amount"]))
    return replace(wave, clean=replace(wave.clean, tables=wave.clean.tables | {"orders": mended}))


def suspected(wave: Wave) -> np.ndarray:
    """Which orders of a wave's file are suspected, one by one or with the whole file."""
    orders, clean = wave.clean.tables.get("orders"), wave.clean
    if orders is None:
        return np.zeros(0, dtype=bool)
    noted = clean.quarantine[clean.quarantine["table"] == "orders"]
    if (noted["rule"] == str(Rule.FILE_HUNDREDFOLD)).any():
        return np.ones(len(orders), dtype=bool)
    flaws = clean.flaws[(clean.flaws["table"] == "orders") & (clean.flaws["rule"] == str(Rule.HUNDREDFOLD))]
    return np.isin(np.arange(len(orders)), flaws["row"])


def any_suspected(waves: Mapping[Period, Wave]) -> bool:
    return any(suspected(wave).any() for wave in waves.values())


def suspected_share(wave: Wave) -> float | NoEstimate:
    """Share (0–1) of all amounts of a wave's file of orders, as written, that stands in suspected ones; a fact."""
    orders = wave.clean.tables.get("orders")
    if orders is None or "amount" not in orders or not orders["amount"].sum() > 0:
        return NoEstimate("not_supplied", "no orders with an amount")
    return float(orders["amount"][suspected(wave)].sum() / orders["amount"].sum())
