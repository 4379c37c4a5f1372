"""Many periods and parts of the customers: each whole and about its own customers alone, small ones refused, failures told."""

from __future__ import annotations

import json
import threading

import pytest
import yaml
from customers_by_region import MEASURE, SIZES, lines, write_programme

from csat_analysis import cli
from csat_analysis.errors import CsatError, IntakeError, PeriodError, ProgrammeError, RunError
from csat_analysis.estimate import NoEstimate
from csat_analysis.intake import clean_period
from csat_analysis.period import Period
from csat_analysis.programme import load_programme
from csat_analysis.run import batch
from csat_analysis.run.batch import Job, plan_batch, run_batch, waiting_for
from csat_analysis.run.kernels import kernels
from csat_analysis.run.lock import period_lock
from csat_analysis.run.part import Part, run_name
from csat_analysis.run.period_run import Published, run_period
from csat_analysis.run.private_root import notebooks_of, private_root, remove_leftovers
from csat_analysis.survey.draw_check import draw_checks

EAST = Part("region", "east")


def names(jobs):
    return [job.name for job in jobs]


def clean_part(root, column, value, period="2026H1"):
    (root / "part.yml").write_text(Part(column, value).yaml(), encoding="utf-8")
    programme = load_programme(root, period)
    return clean_period(root, period, programme), programme


class TestPlanned:
    def test_one_job_a_period_or_one_a_period_and_value(self, tmp_path):
        root = write_programme(tmp_path)
        assert names(plan_batch(root, "2024H1..2026H1").jobs) == ["2025H2", "2026H1"]
        planned = plan_batch(root, "2026H1", "region")
        assert names(planned.jobs) == ["2026H1.region=east", "2026H1.region=north%2Fsouth", "2026H1.region=west"]
        assert names(plan_batch(root, "2026H1", "manager_id").jobs) == [f"2026H1.manager_id=M{i}" for i in range(3)]

    def test_a_small_part_is_refused_and_the_smallest_of_the_others_with_it(self, tmp_path):
        """North has 4 of 5 answers; whole less east and west would give them, so west, the smallest shown, is refused too."""
        planned = plan_batch(write_programme(tmp_path, {"east": 12, "west": 9, "north": 4}), "2026H1", "region")
        assert names(planned.jobs) == ["2026H1.region=east"]
        assert names(planned.refused) == ["2026H1.region=north", "2026H1.region=west"]

    def test_a_report_of_before_whose_part_has_none_now_is_a_failure_until_it_is_withdrawn(self, tmp_path):
        """North is too small now, and nobody is left in the south; another column's and another period's parts aren't asked for."""
        root = write_programme(tmp_path, {"east": 12, "west": 9, "north": 4})
        for part in ("region=north", "region=south", "region=east", "manager_id=M9"):
            (root / "reports" / f"2026H1.{part}").mkdir(parents=True)
            (root / "reports" / f"2026H1.{part}" / "results.json").write_text("[]")
        (root / "reports" / "2026H1.region=far.failed").mkdir()
        told = [one.problem.split(" ")[0] for one in plan_batch(root, "2026H1", "region").failed]
        assert told == ["reports/2026H1.region=north", "reports/2026H1.region=south"]
        assert plan_batch(root, "2025H2", "region").failed == []

    def test_few_customers_without_a_region_could_be_worked_out_too(self, tmp_path):
        planned = plan_batch(write_programme(tmp_path, {"east": 12, "west": 9, "": 2}), "2026H1", "region")
        assert names(planned.jobs) == ["2026H1.region=east"] and names(planned.refused) == ["2026H1.region=west"]

    def test_many_customers_without_a_region_refuse_nobody(self, tmp_path):
        planned = plan_batch(write_programme(tmp_path, {"east": 12, "west": 9, "": 6}), "2026H1", "region")
        assert len(planned.jobs) == 2 and not planned.refused

    def test_a_period_that_cannot_be_read_is_a_failed_job_and_the_others_go_on(self, tmp_path):
        root = write_programme(tmp_path)
        (root / "data" / "raw" / "2026H1" / "customers.csv").write_bytes(b"")
        planned = plan_batch(root, "2025H2..2026H1", "region")
        assert len(planned.jobs) == 3 and {job.period for job in planned.jobs} == {"2025H2"}
        (failed,) = planned.failed
        assert failed.job.name == "2026H1" and "customers.csv" in failed.problem
        with pytest.raises(CsatError, match="customers.csv"):
            plan_batch(root, "2026H1", "region")

    def test_errors_name_what_there_is(self, tmp_path):
        root = write_programme(tmp_path)
        with pytest.raises(PeriodError, match="2020H1..2021H2.*2025H2, 2026H1"):
            plan_batch(root, "2020H1..2021H2")
        with pytest.raises(IntakeError, match="customers has no column colour; it has region, since, manager_id"):
            plan_batch(root, "2026H1", "colour")

    def test_values_that_would_share_a_folder_are_refused(self, tmp_path):
        with pytest.raises(RunError, match="would share a folder"):
            plan_batch(write_programme(tmp_path, {"East": 12, "EAST": 9}), "2026H1", "region")

    def test_a_sample_drawn_with_unequal_chances_can_not_be_parted(self, tmp_path):
        root = write_programme(tmp_path)
        survey = root / "data" / "raw" / "survey.yml"
        drawn = yaml.safe_load(survey.read_text(encoding="utf-8"))
        drawn["panels"]["visit"] |= {"draw": "pps", "order_by": "sales_12m", "size": 20, "seed": 1}
        survey.write_text(yaml.safe_dump(drawn, allow_unicode=True), encoding="utf-8")
        with pytest.raises(CsatError, match="visit is drawn with unequal chances that hold for all customers only"):
            plan_batch(root, "2026H1", "region")

    def test_a_part_waits_for_its_own_period_before_and_for_nothing_else(self):
        one, two = Job("2025H2", EAST), Job("2025H2", Part("region", "west"))
        three = Job("2026H1", EAST)
        assert waiting_for([one, two, three]) == {one: [], two: [], three: [one]}


