"""Unknown headers: what is proposed, what is not, and that nothing of it is applied."""

from __future__ import annotations

import pytest
import yaml
from raw_period import ANSWERS, PERIOD, SURVEY, programme, write_raw

from csat_analysis.cli import main
from csat_analysis.errors import IntakeError
from csat_analysis.intake import clean_period
from csat_analysis.intake.column_names import column_names, known_as, table_meant
from csat_analysis.intake.contract import COLUMNS
from csat_analysis.intake.proposals import lines_to_paste, propose, raw_tables, scale_in_doubt
from csat_analysis.period import Period
from csat_analysis.programme import TABLES


def proposed(root, using=None) -> dict[str, tuple[str, str]]:
    raws, errors = raw_tables(root, Period.parse(PERIOD))
    assert not errors
    return {row.header: (row.column, row.match) for row in propose(raws, using or programme()).itertuples()}


def test_every_table_and_column_of_the_contract_has_a_name_in_both_languages():
    for table in TABLES:
        known = {column.name for column in COLUMNS[table]}
        assert known <= set(column_names()[table])
        assert all(entry["zh"] and entry["en"] for entry in column_names()[table].values())


def test_no_two_columns_of_a_table_go_by_the_same_proper_name():
    for table in TABLES:
        proper = [entry["zh"] for name, entry in column_names()[table].items() if name != "_"]
        assert len(proper) == len(set(proper)), table


def test_names_of_the_trade_are_proposed_before_close_ones(tmp_path):
    root = write_raw(tmp_path, customers="客户代码,单位名称,所属区域,年销售额,备注\nC1,示例,东,100,x\n")
    assert proposed(root) == {
        "客户代码": ("customer_id", "same"),
        "单位名称": ("name", "same"),
        "所属区域": ("region", "same"),
        "年销售额": ("sales_12m", "same"),
    }


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("customer_no", None),
        ("Customer ID", "customer_id"),
        ("客户编号（必填）", "customer_id"),
        ("１、客户编号", "customer_id"),
    ],
)
def test_spelling_brackets_and_numbers_do_not_hide_a_name(tmp_path, header, column):
    found = proposed(write_raw(tmp_path, orders=f"order_id,{header},ordered_on\n1,2,2026-01-01\n"))
    assert found.get(header, (None,))[0] in ((column,) if column else (None, "customer_id"))


def test_a_header_unlike_everything_is_left_alone_and_each_column_is_proposed_once(tmp_path):
    found = proposed(write_raw(tmp_path, customers="客户编号,客户代码,星座\nC1,C1,狮子\n"))
    assert [column for column, _ in found.values()].count("customer_id") == 1 and "星座" not in found


def test_questions_are_proposed_by_their_words_in_either_language(tmp_path):
    texts = {
        "g1": {"zh": "产品的品种与规格", "en": "range of products"},
        "g2": {"zh": "价格是否合理", "en": "fair prices"},
    }
    using = programme(dimensions={"goods": {"items": texts}, "people": {"items": ["p1"]}})
    header = "response_id,contact_id,panel,1、产品的品种和规格,Fair price,p1\n"
    found = proposed(write_raw(tmp_path, responses=header + "R1,C1,visits,8,7,9\n"), using)
    assert found == {"1、产品的品种和规格": ("g1", "close"), "Fair price": ("g2", "close")}


def test_nothing_that_is_proposed_is_applied(tmp_path):
    root = write_raw(tmp_path, responses=ANSWERS, customers="客户代码,sales_12m\nC1,100\n")
    with pytest.raises(IntakeError, match="required column customer_id is missing"):
        clean_period(root, PERIOD, programme())


def test_the_lines_to_paste_keep_what_is_mapped_and_mend_the_file(tmp_path):
    using = programme(sources={"responses": {"组": "panel"}})
    root = write_raw(tmp_path, responses=ANSWERS.replace("panel", "组"), customers="客户代码,销售额\nC1,100\nC2,50\n")
    raws, _ = raw_tables(root, Period.parse(PERIOD))
    lines = yaml.safe_load(lines_to_paste(propose(raws, using), using))
    assert lines["sources"]["responses"] == {"组": "panel"}
    mended = programme(sources=lines["sources"], panels={"visits": {"draw": "equal_interval"}, "staff": {}})
    assert list(clean_period(root, PERIOD, mended).tables["customers"]["customer_id"]) == ["C1", "C2"]


def test_check_prints_the_proposal_though_the_period_cannot_be_used_and_changes_nothing(tmp_path, capsys):
    root = write_raw(tmp_path, responses=ANSWERS, customers="客户代码,sales_12m\nC1,100\nC2,90\n")
    survey = root / "data" / "raw" / "survey.yml"
    before = survey.read_bytes()
    assert main(["check", PERIOD, "--root", str(root), "--lang", "zh"]) == 1
    said = capsys.readouterr()
    assert "客户代码: customer_id" in said.out and "均未采用" in said.out and said.err.count("\n") == 1
    assert survey.read_bytes() == before


@pytest.mark.parametrize(("language", "words"), [("zh", "如何修改"), ("en", "what mends it")])
def test_check_says_what_mends_a_fault_in_the_analyst_s_language(tmp_path, capsys, language, words):
    root = write_raw(tmp_path, responses=ANSWERS.replace("R2,C2,visits", "R2,C2,walk"))
    assert main(["check", PERIOD, "--root", str(root), "--lang", language]) == 0
    said = capsys.readouterr().out
    assert words in said and "(panels)" in said.replace(" 的 panels", " (panels)")


def answered(values, count=60) -> str:
    header = "response_id,contact_id,panel,g1,g2,p1,nps"
    rows = [
        f"R{n},C{n},visits,{values[n % len(values)]},{values[(n + 1) % len(values)]},{values[n % len(values)]},9"
        for n in range(count)
    ]
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize(
    ("values", "count", "found"),
    [
        ((1, 2, 3, 4, 5), 60, (1, 5)),
        (("1分", "5分", 99), 60, (1, 5)),
        ((0, 5, 10), 60, None),
        ((4, 7, 10), 60, None),
        ((1, 5), 10, None),
    ],
)
def test_answers_of_one_to_five_on_a_scale_to_ten_are_doubted(tmp_path, values, count, found):
    raws, _ = raw_tables(write_raw(tmp_path, responses=answered(values, count)), Period.parse(PERIOD))
    assert scale_in_doubt(raws, programme()) == found


def test_check_tells_of_the_doubted_scale_and_which_key_mends_it(tmp_path, capsys):
    root = write_raw(tmp_path, responses=answered((1, 2, 3, 4, 5)))
    assert main(["check", PERIOD, "--root", str(root), "--lang", "en"]) == 0
    assert "No answer to the items is above 5" in capsys.readouterr().out and SURVEY["scale"]["max"] == 10


@pytest.mark.parametrize(
    ("stem", "table"), [("客户名单", "customers"), ("2026年订单", "orders"), ("订单2026H1", "orders"), ("随便", None)]
)
def test_a_file_s_chinese_name_means_a_table(stem, table):
    assert table_meant(stem, list(TABLES)) == table and known_as("orders") >= {"订单", "orders"}
