"""From who was asked to the design their answers carry: panels, the take-all stratum, and the representative sample."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.intake import Clean
from csat_analysis.programme import Panel, Programme
from csat_analysis.survey.unequal import UNEQUAL, frame_strata, without_fraction

IN_LIST_ORDER = ("equal_interval", "equal_groups")  # draws that spread over a list sorted by `order_by`
TAKE_ALL = ("top", "all")
OTHERS = "others"  # the stratum of customers who aren't all asked


@dataclass(frozen=True, eq=False)
class Sample:
    """Answers that stand for a population: row labels of the cleaned responses, the design with a row for each, and the customers
    that the weights add up to (infinite where they stand for no list).
    """

    rows: pd.Index
    design: Design
    population: float = np.inf


def panel_sample(clean: Clean, programme: Programme, panel: str) -> Sample:
    """The answers of one panel, standing for those it was drawn from.

    Drawn at equal intervals: for the frame. `top`, `all` and staff panels: for those who were asked, so a panel that
    answered in full is a census.
    """
    responses = clean.tables["responses"]
    mine = responses[responses["panel"] == panel]
    rule = programme.panels[panel]
    if rule.draw in UNEQUAL and "customers" in clean.tables and len(mine):
        return weighted_sample(clean, programme, [panel], mine.index, pd.Series(dtype=object))
    asked = customers_asked(clean, panel)
    customer = mine["customer_id"] if rule.from_frame else panel + ":" + mine["contact_id"].astype(str)
    drawn = asked.size if asked is not None else (rule.size or 0)
    population = frame_size(clean) if rule.draw in IN_LIST_ORDER else drawn
    known = population >= customer.nunique() > 0
    heard = heard_part(clean, customer) if known and rule.draw in TAKE_ALL else 1.0
    design = design_of_contacts(
        mine,
        named_apart(customer, responses, panel) if rule.from_frame else customer,
        stratum=np.full(len(mine), panel),
        weight=1 / customer.map(customer.value_counts()).to_numpy(dtype=float),
        wave=str(clean.period),
        population={panel: population / heard} if known else {},
        drawn={panel: drawn / heard} if drawn else {},
        systematic=[panel] if drawn and in_list_order(rule, clean) else [],
        order=list_rank(customer, rule, clean),
    )
    return Sample(mine.index, design)


def representative_sample(clean: Clean, programme: Programme) -> Sample:
    """All customers' answers, weighted by design to the frame: the basis of the headline numbers.

    Customers asked as key accounts (`draw: top`) are a take-all stratum; the others stand for the rest of the frame. A
    customer who answered in two panels counts once, with the visit's answer. A survey that brings weights keeps them.
    Without a frame the drawn panel speaks for the customers, every answer alike; without panels all answers do. Nothing
    here corrects for who didn't answer.

    Raises EstimateError where nobody of the drawn panel answered: key accounts can't speak for the other customers.
    """
    responses = clean.tables["responses"]
    if programme.design is not None and (programme.design.weight or programme.design.strata):
        return brought_sample(clean, programme)
    names = [name for name, rule in programme.panels.items() if rule.from_frame]
    if not names:
        return whole_sample(clean, responses.index)
    visits = [name for name in names if programme.panels[name].draw not in TAKE_ALL]
    if "customers" not in clean.tables:
        return whole_sample(clean, responses.index[responses["panel"].isin(visits or names)])
    return weighted_sample(clean, programme, visits, one_panel_a_customer(responses, visits + names))


def weighted_sample(
    clean: Clean, programme: Programme, visits: list[str], rows: pd.Index, take_all: pd.Series | None = None
) -> Sample:
    """These answers, weighted by stratum to the frame: the take-all strata, those of the drawn panel's rule, the others."""
    mine = clean.tables["responses"].loc[rows]
    key_accounts = take_all_strata(clean, programme) if take_all is None else take_all
    frame = strata_of_frame(clean, programme, visits, key_accounts)
    stratum = mine["customer_id"].map(frame["stratum"]).fillna(OTHERS)
    population = frame["stratum"].value_counts().to_dict()
    asked = [found for found in (customers_asked(clean, name) for name in visits) if found is not None]
    sizes = [programme.panels[name].size for name in visits]
    drawn = key_accounts.value_counts().to_dict()
    if asked:
        others = np.setdiff1d(np.concatenate(asked), key_accounts.index)
        drawn |= frame["stratum"].reindex(others).fillna(OTHERS).value_counts().to_dict()
    elif OTHERS in population:  # without invitations the panels' planned sizes
        drawn |= {OTHERS: sum(sizes)} if sizes and None not in sizes else {}
    answered = mine.groupby(stratum)["customer_id"].nunique()
    if not set(answered.index) - set(key_accounts) and set(population) - set(key_accounts):
        raise EstimateError(
            f"{clean.period}: nobody of {', '.join(visits) or 'a drawn panel'} answered, and key accounts can't speak for others"
        )
    silent = [name for name in population if name not in answered]
    into = next((name for name in answered.index if name not in set(key_accounts)), OTHERS)
    for name in silent:  # a stratum nobody answered from joins the others
        for counts in (population, drawn):
            counts[into] = counts.get(into, 0) + counts.pop(name, 0)
    rule = programme.panels[visits[0]] if visits else None
    contacts = mine["customer_id"].map(mine["customer_id"].value_counts()).to_numpy(dtype=float)
    base = mine["customer_id"].map(frame["base"]).fillna(1.0).to_numpy() / contacts
    standing_for = pd.Series(base, index=mine.index).groupby(stratum).sum()
    heard = {
        h: heard_part(clean, mine.loc[stratum == h, "customer_id"]) for h in set(key_accounts) & set(answered.index)
    }
    design = design_of_contacts(
        mine,
        mine["customer_id"],
        stratum=stratum.to_numpy(),
        weight=stratum.map({h: population[h] / n for h, n in standing_for.items()}).to_numpy(dtype=float) * base,
        population={h: n / heard.get(h, 1.0) for h, n in population.items() if not without_fraction(h)},
        drawn={h: n / heard.get(h, 1.0) for h, n in drawn.items()},
        systematic=[OTHERS] if rule and OTHERS in drawn and in_list_order(rule, clean) else [],
        order=list_rank(mine["customer_id"], rule, clean) if rule else None,
        wave=str(clean.period),
    )
    design = replace(design, merged=design.merged + tuple((name, into) for name in silent))
    return Sample(rows, design, float(sum(population.values())))