class TestFolders:
    def test_a_run_leaves_alone_what_another_works_in_whose_name_begins_as_its_own(self, tmp_path):
        root = write_programme(tmp_path)
        (root / "reports").mkdir(exist_ok=True)
        notebooks = notebooks_of(root)
        for own, other in (("east", "east-coast"), ("east-coast", "east")):
            with private_root(root, Period.parse("2026H1"), notebooks, Part("region", other)) as working:
                remove_leftovers(root, run_name("2026H1", Part("region", own)))
                remove_leftovers(root, "2026H1")
                assert working.path.is_dir()
                remove_leftovers(root, run_name("2026H1", Part("region", other)))
                assert not working.path.exists()

    @pytest.mark.parametrize(
        "value", ["../../etc", "a/b", "c:\\d", "", ".", "a\0b", "x" * 400, "区" * 200, "COM1 ", "a\nb"]
    )
    def test_no_value_leaves_its_folder_or_is_too_long_for_one(self, value):
        name = run_name("2026H1", Part("region", value))
        assert name.startswith("2026H1.region=") and len(name.encode()) < 200
        assert not set("/\\:\0\n ") & set(name) and ".." not in name.removeprefix("2026H1.")

    def test_different_values_have_different_folders(self):
        values = ["a b", "a_b", "a%20b", "区" * 200, "区" * 201, "华东"]
        assert len({run_name("2026H1", Part("region", value)) for value in values}) == len(values)
        assert run_name("2026H1", Part("region", "华东")) == "2026H1.region=华东"


