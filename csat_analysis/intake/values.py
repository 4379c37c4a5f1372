"""How numbers, dates, words and periods are written in real files, and what they mean.

Each reader takes a column of stripped text ("" is blank) and returns a Reading: plain forms are read all at once, only
the odd cells one by one.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd

from csat_analysis.errors import PeriodError
from csat_analysis.period import Period

# What a unit behind a number is worth in the column's own unit. A unit that isn't listed makes the cell unreadable:
# 3万 read as 3 would be worse than missing.
UNITS: dict[str, dict[str, str]] = {
    "count": {"": "1"},
    "score": {"": "1", "分": "1", "点": "1", "points": "1"},
    "seconds": {
        "": "1",
        "秒": "1",
        "s": "1",
        "sec": "1",
        "分": "60",
        "分钟": "60",
        "min": "60",
        "时": "3600",
        "小时": "3600",
        "h": "3600",
    },
    "CNY": {
        "": "1",
        "元": "1",
        "cny": "1",
        "rmb": "1",
        "千元": "1000",
        "万": "10000",
        "万元": "10000",
        "亿元": "100000000",
    },
    "share": {"": "1", "%": "0.01"},
}
YES_NO = {
    "yes": "yes",
    "y": "yes",
    "true": "yes",
    "1": "yes",
    "是": "yes",
    "√": "yes",
    "✓": "yes",
    "✔": "yes",
    "no": "no",
    "n": "no",
    "false": "no",
    "0": "no",
    "否": "no",
    "×": "no",
    "✗": "no",
    "✘": "no",
}
# How the contract's words stand in Chinese files; the first is the one that templates offer.
CHINESE: dict[str, tuple[str, ...]] = {
    "low": ("低", "弱"),
    "medium": ("中", "中等", "一般"),
    "high": ("高", "强", "激烈"),
    "quality": ("质量", "产品质量"),
    "service": ("服务", "服务态度"),
    "price": ("价格",),
    "policy": ("政策", "销售政策"),
    "competitor": ("竞争对手", "竞品"),
    "closed": ("停业", "歇业", "倒闭"),
    "other": ("其他", "其它"),
    "visit": ("走访", "拜访", "上门"),
    "phone": ("电话",),
    "online": ("网络", "在线", "线上"),
    "mail": ("邮寄", "邮件"),
    "complete": ("完成", "完整"),
    "partial": ("部分完成", "部分"),
    "refusal": ("拒访", "拒绝"),
    "no_contact": ("联系不上", "未联系上", "无法联系"),
    "ineligible": ("不合格", "不符合条件"),
    "enquiry": ("咨询", "询问"),
    "complaint": ("投诉",),
    "return": ("退货",),
    "contract": ("合同",),
    "transport": ("运输", "物流"),
    "lead": ("线索",),
    "contacted": ("已联系", "初步接触"),
    "needs": ("需求确认", "确认需求"),
    "proposal": ("方案报价", "报价", "方案"),
    "negotiation": ("商务谈判", "谈判"),
    "won": ("成交", "已成交", "赢单"),
    "lost": ("流失", "已流失", "丢单", "未成交"),
    "planned": ("计划", "未开始"),
    "running": ("进行中", "执行中"),
    "done": ("已完成", "完成"),
    "dropped": ("取消", "已取消"),
}

PLAIN_NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"
NUMBER_AND_UNIT = re.compile(r"([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)([^0-9,.+-]*)")

ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_TIMESTAMP = ISO_DATE + r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
DATE_FORMS = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
    r"(?:[T ]*([0-9]{1,2})[:时]([0-9]{1,2})分?(?::?([0-9]{1,2})秒?)?(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
COMPACT_DATE = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})")
EXCEL_SERIAL = re.compile(r"[2-7][0-9]{4}(?:\.[0-9]+)?")  # the days from 1954 to 2119
EXCEL_DAY_ZERO = dt.datetime(1899, 12, 30)


@dataclass(frozen=True)
class Reading:
    """A column as read: `values` (missing where blank or unreadable), what was repaired, and the unreadable lines."""

    values: pd.Series
    repaired: pd.Series  # what is used instead, as text, indexed by line
    unreadable: pd.Index


def read_numbers(text: pd.Series, unit: str) -> Reading:
    """Numbers as floats in the column's unit: `８`, `10分`, `2分30秒`, `1,234.50`, `35%` (as .35) and plain ones."""
    plain = text.str.fullmatch(PLAIN_NUMBER)
    values = pd.Series(np.nan, index=text.index, dtype="float64")
    values[plain] = text[plain].astype("float64")
    units = UNITS[unit]
    return with_odd_cells(text, plain, values, lambda cell: number_in(cell, units), lambda number: f"{number:.15g}")


