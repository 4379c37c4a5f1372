"""What notebooks read of each other is declared once, whole, and without a circle."""

from __future__ import annotations

import re

import nbformat
import pytest

from csat_analysis.checkout import CHECKOUT
from csat_analysis.errors import CsatError
from csat_analysis.metrics.kpi import KPIS, OF_THE_WAVE
from csat_analysis.run.execute import records_of
from csat_analysis.run.order import FILE, read_order
from csat_analysis.run.private_root import notebooks_of

NOTEBOOKS = notebooks_of(CHECKOUT, appendices=True)
READS_OTHERS = r"Results\.of_others|results_folder\(|report_facts\(|read_parquet\("
READS_REPORTS = r"published_differences\("


@pytest.fixture(scope="module")
def order():
    return read_order(NOTEBOOKS)


@pytest.fixture(scope="module")
def code():
    cells = {name: nbformat.read(path, as_version=4).cells for name, path in NOTEBOOKS.items()}
    return {name: "\n".join(c.source for c in found if c.cell_type == "code") for name, found in cells.items()}


@pytest.fixture(scope="module")
def recorded_in():
    """Key of a number → the notebook that records it, from the committed outputs."""
    stored = {name: records_of(nbformat.read(path, as_version=4), name) for name, path in NOTEBOOKS.items()}
    return {record.key: name for name, records in stored.items() for record in records}


def test_exactly_the_notebooks_that_read_others_work_declare_what_they_need(order, code):
    assert {name for name, needs in order.needs.items() if needs} == {
        n for n in code if re.search(READS_OTHERS, code[n])
    }
    assert order.earlier_reports == {name for name in code if re.search(READS_REPORTS, code[name])}


def test_each_figure_that_a_notebook_takes_from_another_comes_from_one_that_it_declares(order, recorded_in):
    taken = {
        "05c_sales_and_target": {kpi.key for name, kpi in KPIS.items() if name not in OF_THE_WAVE},
        "09_managers_and_actions": {"plan.points", "plan.gain"},
    }
    for notebook, keys in taken.items():
        assert keys <= recorded_in.keys()
        assert {recorded_in[key] for key in keys} - {notebook} == set(order.needs[notebook])


def test_the_report_needs_every_notebook_of_the_period(order):
    assert set(order.needs["10_semiannual_report"]) == set(notebooks_of(CHECKOUT)) - {"10_semiannual_report"}


def declared(folder, text, *names):
    for name in names:
        nbformat.write(nbformat.v4.new_notebook(), folder / f"{name}.ipynb")
    if text is not None:
        (folder / FILE).write_text(text, encoding="utf-8")
    return read_order({name: folder / f"{name}.ipynb" for name in names})


def test_without_a_declaration_each_may_read_all_before_it(tmp_path):
    order = declared(tmp_path, None, "1_a", "2_b", "3_c")
    assert order.needs == {"1_a": (), "2_b": ("1_a",), "3_c": ("1_a", "2_b")}
    assert order.earlier_reports == {"1_a", "2_b", "3_c"}


def test_who_follows_is_told_through_others_too(tmp_path):
    order = declared(tmp_path, "1_a: []\n2_b: [1_a]\n3_c: [2_b]\n4_d: []\n", "1_a", "2_b", "3_c", "4_d")
    assert order.followers(["1_a"]) == {"2_b", "3_c"} and order.followers(["3_c"]) == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1_a: [2_b]\n2_b: [1_a]\n", "wait for each other: "),
        ("1_a: [1_a]\n2_b: []\n", "wait for each other: 1_a → 1_a"),
        ("1_a: []\n", "doesn't say what 2_b reads"),
        ("1_a: []\n2_b: [0_x]\n", "2_b: there is no notebook 0_x; there are 1_a, 2_b"),
        ("1_a: []\n2_b: []\n3_c: []\n", "there is no notebook 3_c"),
        ("1_a: []\n2_b: 1_a\n", "no list of notebooks"),
        ("1_a: []\n2_b: [[1_a]]\n", "no list of notebooks"),
    ],
)
def test_a_circle_an_unknown_name_and_a_missing_one_are_errors_in_one_line(tmp_path, text, said):
    with pytest.raises(CsatError, match=re.escape(said)) as refused:
        declared(tmp_path, text, "1_a", "2_b")
    assert "\n" not in str(refused.value) and FILE in str(refused.value)
