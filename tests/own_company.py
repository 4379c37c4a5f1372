"""An analyst's own files, as a CRM and 问卷星 write them: Chinese headers, GB18030, answers of 1 to 5, a total row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from csat_analysis.form import exported_heading, questions
from csat_analysis.programme import Programme

REGIONS, TRADES = ("华东", "华南", "华北"), ("零售", "批发", "餐饮")
STAFF = [f"YG{number:02}" for number in range(1, 13)]


def customers(seed: int = 1, count: int = 300) -> pd.DataFrame:
    """The CRM's list of customers, under the CRM's own headers; `心情` isn't exported: the truth behind the answers."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "客户代码": [f"0{number:04}" for number in range(1, count + 1)],
            "客户名称": [f"示例商贸{number}号" for number in range(1, count + 1)],
            "所属区域": random.choice(REGIONS, count),
            "所属行业": random.choice(TRADES, count),
            "首单日期": [
                f"{year}年{month}月8日"
                for year, month in zip(random.integers(2015, 2025, count), random.integers(1, 13, count), strict=True)
            ],
            "业务员编号": random.choice(["M01", "M02", "M03"], count),
            "专营": random.choice(["是", "否"], count, p=[0.2, 0.8]),
            "年销售额": random.lognormal(11, 1, count).round(2),
            "心情": random.normal(3.6, 0.5, count),
        }
    )


def write_crm(people: pd.DataFrame, path: Path) -> None:
    """The list as Excel: one sheet of the CRM's name, and a total at the bottom."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "客户导出"
    table = people.drop(columns="心情")
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append(list(row))
    sheet.append(["合计", *[None] * 6, float(table["年销售额"].sum())])
    workbook.save(path)


def write_wjx(
    programme: Programme, invited: pd.DataFrame, people: pd.DataFrame, path: Path, *, day: str, lift: float, seed: int
) -> None:
    """问卷星's export of those who answered (seven in ten), and of staff; `lift` moves the mean answer."""
    random = np.random.default_rng(seed)
    mood = people.set_index("客户代码")["心情"]
    asked = questions(programme)
    answering = invited[random.random(len(invited)) < 0.7][["contact_id", "panel"]].to_numpy().tolist()
    rows = []
    for number, (contact, panel) in enumerate([*answering, *[[name, "高管与销售经理"] for name in STAFF]], start=1):
        centre = mood.get(contact, 4.1) + lift

        def answer(question):
            width = (question.high - question.low) / 4
            return str(
                round(
                    float(
                        np.clip(
                            question.low + (centre + random.normal(0, 0.5) - 1) * width, question.low, question.high
                        )
                    )
                )
            )

        opened = {
            "contact_id": contact,
            "panel": panel,
            "competitor": "竞品甲",
            "comment": "希望送货再快一点" if number % 3 else "",
        }
        answers = [answer(question) if question.scaled else opened[question.column] for question in asked]
        rows.append([number, f"{day} 14:05:11", f"{int(random.integers(90, 500))}秒", "链接", *answers])
    headings = [exported_heading(number, question, "zh") for number, question in enumerate(asked, start=1)]
    table = pd.DataFrame(rows, columns=["序号", "提交答卷时间", "所用时间", "来源", *headings])
    path.write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode("gb18030"))


def write_orders(people: pd.DataFrame, path: Path, *, year: int, months: range, seed: int) -> None:
    """The ERP's orders as Chinese Excel saves them."""
    random = np.random.default_rng(seed)
    count = 900
    table = pd.DataFrame(
        {
            "订单号": [f"D{year}{months[0]:02}-{number:05}" for number in range(count)],
            "客户代码": random.choice(people["客户代码"], count),
            "订单日期": [
                f"{year}/{month}/{day}"
                for month, day in zip(random.choice(list(months), count), random.integers(1, 27, count), strict=True)
            ],
            "订单金额": [f"{amount:,.2f}" for amount in random.lognormal(8, 1, count)],
        }
    )
    path.write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode("gb18030"))
