"""The questionnaire that is fielded and the export that comes back: one list of questions, so nothing is mapped by hand."""

from __future__ import annotations

import re

import openpyxl
import pandas as pd
import pytest
import yaml

from csat_analysis.cli import main
from csat_analysis.errors import RunError
from csat_analysis.form import exported_heading, questions
from csat_analysis.intake import clean_period
from csat_analysis.intake.headings import form_headings
from csat_analysis.programme import load_programme
from csat_analysis.report.form import form_page, form_table
from csat_analysis.run.new import new_programme
from csat_analysis.run.questionnaire import write_questionnaire

PERIOD = "2026H1"
OPEN = {"contact_id": "C0001", "panel": "抽样走访客户", "competitor": "竞品甲", "comment": "送货再快一点"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house") / "own"
    new_programme(folder, PERIOD)
    return folder


@pytest.fixture
def programme(house):
    return load_programme(house, PERIOD)


def export(headings: list[str], programme, **changed: str) -> pd.DataFrame:
    """Two answers as 问卷星 exports them: its own columns first, then each question under its heading."""
    rows = []
    for number, customer in enumerate(("C0001", "C0002"), start=1):
        answers = {q.column: OPEN.get(q.column, str(int(q.low) + 4) if q.scaled else "") for q in questions(programme)}
        answers |= {"contact_id": customer} | changed
        rows.append([str(number), "2026/6/3 14:05:11", "123秒", "链接", "直接访问", "1.2.3.4(上海)", *answers.values()])
    return pd.DataFrame(rows, columns=["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", *headings])


def brought_in(folder, programme, table: pd.DataFrame, encoding: str = "gb18030"):
    raw = folder / "data" / "raw" / PERIOD
    raw.mkdir(parents=True)
    (raw / "responses.csv").write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode(encoding))
    return clean_period(folder, PERIOD, programme)


def test_what_the_form_asks_comes_back_without_a_mapping(programme, tmp_path):
    headings = [exported_heading(n, q, "zh") for n, q in enumerate(questions(programme), start=1)]
    clean = brought_in(tmp_path, programme, export(headings, programme))
    answers = clean.tables["responses"]
    assert clean.stand_ins.empty and list(answers["response_id"]) == ["1", "2"]
    assert list(answers["contact_id"]) == ["C0001", "C0002"] and set(answers["panel"]) == {"sample"}
    assert (answers["duration_s"] == 123).all() and answers["responded_on"].dt.day.eq(3).all()
    assert (
        (answers[programme.items] == 4).all(axis=None) and (answers["csat"] == 5).all() and (answers["nps"] == 4).all()
    )
    assert set(answers["comment"]) == {OPEN["comment"]}
    competitors = clean.tables["competitors"]
    assert len(competitors) == 2 * 5 and set(competitors["dimension"]) == set(programme.dimensions)
    assert set(competitors["score"]) == {4.0} and set(competitors["competitor"]) == {"竞品甲"}
    assert clean.counts.set_index("table").loc["competitors", "rows_kept"] == 10


def test_matrix_questions_come_back_by_their_rows(programme, tmp_path):
    headings, number = [], 0
    for question in questions(programme):
        label = programme.label("dimension", question.about, "zh") if question.about else ""
        number += 1
        matrix = question.column in programme.items
        headings.append(
            f"{number}、请评价我们的{label}—{question.text['zh']}"
            if matrix
            else f"{number}、{question.text['zh']}（必填）"
        )
    answers = brought_in(tmp_path, programme, export(headings, programme)).tables["responses"]
    assert (answers[programme.items] == 4).all(axis=None)


def test_only_the_very_words_are_read_what_is_merely_like_them_is_not(programme):
    words = programme.dimensions["product"].items["a4"]["zh"]
    assert form_headings([f"5、{words}？"], programme, {}) == {f"5、{words}？": "a4"}
    assert form_headings([words.replace("市场", "销售")], programme, {}) == {}


def test_without_an_item_of_the_form_a_file_keeps_its_headers(programme):
    assert form_headings(["序号", "提交答卷时间", "您最希望我们改进什么？"], programme, {}) == {}