def number_in(cell: str, units: Mapping[str, str]) -> float | None:
    """The number that a cell means, or None. Several parts (2分30秒) must come in falling units.

    >>> number_in("２分30秒", UNITS["seconds"])
    150.0
    """
    cell = unicodedata.normalize("NFKC", cell).replace(" ", "").replace("−", "-")
    cell = cell.removeprefix("¥") if "元" in units else cell
    parts = NUMBER_AND_UNIT.findall(cell)
    worth = [units.get(unit.casefold()) for _, unit in parts]
    if not parts or None in worth or "".join(map("".join, parts)) != cell:
        return None
    factors = [Decimal(factor) for factor in worth]
    if any(later >= earlier for earlier, later in pairwise(factors)):
        return None
    numbers = [Decimal(number.replace(",", "")) for number, _ in parts]
    return float(sum(number * factor for number, factor in zip(numbers, factors, strict=True)))


def read_dates(text: pd.Series) -> Reading:
    """Days as datetime64 at midnight: ISO, `2026/6/3`, `2026年6月3日`, `20260603`, Excel serials; the time is left off."""
    return read_moments(text, ISO_DATE, lambda moment: moment.replace(hour=0, minute=0, second=0, microsecond=0))


def read_timestamps(text: pd.Series) -> Reading:
    """Moments as datetime64: the forms of dates with a time. An offset from UTC is left off: the clock time counts."""
    return read_moments(text, ISO_TIMESTAMP, lambda moment: moment)


def read_moments(text: pd.Series, plain_form: str, part: Callable[[dt.datetime], dt.datetime]) -> Reading:
    plain = text.str.fullmatch(plain_form)
    values = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    values[plain] = pd.to_datetime(text[plain], format="ISO8601", errors="coerce").astype("datetime64[us]")
    plain &= values.notna()  # 2026-02-30 has the form, yet is no day
    return with_odd_cells(text, plain, values, lambda cell: part_of(moment_in(cell), part), show_moment)


def part_of(moment: dt.datetime | None, part: Callable[[dt.datetime], dt.datetime]) -> dt.datetime | None:
    return None if moment is None else part(moment)


def moment_in(cell: str) -> dt.datetime | None:
    """The moment that a cell means, or None.

    >>> moment_in("2026年6月3日")
    datetime.datetime(2026, 6, 3, 0, 0)
    """
    cell = unicodedata.normalize("NFKC", cell).strip()
    if EXCEL_SERIAL.fullmatch(cell):
        moment = EXCEL_DAY_ZERO + dt.timedelta(days=float(cell))
        return (moment + dt.timedelta(milliseconds=500)).replace(microsecond=0)  # serials hold a second inexactly
    match = DATE_FORMS.fullmatch(cell) or COMPACT_DATE.fullmatch(cell)
    try:
        return dt.datetime(*(int(part) for part in match.groups() if part is not None)) if match else None
    except ValueError:  # a month 13, a day 31 of June
        return None


def show_moment(moment: dt.datetime) -> str:
    return moment.isoformat(sep=" ").removesuffix(" 00:00:00")


def read_words(text: pd.Series, words: Mapping[str, str]) -> Reading:
    """Words of a closed list, `words` mapping each spelling (in lower case) to the word that is used."""
    plain = text.isin(set(words.values()))
    values = text.where(plain).astype("str")

    def word_in(cell: str) -> str | None:
        return words.get(unicodedata.normalize("NFKC", cell).casefold())

    return with_odd_cells(text, plain, values, word_in, str)


def read_periods(text: pd.Series) -> Reading:
    """Periods such as 2026H1, as text."""
    values = pd.Series(np.nan, index=text.index, dtype="str")
    return with_odd_cells(text, pd.Series(False, index=text.index), values, period_in, str)


def period_in(cell: str) -> str | None:
    try:
        return str(Period.parse(cell))
    except PeriodError:
        return None


def with_odd_cells(text: pd.Series, plain: pd.Series, values: pd.Series, read: Callable, show: Callable) -> Reading:
    """Read cell by cell what isn't plain, and tell what was repaired (its form changed) and what can't be read."""
    odd = text[~plain & (text != "")]
    if odd.empty:
        return Reading(values, odd, odd.index)
    found = {line: read(cell) for line, cell in odd.items()}
    readable = {line: value for line, value in found.items() if value is not None}
    values.loc[list(readable)] = pd.Series(readable, dtype=values.dtype)
    shown = pd.Series({line: show(value) for line, value in readable.items()}, dtype="str")
    return Reading(values, shown[shown != odd[shown.index]], odd.index.difference(shown.index, sort=False))
