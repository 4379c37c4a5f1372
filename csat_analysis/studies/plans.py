"""Does a plan bring what is reckoned, is its chance of paying back honest, and is the best of three plans found?

Each draw is a company of 1,500 customers with two dimensions, skewed sales and a known logit of buying again. `answers` of
earlier surveys give the models, a third as many (60 at least) of this survey, its 20 largest customers all among them, the scores. Three plans, one of them with a range of
points in which its truth is drawn; costs are drawn between a third and twice what each plan truly brings. The truth is summed
over all customers: what each would bring more were its own score raised.
`holds`: coverage of .93 or more (joint draws of skewed gains are too wide rather than too narrow, and said so); for chances: of plans said to pay with FIRST or more as many do.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.models import curves, planner
from csat_analysis.models.buying import buying
from csat_analysis.models.choice import best_chances, pays_back
from csat_analysis.models.controls import Controls
from csat_analysis.models.customer_worth import MARGIN
from csat_analysis.models.repurchase import Panel, panel_design
from csat_analysis.programme import Programme
from csat_analysis.programme_parts import Plan
from csat_analysis.verdicts import FIRST

FILES = (
    "models/buying.py",
    "models/choice.py",
    "models/curves.py",
    "models/effects.py",
    "models/planner.py",
    "models/regression.py",
    "models/resampling.py",
    "studies/plans.py",
)
DRAWS, SEED = 1000, 20260713
CHUNK = 20  # companies a task; part of what a seed means
RESAMPLES = 400
SIZES = (150, 400, 800)
CUSTOMERS, FEWEST_NOW, KEY_ACCOUNTS = 1500, 60, 20
SLOPE, BY_SALES, MARGIN_RATE = 0.0375, 0.25, 0.24
PERIOD = "2026H1"
KINDS = {"logit": "gain", "linear": "gain_linear", "spline": "gain_spline"}
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


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a kind of number and number of answers."""
    tasks = [(n, chunk, seed) for n in SIZES for chunk in range(-(-draws // CHUNK))]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(one_chunk, tasks))
    else:
        found = [one_chunk(task) for task in tasks]
    notes = pd.concat(found, ignore_index=True)
    return pd.DataFrame([row for n, part in notes.groupby("answers") for row in rows(int(n), part)])


def rows(n: int, notes: pd.DataFrame) -> list[dict[str, object]]:
    now, found = max(n // 3, FEWEST_NOW), []
    for kind in ("plan_points", *KINDS.values()):
        covered = float(notes[kind].mean())
        bias = float(notes[f"{kind} bias"].mean()) if f"{kind} bias" in notes else None
        found.append(
            {
                "test": kind,
                "answers": now if kind == "plan_points" else n,
                "coverage": covered,
                "bias": bias,
                "holds": bool(covered >= BAND[0]),
            }
        )
    said, denied = notes[notes["chance"] >= FIRST], notes[notes["chance"] <= 1 - FIRST]
    right = float(said["pays"].mean()) if len(said) else None
    found.append(
        {
            "test": "pays_back",
            "answers": n,
            "said": len(said) / len(notes),
            "right": right,
            "denied_right": float(1 - denied["pays"].mean()) if len(denied) else None,
            "foretold": float(notes["chance"].mean()),
            "came": float(notes["pays"].mean()),
            "best_found": float(notes["best_found"].mean()),
            "best_chance": float(notes["best_chance"].mean()),
            "holds": right is not None and right >= FIRST,
        }
    )
    return found


def one_chunk(task: tuple[int, int, int]) -> pd.DataFrame:
    n, chunk, seed = task
    rng = np.random.default_rng([seed, n, chunk])
    return pd.DataFrame([note for _ in range(CHUNK) for note in one_company(n, rng)])


def one_company(n: int, rng: np.random.Generator) -> list[dict[str, object]]:
    frame = customers(rng)
    now = asked(frame, max(n // 3, FEWEST_NOW), rng)
    wave = wave_of(now, frame)
    models = buying(findings(panel_of(n, frame, now, rng), wave), draws=RESAMPLES, seed=int(rng.integers(2**31)))
    worth = pd.DataFrame({MARGIN: MARGIN_RATE * frame["sales_12m"].to_numpy()}, index=frame["customer_id"])
    if not hasattr(models, "rows"):
        return []
    truth = {name: true_gain(plan, frame, rng) for name, plan in PLANS.items()}
    costs = {name: float(rng.uniform(1 / 3, 2) * gain) for name, (gain, _) in truth.items()}
    plans = {name: plan.model_copy(update={"cost": (costs[name],) * 2}) for name, plan in PLANS.items()}
    seed = int(rng.integers(2**31))
    reckoned = planner.reckon(plans, wave, models, worth, draws=RESAMPLES, seed=seed)
    reckoned = {name: plan for name, plan in reckoned.items() if isinstance(plan.gain(), np.ndarray)}
    if len(reckoned) < 2:
        return []
    best = max(reckoned, key=lambda name: truth[name][0] - costs[name])
    chances = best_chances(pd.DataFrame({name: plan.gain() for name, plan in reckoned.items()}))
    shared = {"answers": n, "best_found": float(chances.idxmax() == best), "best_chance": float(chances.max())}
    return [shared | note_of(plan, *truth[name], costs[name]) for name, plan in reckoned.items()]


def note_of(plan: planner.Reckoned, gain: float, points: float, cost: float) -> dict[str, object]:
    found = planner.measured(plan.points, plan, "plan_points", CONFIDENCE)
    note = {"plan_points": float(found.low <= points <= found.high)}
    for model, kind in KINDS.items():
        if model in plan.chance:
            worth = planner.measured(plan.worth(MARGIN, model), plan, kind, CONFIDENCE)
            note[kind] = float(worth.low <= gain <= worth.high)
            note[f"{kind} bias"] = worth.value / gain - 1
    return note | {"chance": pays_back(plan.gain()), "pays": float(gain > cost)}


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
    return frame.assign(log_sales=np.log1p(sales / 1000))


def odds(goods: pd.Series, service: pd.Series, log_sales: pd.Series) -> pd.Series:
    return -2.4 + SLOPE * (0.6 * goods + 0.4 * service) + BY_SALES * log_sales


def true_gain(plan: Plan, frame: pd.DataFrame, rng: np.random.Generator) -> tuple[float, float]:
    """What all customers of the plan would bring more in margin, and how much the index would rise."""
    inside = frame["size"].eq(plan.customers["size"]) if plan.customers else pd.Series(True, index=frame.index)
    raised = frame[["goods", "service"]].copy()
    for name, (low, high) in plan.raises.items():
        raised[name] = (raised[name] + inside * rng.uniform(low, high)).clip(upper=100)
    before, after = (special.expit(odds(t["goods"], t["service"], frame["log_sales"])) for t in (frame, raised))
    points = (raised - frame[["goods", "service"]]).mean() @ np.array([0.6, 0.4])
    return float(MARGIN_RATE * (frame["sales_12m"] * (after - before)).sum()), float(points)


def panel_of(n: int, frame: pd.DataFrame, now: pd.DataFrame, rng: np.random.Generator) -> Panel:
    """Earlier answers with what followed, and this survey's, whose windows are open."""
    earlier = frame.iloc[rng.choice(CUSTOMERS, n, replace=n > CUSTOMERS)]
    bought = rng.random(n) < special.expit(odds(earlier["goods"], earlier["service"], earlier["log_sales"]))
    both = pd.concat([earlier, now], ignore_index=True)
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
        benchmark=None,
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
