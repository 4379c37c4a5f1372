"""The room that one notebook runs in: a programme folder that holds what the notebook may read, and nothing else.

So a notebook that reads what order.yml doesn't declare finds nothing there, whoever else runs beside it; and what it
leaves is known file by file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field

from csat_analysis.errors import RunError
from csat_analysis.intake.kept import FOLDER as CLEANED
from csat_analysis.programme import PART
from csat_analysis.results import Record, from_json, to_json
from csat_analysis.run.differencing import Sizes
from csat_analysis.run.inputs import file_hash
from csat_analysis.run.order import Order
from csat_analysis.run.other_parts import Division
from csat_analysis.run.private_root import PrivateRoot, link_folder
from csat_analysis.run.protect import protect

Files = dict[str, str]  # path below data/processed/<period> → SHA-256


@dataclass
class Work:
    """What notebooks left in data/processed so far: notebook → its files. A run's notebooks share one.

    before, min_group  what the report's numbers were published with: what would tell customers beside it is hidden (`protected`).
    """

    private: PrivateRoot
    files: dict[str, Files] = field(default_factory=dict)
    before: Sizes = field(default_factory=dict)
    min_group: int = 1

    def protected(self, records: list[Record]) -> list[Record]:
        return protect(records, self.before, self.min_group)

    def hide(self, beside: Sequence[Division]) -> list[str]:
        """Hide what the period's other reports would tell customers with, in the records of all notebooks; whose changed."""
        found = {path.stem: path for path in sorted(self.private.results.glob("*.json"))}
        shown = {name: from_json(path.read_text(encoding="utf-8")) for name, path in found.items()}
        together = [r for records in shown.values() for r in records]
        safe = iter(protect(together, self.before, self.min_group, beside=beside))
        hidden = {name: [next(safe) for _ in records] for name, records in shown.items()}
        changed = [name for name in shown if hidden[name] != shown[name]]
        for name in changed:
            found[name].write_text(to_json(hidden[name]), encoding="utf-8", newline="\n")
            self.files[name] = self.files[name] | {f"results/{name}.json": file_hash(found[name])}
        return changed

    def room(self, name: str, order: Order) -> PrivateRoot:
        """Make the room of a notebook, anew: raw data, what it needs of others, earlier reports where it reads them."""
        room = PrivateRoot(self.private.path / "rooms" / name, self.private.period)
        shutil.rmtree(room.path, ignore_errors=True)
        for folder in (room.notebooks, room.results, room.path / "reports"):
            folder.mkdir(parents=True)
        link_folder(self.private.path / "data" / "raw", room.path / "data" / "raw")
        link_folder(self.private.path / CLEANED, room.path / CLEANED)
        if name in order.earlier_reports:
            for earlier in sorted((self.private.path / "reports").glob("*/results.json")):
                link_folder(earlier.parent, room.path / "reports" / earlier.parent.name)
        if (self.private.path / PART).is_file():
            shutil.copyfile(self.private.path / PART, room.path / PART)
        shutil.copyfile(self.private.notebooks / f"{name}.ipynb", room.notebooks / f"{name}.ipynb")
        for file in self.seen_by(name, order):
            (room.processed / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.private.processed / file, room.processed / file)
        return room

    def seen_by(self, name: str, order: Order) -> Files:
        """The files of others that a notebook may read."""
        return {file: sha for needed in order.needs[name] for file, sha in self.files.get(needed, {}).items()}

    def collect(self, name: str, order: Order, room: PrivateRoot) -> None:
        """Take over the files that a notebook left, and remove its room. A file has one notebook that writes it."""
        seen = self.seen_by(name, order)
        found = {path: file_hash(path) for path in sorted(room.processed.rglob("*")) if path.is_file()}
        left = {path.relative_to(room.processed).as_posix(): sha for path, sha in found.items()}
        left = {file: sha for file, sha in left.items() if seen.get(file) != sha}
        for file in left:
            writers = [other for other, files in self.files.items() if file in files and other != name]
            if writers:
                raise RunError(
                    f"data/processed: {file} is written by {writers[0]} and by {name}: a file has one writer"
                )
        for file in left:
            (self.private.processed / file).parent.mkdir(parents=True, exist_ok=True)
            os.replace(room.processed / file, self.private.processed / file)
        self.files[name] = left
        shutil.rmtree(room.path)
