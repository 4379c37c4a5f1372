"""From nothing to the first own report, as an analyst goes who reads no source code: commands, and edits that they name."""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

import pandas as pd
import pytest
from own_company import customers, write_crm, write_orders, write_wjx

from csat_analysis.cli import main
from csat_analysis.programme import load_programme
from csat_analysis.results import Results, from_json
from csat_analysis.run.execute import execute_notebook
from csat_analysis.run.kernels import kernels

pytestmark = pytest.mark.long
FIRST, SECOND = "2025H2", "2026H1"
TRUTH = (3.6 - 1) / 4 * 100  # the customers' mean mood on 1–5, in points
LIFT = 0.3 / 4 * 100  # what the second wave's answers lie above it
LONGEST = 120  # seconds of one processor; notebooks run side by side, so a free machine of two takes fewer by the clock


def csat(*arguments: object) -> tuple[int, str]:
    """A command's status and all that it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main([str(argument) for argument in arguments])
    return status, said.getvalue()


def done(*arguments: object) -> str:
    status, said = csat(*arguments)
    assert status == 0, said
    return said


def edit(root: Path, before: str, after: str) -> None:
    file = root / "data" / "raw" / "survey.yml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def paste_proposal(root: Path, said: str) -> None:
    """Put the lines that `csat check` printed in place of `sources:`, as it says."""
    lines = re.search(r"^sources:\n(?: +.*\n)+", said, re.MULTILINE)[0]
    edit(root, "sources: {}\n", lines)


def field(root: Path, people: pd.DataFrame, period: str, *, day: str, lift: float, seed: int) -> None:
    """Draw, print, and put what came back into the period's folder."""
    raw, drawn = root / "data" / "raw" / period, root / "draws" / period
    done("draw", period, "--seed", seed, "--root", root)
    done("questionnaire", period, "--root", root)
    invited = pd.read_csv(drawn / "invitations.csv", dtype=str, encoding="utf-8-sig")
    assert len(pd.read_excel(root / "questionnaire" / period / "recipients.xlsx", dtype=str)) == len(invited)
    for name in ("invitations.csv", "draw.json"):
        (raw / name).write_bytes((drawn / name).read_bytes())
    write_wjx(load_programme(root, period), invited, people, raw / "responses.csv", day=day, lift=lift, seed=seed)


def walk(root: Path) -> dict[str, tuple[int, str]]:
    """All that the analyst does, up to the report; the status and words of the commands that are asked about."""
    people, said = customers(), {}
    done("new", root, "--period", FIRST, "--name", "示例公司客户满意度调查")
    edit(root, "size: 160", "size: 120")
    edit(root, "scale: {min: 0, max: 10} ", "scale: {min: 1, max: 5} ")
    for period, day, lift, months in ((FIRST, "2025/12/8", 0.0, range(7, 12)), (SECOND, "2026/6/8", 0.3, range(1, 6))):
        year = int(period[:4])
        if period != FIRST:
            done("new", root, "--period", period)
        raw = root / "data" / "raw" / period
        write_crm(people, raw / "customers.xlsx")
        write_orders(people, raw / "orders.csv", year=year, months=months, seed=year)
        if period == FIRST:
            said["refused"] = csat("draw", period, "--seed", 1, "--root", root)  # headers that nobody mapped yet
            said["proposed"] = csat("check", period, "--root", root)
            paste_proposal(root, said["proposed"][1])
        field(root, people, period, day=day, lift=lift, seed=year)
    return said | {
        "checked": csat("check", SECOND, "--root", root),
        "run": csat("run", SECOND, "--root", root),
    }


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The analyst's folder when the report is there, what the commands said on the way, and the seconds it took."""
    root, started = tmp_path_factory.mktemp("analyst") / "own", worked()
    return root, walk(root), worked() - started


def worked() -> float:
    """Seconds that the processor worked for this process and for those it started, the notebooks' kernels among them."""
    return sum(os.times()[:4])


def test_the_way_from_nothing_leads_to_an_own_report(walked):
    _, said, _ = walked
    assert said["run"][0] == 0, said["run"][1]
    assert f"reports/{SECOND}/report.zh.html" in said["run"][1] and "note:" not in said["run"][1]


def test_it_takes_less_than_two_minutes(walked):
    assert walked[2] < LONGEST


def test_headers_that_nobody_mapped_stop_the_draw_and_are_proposed(walked):
    root, said, _ = walked
    status, words = said["refused"]
    assert status == 1 and words.count("\n") == 1 and "required column customer_id is missing" in words
    assert said["proposed"][0] == 1
    assert load_programme(root, FIRST).sources == {
        "customers": {
            "客户代码": "customer_id",
            "客户名称": "name",
            "所属区域": "region",
            "所属行业": "industry",
            "首单日期": "since",
            "业务员编号": "manager_id",
            "专营": "exclusive",
            "年销售额": "sales_12m",
        },
        "orders": {"订单号": "order_id", "客户代码": "customer_id", "订单日期": "ordered_on", "订单金额": "amount"},
    }


def test_check_says_in_chinese_what_came_in_and_what_was_set_aside(walked):
    _, said, _ = walked
    status, words = said["checked"]
    assert status == 0 and "gb18030" in words and "合计、小计或平均值所在行" in words and "未提供" in words
    assert "表头与问卷文字一致" in words and "sources:" not in words


@pytest.mark.parametrize("name", ["01_clean_data", "scratch"])
def test_the_folder_s_notebooks_run_top_to_bottom_as_they_are(walked, name):
    root, _, _ = walked
    path = root / "notebooks" / f"{name}.ipynb"
    with kernels(1) as shared, shared.of_a_run() as running:  # in its own folder, as JupyterLab would
        executed = execute_notebook(path, path, parameters={}, kernels=running)
    texts = [str(output) for cell in executed.cells for output in cell.get("outputs", [])]
    assert any("gb18030" in text or "orders.csv" in text for text in texts)


def test_the_report_is_about_the_analyst_s_own_company_and_finds_its_truth(walked):
    root, _, _ = walked
    results = Results(from_json((root / "reports" / SECOND / "results.json").read_text(encoding="utf-8")))
    index, change = (
        results.get("satisfaction.index"),
        results.get("satisfaction.change", measure="index", **{"from": FIRST}),
    )
    assert abs(index.value - TRUTH - LIFT) < 4 * index.se and change.low < LIFT < change.high
    assert change.verdict == "rose" and results.get("competitor.gap", competitor="all", dimension="product").shown
    page = (root / "reports" / SECOND / "report.zh.html").read_text(encoding="utf-8")
    assert "示例公司客户满意度调查" in page and "未提供" in page
