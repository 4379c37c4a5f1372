"""One table of all that was said: comments of the survey, tickets, mentions, each with its date, customer and rating."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.history import event_files, events
from csat_analysis.metrics.satisfaction import PERSON, dimension_column
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period
from csat_analysis.survey.frame import customer_segments

COLUMNS = ("source", "id", "date", "period", "customer_id", "kind", "category", "rating", "text")
BEST_MENTION, WORST_MENTION = 5, 1


def all_texts(waves: Mapping[Period, Wave], now: Period) -> pd.DataFrame | NoEstimate:
    """Texts of all periods up to `now`, one a row; blank ones aren't texts.

    source    comment, ticket or mention; `id` is that of its own table; kind and category are a ticket's, kind is the
              source of a mention and the panel of a comment.
    period    the period whose file it first stood in.
    rating    points 0–100: of a comment the respondent's own index, of a mention (rating − 1)/4 × 100; none for tickets.
    and a column for each segment of survey.yml (the customer's level in that period's list), and for each dimension (the
    respondent's score in points).
    """
    upto = {period: wave for period, wave in sorted(waves.items()) if not now < period}
    parts = [part for part in (comments(upto), tickets(upto), mentions(upto)) if len(part)]
    if not parts:
        return NoEstimate("not_supplied", "no comments, tickets or mentions with a text were supplied")
    found = pd.concat(parts, ignore_index=True)
    found = found[found["text"].str.strip() != ""].reset_index(drop=True)
    if found.empty:
        return NoEstimate("not_supplied", "no comments, tickets or mentions with a text were supplied")
    return with_segments(found, upto, now)


def text_files(waves: Mapping[Period, Wave]) -> tuple[str, ...]:
    """The raw files, below the root, that texts are read from."""
    tables = [file for table in ("tickets", "mentions") for file in event_files(waves, table)]
    return tuple([*(file for _, wave in sorted(waves.items()) for file in wave.files), *tables])


def comments(waves: Mapping[Period, Wave]) -> pd.DataFrame:
    """What customers wrote in the survey; staff panels aren't customers."""
    found = []
    for period, wave in waves.items():
        answers = wave.responses
        if "comment" not in answers:
            continue
        staff = [name for name, panel in wave.programme.panels.items() if not panel.from_frame]
        said = answers["comment"].fillna("").astype(str).str.strip().ne("") & ~answers["panel"].isin(staff)
        mine, scores = answers[said], wave.scores[said]
        columns = {
            "source": "comment",
            "id": mine["response_id"].astype(str),
            "date": mine["responded_on"],
            "period": str(period),
            "customer_id": mine["customer_id"],
            "kind": mine["panel"],
            "rating": scores[PERSON],
            "text": mine["comment"].astype(str),
        }
        dimensions = {name: scores[dimension_column(wave.programme, name)] for name in wave.programme.dimensions}
        found.append(pd.DataFrame(columns | dimensions))
    return told_apart(pd.concat(found, ignore_index=True)) if found else pd.DataFrame()


def told_apart(texts: pd.DataFrame) -> pd.DataFrame:
    """Comments with the period before their id where it is a running number, or stands in another period's file too."""
    running = texts["id"].str.fullmatch("[0-9]+") | texts["id"].duplicated(keep=False)
    return texts.assign(id=texts["id"].where(~running, texts["period"] + "-" + texts["id"]))


def tickets(waves: Mapping[Period, Wave]) -> pd.DataFrame:
    table = events(waves, "tickets")
    if isinstance(table, NoEstimate) or "text" not in table:
        return pd.DataFrame()
    columns = {
        "source": "ticket",
        "id": identity(table, "ticket_id"),
        "date": table["opened_at"].dt.normalize(),
        "period": table["period"],
        "customer_id": table["customer_id"],
        "kind": table["kind"],
        "category": table["category"] if "category" in table else None,
        "text": table["text"].fillna("").astype(str),
    }
    return pd.DataFrame(columns)


def mentions(waves: Mapping[Period, Wave]) -> pd.DataFrame:
    table = events(waves, "mentions")
    if isinstance(table, NoEstimate) or "text" not in table:
        return pd.DataFrame()
    rating = table["rating"].astype(float) if "rating" in table else pd.Series(float("nan"), index=table.index)
    columns = {
        "source": "mention",
        "id": identity(table, "mention_id"),
        "date": table["seen_on"] if "seen_on" in table else pd.NaT,
        "period": table["period"],
        "kind": table["source"] if "source" in table else None,
        "rating": 100 * (rating - WORST_MENTION) / (BEST_MENTION - WORST_MENTION),
        "text": table["text"].fillna("").astype(str),
    }
    return pd.DataFrame(columns)


def identity(table: pd.DataFrame, key: str) -> pd.Series:
    """A row's own id, its place where the table has none."""
    return table[key].astype(str) if key in table else pd.Series(table.index.astype(str), index=table.index)


def with_segments(texts: pd.DataFrame, waves: Mapping[Period, Wave], now: Period) -> pd.DataFrame:
    """Each text with its customer's level in every segment of survey.yml, by the list of the text's own period."""
    programme = waves[now].programme
    texts = texts.reindex(columns=list(dict.fromkeys([*COLUMNS, *programme.dimensions, *texts.columns])))
    for segment in programme.segments:
        texts[f"group_{segment}"] = pd.Series(pd.NA, index=texts.index, dtype=object)
    for period, wave in waves.items():
        if "customers" not in wave.clean.tables:
            continue
        levels = customer_segments(wave.clean.tables["customers"], programme, wave.clean.survey_date)
        mine = texts["period"] == str(period)
        for segment in levels:
            texts.loc[mine, f"group_{segment}"] = texts.loc[mine, "customer_id"].map(levels[segment])
    return texts
