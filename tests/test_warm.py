"""A warm kernel does what an ordinary one does, and none is left behind, however a run ends."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import threading
import time

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from nbformat.v4 import new_output
from run_processes import MARK, alive, csat, marked, wait_until
from small_programme import RECORD, REPORT, fingerprints, notebook

from csat_analysis.errors import RunError
from csat_analysis.run import warm_server
from csat_analysis.run.execute import with_whole_streams
from csat_analysis.run.kernels import kernels
from csat_analysis.run.period_run import run_period
from csat_analysis.run.warm import POSSIBLE, WarmServer

pytestmark = [pytest.mark.long, pytest.mark.skipif(not POSSIBLE, reason="kernels are forked on POSIX alone")]
DRAWS = """
%matplotlib inline
import matplotlib.pyplot as plt, numpy as np, pandas as pd, seaborn as sns, sys, warnings
rng = np.random.default_rng(7)
fig, ax = plt.subplots(figsize=(3, 2), dpi=72)
_ = ax.plot(rng.normal(size=50).cumsum(), label="满意度"), ax.legend()
"""
SHOWS = """
sns.set_theme()
_ = sns.histplot(rng.normal(size=200))
warnings.warn("a warning is shown")
print("out"); print("err", file=sys.stderr)
print(pd.DataFrame(rng.integers(9, size=(3, 25))), pd.DataFrame(rng.normal(size=(70, 3))))
pd.describe_option()
print(sorted(plt.rcParams.items(), key=str)[:400], np.get_printoptions(), sys.flags, sys.getrecursionlimit())
pd.DataFrame({"a": rng.integers(9, size=4)}).describe()
"""
KNOWS = """
import os, pathlib
class Own: pass
print(os.path.basename(os.getcwd()), Own.__module__, __name__, os.environ["OMP_NUM_THREADS"], "JPY_PARENT_PID" in os.environ)
print(sys.path[0] == "", len(sys.argv), pathlib.Path(sys.argv[0]).suffix, os.read(0, 1), plt.get_backend())
"""


@pytest.fixture
def mark(monkeypatch):
    mark = marked()
    monkeypatch.setenv(MARK, mark[MARK])
    return mark


def published(root):
    """The published files but the manifest, which has the time."""
    found = fingerprints(root / "reports" / "2026H1")
    return {name: sha for name, sha in found.items() if name != "manifest.json"}


def test_results_figures_tables_and_all_that_is_shown_are_the_same_byte_for_byte(tiny_programme, tmp_path, mark):
    made = {}
    for name, cold in (("cold", True), ("warm", False)):
        (tmp_path / name).mkdir()
        first = notebook(RECORD, DRAWS, SHOWS, KNOWS)
        root = tiny_programme(tmp_path / name, **{"01_count": first, "02_report": notebook(REPORT)})
        assert run_period(root, "2026H1", cold=cold).executed == ["01_count", "02_report"]
        made[name] = published(root)
        copy = (root / "reports" / "2026H1" / "notebooks" / "01_count.ipynb").read_text(encoding="utf-8")
        assert copy.count("image/png") == 2 and "a warning is shown" in copy
        assert alive(mark) == []
    assert made["cold"] == made["warm"]


def test_what_is_printed_is_the_same_whenever_the_kernel_hands_it_over():
    """A kernel hands over what was printed five times a second, or sooner: a loaded machine cuts it elsewhere."""

    def said(name, text):
        return new_output("stream", name=name, text=text)

    shown = new_output("display_data", {"text/plain": "a figure"})
    at_once = [said("stdout", "one two\n"), said("stderr", "a warning\n"), shown, said("stdout", "three\n")]
    in_pieces = [
        said("stderr", "a "),
        said("stdout", "one "),
        said("stderr", "warning\n"),
        said("stdout", "two\n"),
        shown,
        said("stdout", "th"),
        said("stdout", "ree\n"),
    ]
    assert with_whole_streams(in_pieces) == with_whole_streams(at_once) == at_once


def test_an_error_reads_the_same(tiny_programme, tmp_path):
    said, copies = [], []
    for name, cold in (("cold", True), ("warm", False)):
        (tmp_path / name).mkdir()
        root = tiny_programme(
            tmp_path / name, **{"01_count": notebook("import numpy as np\nnp.zeros(2) @ np.zeros(3)")}
        )
        with pytest.raises(RunError) as failed:
            run_period(root, "2026H1", cold=cold)
        said.append(str(failed.value))
        copies.append((root / "reports" / "2026H1.failed" / "notebooks" / "01_count.ipynb").read_text(encoding="utf-8"))
    assert said[0] == said[1] and "01_count, cell c1: ValueError" in said[0] and "ValueError" in copies[0]
    outputs = [json.loads(copy)["cells"] for copy in copies]
    tracebacks = [[c["outputs"] for c in cells if c["cell_type"] == "code" and c["outputs"]] for cells in outputs]
    assert tracebacks[0] == tracebacks[1]


def test_two_kernels_of_one_run_draw_different_numbers(tiny_programme, tmp_path):
    draws = "import numpy as np, random, uuid\nprint(np.random.random(3), random.random(), uuid.uuid4())"
    root = tiny_programme(tmp_path, **{"01_a": notebook(draws), "02_b": notebook(draws), "03_c": notebook(RECORD)})
    (root / "notebooks" / "order.yml").write_text("01_a: []\n02_b: []\n03_c: []\n", encoding="utf-8")
    folder = run_period(root, "2026H1").folder / "notebooks"
    drawn = [
        json.loads((folder / f"{name}.ipynb").read_text())["cells"][-1]["outputs"][0]["text"]
        for name in ("01_a", "02_b")
    ]
    first, second = ("".join(text).split() for text in drawn)
    assert not set(first) & set(second)


@pytest.mark.parametrize("cold", [True, False])
@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", r"was ended from outside \(SIGKILL\); most likely the memory ran out"),
        ("os._exit(3)", r"ended by itself with exit code 3: does a cell end Python\?"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "was ended by SIGSEGV: a fault in a library that a cell calls"),
    ],
)
def test_a_process_that_ends_is_told_with_its_cell_and_why(tiny_programme, tmp_path, mark, cold, end, told):
    ends = notebook("import os, signal", end)
    with pytest.raises(RunError, match=f"01_count, cell c2: the notebook's process {told}"):
        run_period(tiny_programme(tmp_path, **{"01_count": ends}), "2026H1", cold=cold)
    assert alive(mark) == []


@pytest.mark.parametrize("cold", [True, False])
def test_a_cell_can_be_interrupted_and_timed_out_and_what_it_started_ends_with_it(mark, cold):
    starts = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    page = notebook(starts, "import time\ntime.sleep(600)")
    with kernels(1, cold=cold) as shared, shared.of_a_run() as own:
        begun = time.monotonic()
        client = NotebookClient(
            page, timeout=5, interrupt_on_timeout=True, allow_errors=True, kernel_manager_class=own.manager_class
        )
        client.execute()
        assert page.cells[-1].outputs[-1].ename == "KeyboardInterrupt" and time.monotonic() - begun < 60
        client = NotebookClient(page, timeout=5, kernel_manager_class=own.manager_class)
        with pytest.raises(CellTimeoutError):
            client.execute()
    wait_until(lambda: alive(mark) == [], 10)


WAITS = "import os, pathlib, subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
SAYS = "pathlib.Path(root, 'data', 'raw', 'begun-' + {name!r}).touch()\ntime.sleep(600)"


@pytest.mark.parametrize(
    ("stop", "how"),
    [
        (signal.SIGINT, ()),
        (signal.SIGTERM, ()),
        (signal.SIGKILL, ()),
        (signal.SIGINT, ("--cold",)),
        (signal.SIGKILL, ("--cold",)),
    ],
)
def test_nothing_is_left_seconds_after_a_run_is_stopped(tiny_programme, tmp_path, stop, how):
    names = ("01_a", "02_b")
    root = tiny_programme(tmp_path, **{name: notebook(WAITS + SAYS.format(name=name)) for name in names})
    (root / "notebooks" / "order.yml").write_text("01_a: []\n02_b: []\n", encoding="utf-8")
    mark = marked()
    run = csat(mark, "run", "2026H1", "--root", root, "-j", "2", *how)
    wait_until(lambda: all((root / "data" / "raw" / f"begun-{name}").exists() for name in names))
    assert len(alive(mark)) >= 5  # the run, two kernels and what they started
    stopped = time.monotonic()
    for _ in range(3):  # as somebody impatient does
        run.send_signal(stop)
        time.sleep(0.2)
    _, said = run.communicate(timeout=60)
    wait_until(lambda: alive(mark) == [], 10)
    assert time.monotonic() - stopped < 15
    assert not (root / "reports" / "2026H1").exists()
    if stop != signal.SIGKILL:
        assert said.strip().splitlines()[-1] == "csat: interrupted; nothing was published" and "Traceback" not in said
        assert not [*(root / "reports").glob(".running-*")]


def test_a_failed_notebook_ends_those_beside_it(tiny_programme, tmp_path, mark):
    pages = {"01_a": notebook("import time; time.sleep(600)"), "02_b": notebook("1 / 0"), "03_c": notebook("1")}
    root = tiny_programme(tmp_path, **pages)
    (root / "notebooks" / "order.yml").write_text("01_a: []\n02_b: []\n03_c: [01_a]\n", encoding="utf-8")
    begun = time.monotonic()
    with pytest.raises(RunError, match="02_b, cell c1: ZeroDivisionError"):
        run_period(root, "2026H1", jobs=2)
    assert alive(mark) == [] and time.monotonic() - begun < 120


def test_a_run_killed_while_the_warm_process_still_imports_leaves_none(tiny_programme, tmp_path):
    mark = marked()
    run = csat(mark, "run", "2026H1", "--root", tiny_programme(tmp_path))
    wait_until(lambda: len(alive(mark)) >= 2)
    run.kill()
    run.communicate(timeout=60)
    wait_until(lambda: alive(mark) == [], 5)


def test_when_the_warm_process_is_killed_the_run_says_so_and_leaves_nothing(tiny_programme, tmp_path, mark):
    kills = notebook("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time; time.sleep(60)")
    with pytest.raises(RunError):
        run_period(tiny_programme(tmp_path, **{"01_a": kills}), "2026H1")
    wait_until(lambda: alive(mark) == [], 10)


def test_a_notebook_whose_warm_process_was_killed_under_it_is_run_again_from_the_beginning(
    tiny_programme, tmp_path, mark
):
    """The first attempt leaves a file and is killed; what is published is the second's, which found nothing of the first."""
    once = (
        "import os, pathlib, signal, time\n"
        "left, killed = pathlib.Path(root, 'data', 'processed', period, 'left'), pathlib.Path({there!r})\n"
        "print(left.exists())\n"
        "left.touch()\n"
        "if not killed.exists():\n"
        "    killed.touch(); os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)"
    ).format(there=str(tmp_path / "killed"))
    root = tiny_programme(tmp_path, **{"01_count": notebook(RECORD, once), "02_report": notebook(REPORT)})
    assert run_period(root, "2026H1").executed == ["01_count", "02_report"]
    (said,) = outputs(root / "reports" / "2026H1" / "notebooks" / "01_count.ipynb", "stream")
    assert said["text"] == ["False\n"]
    wait_until(lambda: alive(mark) == [], 10)