class TestParts:
    def test_every_table_holds_the_parts_customers_and_what_hangs_on_them(self, tmp_path):
        root = write_programme(tmp_path)
        raw = root / "data" / "raw" / "2026H1"
        orders = [f"O{i},K{i % 3}00{i % 2},2026-02-01,10" for i in range(12)]
        (raw / "orders.csv").write_text(lines("order_id,customer_id,ordered_on,amount", orders), "utf-8")
        (raw / "mentions.csv").write_text("mention_id,seen_on,text\nX1,2026-02-01,good\n", "utf-8")
        (raw / "managers.csv").write_text(
            lines("manager_id,name,sales_target", [f"M{i},n{i},100" for i in range(3)]), "utf-8"
        )
        (raw / "leads.csv").write_text(
            lines("lead_id,manager_id,created_on,stage", ["L0,M0,2026-02-01,won", "L1,M1,2026-02-01,won"]), "utf-8"
        )
        clean, programme = clean_part(root, "region", "east")
        counts = {name: len(table) for name, table in clean.tables.items() if len(table)}
        assert counts == {"customers": 12, "responses": 12, "orders": 4, "managers": 1, "leads": 1}
        assert "mentions" not in clean.tables and set(clean.tables["orders"]["customer_id"]) == {"K0000", "K0001"}
        assert list(clean.tables["managers"]["sales_target"]) == [100.0]
        assert (clean.counts["rows_in"] == clean.counts["rows_kept"] + clean.counts["rows_set_aside"]).all()
        assert programme.name == {"en": "Two questions · Region East", "zh": "两个问题 · 大区 华东"}

    def test_a_manager_with_customers_elsewhere_has_no_target_and_no_leads_here(self, tmp_path):
        root = write_programme(tmp_path)
        raw = root / "data" / "raw" / "2026H1"
        listed = (raw / "customers.csv").read_text("utf-8").replace("K1000,west,M1", "K1000,west,M0")
        (raw / "customers.csv").write_text(listed, "utf-8")
        (raw / "managers.csv").write_text("manager_id,name,sales_target\nM0,a,100\nM1,b,100\n", "utf-8")
        (raw / "leads.csv").write_text("lead_id,manager_id,created_on,stage\nL0,M0,2026-02-01,won\n", "utf-8")
        clean, _ = clean_part(root, "region", "east")
        assert "leads" not in clean.tables and "sales_target" not in clean.tables["managers"]

    def test_what_was_set_aside_counts_in_its_own_part(self, tmp_path):
        root = write_programme(tmp_path)
        file = root / "data" / "raw" / "2026H1" / "responses.csv"
        again = file.read_text("utf-8").splitlines()[1]
        file.write_text(file.read_text("utf-8") + again + "\n", "utf-8")  # a response that stands twice, of the east
        for value, aside in (("east", 1), ("west", 0)):
            clean, _ = clean_part(root, "region", value)
            counts = clean.counts.set_index("table").loc["responses"]
            assert counts["rows_set_aside"] == aside and len(clean.quarantine) == aside
            assert counts["rows_in"] == SIZES[value] + aside

    def test_the_draw_can_not_be_made_again_from_a_part(self, tmp_path):
        checks = draw_checks(*clean_part(write_programme(tmp_path), "region", "east"))
        assert all(isinstance(check, NoEstimate) and check.status == "not_computed" for check in checks.values())

    def test_an_unknown_value_names_those_there_are_and_survey_yml_names_no_part(self, tmp_path):
        root = write_programme(tmp_path)
        with pytest.raises(IntakeError, match="no customer has region south; there are east, north/south, west"):
            clean_part(root, "region", "south")
        survey = root / "data" / "raw" / "survey.yml"
        survey.write_text(survey.read_text("utf-8") + "part: {column: region, value: east}\n", "utf-8")
        with pytest.raises(ProgrammeError, match="csat batch --by"):
            load_programme(root, "2026H1")


@pytest.mark.parametrize("error", [KeyError("a column"), RunError("01_measure failed"), MemoryError()])
def test_a_job_that_fails_in_whatever_way_is_told_and_the_others_go_on(tmp_path, monkeypatch, error):
    def run_period(root, period, **options):
        if period == "2025H2":
            raise error
        return Published(Period.parse(period), root / "reports" / period, [], [], executed=["01_measure"])

    monkeypatch.setattr(batch, "run_period", run_period)
    ended = {one.job.period: one.problem for one in run_batch(tmp_path, [Job("2025H2"), Job("2026H1")], jobs=1)}
    assert ended["2026H1"] is None and (str(error) in ended["2025H2"] or type(error).__name__ in ended["2025H2"])


