"""Companies whose customers, buying again and retention are known, for the study of plans (studies/plans.py)."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.design import Design
from csat_analysis.models import curves
from csat_analysis.models.controls import Controls
from csat_analysis.models.later_years import FEWEST_OF_A_CLASS, LaterYears, multiple, retentions
from csat_analysis.models.repurchase import Panel, panel_design
from csat_analysis.programme import Programme
from csat_analysis.programme_parts import Plan

RESAMPLES = 400
CUSTOMERS, FEWEST_NOW, KEY_ACCOUNTS = 1500, 60, 20
SLOPE, BY_SALES, MARGIN_RATE = 0.0375, 0.25, 0.24
PERIOD = "2026H1"
PUBLISHED = 0.0058  # probability an index point, as a programme's survey.yml may name it
STAYING = {"A": 0.94, "B": 0.92, "C": 0.88}  # of a class in a year
COHORT = {"A": FEWEST_OF_A_CLASS, "B": 150, "C": 300}  # customers that retention is counted on
CLASSES, DISCOUNT = (0.2, 0.5), 0.10  # of customers, largest first: A up to, B up to; a year
PLANS = {
    "goods": Plan(raises={"goods": 4.0}),
    "service": Plan(raises={"service": (3.0, 9.0)}),
    "large": Plan(raises={"goods": 8.0}, customers={"size": "large"}),
}
PROGRAMME = Programme.model_validate(
    {
        "name": "a company",
        "scale": {"min": 0, "max": 100},
        "dimensions": {"goods": {"weight": 0.6, "items": ["g"]}, "service": {"weight": 0.4, "items": ["s"]}},
    }
)


def counted(frame: pd.DataFrame, rng: np.random.Generator) -> LaterYears:
    """Who stayed of last year's customers, class by class, and what that makes of the years after."""
    multiples = {}
    for name, size in COHORT.items():
        stayed = int(rng.binomial(size, STAYING[name]))
        multiples[name] = multiple(retentions(stayed, size, RESAMPLES, rng), DISCOUNT)
    return LaterYears(pd.Series(frame["class"].to_numpy(), frame["customer_id"]), multiples, min(COHORT.values()))


def asked(frame: pd.DataFrame, size: int, rng: np.random.Generator) -> pd.DataFrame:
    """This survey's answers: the KEY_ACCOUNTS largest customers, all asked, and others by chance, who stand for the rest."""
    largest = frame["sales_12m"].rank(ascending=False) <= KEY_ACCOUNTS
    others = frame[~largest].sample(size - KEY_ACCOUNTS, random_state=rng)
    weight = (CUSTOMERS - KEY_ACCOUNTS) / len(others)
    return pd.concat(
        [frame[largest].assign(stratum="key accounts", weight=1.0), others.assign(stratum="others", weight=weight)]
    )


def customers(rng: np.random.Generator) -> pd.DataFrame:
    size = rng.normal(0, 1, CUSTOMERS)
    view = rng.normal(0, 8, CUSTOMERS)
    scores = {name: np.clip(70 + view + size + rng.normal(0, 8, CUSTOMERS), 0, 100) for name in ("goods", "service")}
    sales = np.exp(10.5 + size)
    frame = pd.DataFrame({"customer_id": [f"C{place}" for place in range(CUSTOMERS)], "sales_12m": sales} | scores)
    frame["size"] = np.where(size > 0.5, "large", "small")
    place = frame["sales_12m"].rank(ascending=False, pct=True)
    frame["class"] = np.select([place <= CLASSES[0], place <= CLASSES[1]], ["A", "B"], "C")
    return frame.assign(log_sales=np.log1p(sales / 1000))


def odds(goods: pd.Series, service: pd.Series, log_sales: pd.Series) -> pd.Series:
    return -2.4 + SLOPE * (0.6 * goods + 0.4 * service) + BY_SALES * log_sales


