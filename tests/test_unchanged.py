"""What a notebook rests on: one byte of any of it, and the notebook is run again; else its work is taken over."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from pathlib import Path

import nbformat
import pytest
from small_programme import RECORD, fingerprints, notebook

from csat_analysis.period import Period
from csat_analysis.run import unchanged
from csat_analysis.run.order import read_order
from csat_analysis.run.part import Part
from csat_analysis.run.period_run import run_period
from csat_analysis.run.private_root import notebooks_of, private_root
from csat_analysis.run.room import Work
from csat_analysis.run.unchanged import Unchanged, tree

WAVE = Period.parse("2026H1")
APART = notebook("1 + 1")


def flip(path: Path, place: int = -2) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def keys(root: Path, *, part: Part | None = None, files: dict | None = None, **parameters: str) -> dict[str, str]:
    """The key of every notebook, as a run would find it."""
    notebooks = notebooks_of(root)
    with private_root(root, WAVE, notebooks, part) as private:
        work = Work(private, {"01_count": {"results/01_count.json": "a"}} | (files or {}))
        given = {"period": "2026H1", "root": "..", "languages": "zh,en"} | parameters
        found = Unchanged(work, read_order(notebooks), given, root / "data", root / "reports")
        return {name: found.key(name) for name in notebooks}


@pytest.fixture
def root(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path)
    nbformat.write(APART, root / "notebooks" / "03_apart.ipynb")
    (root / "notebooks" / "order.yml").write_text(
        "01_count: []\n02_report: [01_count, earlier_reports]\n03_apart: []\n"
    )
    (root / "reports" / "2025H2").mkdir(parents=True)
    (root / "reports" / "2025H2" / "results.json").write_text("[]\n", encoding="utf-8")
    return root


ALL = {"01_count", "02_report", "03_apart"}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_the_same_gives_the_same_keys(root):
    assert keys(root) == keys(root)


@pytest.mark.parametrize("file", ["survey.yml", "2025H2/responses.csv", "2026H1/responses.csv"])
def test_one_byte_of_a_raw_file_changes_every_key(root, file):
    before = keys(root)
    flip(root / "data" / "raw" / file)
    assert changed(before, keys(root)) == ALL


def test_a_further_raw_file_a_renamed_one_and_one_in_a_folder_below_change_every_key(root):
    raw, before = root / "data" / "raw" / "2026H1", keys(root)
    (raw / "below").mkdir()
    (raw / "below" / "more.csv").write_text("x", encoding="utf-8")
    more = keys(root)
    (raw / "responses.csv").rename(raw / "Responses.csv")
    assert changed(before, more) == ALL and changed(more, keys(root)) == ALL


def test_a_later_period_changes_none(root):
    before = keys(root)
    (root / "data" / "raw" / "2026H2").mkdir()
    (root / "data" / "raw" / "2026H2" / "responses.csv").write_text("response_id,q1,q2\n", encoding="utf-8")
    assert keys(root) == before


def test_a_notebooks_source_changes_its_own_key_and_its_stored_outputs_change_none(root):
    before = keys(root)
    path = root / "notebooks" / "03_apart.ipynb"
    stored = nbformat.read(path, as_version=4)
    stored.cells[2].outputs = [nbformat.v4.new_output("stream", text="2")]
    nbformat.write(stored, path)
    assert keys(root) == before
    stored.cells[2].source += " "
    nbformat.write(stored, path)
    assert changed(before, keys(root)) == {"03_apart"}


def test_work_of_another_that_it_needs_changes_a_key_and_of_one_that_it_does_not_need_changes_none(root):
    before = keys(root)
    assert changed(before, keys(root, files={"01_count": {"results/01_count.json": "b"}})) == {"02_report"}
    assert keys(root, files={"03_apart": {"results/03_apart.json": "b"}}) == before


def test_an_earlier_report_changes_the_key_of_who_reads_it(root):
    before = keys(root)
    flip(root / "reports" / "2025H2" / "results.json")
    assert changed(before, keys(root)) == {"02_report"}


def test_parameters_and_the_part_of_the_customers_change_every_key(root):
    before = keys(root)
    assert changed(before, keys(root, languages="en")) == ALL
    assert changed(before, keys(root, part=Part("region", "east"))) == ALL


@pytest.mark.parametrize("name", ["TZ", "LC_TIME", "PYTHONPATH", "MPLBACKEND", "OMP_NUM_THREADS"])
def test_another_time_zone_path_or_number_of_threads_changes_every_key(root, monkeypatch, name):
    before = keys(root)
    monkeypatch.setenv(name, "3")
    assert changed(before, keys(root)) == ALL


def test_one_byte_of_the_package_changes_every_key(root, monkeypatch, tmp_path_factory):
    package = tmp_path_factory.mktemp("package")
    (package / "messages").mkdir()
    for file in (package / "design.py", package / "messages" / "keys.yml"):
        file.write_text("a: 1\n", encoding="utf-8")
    monkeypatch.setattr(unchanged, "PACKAGE", package)
    before = keys(root)
    flip(package / "messages" / "keys.yml")
    words = keys(root)
    flip(package / "design.py")
    assert changed(before, words) == ALL and changed(words, keys(root)) == ALL


def test_another_version_of_a_package_or_of_python_changes_every_key(root, monkeypatch):
    before = keys(root)
    with monkeypatch.context() as python:
        python.setattr(platform, "python_version", lambda: "3.99.0")
        assert changed(before, keys(root)) == ALL
    there = list(importlib.metadata.distributions())

    class Other:
        metadata = {"Name": "numpy"}
        version = "99.0"

    others = [one for one in there if one.metadata["Name"] != "numpy"] + [Other]
    monkeypatch.setattr(importlib.metadata, "distributions", lambda: iter(others))
    assert changed(before, keys(root)) == ALL


def test_the_package_that_counts_is_the_whole_of_it():
    found = tree(unchanged.PACKAGE, without=frozenset({"__pycache__"}))
    assert {"design.py", "certified.json", "report/messages/page.yml", "report/template/page.html.j2"} <= found.keys()


@pytest.mark.long
class TestRuns:
    @pytest.fixture
    def made(self, root):
        run_period(root, "2026H1", jobs=2)
        return root

    def test_nothing_is_run_again_when_nothing_changed_and_everything_by_force(self, made):
        before = {folder: fingerprints(made / folder) for folder in ("reports/2026H1", "data/processed/2026H1")}
        again = run_period(made, "2026H1")
        assert (again.executed, again.unchanged) == ([], sorted(ALL))
        assert {folder: fingerprints(made / folder) for folder in before} == before
        assert run_period(made, "2026H1", force=True).executed == sorted(ALL)

    def test_what_was_added_to_a_report_stays_while_the_report_does_and_goes_with_it(self, made):
        """A PDF that `csat export` made of a page is of that page alone."""
        added = made / "reports" / "2026H1" / "report.en.pdf"
        added.write_bytes(b"%PDF-")
        assert run_period(made, "2026H1").executed == [] and added.exists()
        assert run_period(made, "2026H1", force=True).executed and not added.exists()

    def test_what_follows_a_changed_notebook_is_run_where_its_work_differs(self, made):
        nbformat.write(notebook(RECORD + "\n"), made / "notebooks" / "01_count.ipynb")
        nbformat.write(notebook("# said otherwise\n" + RECORD), made / "notebooks" / "01_count.ipynb")
        assert run_period(made, "2026H1").executed == ["01_count"]
        nbformat.write(notebook(RECORD.replace("71.25", "71.5")), made / "notebooks" / "01_count.ipynb")
        assert run_period(made, "2026H1").executed == ["01_count", "02_report"]
        assert "71.5" in (made / "reports" / "2026H1" / "report.en.html").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("file", "again"),
        [
            ("data/processed/2026H1/results/01_count.json", ["01_count"]),
            ("data/processed/2026H1/report/report.en.html", ["02_report"]),
            ("reports/2026H1/notebooks/03_apart.ipynb", ["03_apart"]),
            ("reports/2026H1/report.en.html", []),
            ("reports/2026H1/manifest.json", []),
            ("reports/2026H1/notebooks/01_count.html", ["01_count"]),
        ],
    )
    @pytest.mark.parametrize("by", ["altered", "removed"])
    def test_what_was_published_and_altered_by_hand_is_made_again(self, made, file, again, by):
        before = fingerprints(made / "reports" / "2026H1")
        flip(made / file) if by == "altered" else (made / file).unlink()
        assert run_period(made, "2026H1").executed == again
        after = fingerprints(made / "reports" / "2026H1")
        json.loads((made / "reports" / "2026H1" / "manifest.json").read_text(encoding="utf-8"))
        assert {n: f for n, f in after.items() if n != "manifest.json"} == {
            n: f for n, f in before.items() if n != "manifest.json"
        }

    def test_a_record_of_what_was_made_that_cannot_be_read_counts_as_none(self, made):
        file = made / "data" / "processed" / "2026H1" / unchanged.FILE
        file.write_text(json.dumps(json.loads(file.read_text()))[:-9], encoding="utf-8")
        assert run_period(made, "2026H1").executed == sorted(ALL)

    @pytest.mark.parametrize("notebooks", [[], {"01_count": []}, {"01_count": {"key": "k", "executed": "then"}}])
    def test_so_does_one_of_another_shape(self, made, notebooks):
        file = made / "data" / "processed" / "2026H1" / unchanged.FILE
        file.write_text(json.dumps({"notebooks": notebooks, "published": {}}), encoding="utf-8")
        assert run_period(made, "2026H1").executed == sorted(ALL)

    def test_code_that_changed_between_two_jobs_of_a_process_is_not_taken_for_what_made_the_second(
        self, root, monkeypatch, tmp_path_factory
    ):
        """The kernels of the second were forked from what was imported before it: whatever they made is made again."""
        package = tmp_path_factory.mktemp("package") / "design.py"
        package.write_text("a = 1\n", encoding="utf-8")
        monkeypatch.setattr(unchanged, "PACKAGE", package.parent)
        run_period(root, "2026H1")
        assert run_period(root, "2026H1").unchanged == sorted(ALL)
        flip(package)
        assert run_period(root, "2026H1").executed == sorted(ALL)
        assert run_period(root, "2026H1").executed == sorted(ALL)

    def test_code_that_changed_while_a_run_lasted_is_not_taken_for_what_made_it(
        self, root, monkeypatch, tmp_path_factory
    ):
        package = tmp_path_factory.mktemp("package") / "design.py"
        package.write_text("a = 1\n", encoding="utf-8")
        monkeypatch.setattr(unchanged, "PACKAGE", package.parent)
        told = []
        run_period(root, "2026H1", told=lambda name, ended: told.append(ended) or (ended and flip(package)))
        monkeypatch.setattr(unchanged, "PACKAGE", package.parent)
        assert told and run_period(root, "2026H1").executed == sorted(ALL)
