"""The rules between tables: who answered for whom, who is in the frame, and whether invitations and answers agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from csat_analysis.errors import IntakeError
from csat_analysis.intake.cleaning import Ledger, shown_lines
from csat_analysis.intake.hundredfold import hundredfold, whole_file
from csat_analysis.intake.rules import Rule
from csat_analysis.period import Period
from csat_analysis.programme import Programme

THE_ONLY_PANEL = "all"
ANSWERED = ("complete", "partial")


def only_panel(programme: Programme) -> str:
    """The panel of a survey that tells none apart."""
    return next(iter(programme.panels), THE_ONLY_PANEL)


def stand_in(responses: pd.DataFrame, programme: Programme, period: Period) -> tuple[pd.DataFrame, dict[str, str]]:
    """Responses with the columns that a foreign survey lacks, and what stands in for each.

    Row numbers carry the period before them: row 7 of one wave and row 7 of the next are not the same person.
    """
    numbered = pd.Series(
        [f"{period}-{row}" for row in range(1, len(responses) + 1)], index=responses.index, dtype="str"
    )
    panel = only_panel(programme)
    offered = {
        "response_id": (numbered, "the row number"),
        "contact_id": (numbered, "the row number"),
        "panel": (pd.Series(panel, index=responses.index, dtype="str"), f"one panel named {panel}"),
        "responded_on": (
            pd.Series(pd.Timestamp(period.end), index=responses.index).astype("datetime64[us]"),
            f"the period's end, {period.end}",
        ),
    }
    lacking = [name for name in offered if name not in responses or (name == "panel" and not programme.panels)]
    return responses.assign(**{name: offered[name][0] for name in lacking}), {
        name: offered[name][1] for name in lacking
    }


def known_panel(table: pd.DataFrame, programme: Programme, ledger: Ledger) -> pd.DataFrame:
    """Rows whose panel survey.yml names; without panels there, or without the column, all rows are one panel's."""
    if "panel" not in table or not programme.panels:
        return table.assign(panel=pd.Series(only_panel(programme), index=table.index, dtype="str"))
    said = table["panel"].replace(
        {words: name for name, panel in programme.panels.items() for words in (panel.label or {}).values()}
    )
    ledger.repaired("panel", table.loc[said != table["panel"], "panel"].dropna(), said[said != table["panel"]].dropna())
    table = table.assign(panel=said)
    known = table["panel"].isin(programme.panels)
    ledger.set_aside(Rule.UNKNOWN_PANEL, "panel", table.loc[~known, "panel"])
    return table[known]


def with_customer(table: pd.DataFrame, programme: Programme, *, contacts_are_customers: bool) -> pd.DataFrame:
    """`customer_id` as given, else the contact's own id in panels drawn from the frame; staff have none."""
    given = table["customer_id"] if "customer_id" in table else pd.Series(index=table.index, dtype="str")
    if not contacts_are_customers:
        return table.assign(customer_id=given)
    return table.assign(customer_id=given.where(given.notna(), table["contact_id"].where(from_frame(table, programme))))


def from_frame(table: pd.DataFrame, programme: Programme) -> pd.Series:
    drawn = [name for name, panel in programme.panels.items() if panel.from_frame]
    return table["panel"].isin(drawn) if programme.panels else pd.Series(True, index=table.index)


def survey_date(tables: Mapping[str, pd.DataFrame], period: Period) -> dt.date:
    """The first day in the period on which anyone was invited or answered; the period's end where no day is known.

    The frame is who was a customer when the survey began: one who answered and left later is still in it.
    """
    days = [
        tables[table][column].dropna()
        for table, column in (("invitations", "invited_on"), ("responses", "responded_on"))
        if table in tables and column in tables[table]
    ]
    known = pd.concat(days) if days else pd.Series(dtype="datetime64[s]")
    inside = known[known.between(pd.Timestamp(period.start), pd.Timestamp(period.end))]
    return inside.min().date() if len(inside) else period.end


