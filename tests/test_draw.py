"""Who is asked: draws by rule and seed, their chances, and the draw made again from who was invited."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
from sample_files import CHECKOUT, table_in_file

from csat_analysis.cli import main
from csat_analysis.errors import DrawError, ProgrammeError
from csat_analysis.intake import clean_period
from csat_analysis.programme import Panel, load_programme
from csat_analysis.run.draw import FILES, write_draw
from csat_analysis.survey.allocation import allocate
from csat_analysis.survey.coverage import coverage
from csat_analysis.survey.draw import draw_panel, make_plan
from csat_analysis.survey.draw_check import best_starts, check_draw, draw_checks

SALES = np.array([900, 450, 300, 100, 90, 80, 70, 60, 50, 40, 30])


def frame(sales=SALES) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": [f"C{i:02d}" for i in range(1, len(sales) + 1)], "sales_12m": sales}).sample(
        frac=1, random_state=1
    )


def plan(rule: Panel, sales=SALES, **more):
    return make_plan(frame(sales), "visits", rule, **more)


def asked(rule: Panel, seed: int, sales=SALES, **more) -> pd.Index:
    return draw_panel(plan(rule, sales, **more), "visits", rule, "2026H1", seed).asked


STRATA = pd.Series(list("aaaabbbbbbb"), index=[f"C{i:02d}" for i in range(1, 12)])
RULES = {
    "equal_interval": (Panel(draw="equal_interval", size=4), {}),
    "equal_groups": (Panel(draw="equal_groups", size=4), {}),
    "pps": (Panel(draw="pps", size=4), {}),
    "stratified": (Panel(draw="stratified", size=5, stratify_by="region"), {"strata": STRATA}),
}


@pytest.mark.parametrize("name", RULES)
def test_over_many_seeds_everybody_is_drawn_as_often_as_the_plan_says(name):
    rule, more = RULES[name]
    made, times = plan(rule, **more), pd.Series(0.0, index=STRATA.index)
    for seed in range(600):
        drawn = draw_panel(made, "visits", rule, "2026H1", seed).asked
        assert len(drawn) == rule.size and drawn.is_unique
        times[drawn] += 1 / 600
    assert (times - made.customers["chance"].reindex(times.index)).abs().max() < 0.08  # 3.9 standard errors


def test_the_same_seed_draws_the_same_and_another_period_another():
    rule = RULES["equal_groups"][0]
    assert asked(rule, 7).tolist() == asked(rule, 7).tolist()
    other = draw_panel(plan(rule), "visits", rule, "2026H2", 7).asked
    assert other.tolist() != asked(rule, 7).tolist()


def test_the_largest_are_taken_and_ties_go_by_customer():
    assert asked(Panel(draw="top", size=2), 0, [5, 9, 9, 1]).tolist() == ["C02", "C03"]


def test_a_customer_larger_than_the_interval_is_certain_and_the_others_share_the_rest():
    chance = plan(RULES["pps"][0]).customers["chance"]
    assert chance["C01"] == chance["C02"] == 1 and chance.sum() == pytest.approx(4)
    assert chance["C04"] / chance["C10"] == pytest.approx(100 / 40)


def test_strata_get_their_share_and_nobody_more_than_it_has():
    sizes = pd.Series({"a": 100, "b": 60, "c": 3})
    assert allocate(16, sizes, sizes, "p").to_dict() == {"a": 9, "b": 5, "c": 2}
    spread = pd.Series({"a": 5.0, "b": 20.0, "c": 10.0})
    assert allocate(19, sizes, sizes * spread, "p").to_dict() == {"a": 5, "b": 12, "c": 2}
    assert allocate(163, sizes, sizes * spread, "p").to_dict() == sizes.to_dict()


def test_neyman_asks_most_where_scores_differ_most():
    rule = Panel(draw="stratified", size=6, stratify_by="region", allocation="neyman")
    made = plan(rule, strata=STRATA, spread={"a": 20.0, "b": 5.0}).customers
    assert made.groupby("stratum")["chance"].sum().round().to_dict() == {"a": 4, "b": 2}


@pytest.mark.parametrize(
    ("rule", "sales", "more", "says"),
    [
        (Panel(draw="equal_interval", size=40), SALES, {}, "40 are to be asked, but the frame has 11"),
        (Panel(draw="equal_interval"), SALES, {}, "gives no size"),
        (Panel(draw="top", size=2, order_by="profit"), SALES, {}, "no column profit"),
        (Panel(draw="top", size=2), [np.nan] * 3, {}, "no customer has a value in sales_12m"),
        (Panel(draw="pps", size=2), [5, 0, 3], {}, "1 customers .first C02. have no sales_12m above 0"),
        (RULES["stratified"][0], SALES, {"strata": STRATA.mask(STRATA == "b")}, "7 customers .* have no region"),
        (Panel(draw="stratified", size=3, stratify_by="r"), SALES, {"strata": STRATA}, "each needs 2"),
        (Panel(draw="stratified", size=6, stratify_by="r", allocation="neyman"), SALES, {"strata": STRATA}, "a, b has"),
        (Panel(draw="equal_interval", size=1), [], {}, "no customers to draw from"),
    ],
)
def test_a_draw_that_cannot_be_made_says_why(rule, sales, more, says):
    with pytest.raises(DrawError, match=says):
        plan(rule, sales, **more)


def test_a_customer_without_a_place_stands_last_and_is_counted():
    made = plan(Panel(draw="equal_interval", size=2), [np.nan, 5, 9])
    assert made.blank == 1 and made.customers.index.tolist() == ["C03", "C02", "C01"]


@pytest.mark.parametrize("name", ["equal_interval", "pps"])
def test_a_draw_without_its_seed_is_found_again_from_the_start_that_explains_it(name):
    rule, more = RULES[name]
    drawn = draw_panel(plan(rule, **more), "visits", rule, "2026H1", 3)
    low, high = best_starts(drawn.plan, drawn.asked)
    assert low <= drawn.start <= high


def test_one_customer_swapped_is_one_addition_and_one_omission():
    rule, sales = Panel(draw="equal_interval", size=20), np.arange(90, 0, -1)
    drawn = draw_panel(plan(rule, sales), "visits", rule, "2026H1", 3)
    stranger = drawn.plan.customers.index.difference(drawn.asked)[:1]
    found = check_draw(drawn.plan, drawn.asked[1:].append(stranger), "visits", rule, "2026H1", None)
    assert (found.explained, found.additions, found.omissions) == (19, 1, 1)
    assert found.invited.difference(found.expected).tolist() == stranger.tolist()


def test_equal_groups_without_a_seed_are_told_from_a_bunch_of_neighbours():
    rule, sales = Panel(draw="equal_groups", size=20), np.arange(90, 0, -1)
    drawn = draw_panel(plan(rule, sales), "visits", rule, "2026H1", 3)
    assert check_draw(drawn.plan, drawn.asked, "visits", rule, "2026H1", None).additions == 0
    bunch = drawn.plan.customers.index[:20]
    assert check_draw(drawn.plan, bunch, "visits", rule, "2026H1", None).explained < 7


@pytest.mark.parametrize("period", ["2024H1", "2026H1"])
def test_the_sample_companys_draws_are_explained_to_the_last_customer(period):
    programme = load_programme(CHECKOUT, period)
    found = draw_checks(clean_period(CHECKOUT, period, programme), programme)
    assert {name: (check.by, check.additions, check.omissions) for name, check in found.items()} == {
        "sample": ("start", 0, 0),
        "key_account": ("rule", 0, 0),
    }


def test_a_sample_drawn_from_one_half_of_the_list_is_off_and_a_fair_one_is_not():
    rule, sales = Panel(draw="equal_interval", size=40), np.arange(400, 0, -1)
    made = plan(rule, sales)
    variables = pd.DataFrame({"half": np.repeat(["upper", "lower"], 200)}, index=made.customers.index)
    fair = coverage(variables, [(made, draw_panel(made, "v", rule, "2026H1", 1).asked)])
    unfair = coverage(variables, [(made, made.customers.index[:40])])
    assert not fair["beyond_chance"].any() and unfair["beyond_chance"].all()
    assert fair["noise"].iloc[0] == pytest.approx(np.sqrt(0.25 / 40 * 0.9))


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    root = tmp_path_factory.mktemp("company")
    for period in ("2025H2", "2026H1"):
        (root / "data" / "raw" / period).mkdir(parents=True)
    for file in ("survey.yml", "2026H1/customers.csv", "2026H1/managers.csv", "2025H2/customers.csv"):
        (root / "data" / "raw" / file).write_bytes((CHECKOUT / "data" / "raw" / file).read_bytes())
    return root


def test_what_csat_draw_writes_comes_back_in_and_is_drawn_again_exactly(company, tmp_path):
    folder = write_draw(company, "2026H1", seed=5, to=tmp_path / "draw")
    assert {path.name for path in folder.iterdir()} == set(FILES)
    raw = tmp_path / "data" / "raw" / "2026H1"
    raw.mkdir(parents=True)
    for name in ("customers.csv", "responses.csv"):
        (raw / name).write_bytes((CHECKOUT / "data" / "raw" / "2026H1" / name).read_bytes())
    (raw.parent / "survey.yml").write_text(
        (CHECKOUT / "data" / "raw" / "survey.yml").read_text("utf-8").replace("size: 160,", "size: 160, seed: 5,"),
        "utf-8",
    )
    for kind in ("csv", "xlsx"):
        (raw / "invitations.csv").unlink(missing_ok=True)
        (raw / f"invitations.{kind}").write_bytes((folder / f"invitations.{kind}").read_bytes())
        programme = load_programme(tmp_path, "2026H1")
        clean = clean_period(tmp_path, "2026H1", programme)
        assert clean.counts.set_index("table").loc["invitations", ["rows_in", "rows_kept"]].tolist() == [180, 180]
        assert {n: (c.by, c.share, c.omissions) for n, c in draw_checks(clean, programme).items()} == {
            "sample": ("seed", 1, 0),
            "key_account": ("rule", 1, 0),
        }


def test_the_record_says_what_the_draw_was_made_of(company, tmp_path):
    folder = write_draw(company, "2026H1", seed=5, to=tmp_path / "draw")
    record = json.loads((folder / "draw.json").read_text("utf-8"))
    listed = sum(not row["left_on"] for row in table_in_file("2026H1/customers.csv"))
    assert (record["customers"], record["panels"][0]["seed"]) == (listed, 5)
    asked = {line.split(",")[0] for line in (folder / "invitations.csv").read_text("utf-8-sig").splitlines()[1:]}
    assert record["asked"] == len(asked) and record["panels"][0]["interval"] == pytest.approx(listed / 160)
    page = (folder / "draw_record.html").read_text("utf-8")
    assert record["frame"]["sha256"] in page and "抽样记录" in page and "Record of the draw" in page
    again = write_draw(company, "2026H1", seed=5, to=tmp_path / "again")
    assert all((again / name).read_bytes() == (folder / name).read_bytes() for name in FILES if name != FILES[1])


def test_an_interviewers_sheet_keeps_codes_and_runs_no_formula(company, tmp_path):
    customers = pd.read_csv(company / "data/raw/2026H1/customers.csv", dtype=str)
    customers.loc[customers["customer_id"] == "C0001", ["customer_id", "name", "sales_12m"]] = ["029", "=1+1", "9e9"]
    odd = tmp_path / "odd"
    (odd / "data/raw/2026H1").mkdir(parents=True)
    (odd / "data/raw/survey.yml").write_bytes((company / "data/raw/survey.yml").read_bytes())
    customers.to_csv(odd / "data/raw/2026H1/customers.csv", index=False)
    sheet = openpyxl.load_workbook(write_draw(odd, "2026H1", seed=1) / "invitations.xlsx")["invitations"]
    rows = [cell for row in sheet.iter_rows() if row[0].value == "029" for cell in row]
    assert rows and {cell.value for cell in rows if cell.column == 8} == {"=1+1"}
    assert {cell.data_type for cell in rows if cell.column == 8} == {"s"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["2026H1"], "panel sample: no seed"),
        (["2027H1", "--seed", "1"], "data/raw/2027H1: there is no such folder"),
        (["2026H1", "--seed", "1", "--to", "ROOT/data/raw/2026H1"], "lies in data/raw"),
    ],
)
def test_csat_draw_refuses_in_one_line(company, arguments, says, capsys):
    arguments = [argument.replace("ROOT", str(company)) for argument in arguments]
    assert main(["draw", *arguments, "--root", str(company)]) == 1
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1


def test_csat_draw_overwrites_only_when_told_and_never_a_folder_with_other_files(company, tmp_path, capsys):
    draw = ["draw", "2026H1", "--root", str(company), "--to", str(tmp_path / "d"), "--seed"]
    assert main([*draw, "1"]) == 0 and len(capsys.readouterr().out.split()) == len(FILES)
    before = (tmp_path / "d" / "invitations.csv").read_bytes()
    assert main([*draw, "2"]) == 1 and (tmp_path / "d" / "invitations.csv").read_bytes() == before
    assert main([*draw, "2", "--overwrite"]) == 0 and (tmp_path / "d" / "invitations.csv").read_bytes() != before
    (tmp_path / "d" / "notes.txt").write_text("mine")
    assert main([*draw, "2", "--overwrite"]) == 1 and "notes.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("panel", "says"),
    [
        ("{draw: stratified, size: 5}", "needs stratify_by"),
        ("{draw: top, size: 5, size_by: sales_12m}", "size_by belongs to draw: pps"),
        ("{draw: stratified, stratify_by: region, stratum_sd: {a: 3}}", "stratum_sd belongs to allocation: neyman"),
    ],
)
def test_a_panels_keys_must_fit_its_draw(tmp_path, panel, says):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    survey = "name: p\nscale: {min: 0, max: 10}\ndimensions: {d: {items: [q]}}\npanels:\n  visits: "
    (tmp_path / "data" / "raw" / "survey.yml").write_text(survey + panel, "utf-8")
    with pytest.raises(ProgrammeError, match=says):
        load_programme(tmp_path, "2026H1")
