"""Whatever stops a run, what is published is that of the run before or that of this one, whole."""

from __future__ import annotations

import builtins
import errno
import os
import shutil
import signal
import time
from pathlib import Path

import nbformat
import pytest
from run_processes import CHECKOUT, alive, csat, marked, wait_until
from small_programme import RECORD, fingerprints, notebook

from csat_analysis.errors import RunError
from csat_analysis.period import Period
from csat_analysis.run import period_run, publish
from csat_analysis.run.lock import period_lock
from csat_analysis.run.notebook_html import write_html
from csat_analysis.run.period_run import run_period
from csat_analysis.run.publish import settle, settle_all, targets

pytestmark = pytest.mark.long
WAVE = Period.parse("2026H1")
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
NEW = RECORD.replace("71.25", "64.5")


@pytest.fixture(scope="module")
def before(tiny_programme, tmp_path_factory):
    """A published programme, to be copied: each test runs upon it a notebook that finds another number."""
    root = tiny_programme(tmp_path_factory.mktemp("before"))
    run_period(root, "2026H1", jobs=1)
    nbformat.write(notebook(NEW), root / "notebooks" / "01_count.ipynb")
    return root


@pytest.fixture
def root(before, tmp_path):
    return shutil.copytree(before, tmp_path / "programme")


def outputs(root: Path) -> dict[str, dict[str, str]]:
    return {str(folder.relative_to(root)): fingerprints(folder) for folder in targets(root, WAVE)}


def numbers(root: Path) -> tuple[bool, bool]:
    """Does the new number stand in the processed results, and in the report?"""
    files = ("data/processed/2026H1/results/01_count.json", "reports/2026H1/results.json")
    return tuple("64.5" in (root / file).read_text(encoding="utf-8") for file in files)


def test_a_full_disk_at_any_write_is_one_line_and_leaves_the_old(root, monkeypatch):
    """Every place where this process writes in a run, one after the other, finds the disk full."""
    old, place, failures = outputs(root), 0, 0
    monkeypatch.setattr(period_run, "execute_all", executed_before(root))
    real = {"open": builtins.open, "copyfile": shutil.copyfile, "rename": os.rename}
    while True:
        left = place

        def write_or_fail(name):
            def call(*args, **options):
                nonlocal left
                writes = name != "open" or any(
                    letter in str((*args, options.get("mode", ""))[1:2]) for letter in "wa+x"
                )
                if writes and str(root) in str(args[-1 if name != "open" else 0]):
                    left -= 1
                    if left == -1:
                        raise FULL
                return real[name](*args, **options)

            return call

        with monkeypatch.context() as full:
            full.setattr(Path, "open", lambda self, *a, **k: write_or_fail("open")(self, *a, **k))
            full.setattr(shutil, "copyfile", write_or_fail("copyfile"))
            full.setattr(os, "rename", write_or_fail("rename"))
            try:
                run_period(root, "2026H1", cold=True)
            except RunError as error:
                assert "No space left on device" in str(error) and "\n" not in str(error)
                failures += 1
            else:
                break
        settle(root, WAVE)
        assert outputs(root) == old, f"write {place}"
        place += 1
    assert failures > 10 and numbers(root) == (True, True)


def executed_before(root: Path):
    """In place of kernels: notebooks that leave what they would, so that a run takes a moment."""

    def execute_all(work, order, names, parameters, kernels, *, taken_over, told):
        for name in names:
            taken_over(name)
            page = notebook(NEW)
            record = '[{"key": "satisfaction.index", "group": {}, "value": 64.5, "se": 1.0, "low": 63.0, "high": 66.0, "n": 30,'
            record += ' "unit": "points", "status": "ok"}]'
            nbformat.write(page, work.private.executed / f"{name}.ipynb")
            write_html(work.private.executed / f"{name}.ipynb")
            if name == "01_count":
                (work.private.results / "01_count.json").write_text(record, encoding="utf-8")
            work.files[name] = {}
        return dict.fromkeys(names, "now")

    return execute_all


def test_a_full_disk_in_a_kernel_is_told_and_leaves_the_old(root):
    old = outputs(root)
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    fills = notebook(NEW, "with open('/dev/full', 'w') as file: file.write('x')")
    nbformat.write(fills, root / "notebooks" / "01_count.ipynb")
    with pytest.raises(RunError, match="01_count, cell c2: OSError.*No space left on device"):
        run_period(root, "2026H1")
    assert outputs(root) == old