def split_frame(customers: pd.DataFrame, on: dt.date, ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frame on the survey date, and the customers who had left before it."""
    if "left_on" not in customers:
        return customers, customers.iloc[:0]
    left = customers["left_on"] < pd.Timestamp(on)
    if "since" in customers:
        back = left & (customers["left_on"] < customers["since"]) & (customers["since"] <= pd.Timestamp(on))
        ledger.noted(Rule.CAME_BACK, "left_on", customers.loc[back, "left_on"].astype("str"))
        left &= ~back
    ledger.set_aside(Rule.LEFT_BEFORE_SURVEY, "left_on", customers.loc[left, "left_on"].astype("str"))
    return customers[~left], customers[left]


def in_frame(
    table: pd.DataFrame, frame: pd.DataFrame, left: pd.DataFrame, programme: Programme, ledger: Ledger
) -> pd.DataFrame:
    """Rows whose customer is in the frame, and those of staff; customers who left and unknown ones are set aside."""
    asked = table["customer_id"].notna() | from_frame(table, programme)
    gone = asked & table["customer_id"].isin(left["customer_id"])
    unknown = asked & ~gone & ~table["customer_id"].isin(frame["customer_id"])
    refuse_many_unknown(table.loc[unknown, "customer_id"], int(asked.sum()), programme, ledger)
    ledger.set_aside(Rule.CUSTOMER_LEFT, "customer_id", table.loc[gone, "customer_id"])
    ledger.set_aside(Rule.CUSTOMER_UNKNOWN, "customer_id", table.loc[unknown, "customer_id"])
    return table[~gone & ~unknown]


def note_unknown_customers(
    events: pd.DataFrame, frame: pd.DataFrame, left: pd.DataFrame, programme: Programme, ledger: Ledger
) -> None:
    """Events of customers whom the frame doesn't hold are kept (they happened) and written down."""
    named = events["customer_id"].notna()
    unknown = (
        named & ~events["customer_id"].isin(frame["customer_id"]) & ~events["customer_id"].isin(left["customer_id"])
    )
    refuse_many_unknown(events.loc[unknown, "customer_id"], int(named.sum()), programme, ledger)
    ledger.noted(Rule.CUSTOMER_UNKNOWN, "customer_id", events.loc[unknown, "customer_id"])


def note_orders(orders: pd.DataFrame, customers: pd.DataFrame | None, ledger: Ledger) -> None:
    """Orders that are kept as they are but look wrong: of customers who had left, and of a hundredfold amount."""
    if customers is not None and "left_on" in customers:
        facts = customers.set_index("customer_id").reindex(orders["customer_id"]).set_axis(orders.index)
        late = orders["ordered_on"] > facts["left_on"]
        if "since" in facts:
            late &= ~(facts["since"] > facts["left_on"])
        ledger.noted(Rule.ORDERED_AFTER_LEAVING, "ordered_on", orders.loc[late, "ordered_on"].astype("str"))
    if "amount" in orders:
        suspected = hundredfold(orders["amount"], orders["customer_id"])
        ledger.noted(Rule.HUNDREDFOLD, "amount", orders.loc[suspected, "amount"].map("{:g}".format).astype("str"))
    if "amount" in orders and customers is not None and "sales_12m" in customers:
        sales = customers.set_index("customer_id")["sales_12m"]
        if (times := whole_file(orders["amount"], orders["customer_id"], sales)) is not None:
            said = pd.Series([f"{times:.0f} times"], index=pd.Index([pd.NA], dtype="Int64"), dtype="str")
            ledger.noted(Rule.FILE_HUNDREDFOLD, "amount", said)


def note_no_customer(events: pd.DataFrame, ledger: Ledger) -> None:
    """Events that name no customer happened all the same: kept and written down."""
    blank = events.index[events["customer_id"].isna()]
    ledger.noted(Rule.NO_CUSTOMER, "customer_id", pd.Series("", index=blank, dtype="str"))


def refuse_many_unknown(unknown: pd.Series, asked: int, programme: Programme, ledger: Ledger) -> None:
    allowed = programme.reporting.orphan_share
    if len(unknown) > allowed * asked:
        raise IntakeError(
            f"{ledger.raw.file}: {len(unknown)} of {asked} rows ({len(unknown) / asked:.0%}) name a customer who isn't "
            f"in customers (column customer_id or contact_id; {shown_lines(unknown.fillna(''))}), more than the "
            f"{allowed:.0%} that survey.yml allows (reporting: orphan_share); likely another period's customers, "
            "ids written otherwise (lost zeros?), or panels of staff that survey.yml doesn't name"
        )


def name_contacts(responses: pd.DataFrame, period: Period, ledger: Ledger) -> pd.DataFrame:
    """An answer without a contact is its own contact: what else it may share with others can't be known."""
    blank = responses["contact_id"].isna()
    own = (str(period) + "-" + responses["response_id"]).where(blank)
    ledger.repaired("contact_id", responses.loc[blank, "contact_id"], own[blank], rule=Rule.NO_CONTACT)
    return responses.assign(contact_id=responses["contact_id"].where(~blank, own))


def one_answer_each(responses: pd.DataFrame, questions: list[str], ledger: Ledger) -> pd.DataFrame:
    """Of a contact's answers in one panel the most complete, then the latest (at a tie the last in the file)."""
    order = pd.DataFrame(
        {
            "contact_id": responses["contact_id"],
            "panel": responses["panel"],
            "answered": responses[questions].notna().sum(axis=1),
            "on": responses["responded_on"],
            "line": responses.index,
        },
        index=responses.index,
    )
    order = order.sort_values(["answered", "on", "line"], na_position="first")
    second = order.duplicated(["contact_id", "panel"], keep="last").reindex(responses.index)
    ledger.set_aside(Rule.SECOND_ANSWER, "contact_id", responses.loc[second, "contact_id"])
    return responses[~second]


def reconcile_outcomes(
    invitations: pd.DataFrame, responses: pd.DataFrame, programme: Programme, ledger: Ledger
) -> pd.DataFrame:
    """Invitations whose outcome agrees with the answers: where the two differ, the answer wins."""
    if "outcome" not in invitations:
        return invitations
    asked = pd.MultiIndex.from_frame(invitations[["contact_id", "panel"]])
    answered = pd.Series(
        achieved(responses, programme).to_numpy(), index=pd.MultiIndex.from_frame(responses[["contact_id", "panel"]])
    )
    found = pd.Series(answered.reindex(asked).to_numpy(), index=invitations.index, dtype="str")
    outcome = invitations["outcome"]
    wrong = found.notna() & outcome.notna() & ~outcome.isin(ANSWERED)
    ledger.repaired("outcome", outcome[wrong], found[wrong], rule=Rule.REFUSAL_THAT_ANSWERED)
    blank = found.notna() & outcome.isna()
    ledger.repaired("outcome", outcome[blank], found[blank], rule=Rule.OUTCOME_BLANK)
    lost = found.isna() & outcome.isin(ANSWERED)
    ledger.set_missing(Rule.ANSWER_NOT_FOUND, "outcome", outcome[lost])
    return invitations.assign(outcome=outcome.where(~wrong & ~blank, found).mask(lost))


def note_uninvited(responses: pd.DataFrame, invitations: pd.DataFrame, ledger: Ledger) -> None:
    asked = pd.MultiIndex.from_frame(invitations[["contact_id", "panel"]])
    uninvited = ~pd.MultiIndex.from_frame(responses[["contact_id", "panel"]]).isin(asked)
    ledger.noted(Rule.NOT_INVITED, "contact_id", responses.loc[uninvited, "contact_id"])


def achieved(responses: pd.DataFrame, programme: Programme) -> pd.Series:
    """complete where every dimension has the answers that it needs, else partial."""
    enough = pd.DataFrame(
        {
            name: responses[list(dimension.items)].notna().sum(axis=1) >= programme.items_needed(name)
            for name, dimension in programme.dimensions.items()
        }
    )
    return enough.all(axis=1).map({True: "complete", False: "partial"}).astype("str")
