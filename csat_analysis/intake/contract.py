"""The data contract: each table's columns, declared once: how one is read, what it may hold, what is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from csat_analysis.errors import IntakeError
from csat_analysis.intake.grid import one_line
from csat_analysis.intake.readers import RawTable, closest
from csat_analysis.programme import Outcome, Programme

if TYPE_CHECKING:
    import pandera.pandas as pa

PROCESS_DAYS = 366  # an order or a case may end after the period in which it began, by a year at most


@dataclass(frozen=True)
class Column:
    """One column of a table. Optional columns may lack; a `required` one may hold blanks, a `key` may not."""

    name: str
    kind: Literal["text", "number", "date", "timestamp", "word", "yes_no", "period"] = "text"
    key: bool = False
    required: bool = False
    unit: str = "count"
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    missing_codes: tuple[str | float, ...] = ()
    days_after_period: int | None = None  # how late a date may lie; None: any date
    after: str | None = None  # the column of the moment that this one ends
    below_is_no_row: bool = False  # a value below `low` sets its row aside: an order of a negative amount is a return
    source: str | None = None  # the raw column it is read from, where that has another name

    @property
    def header(self) -> str:
        return self.source or self.name


def key(name: str) -> Column:
    return Column(name, key=True, required=True)


def text(name: str, *, required: bool = False) -> Column:
    return Column(name, required=required)


def number(
    name: str, unit: str = "count", low: float | None = None, high: float | None = None, *, required: bool = False
) -> Column:
    return Column(name, "number", unit=unit, low=low, high=high, required=required)


def word(name: str, *words: str, required: bool = False) -> Column:
    return Column(name, "word", words=words, required=required)


def day(name: str, *, required: bool = False) -> Column:
    """The day something happened: not after the period."""
    return Column(name, "date", days_after_period=0, required=required)


def end_day(name: str, after: str) -> Column:
    return Column(name, "date", days_after_period=PROCESS_DAYS, after=after)


def any_day(name: str) -> Column:
    """A day that may lie ahead: planned, or announced."""
    return Column(name, "date")


def moment(name: str, *, required: bool = False) -> Column:
    return Column(name, "timestamp", days_after_period=0, required=required)


def end_moment(name: str, after: str) -> Column:
    return Column(name, "timestamp", days_after_period=PROCESS_DAYS, after=after)


CHANNELS = ("visit", "phone", "online", "mail")
LEFT_REASONS = ("quality", "service", "price", "policy", "competitor", "closed", "other")
STAGES = ("lead", "contacted", "needs", "proposal", "negotiation", "won", "lost")

# Tables that are the same for every programme; those that ask about its questionnaire are completed in `columns_of`.
COLUMNS: dict[str, tuple[Column, ...]] = {
    "customers": (
        key("customer_id"),
        text("name"),
        text("region"),
        text("industry"),
        day("since"),
        text("manager_id"),
        Column("exclusive", "yes_no"),
        number("sales_12m", "CNY", 0),
        number("acquisition_cost", "CNY", 0),
        word("competition", "low", "medium", "high"),
        any_day("left_on"),
        word("left_reason", *LEFT_REASONS),
    ),
    "invitations": (
        key("contact_id"),
        day("invited_on"),
        word("channel", *CHANNELS),
        number("wave", low=1),
        text("customer_id"),
        word("outcome", "complete", "partial", "refusal", "no_contact", "ineligible"),
    ),
    "responses": (
        text("contact_id"),
        text("customer_id"),
        day("responded_on"),
        word("channel", *CHANNELS),
        number("duration_s", "seconds", 0),
        text("comment"),
    ),
    "orders": (
        key("order_id"),
        text("customer_id", required=True),
        day("ordered_on", required=True),
        end_day("processed_on", "ordered_on"),
        end_day("delivered_on", "ordered_on"),
        Column("amount", "number", unit="CNY", low=0, below_is_no_row=True),
        number("gross_margin", "share", 0, 1),
        text("product"),
        text("referred_by"),
    ),
    "tickets": (
        key("ticket_id"),
        text("customer_id", required=True),
        word("kind", "enquiry", "complaint", "return", required=True),
        word("category", "quality", "contract", "transport", "service"),
        moment("opened_at", required=True),
        end_moment("first_reply_at", "opened_at"),
        end_moment("resolved_at", "opened_at"),
        text("text"),
    ),
    "leads": (
        key("lead_id"),
        text("manager_id"),
        text("source"),
        day("created_on", required=True),
        word("stage", *STAGES, required=True),
        word("reached", *STAGES),
        end_day("closed_on", "created_on"),
        number("cost", "CNY", 0),
        text("customer_id"),
    ),
    "managers": (key("manager_id"), text("name"), text("region"), number("sales_target", "CNY", 0)),
    "competitors": (key("response_id"), key("competitor")),
    "audits": (
        key("audit_id"),
        text("manager_id", required=True),
        day("visited_on"),
        key("checkpoint"),
        number("score", "score", 0, 10, required=True),
    ),
    "mentions": (key("mention_id"), day("seen_on"), text("source"), number("rating", "score", 1, 5), text("text")),
    "history": (
        Column("period", "period", key=True, required=True),
        key("key"),
        text("group"),
        number("value", "share", required=True),
        number("se", "share", low=0),
        number("n", low=0),
    ),
    "actions": (
        key("action_id"),
        Column("opened", "period"),
        text("segment"),
        text("value"),
        text("owner"),
        any_day("started_on"),
        any_day("due_on"),
        word("status", "planned", "running", "done", "dropped"),
        number("expected_gain", "score"),
    ),
}


def columns_of(table: str, programme: Programme) -> tuple[Column, ...]:
    """A table's declared columns, completed with what survey.yml names: items, outcomes, panels, dimensions, weight."""
    told_apart = len(programme.panels) > 1
    panel = (Column("panel", key=table == "invitations", required=told_apart),) if programme.panels else ()
    dimensions = tuple(programme.dimensions)
    low, high = programme.scale.min, programme.scale.max
    scale = {"unit": "score", "low": low, "high": high, "missing_codes": programme.missing_codes}
    if table == "responses":
        items = tuple(Column(item, "number", required=True, **scale) for item in programme.items)
        outcomes = tuple(outcome_column(name, outcome, programme) for name, outcome in programme.outcomes.items())
        return (Column("response_id", key=True), *COLUMNS[table], *panel, *items, *outcomes, *design_columns(programme))
    added = {
        "invitations": panel,
        "competitors": (
            Column("dimension", "word", key=True, required=True, words=dimensions),
            Column("score", "number", required=True, **scale),
        ),
        "actions": (word("dimension", *dimensions), word("item", *programme.items)),
    }
    return COLUMNS[table] + added.get(table, ())