def true_gain(plan: Plan, frame: pd.DataFrame, rng: np.random.Generator) -> SimpleNamespace:
    """Over all customers of the plan: margin more by the true model (`logit`) and were the published slope true (`published`), of
    later years (`later`); rise of the index (`points`), of the probability by heads (`heads`), share of points lost (`lost`).
    """
    inside = frame["size"].eq(plan.customers["size"]) if plan.customers else pd.Series(True, index=frame.index)
    part, raised, planned = np.array([0.6, 0.4]), frame[["goods", "service"]].copy(), 0.0
    for name, (low, high) in plan.raises.items():
        points = rng.uniform(low, high)
        raised[name] = (raised[name] + inside * points).clip(upper=100)
        planned += points * part[["goods", "service"].index(name)] * inside.mean()
    before, after = (special.expit(odds(t["goods"], t["service"], frame["log_sales"])) for t in (frame, raised))
    points, margin = (raised - frame[["goods", "service"]]) @ part, MARGIN_RATE * frame["sales_12m"]
    stay = frame["class"].map({name: multiple(r, DISCOUNT) for name, r in STAYING.items()})
    return SimpleNamespace(
        logit=float((margin * (after - before)).sum()),
        published=float((margin * PUBLISHED * points).sum()),
        later=float((margin * stay * (after - before)).sum()),
        points=float(points.mean()),
        heads=float((after - before).mean()),
        lost=float(1 - points.mean() / planned),
    )


def panel_of(n: int, frame: pd.DataFrame, now: pd.DataFrame, rng: np.random.Generator) -> Panel:
    """Earlier answers with what followed, and this survey's, whose windows are open."""
    earlier = frame.iloc[rng.choice(CUSTOMERS, n, replace=n > CUSTOMERS)]
    return as_panel(earlier, bought_again(earlier, rng), now)


def bought_again(who: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    return rng.random(len(who)) < special.expit(odds(who["goods"], who["service"], who["log_sales"]))


def as_panel(earlier: pd.DataFrame, bought: np.ndarray, now: pd.DataFrame) -> Panel:
    n, both = len(earlier), pd.concat([earlier, now], ignore_index=True)
    table = pd.DataFrame(
        {
            "period": ["2025H1"] * n + [PERIOD] * len(now),
            "contact": both["customer_id"],
            "customer_id": both["customer_id"],
            "satisfaction": 0.6 * both["goods"] + 0.4 * both["service"],
            "log_sales": both["log_sales"],
            "closed": np.arange(len(both)) < n,
            "bought": np.r_[bought.astype(float), np.full(len(now), np.nan)],
            "weight": 1.0,
            "stratum": "others",
        }
    )
    return Panel(table, panel_design(table), pd.DataFrame(), dt.date(2026, 6, 30), 180, ())


def interviewed_too(
    more: int, frame: pd.DataFrame, now: pd.DataFrame, panel: Panel, rng: np.random.Generator
) -> tuple[Panel, pd.DataFrame]:
    """The panel and this survey's answers with so many more customers in both, as if their windows had closed since."""
    known = panel.table[panel.table["closed"]].set_index("customer_id")["bought"]
    extra = frame[~frame["customer_id"].isin(known.index)].sample(more, random_state=rng)
    earlier = pd.concat([frame.set_index("customer_id").loc[known.index].reset_index(), extra])
    new = extra[~extra["customer_id"].isin(now["customer_id"])].assign(stratum="others")
    both = pd.concat([now, new])
    others = both["stratum"] == "others"
    both = both.assign(weight=np.where(others, (CUSTOMERS - KEY_ACCOUNTS) / others.sum(), 1.0))
    return as_panel(earlier, np.r_[known.to_numpy(), bought_again(extra, rng)], both), both


def findings(panel: Panel, wave: SimpleNamespace) -> SimpleNamespace:
    """What models/buying.py asks of the findings of notebook 06."""
    held = Controls(panel.table[["log_sales"]], pd.DataFrame())
    return SimpleNamespace(
        panel=panel,
        held=held,
        now=PERIOD,
        waves={PERIOD: wave},
        straight=curves.straight(panel, held),
        linear=curves.linear_probability(panel, held),
        curved=curves.curved(panel, held),
        benchmark=PUBLISHED,
    )


def wave_of(now: pd.DataFrame, frame: pd.DataFrame) -> SimpleNamespace:
    scores = now[["goods", "service"]].assign(g=now["goods"], s=now["service"])
    return SimpleNamespace(
        programme=PROGRAMME,
        sample=SimpleNamespace(
            design=Design.of(now["customer_id"], weight=now["weight"], stratum=now["stratum"], wave=PERIOD)
        ),
        answers=now,
        answer_scores=scores,
        clean=SimpleNamespace(tables={"customers": frame}, survey_date=dt.date(2026, 6, 1)),
    )