def strata_of_frame(clean: Clean, programme: Programme, visits: list[str], key_accounts: pd.Series) -> pd.DataFrame:
    """Every customer of the frame (index customer_id): `stratum`, and `base`, what an answer weighs within it."""
    frame = pd.DataFrame({"stratum": OTHERS, "base": 1.0}, index=clean.tables["customers"]["customer_id"])
    own = frame_strata(clean, programme, visits[0]) if visits else None
    if own is not None:
        frame = own.assign(stratum=OTHERS + ": " + own["stratum"])
    of_all = frame.index.isin(key_accounts.index)
    frame.loc[of_all, "stratum"] = frame.index[of_all].map(key_accounts)
    frame.loc[of_all, "base"] = 1.0
    return frame


def brought_sample(clean: Clean, programme: Programme) -> Sample:
    """Every answer, with the weight and strata that the survey brings (with replacement: no population is known)."""
    responses = clean.tables["responses"]
    weight, strata = programme.design.weight, programme.design.strata
    design = design_of_contacts(
        responses,
        customers_or_contacts(responses),
        wave=str(clean.period),
        weight=responses[weight].astype(float).fillna(0).to_numpy() if weight else None,
        stratum=responses[strata].astype(str).to_numpy() if strata else None,
    )
    return Sample(responses.index, design)


def whole_sample(clean: Clean, rows: pd.Index) -> Sample:
    """These answers, each customer alike: nothing is known of those they were drawn from."""
    responses = clean.tables["responses"].loc[rows]
    customer = customers_or_contacts(responses)
    weight = 1 / customer.map(customer.value_counts()).to_numpy(dtype=float)
    return Sample(rows, design_of_contacts(responses, customer, weight=weight, wave=str(clean.period)))


def design_of_contacts(
    responses: pd.DataFrame,
    customer: pd.Series,
    *,
    weight: np.ndarray | None = None,
    stratum: np.ndarray | None = None,
    order: np.ndarray | None = None,
    **of_customers: object,
) -> Design:
    """A design with a row an answer whose sampling units are customers.

    Populations, draws and strata are checked and merged with a row a customer (three contacts of one key account are one of
    twenty, not three), then spread over the contacts. Checked against R `svydesign(id = ~customer)` (tests/reference).
    """
    contact = contact_ids(responses, customer)
    weight = np.ones(len(contact)) if weight is None else np.asarray(weight, dtype=float)
    if not contact.is_unique:
        twice = contact[contact.duplicated()][0]
        raise EstimateError(f"contact {twice!r} stands twice in one design: an answer a contact")
    unit, names = pd.factorize(customer.to_numpy())
    first = pd.Series(unit).drop_duplicates().index.to_numpy()
    if stratum is not None and (moved := np.flatnonzero(stratum != stratum[first][unit])).size:
        raise EstimateError(
            f"customer {names[unit[moved[0]]]!r} has contacts in two strata ({stratum[first][unit][moved[0]]} and "
            f"{stratum[moved[0]]}): a customer is drawn whole, so its contacts share a stratum"
        )
    units = Design.of(
        names,
        weight=np.bincount(unit, weight, minlength=len(names)),
        stratum=None if stratum is None else stratum[first],
        order=None if order is None else np.asarray(order)[first],
        **of_customers,
    )
    return replace(
        units, contact=contact, weight=weight, stratum=units.stratum[unit], order=units.order[unit], unit=unit
    )