@pytest.mark.parametrize("cold", [True, False])
def test_what_a_person_set_for_ipython_and_matplotlib_is_no_input(tiny_programme, tmp_path, monkeypatch, cold):
    """A script that IPython starts with, and settings of figures in the folder that the run is begun in, change nothing."""
    own = tmp_path / "ipython" / "profile_default" / "startup"
    own.mkdir(parents=True)
    (own / "00.py").write_text("meddled = True\n", encoding="utf-8")
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / "matplotlibrc").write_text("lines.linewidth: 17\n", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "begun" / "matplotlibrc"))
    monkeypatch.chdir(tmp_path / "begun")
    asks = "import matplotlib\nprint('meddled' in globals(), matplotlib.rcParams['lines.linewidth'])"
    root = tiny_programme(tmp_path / "programme", **{"01_count": notebook(RECORD, asks)})
    run_period(root, "2026H1", cold=cold)
    (said,) = outputs(root / "reports" / "2026H1" / "notebooks" / "01_count.ipynb", "stream")
    assert said["text"] == ["False 1.5\n"]


def outputs(path, kind):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [one for cell in cells for one in cell.get("outputs", []) if one["output_type"] == kind]


def test_after_the_warm_process_was_killed_another_is_begun_and_a_batch_goes_on(tiny_programme, tmp_path, mark):
    root = tiny_programme(tmp_path)
    with kernels(1) as shared:
        first = shared.begin()
        first.wait_until_ready()
        first.process.kill()
        first.process.wait()
        assert run_period(root, "2026H1", shared=shared).executed == ["01_count", "02_report"]
        assert shared.server is not first
    assert alive(mark) == []