class TestStopped:
    def test_a_job_that_waits_for_another_process_gives_up(self, tmp_path):
        root = write_programme(tmp_path)
        with period_lock(root, "2026H1"), kernels(1, cold=True) as shared:
            threading.Timer(0.7, shared.stop).start()
            with pytest.raises(RunError, match="2026H1: not run, since the run was ended"):
                run_period(root, "2026H1", shared=shared, wait=True)

    def test_a_job_that_is_ended_half_way_leaves_no_folder_of_a_failure(self, tmp_path):
        root = write_programme(tmp_path, **{"01_measure": "import time; time.sleep(60)"})
        with kernels(1, cold=True) as shared:
            threading.Timer(4, shared.stop).start()
            with pytest.raises(CsatError):
                run_period(root, "2026H1", shared=shared)
        assert not list((root / "reports").glob("*.failed")) and not (root / "reports" / "2026H1").exists()

    def test_a_job_that_only_begins_then_runs_nothing_and_publishes_nothing(self, tmp_path):
        root = write_programme(tmp_path)
        with kernels(1, cold=True) as shared:
            shared.stop()
            with pytest.raises(CsatError, match="01_measure: not run, since the run was ended"):
                run_period(root, "2026H1", shared=shared)
        assert not (root / "reports" / "2026H1").exists()


@pytest.mark.long
class TestRuns:
    def test_each_part_has_its_own_report_about_its_own_customers(self, tmp_path):
        root = write_programme(tmp_path)
        planned = plan_batch(root, "2025H2..2026H1", "region")
        ended = list(run_batch(root, planned.jobs, jobs=2))
        assert [one.problem for one in ended] == [None] * 6
        assert sorted(names(one.job for one in ended)) == sorted(names(planned.jobs))
        for job in planned.jobs:
            (record,) = json.loads((root / "reports" / job.name / "results.json").read_text(encoding="utf-8"))
            assert (record["value"], record["n"]) == (
                10 * (1 + list(SIZES).index(job.part.value)),
                SIZES[job.part.value],
            )
        page = (root / "reports" / "2026H1.region=east" / "report.zh.html").read_text(encoding="utf-8")
        assert page.startswith("两个问题 · 大区 华东")
        again = list(run_batch(root, planned.jobs, jobs=2))
        assert all(one.unchanged for one in again)
        assert not (root / "reports" / "2026H1").exists() and not list(root.glob("reports/.running-*"))

    def test_a_batch_goes_on_past_a_failure_lists_it_and_resumes_with_it_alone(self, tmp_path, capsys):
        fails = MEASURE + "\nassert who != ['west'], 'the west is lost'"
        root = write_programme(tmp_path, periods=("2026H1",), **{"01_measure": fails})
        arguments = ["batch", "2026H1", "--by", "region", "--root", str(root), "-j", "2"]
        assert cli.main(arguments) == 1
        out, err = capsys.readouterr()
        assert (
            len(out.splitlines()) == 2
            and "2026H1.region=west failed: 01_measure, cell c1: AssertionError: the west" in err
        )
        assert "1 of 3 failed" in err and (root / "reports" / "2026H1.region=west.failed").is_dir()
        assert not (root / "reports" / "2026H1.region=west").exists()
        write = write_programme(tmp_path / "mended", periods=("2026H1",))
        (root / "notebooks" / "01_measure.ipynb").write_bytes((write / "notebooks" / "01_measure.ipynb").read_bytes())
        assert cli.main(arguments) == 0
        assert cli.main(arguments) == 0
        out, err = capsys.readouterr()
        assert out.count("unchanged, not run again") == 3 and not err
        assert (root / "reports" / "2026H1.region=west" / "results.json").is_file()