def customers_or_contacts(responses: pd.DataFrame) -> pd.Series:
    """Whom an answer is a sampling unit of: the customer where it is known, else the contact."""
    return responses["customer_id"].fillna(responses["contact_id"]).astype(object)


def named_apart(customer: pd.Series, responses: pd.DataFrame, panel: str) -> pd.Series:
    """Units' names in a panel: a customer whose contacts answered in several panels is another unit in each (the draws are
    separate, and its stratum can't be two)."""
    own = responses[responses["customer_id"].isin(customer)]
    of = own.groupby("customer_id")
    several = (of["contact_id"].nunique() > 1) & (of["panel"].nunique() > 1)
    return customer.where(~customer.isin(several.index[several]), customer + " in " + panel)


def heard_part(clean: Clean, customers: pd.Series) -> float:
    """Of these answering customers, the part that was heard: the mean share of a customer's asked contacts who answered.

    A panel of customers of whom each answered is no census while a contact is silent. Its stratum counts as so much larger,
    drawn and population alike: customers answered in part, as the variance knows those who didn't answer at all.
    """
    invitations = clean.tables.get("invitations")
    if invitations is None or not len(customers):
        return 1.0
    asked = invitations[invitations["customer_id"].isin(customers)]
    if "outcome" in asked:
        asked = asked[asked["outcome"] != "ineligible"]
    people = asked.drop_duplicates(["customer_id", "contact_id"])
    heard = people["contact_id"].isin(clean.tables["responses"]["contact_id"]).groupby(people["customer_id"]).mean()
    whole = heard.reindex(customers.unique()).replace(0.0, np.nan).fillna(1.0)  # who answered uninvited is heard
    return float(whole.mean())


def take_all_strata(clean: Clean, programme: Programme) -> pd.Series:
    """customer_id → panel of the customers who were all asked (key accounts)."""
    strata: dict[str, str] = {}
    for name, rule in programme.panels.items():
        if rule.draw in TAKE_ALL:
            asked = customers_asked(clean, name)
            for customer in top_of_frame(clean, rule) if asked is None else asked:
                strata.setdefault(customer, name)
    return pd.Series(strata, dtype=object)


def top_of_frame(clean: Clean, rule: Panel) -> np.ndarray:
    customers = clean.tables.get("customers")
    if customers is None:
        return np.array([], dtype=object)
    ranked = (
        customers.sort_values(rule.order_by, ascending=False, kind="stable")
        if rule.order_by in customers
        else customers
    )
    return ranked["customer_id"].head(rule.size or len(ranked)).to_numpy()


def one_panel_a_customer(responses: pd.DataFrame, panels: list[str]) -> pd.Index:
    """Rows of the customers' answers in these panels, each customer's in the first panel that it answered in."""
    place = responses["panel"].map({name: i for i, name in enumerate(panels)})
    mine = responses.assign(place=place)[place.notna()]
    return mine.index[mine["place"] == mine.groupby("customer_id")["place"].transform("min")]


def customers_asked(clean: Clean, panel: str) -> np.ndarray | None:
    """Customers (or staff) that the invitations table asked in a panel, without the ineligible; None without the table."""
    invitations = clean.tables.get("invitations")
    if invitations is None:
        return None
    mine = invitations[invitations["panel"] == panel]
    if "outcome" in mine:
        mine = mine[mine["outcome"] != "ineligible"]
    who = mine["customer_id"].fillna(mine["contact_id"]) if "customer_id" in mine else mine["contact_id"]
    return who.unique()


def frame_size(clean: Clean) -> int:
    return len(clean.tables["customers"]) if "customers" in clean.tables else 0


def in_list_order(rule: Panel, clean: Clean) -> bool:
    return rule.draw in IN_LIST_ORDER and rule.order_by in clean.tables.get("customers", pd.DataFrame())


def list_rank(customer: pd.Series, rule: Panel, clean: Clean) -> np.ndarray | None:
    """Place of each customer in the frame's list, largest first."""
    if not in_list_order(rule, clean):
        return None
    frame = clean.tables["customers"].sort_values([rule.order_by, "customer_id"], ascending=[False, True])
    return pd.Index(frame["customer_id"]).get_indexer(customer).astype(float)


def contact_ids(responses: pd.DataFrame, unit: pd.Series) -> pd.Index:
    """Who answers, comparable between waves: the customer, with the contact where a customer has several."""
    several = unit.duplicated(keep=False)
    return pd.Index(unit.astype(str).where(~several, unit.astype(str) + "/" + responses["contact_id"].astype(str)))