def test_a_kernel_leads_its_own_group_from_the_moment_that_it_is_known(tmp_path, mark):
    server = WarmServer(dict(os.environ))
    try:
        for _ in range(5):
            kernel = server.fork(["python", "-m", "ipykernel_launcher", "--version"], dict(os.environ), str(tmp_path))
            assert os.getpgid(kernel.pid) == kernel.pid
            os.killpg(kernel.pid, signal.SIGKILL)
            assert kernel.wait() == -signal.SIGKILL
    finally:
        server.close()
    assert alive(mark) == []


def test_where_the_system_gives_no_further_process_the_server_says_so_and_lives_on(monkeypatch):
    def no_fork():
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(warm_server, "preload", lambda wanted: True)
    monkeypatch.setattr(os, "fork", no_fork)
    ours, theirs = socket.socketpair()
    reading, lifeline = os.pipe()
    handler, said = signal.getsignal(signal.SIGCHLD), []

    def ask():
        try:
            said.append(ours.recv(4, socket.MSG_WAITALL))
            for _ in range(2):
                status = os.pipe()
                socket.send_fds(ours, [warm_server.LENGTH.pack(2)], [status[1]])
                ours.sendall(b"{}")
                said.append(ours.recv(4, socket.MSG_WAITALL))
                for end in status:
                    os.close(end)
        finally:
            os.close(lifeline)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        warm_server.serve(theirs.detach(), reading)
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, handler)
        gc.unfreeze()
        asking.join()
        ours.close()
    assert said == [warm_server.READY, warm_server.NO_KERNEL, warm_server.NO_KERNEL]


def test_this_process_keeps_its_own_folder_and_no_open_ends(tiny_programme, tmp_path):
    root, folder = tiny_programme(tmp_path), os.getcwd()
    run_period(root, "2026H1")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    run_period(root, "2026H1", force=True)
    assert os.getcwd() == folder
    assert not before or len(os.listdir("/proc/self/fd")) <= before + 3