def outcome_column(name: str, outcome: Outcome, programme: Programme) -> Column:
    if name in programme.items:
        raise IntakeError(
            f"survey.yml: outcomes: {name} has the name of an item; name it otherwise and give it `column: {name}`"
        )
    codes = programme.missing_codes if outcome.missing_codes is None else outcome.missing_codes
    return Column(
        name, "number", unit="score", low=outcome.min, high=outcome.max, missing_codes=codes, source=outcome.column
    )


def design_columns(programme: Programme) -> tuple[Column, ...]:
    """The weight and the strata that a survey brings of its own."""
    design = programme.design
    weight = (number(design.weight, low=0, required=True),) if design and design.weight else ()
    strata = (text(design.strata, required=True),) if design and design.strata else ()
    return weight + strata


def name_columns(raw: RawTable, columns: tuple[Column, ...], sources: Mapping[str, str]) -> pd.DataFrame:
    """The raw cells under the contract's names: headers mapped by `sources`, and every required column there.

    Raises IntakeError that names the file, the column and the closest headers when a mapped header or a required column
    isn't there, or when two columns claim one name.
    """
    headers = list(raw.cells.columns)
    for header, name in sources.items():
        if header not in headers:
            raise IntakeError(
                f"{raw.file}: survey.yml (sources: {raw.table}) maps the header {header!r} to {name}, "
                f"but the file has no such header{likely(header, headers)}"
            )
    names = [sources.get(header, header) for header in headers]
    for column in columns:
        if names.count(column.header) > 1:
            places = ", ".join(str(place) for place, name in enumerate(names, 1) if name == column.header)
            raise IntakeError(f"{raw.file}: two columns are named {column.header} (columns {places}); keep or map one")
        if column.name != column.header and column.name in names:
            raise IntakeError(
                f"{raw.file}: survey.yml reads {column.name} from the column {column.header}, but "
                f"there is a column {column.name} too; name the outcome otherwise"
            )
        if column.required and column.header not in names:
            raise IntakeError(
                f"{raw.file}: the required column {column.header} is missing"
                f"{likely(column.header, names)}; if it goes by another name, map it in survey.yml "
                f"under sources: {raw.table} (`csat check` proposes the lines)"
            )
    return raw.cells.set_axis(pd.Index(distinct(names), dtype="str"), axis=1)


def likely(name: str, headers: list[str]) -> str:
    near = closest(name, headers)
    shown = ", ".join(map(repr, near or [header for header in headers if header][:3]))
    return f"; the closest headers are {shown}" if near else f"; its first headers are {shown}"


def distinct(names: list[str]) -> list[str]:
    """Names of columns that the contract doesn't know may stand twice, or be blank: they are told apart by number."""
    seen: Counter[str] = Counter()
    result = []
    for name in (name or "unnamed" for name in names):
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def schema_of(columns: tuple[Column, ...]) -> pa.DataFrameSchema:
    """The pandera contract of a clean table: types, ranges, words, keys present and unique. Columns beyond it pass."""
    import pandera.pandas as pa  # a notebook whose waves are clean already doesn't wait for it

    keys = [column.name for column in columns if column.key]
    return pa.DataFrameSchema({column.name: checked(column) for column in columns}, unique=keys or None)


def checked(column: Column) -> pa.Column:
    import pandera.pandas as pa

    kinds = {"number": "float64", "date": "datetime64[us]", "timestamp": "datetime64[us]"}
    checks = []
    if column.kind == "number" and column.low is not None:
        checks.append(pa.Check.ge(column.low))
    if column.kind == "number" and column.high is not None:
        checks.append(pa.Check.le(column.high))
    if column.words:
        checks.append(pa.Check.isin(column.words))
    required = column.required or column.key
    return pa.Column(kinds.get(column.kind, "str"), checks, nullable=not column.key, required=required)


def check_clean(table: pd.DataFrame, columns: tuple[Column, ...], file: str) -> None:
    """Hold a cleaned table against its contract; cleaning should have left nothing that breaks it."""
    import pandera.pandas as pa

    try:
        schema_of(columns).validate(table)
    except pa.errors.SchemaError as error:
        raise IntakeError(f"{file}: after cleaning the contract is still broken: {one_line(error)}") from None