def test_what_survey_yml_maps_and_what_stands_under_its_own_name_comes_first(programme):
    a1, a2 = (programme.dimensions["product"].items[item]["zh"] for item in ("a1", "a2"))
    assert form_headings([a1, a2, "别的"], programme, {"别的": "a1"}) == {a2: "a2"}
    assert form_headings([a1, a2, "a2"], programme, {}) == {a1: "a1"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_printed_form_asks_every_question_once_with_its_ends_and_boxes(programme, language):
    page = form_page(programme, load_period(), language)
    asked = questions(programme)
    assert [int(n) for n in re.findall(r"<li>(\d+)\.", page)] == list(range(1, len(asked) + 1))
    assert page.count('class="box"') == sum(int(q.high - q.low) + 1 for q in asked if q.scaled)
    assert all(word in page for q in asked if q.ends for word in q.ends[language] if "'" not in word)
    assert f'lang="{"zh" if language == "zh" else "en"}' in page and "://" not in page and "<script" not in page


def load_period():
    from csat_analysis.period import Period

    return Period.parse(PERIOD)


def test_a_scale_of_five_has_five_boxes_and_a_form_without_competitor_no_block(house):
    programme = load_programme(house, PERIOD)
    small = programme.model_copy(
        update={
            "scale": programme.scale.model_copy(update={"min": 1.0, "max": 5.0}),
            "form": programme.form.model_copy(update={"competitor": None}),
        }
    )
    item = next(q for q in questions(small) if q.column == "a1")
    assert (item.low, item.high) == (1, 5) and not [q for q in questions(small) if q.column.startswith("competitor")]
    assert list(form_table(small, "en")["column in responses"])[0] == "contact_id"


def test_two_questions_in_the_same_words_are_refused(house, tmp_path):
    survey = yaml.safe_load((house / "data" / "raw" / "survey.yml").read_text(encoding="utf-8"))
    items = survey["dimensions"]["product"]["items"]
    items["a2"]["zh"] = items["a1"]["zh"]
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "survey.yml").write_text(yaml.safe_dump(survey, allow_unicode=True), encoding="utf-8")
    with pytest.raises(RunError, match="a1 and a2 are asked in the same words"):
        write_questionnaire(tmp_path, PERIOD)


def test_the_drawn_get_a_row_and_a_link_each_and_no_name_is_a_formula(house, tmp_path):
    root = tmp_path / "own"
    new_programme(root, PERIOD)
    names = ["=1+1", "+86", "-x", "@y", "示例商贸"] + [f"示例{n}" for n in range(20)]
    customers = pd.DataFrame({"customer_id": [f"C/{n:02}" for n in range(25)], "name": names, "sales_12m": range(25)})
    customers.to_csv(root / "data" / "raw" / PERIOD / "customers.csv", index=False)
    survey = root / "data" / "raw" / "survey.yml"
    survey.write_text(survey.read_text(encoding="utf-8").replace("size: 160", "size: 25"), encoding="utf-8")
    assert main(["draw", PERIOD, "--seed", "1", "--root", str(root)]) == 0
    url = "https://example.org/s?c={contact_id}&p={panel}"
    assert main(["questionnaire", PERIOD, "--link", url, "--root", str(root)]) == 0
    sheet = openpyxl.load_workbook(root / "questionnaire" / PERIOD / "recipients.xlsx")["recipients"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    table = pd.DataFrame(rows[1:], columns=rows[0])
    assert len(table) == 25 + 20 and set(names) == set(table["name"])
    assert "https://example.org/s?c=C%2F00&p=sample" in set(table["link"])
    assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row if cell.value is not None)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--link", "https://example.org"], "write {contact_id} where the contact's number belongs"),
        (["--link", "https://example.org/{name}"], "write {contact_id}"),
        (["--link", "https://example.org/{contact_id}"], "`csat draw 2026H1` first"),
        (["--to", "FILE"], "is a file, not a folder"),
        (["--to", "FULL"], "holds other files too"),
    ],
)
def test_a_questionnaire_that_cannot_be_written_says_why_in_one_line(house, tmp_path, capsys, arguments, says):
    (tmp_path / "FILE").write_text("x")
    (tmp_path / "FULL").mkdir()
    (tmp_path / "FULL" / "mine.txt").write_text("x")
    places = [str(tmp_path / a) if a in ("FILE", "FULL") else a for a in arguments]
    assert main(["questionnaire", PERIOD, *places, "--root", str(house)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("csat: ") and says in said and said.count("\n") == 1


def test_a_questionnaire_is_replaced_only_when_told(house, tmp_path, capsys):
    place = ["--to", str(tmp_path / "q"), "--root", str(house)]
    assert main(["questionnaire", PERIOD, *place]) == 0
    assert main(["questionnaire", PERIOD, *place]) == 1 and "--overwrite replaces it" in capsys.readouterr().err
    assert main(["questionnaire", PERIOD, *place, "--overwrite"]) == 0