@pytest.mark.parametrize("seconds", [0.5, 2, 4, 6, 8, 10, 12])
def test_killed_at_a_moment_the_outputs_are_the_old_or_the_new(root, seconds):
    old, mark = outputs(root), marked()
    run = csat(mark, "run", "2026H1", "--root", root)
    time.sleep(seconds)
    run.kill()
    run.communicate()
    wait_until(lambda: alive(mark) == [], 10)
    settle(root, WAVE)
    assert outputs(root) == old or numbers(root) == (True, True)
    assert run_period(root, "2026H1").folder.is_dir()
    assert numbers(root) == (True, True) and not [*root.glob("reports/.running*"), *root.glob("**/.old-*")]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("step", range(12))
def test_killed_between_any_two_steps_of_a_publication_the_outputs_are_the_old_or_the_new(
    root, tmp_path, step, at_once
):
    """A publication puts two folders beside their places, exchanges each (`at_once`, or in three steps where the system can't), and
    removes what is old: it is killed before each of these. Neither place is ever empty, and whoever reads next ends it.
    """
    old = outputs(root)
    private = tmp_path / "private"
    made = [private / "processed", private / "report"]
    for folder, target in zip(made, targets(root, WAVE), strict=True):
        shutil.copytree(target, folder)
        (folder / "new").touch()
    pid = os.fork()
    if not pid:
        left = step

        def until_killed(call):
            def counted(*args, **options):
                nonlocal left
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
                return call(*args, **options)

            return counted

        os.rename, shutil.rmtree = until_killed(os.rename), until_killed(shutil.rmtree)
        publish.exchanged = until_killed(publish.exchanged) if at_once else lambda one, other: False

        class Private:
            processed, report, name = *made, "2026H1"

        publish.publish(root, Private())
        os._exit(0)
    os.waitpid(pid, 0)
    if at_once and publish.exchanged(root / "data", root / "reports"):
        assert publish.exchanged(root / "data", root / "reports")  # this file system can: and back again
        assert all(target.is_dir() and len(list(target.iterdir())) > 1 for target in targets(root, WAVE))
    settle_all(root)
    found = [(target / "new").exists() for target in targets(root, WAVE)]
    assert found in ([True, True], [False, False]) and (found[0] or outputs(root) == old)
    assert not [path for what in (".old-*", ".new-*", publish.MARK) for path in root.glob(f"**/{what}")]


def test_a_second_run_waits_where_it_is_told_to_and_is_refused_where_not(root, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))  # as the other run's: another one would be another input
    mark = marked()
    nbformat.write(notebook(NEW, "import time; time.sleep(3)"), root / "notebooks" / "01_count.ipynb")
    run = csat(mark, "run", "2026H1", "--root", root)
    wait_until(lambda: list(root.glob("reports/.running-*")))
    with pytest.raises(RunError, match=f"2026H1 is being run by process {run.pid} already"):
        run_period(root, "2026H1")
    waited = run_period(root, "2026H1", wait=True)
    assert run.wait(timeout=60) == 0 and waited.executed == [] and numbers(root) == (True, True)


def test_raw_files_that_change_while_a_run_lasts_are_refused(root):
    old = outputs(root)
    touches = notebook(NEW, "open('../data/raw/2026H1/responses.csv', 'a').write('x,1,1\\n')")
    nbformat.write(touches, root / "notebooks" / "01_count.ipynb")
    with pytest.raises(RunError, match="data/raw/2026H1/responses.csv changed while 2026H1 was being run"):
        run_period(root, "2026H1")
    assert outputs(root) == old


def test_a_lock_is_free_again_however_its_holder_ends(root):
    pid = os.fork()
    if not pid:
        with period_lock(root, WAVE):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    with period_lock(root, WAVE):
        pass


def test_a_folder_that_knows_no_locks_is_an_error_and_nobody_waits_for_ever(root, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("csat_analysis.run.lock.fcntl.flock", no_locks)
    with pytest.raises(RunError, match="No locks available.*nothing was published"):
        run_period(root, str(WAVE), wait=True)


def test_who_may_only_read_is_not_kept_from_reading_by_what_a_killed_run_left(root, monkeypatch):
    (root / "reports" / ".new-2026H1").mkdir(parents=True)

    def may_not(*args, **options):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as reader:
        reader.setattr(publish, "period_lock", may_not)
        settle_all(root)
    assert (root / "reports" / ".new-2026H1").is_dir()
    settle_all(root)
    assert not (root / "reports" / ".new-2026H1").exists()
