"""What a notebook's work rests on, as one key; and the work of the run before, where that key is the same still.

data/processed/<period>/made.json keeps, beside what a run published, each notebook's key and the SHA-256 of each file. Work is
taken over only where the key is the same and every file still has its bytes: what was altered or removed is made anew.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from csat_analysis.period import Period
from csat_analysis.programme import PART, is_period
from csat_analysis.results import from_json
from csat_analysis.run.inputs import file_hash
from csat_analysis.run.kernels import ENVIRONMENT
from csat_analysis.run.order import Order
from csat_analysis.run.private_root import PrivateRoot
from csat_analysis.run.room import Files, Work

FILE = "made.json"
WATCHED = (
    "TZ",
    "LANG",
    "LC_",
    "PYTHON",
    "MPL",
    *(name for name in ENVIRONMENT if name.endswith("THREADS")),
)  # beginnings
PACKAGE = Path(__file__).resolve().parents[1]
CODE_AT_START: dict[Path, Any] = {}  # at this process's first run: a batch's kernels come of one that imported it then


def content_hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def tree(folder: Path, *, without: frozenset[str] = frozenset()) -> Files:
    """Every file below a folder, but those in folders or files named `without` or hidden: path → SHA-256."""
    found: Files = {}
    for above, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if name not in without and not name.startswith(".")]
        for name in files:
            if name not in without and not name.startswith("."):
                found[(Path(above) / name).relative_to(folder).as_posix()] = file_hash(Path(above) / name)
    return found


def installed() -> list[str]:
    """name==version of every package that is installed."""
    return sorted({f"{one.metadata['Name']}=={one.version}" for one in importlib.metadata.distributions()})


def raw_files(root: Path, period: Period) -> Files:
    """Everything in data/raw that a notebook of the period could read; not the folders of later periods."""
    raw = root / "data" / "raw"
    later = {folder.name for folder in raw.iterdir() if is_period(folder.name) and period < Period.parse(folder.name)}
    return tree(raw, without=frozenset(later))


def common_parts(private: PrivateRoot) -> dict[str, Any]:
    """What every notebook of a run rests on: raw files, the package's code, installed packages, Python, the machine's kind,
    and what of the environment a library might heed."""
    part = private.path / PART
    return {
        "raw": raw_files(private.path, private.period),
        "part": part.read_text(encoding="utf-8") if part.is_file() else "",
        "code": [tree(PACKAGE, without=frozenset({"__pycache__"})), installed()],
        "python": [platform.python_version(), platform.python_implementation(), platform.system(), platform.machine()],
        "environment": {name: value for name, value in sorted(os.environ.items()) if name.startswith(WATCHED)},
    }


def notebook_source(path: Path) -> list[Any]:
    """The cells of a notebook as they are executed: the outputs it was stored with say nothing."""
    cells = json.loads(path.read_bytes())["cells"]
    return [[cell["cell_type"], cell.get("id"), "".join(cell["source"]), cell["metadata"]] for cell in cells]


def read_made(processed: Path) -> dict[str, Any]:
    """made.json of a published period; without one, or one that can't be read, nothing was made."""
    try:
        made = json.loads((processed / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        made = {}
    parts = {"notebooks": {}, "published": {}}
    right = isinstance(made, dict) and all(isinstance(made.get(part, {}), dict) for part in parts)
    whole = right and all(is_entry(entry) for entry in made.get("notebooks", {}).values())
    return parts | (made if whole else {})


def is_entry(entry: Any) -> bool:
    kinds = {"key": str, "executed": str, "files": dict}
    return isinstance(entry, dict) and all(isinstance(entry.get(name), kind) for name, kind in kinds.items())


@dataclass
class Unchanged:
    """Takes over notebooks' work from what is published in `processed` and `report`; and remembers what each rests on."""

    work: Work
    order: Order
    parameters: Mapping[str, str]
    processed: Path
    report: Path
    keys: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.common = common_parts(self.work.private)
        CODE_AT_START.setdefault(PACKAGE, self.common["code"])
        self.base = content_hash(self.common)
        self.made = read_made(self.processed)

    def key(self, name: str) -> str:
        """What a notebook rests on; asked when the work of all that it needs is there."""
        private = self.work.private
        earlier = tree(private.path / "reports", without=frozenset({str(private.period)}))
        read = {file: sha for file, sha in earlier.items() if file.count("/") == 1 and file.endswith("/results.json")}
        return content_hash(
            {
                "common": self.base,
                "notebook": notebook_source(private.notebooks / f"{name}.ipynb"),
                "parameters": dict(self.parameters),
                "needs": sorted(self.order.needs[name]),
                "files": self.work.seen_by(name, self.order),
                "earlier reports": read if name in self.order.earlier_reports else None,
            }
        )

    def take_over(self, name: str) -> str | None:
        """Put a notebook's earlier work in place and say when it was made; None where it has to be run."""
        self.keys[name] = self.key(name)
        entry = self.made["notebooks"].get(name, {})
        if entry.get("key") != self.keys[name] or not self.whole(name) or not self.may_still_be_shown(name):
            return None
        self.copy(name)
        self.taken.append(name)
        return entry["executed"]

    def note(self, name: str) -> None:
        """Remember what a notebook rests on that is run whatever it rests on."""
        self.keys[name] = self.key(name)

    def forget(self, names: Iterable[str]) -> None:
        """These have to be run after all."""
        self.taken = [name for name in self.taken if name not in set(names)]

    def whole(self, name: str) -> bool:
        """Does every file that the notebook left still have the bytes it was published with?"""
        files, published = self.made["notebooks"][name]["files"], self.made["published"]
        return all(same(self.processed / file, sha) for file, sha in files.items()) and all(
            same(self.report / copy, published.get(copy)) for copy in copies(name)
        )

    def may_still_be_shown(self, name: str) -> bool:
        """Does nothing published since tell customers beside this notebook's numbers?"""
        path = self.processed / "results" / f"{name}.json"
        records = from_json(path.read_text(encoding="utf-8")) if path.is_file() else []
        return self.work.protected(records) == records

    def copy(self, name: str) -> None:
        private, files = self.work.private, self.made["notebooks"][name]["files"]
        for file in files:
            (private.processed / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.processed / file, private.processed / file)
        for copy in copies(name):
            shutil.copyfile(self.report / copy, private.report / copy)
        self.work.files[name] = files

    def report_is_whole(self) -> bool:
        """Is every file of the published report what was published, and are its notebooks those of this run?

        What was added to it since, as `csat export` does, may stay as long as nothing of the report changes.
        """
        there, published = tree(self.report), self.made["published"]
        return bool(published) and published.items() <= there.items() and set(self.made["notebooks"]) == set(self.keys)

    def write(self, executed: Mapping[str, str]) -> None:
        """Leave made.json with the run's processed files, once its report is assembled.

        A run during which the code changed says nothing of what its notebooks rest on: they will be run again.
        """
        private = self.work.private
        now = common_parts(private)
        steady = content_hash(now) == self.base and now["code"] == CODE_AT_START[PACKAGE]
        notebooks = {
            name: {
                "key": (self.keys.get(name) or self.made["notebooks"][name]["key"]) if steady else "",
                "executed": when,
                "files": self.work.files.get(name, {}),
            }
            for name, when in executed.items()
        }
        made = {"notebooks": notebooks, "published": tree(private.report)}
        text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
        (private.processed / FILE).write_text(text, encoding="utf-8", newline="\n")


def copies(name: str) -> tuple[str, str]:
    """A notebook's executed copy and its page, in the report's folder."""
    return f"notebooks/{name}.ipynb", f"notebooks/{name}.html"


def same(path: Path, sha: str | None) -> bool:
    return path.is_file() and file_hash(path) == sha
