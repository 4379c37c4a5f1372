"""What `csat check` shows, in the analyst's language: what came in, what was wrong and what mends it, what is proposed."""

from __future__ import annotations

import pandas as pd

from csat_analysis.intake import check_table, problems
from csat_analysis.intake.check import NOT_SUPPLIED
from csat_analysis.intake.column_names import title
from csat_analysis.intake.headings import form_headings
from csat_analysis.intake.period_tables import Clean
from csat_analysis.intake.proposals import lines_to_paste, propose, scale_in_doubt
from csat_analysis.intake.readers import RawTable
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.report.message_tables import STATUSES
from csat_analysis.report.wording import MESSAGES, plain_text, say

Shown = tuple[str, pd.DataFrame]  # a title and its table


def what_came_in(clean: Clean, programme: Programme, language: str) -> list[Shown]:
    """Table by table what came in; and rule by rule what was wrong, with an example and the one edit that mends it."""
    came = check_table(clean, programme)
    came["file"] = came["file"].replace({NOT_SUPPLIED: say(STATUSES["not_supplied"], language)})
    found = problems(clean, language)
    found["mend"] = [say(f"mend.{rule}", language) if f"mend.{rule}" in MESSAGES else "" for rule in found["rule"]]
    period = str(clean.period)
    return [
        (say("check.came_in", language, period=period), headed(came, language)),
        (say("check.found", language, period=period), headed(found, language)),
    ]


def what_is_proposed(raws: dict[str, RawTable], programme: Programme, period: Period, language: str) -> list[Shown]:
    """The unknown headers with the columns that they may be; nothing where there are none."""
    proposed = propose(raws, programme)
    if proposed.empty:
        return []
    called = [title(row.table, language, row.column) for row in proposed.itertuples()]
    called = [programme.label("item", name, language) if name in programme.items else name for name in called]
    words = proposed["match"].map(lambda match: say(f"check.match.{match}", language))
    shown = proposed.drop(columns=["file"]).assign(match=words)
    shown.insert(3, "called", called)
    return [(say("check.proposed", language, period=str(period)), headed(shown, language))]


def what_to_do(raws: dict[str, RawTable], programme: Programme, language: str) -> list[str]:
    """Lines below the tables: the mapping to paste, the headings read by themselves, a scale that looks wrong."""
    lines = []
    proposed = propose(raws, programme)
    if len(proposed):
        lines += [say("check.paste", language), "", lines_to_paste(proposed, programme)]
    if "responses" in raws:
        own = form_headings(raws["responses"].cells.columns, programme, programme.sources.get("responses", {}))
        lines += [say("check.form", language, count=len(own))] if own else []
    if (ends := scale_in_doubt(raws, programme)) is not None:
        low, high, least, most = (
            plain_text(end, language) for end in (*ends, programme.scale.min, programme.scale.max)
        )
        lines.append(say("check.scale", language, low=low, high=high, min=least, max=most))
    return lines


def nothing(title: str, language: str) -> str:
    """What stands in place of a table without rows."""
    return say("check.nothing", language, title=title)


def headed(table: pd.DataFrame, language: str) -> pd.DataFrame:
    return table.rename(columns={name: say(f"check.column.{name}", language) for name in table.columns})
