"""A period's run: published whole or not at all, and every number with its way home."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from small_programme import RECORD, REPORT, fingerprints, notebook

from csat_analysis.errors import CsatError, PeriodError, RunError
from csat_analysis.period import Period
from csat_analysis.run.lock import period_lock
from csat_analysis.run.notebook_html import write_html
from csat_analysis.run.period_run import run_period
from csat_analysis.run.publish import targets
from csat_analysis.run.store import store_notebooks

pytestmark = pytest.mark.long
WAVE = Period.parse("2026H1")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def published(tiny_programme, tmp_path_factory) -> Path:
    root = tiny_programme(tmp_path_factory.mktemp("published"))
    run_period(root, "2026H1")
    return root


def change(root: Path, **notebooks: nbformat.NotebookNode) -> None:
    for name, content in notebooks.items():
        nbformat.write(content, root / "notebooks" / f"{name}.ipynb")


def in_progress(root: Path) -> list[Path]:
    left = ("reports/.running-*", "reports/.new-*", "data/processed/.new-*", "reports/.old-*", "data/processed/.old-*")
    return [path for what in left for path in root.glob(what)]


def test_a_run_publishes_pages_figures_results_manifest_and_the_notebooks_copies(published):
    assert set(fingerprints(published / "reports" / "2026H1")) == {
        "report.zh.html",
        "report.en.html",
        "figures/trend.svg",
        "results.json",
        "published_sizes.json",
        "manifest.json",
        "notebooks/01_count.ipynb",
        "notebooks/01_count.html",
        "notebooks/02_report.ipynb",
        "notebooks/02_report.html",
    }
    assert (published / "data" / "processed" / "2026H1" / "results" / "01_count.json").is_file()
    assert in_progress(published) == []


def test_a_record_knows_the_notebook_and_the_cell_it_stands_in(published):
    (record,) = json.loads((published / "reports" / "2026H1" / "results.json").read_text(encoding="utf-8"))
    assert (record["notebook"], record["cell"], record["value"]) == ("01_count", "c1", 71.25)


def test_a_later_notebook_sees_the_cells_of_the_earlier_ones(published):
    seen = json.loads((published / "reports" / "2026H1" / "report.en.html").read_text(encoding="utf-8"))
    assert seen[0]["cell"] == "c1"


def test_no_machine_path_stands_in_what_is_published(published):
    for path in (published / "reports" / "2026H1").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert str(published) not in text and sys.prefix not in text and "/tmp" not in text, path.name


def test_the_manifest_fingerprints_every_file_that_was_published(published):
    folder = published / "reports" / "2026H1"
    made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert {entry["file"] for entry in made} == files.keys() - {"manifest.json"}
    for entry in made:
        content = files[entry["file"]].read_bytes()
        assert (entry["sha256"], entry["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))


def test_the_manifest_fingerprints_every_raw_file_up_to_the_period(published):
    made = json.loads((published / "reports" / "2026H1" / "manifest.json").read_text(encoding="utf-8"))
    raw = fingerprints(published / "data" / "raw")
    assert {entry["file"].removeprefix("data/raw/"): entry["sha256"] for entry in made["inputs"]} == raw
    assert made["programme"]["zh"] == "两个问题" and list(made["notebooks"]) == ["01_count", "02_report"]


def test_an_earlier_period_rests_on_no_later_file(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path)
    assert run_period(root, "2025H2", languages=["en"]).reports == [root / "reports" / "2025H2" / "report.en.html"]
    made = json.loads((root / "reports" / "2025H2" / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["file"] for entry in made["inputs"]] == ["data/raw/survey.yml", "data/raw/2025H2/responses.csv"]


def test_a_failed_run_leaves_the_old_report_and_keeps_its_copies(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path)
    run_period(root, "2026H1")
    before = {folder: fingerprints(folder) for folder in targets(root, WAVE)}
    change(root, **{"02_report": notebook("1 / 0")})
    with pytest.raises(RunError) as failed:
        run_period(root, "2026H1")
    assert str(failed.value) == (
        "02_report, cell c1: ZeroDivisionError: division by zero (see reports/2026H1.failed/notebooks)"
    )
    assert {folder: fingerprints(folder) for folder in targets(root, WAVE)} == before
    copies = root / "reports" / "2026H1.failed" / "notebooks"
    assert "ZeroDivisionError" in (copies / "02_report.html").read_text(encoding="utf-8")
    assert (copies / "01_count.ipynb").is_file() and in_progress(root) == []
    change(root, **{"02_report": notebook(REPORT)})
    run_period(root, "2026H1")
    assert not copies.exists()


def test_an_error_meant_for_a_person_speaks_for_itself(tiny_programme, tmp_path):
    raising = notebook("class IntakeError(Exception): pass", "raise IntakeError('responses.csv has no column q2')")
    root = tiny_programme(tmp_path, **{"01_count": raising})
    with pytest.raises(CsatError) as failed:
        run_period(root, "2026H1")
    assert str(failed.value) == "01_count, cell c2: responses.csv has no column q2"


def test_a_parameter_the_notebook_does_not_declare_is_refused(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path, **{"01_count": notebook(RECORD, parameters='period = "2026H1"\nroot = ".."')})
    with pytest.raises(RunError, match="01_count.ipynb.*doesn't declare languages; declared there: period, root"):
        run_period(root, "2026H1")
    assert not (root / "reports" / "2026H1").exists()


def test_an_unknown_period_names_those_there_are(tiny_programme, tmp_path):
    with pytest.raises(PeriodError, match="2031H1.*2025H2, 2026H1"):
        run_period(tiny_programme(tmp_path), "2031H1")


def test_a_second_run_of_the_same_period_is_refused_while_the_first_lasts(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path)
    with period_lock(root, WAVE), pytest.raises(RunError, match=f"2026H1 is being run by process {os.getpid()}"):
        run_period(root, "2026H1")


def test_only_runs_what_is_named_upon_the_published_rest(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path)
    with pytest.raises(RunError, match="02_report follows 01_count, which was never run"):
        run_period(root, "2026H1", only=["02_report"])
    run_period(root, "2026H1")
    change(root, **{"01_count": notebook("raise SystemError"), "02_report": notebook(REPORT.replace("trend", "gap"))})
    assert run_period(root, "2026H1", only=["02_report"]).outdated == []
    report = root / "reports" / "2026H1"
    assert (report / "figures" / "gap.svg").is_file() and (report / "notebooks" / "01_count.html").is_file()
    assert "c1" in (report / "results.json").read_text(encoding="utf-8")


def test_only_names_the_notebooks_that_it_leaves_behind(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path)
    run_period(root, "2026H1")
    assert run_period(root, "2026H1", only=["01_count"]).outdated == ["02_report"]


def test_only_refuses_when_the_raw_files_are_no_longer_the_same(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path)
    run_period(root, "2026H1")
    (root / "data" / "raw" / "2025H2" / "responses.csv").write_text("response_id,q1,q2\nx,1,1\n", encoding="utf-8")
    with pytest.raises(RunError, match="data/raw/2025H2/responses.csv changed since 2026H1 was run"):
        run_period(root, "2026H1", only=["02_report"])


def test_only_of_a_notebook_that_is_not_there_lists_those_that_are(tiny_programme, tmp_path):
    with pytest.raises(RunError, match="no notebook 03_none; there are 01_count, 02_report"):
        run_period(tiny_programme(tmp_path), "2026H1", only=["03_none"])


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_half_way_publishes_nothing_and_blocks_nobody(tiny_programme, tmp_path, stop):
    says_who_it_is = "import os, pathlib, time\npathlib.Path(root, 'data/raw/kernel').write_text(str(os.getpid()))"
    waiting = notebook(says_who_it_is, "time.sleep(600)")
    root = tiny_programme(tmp_path, **{"01_count": waiting})
    run = subprocess.Popen(
        [sys.executable, "-m", "csat_analysis.cli", "run", "2026H1", "--root", str(root)],
        cwd=Path(__file__).parents[1],
        stderr=subprocess.PIPE,
        text=True,
    )
    kernel = root / "data" / "raw" / "kernel"
    wait_until(lambda: kernel.exists() and kernel.read_text())
    run.send_signal(stop)
    _, said = run.communicate(timeout=90)
    assert not (root / "reports" / "2026H1").exists() and not (root / "data" / "processed" / "2026H1").exists()
    wait_until(lambda: not Path("/proc", kernel.read_text()).exists())
    if stop != signal.SIGKILL:
        assert (run.returncode, said.splitlines()[-1]) == (130, "csat: interrupted; nothing was published")
        assert in_progress(root) == []
    change(root, **{"01_count": notebook(RECORD)})
    assert run_period(root, "2026H1").folder.is_dir() and in_progress(root) == []


def wait_until(happened, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.1)


def test_stored_notebooks_are_executed_with_their_defaults_and_the_same_every_time(tiny_programme, tmp_path):
    root = tiny_programme(tmp_path)
    (root / "reports").mkdir()
    store_notebooks(root)
    once = fingerprints(root)
    store_notebooks(root)
    assert fingerprints(root) == once and in_progress(root) == []
    stored = nbformat.read(root / "notebooks" / "01_count.ipynb", as_version=4)
    assert [cell.id for cell in stored.cells] == ["title", "parameters", "c1"]
    assert stored.cells[2].outputs[0].data["text/plain"] == "index 71.3"
    assert not (root / "data" / "processed").exists()


def test_the_analysts_page_reaches_each_cell_says_what_images_show_and_needs_no_network(tmp_path):
    page = notebook("1 + 1")
    shown = {"image/png": PNG, "text/plain": "<Figure>"}
    page.cells[2].outputs = [
        nbformat.v4.new_output(
            "execute_result", data={"text/html": "<table><tr><td>满意</td></tr></table>"}, execution_count=1
        ),
        nbformat.v4.new_output("display_data", data=shown, metadata={"image/png": {"alt": "the index rose"}}),
        nbformat.v4.new_output("stream", name="stdout", text="a < b"),
    ]
    nbformat.write(page, tmp_path / "page.ipynb")
    html = write_html(tmp_path / "page.ipynb").read_text(encoding="utf-8")
    assert 'id="cell-id=c1"' in html and "<td>满意</td>" in html
    assert 'alt="the index rose"' in html and "a &lt; b" in html
    assert "default-src 'none'" in html and "<script" not in html and "http://" not in html and "https://" not in html
    assert write_html(tmp_path / "page.ipynb").read_text(encoding="utf-8") == html


def test_an_error_meant_for_a_person_is_one_line_in_a_cell_too(tmp_path):
    cell = "from csat_analysis.programme import load_programme; load_programme('.', '2026H1')"
    said = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", cell],
        cwd=tmp_path,
        env=os.environ | {"IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    shown = [line for line in said.stdout.splitlines() if line.strip()]
    assert shown == ["csat: data/raw/survey.yml: there is no such file; a programme folder holds data/raw/survey.yml"]
