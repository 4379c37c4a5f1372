"""The readings of a notebook: sentences of messages.yml, filled with recorded numbers, in the run's first language."""

from __future__ import annotations

from IPython.display import Markdown, display

from csat_analysis.programme import Programme
from csat_analysis.report import message_tables, wording
from csat_analysis.report.key_kinds import DIFFERENCES
from csat_analysis.results import Record


class Reader:
    """`say("notebook.index", index=record)` shows one sentence; a record becomes its number with interval and unit.

    languages  "zh,en": the first is the language of the readings.
    """

    def __init__(self, languages: str, programme: Programme):
        self.language = languages.split(",")[0]
        self.programme = programme

    def __call__(self, key: str, **parts: object) -> None:
        display(
            Markdown("> " + wording.say(key, self.language, **{name: self.words(part) for name, part in parts.items()}))
        )

    def words_for(self, key: str) -> str:
        """A message without parts, such as "none" in a sentence."""
        return wording.say(key, self.language)

    def words(self, part: object) -> object:
        """A record with its interval, a list is joined; anything else stands as it is."""
        if isinstance(part, Record):
            return self.record(part)
        if isinstance(part, list):
            return str(wording.list_text(part, self.language))
        return part

    def record(self, record: Record) -> str:
        if not record.shown:
            return wording.say(message_tables.STATUSES[record.status], self.language)
        is_change = record.key in DIFFERENCES
        level = (wording.change_text if is_change else wording.level_text)(record.value, record.unit, self.language)
        if record.status == "exact" or record.low is None:
            return level
        interval = wording.interval_text(record.low, record.high, record.unit, self.language, signed=is_change)
        return wording.say("list.named", self.language, name=level, value=interval)

    def size(self, record: Record) -> str:
        """The size of a difference, without a sign."""
        if not record.shown:
            return wording.say(message_tables.STATUSES[record.status], self.language)
        return wording.change_text(record.value, record.unit, self.language, signed=False)

    def verdict(self, record: Record) -> str:
        """The record's verdict in words; where it has none, why."""
        if record.verdict is None:
            return wording.say(message_tables.STATUSES[record.status], self.language)
        return wording.say(wording.worded(record, message_tables.VERDICTS), self.language)

    def label(self, kind: str, name: str, level: str | None = None) -> str:
        return self.programme.label(kind, name, self.language, level)
