"""Does a plan bring what is reckoned, is its chance of paying back honest, and is the best of three plans found?

Each draw is a company of 1,500 customers with two dimensions, skewed sales and a known logit of buying again. `answers` of
earlier surveys give the models, a third as many (60 at least) of this survey, its 20 largest customers all among them, the scores.
Retention of three classes is known to the company and counted by us on COHORT customers of each. Three plans, one of them with a
range of points in which its truth is drawn; costs are drawn between a third and twice what each plan truly brings. The truth is
summed over all customers: what each would bring more were its own score raised.
`holds`: coverage of .93 or more (joint draws of skewed gains are too wide rather than too narrow, and said so). Chances: of plans said
to pay with FIRST or more as many do, and of those with 1 − FIRST or less as many don't; of the best plan, those called best with
FIRST or more are, and the likeliest is the best as often as foretold, within SURE. Information: choosing by the draws
loses no more, on average, than knowing better was said to be worth. `gain_published`: were the published slope the truth.
`bias_by_heads`: how far the straight line is off where customers count alike, not by what they bring.
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
from csat_analysis.measured import Measured
from csat_analysis.models import curves, planner
from csat_analysis.models.buying import buying
from csat_analysis.models.choice import best_chances, pays_back, value_of_knowing
from csat_analysis.models.controls import Controls
from csat_analysis.models.customer_worth import CLV, MARGIN
from csat_analysis.models.later_years import FEWEST_OF_A_CLASS, LaterYears, multiple, retentions
from csat_analysis.models.plan_numbers import KINDS, SCENARIO
from csat_analysis.models.repurchase import Panel, panel_design
from csat_analysis.programme import Programme
from csat_analysis.programme_parts import Plan
from csat_analysis.verdicts import FIRST

FILES = (
    "models/buying.py",
    "models/choice.py",
    "models/curves.py",
    "models/effects.py",
    "models/later_years.py",
    "models/plan_returns.py",
    "models/planner.py",
    "models/regression.py",
    "models/resampling.py",
    "studies/plans.py",
)
DRAWS, SEED = 1000, 20260713
CHUNK = 20  # companies a task; part of what a seed means
RESAMPLES = 400
SIZES = (150, 300, 600, 900)
CUSTOMERS, FEWEST_NOW, KEY_ACCOUNTS = 1500, 60, 20
SLOPE, BY_SALES, MARGIN_RATE = 0.0375, 0.25, 0.24
PERIOD = "2026H1"
PUBLISHED = 0.0058  # probability an index point, as a programme's survey.yml may name it
STAYING = {"A": 0.94, "B": 0.92, "C": 0.88}  # of a class in a year
COHORT = {"A": FEWEST_OF_A_CLASS, "B": 150, "C": 300}  # customers that retention is counted on
SURE = 0.03  # by which chances to be best may be too sure on average
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
    for kind in ("plan_points", "plan_capped", *KINDS.values(), f"gain_{CLV}"):
        covered, of_answers = float(notes[kind].mean()), kind in planner.BY_ANSWERS
        means = {name: mean_of(notes, f"{kind} {name}") for name in ("bias", "bias_by_heads")}
        setting = {"test": kind, "answers": now if of_answers else n, "coverage": covered}
        found.append(setting | means | {"holds": bool(covered >= BAND[0])})
    companies = notes.drop_duplicates("company")
    worth = {"foretold": float(companies["knowing"].mean()), "came": float(companies["lost"].mean())}
    known = {"test": "information", "answers": n, "holds": worth["foretold"] >= worth["came"]}
    paying = {"test": "pays_back", "answers": n} | row_of_chances(notes)
    return [*found, paying, {"test": "plan_best", "answers": n} | row_of_best(companies), known | worth]


def mean_of(notes: pd.DataFrame, name: str) -> float | None:
    return float(notes[name].mean()) if name in notes else None


def row_of_chances(notes: pd.DataFrame) -> dict[str, object]:
    said, denied = notes[notes["chance"] >= FIRST], notes[notes["chance"] <= 1 - FIRST]
    right = float(said["pays"].mean()) if len(said) else None
    denied_right = float(1 - denied["pays"].mean()) if len(denied) else None
    return {
        "said": len(said) / len(notes),
        "right": right,
        "denied_right": denied_right,
        "foretold": float(notes["chance"].mean()),
        "came": float(notes["pays"].mean()),
        "holds": None not in (right, denied_right) and min(right, denied_right) >= FIRST,
    }


def row_of_best(companies: pd.DataFrame) -> dict[str, object]:
    said = companies[companies["best_chance"] >= FIRST]
    right = float(said["best_found"].mean()) if len(said) else None
    foretold, came = float(companies["best_chance"].mean()), float(companies["best_found"].mean())
    return {
        "said": len(said) / len(companies),
        "right": right,
        "foretold": foretold,
        "came": came,
        "holds": right is not None and right >= FIRST and foretold <= came + SURE,
    }


def one_chunk(task: tuple[int, int, int]) -> pd.DataFrame:
    n, chunk, seed = task
    rng = np.random.default_rng([seed, n, chunk])
    return pd.DataFrame([note for _ in range(CHUNK) for note in one_company(n, rng)])


def one_company(n: int, rng: np.random.Generator) -> list[dict[str, object]]:
    frame = customers(rng)
    now = asked(frame, max(n // 3, FEWEST_NOW), rng)
    wave = wave_of(now, frame)
    models = buying(findings(panel_of(n, frame, now, rng), wave), draws=RESAMPLES, seed=int(rng.integers(2**31)))
    if not hasattr(models, "rows"):
        return []
    truth = {name: true_gain(plan, frame, rng) for name, plan in PLANS.items()}
    costs = {name: float(rng.uniform(1 / 3, 2) * gain.logit) for name, gain in truth.items()}
    plans = {name: plan.model_copy(update={"cost": (costs[name],) * 2}) for name, plan in PLANS.items()}
    worth = pd.DataFrame({MARGIN: MARGIN_RATE * frame["sales_12m"].to_numpy()}, index=frame["customer_id"])
    seed, later = int(rng.integers(2**31)), counted(frame, rng)
    reckoned = planner.reckon(plans, wave, models, worth, later, draws=RESAMPLES, seed=seed)
    reckoned = {name: plan for name, plan in reckoned.items() if isinstance(plan.gain(), np.ndarray)}
    if len(reckoned) < 2:
        return []
    gains = pd.DataFrame({name: plan.gain() for name, plan in reckoned.items()})
    shared = {"answers": n, "company": seed} | note_of_choice(gains, {m: truth[m].logit - costs[m] for m in reckoned})
    slope = float(models.draws["linear"][0, 1])
    return [shared | note_of(plan, truth[name], costs[name], slope) for name, plan in reckoned.items()]


def note_of_choice(gains: pd.DataFrame, true: dict[str, float]) -> dict[str, float]:
    """Is the likeliest best plan the best, and what does choosing by the draws lose against knowing?"""
    chances, expected = best_chances(gains), gains.iloc[1:].mean()
    chosen = true[expected.idxmax()] if expected.max() > 0 else 0.0
    return {
        "best_found": float(chances.idxmax() == max(true, key=true.get)),
        "best_chance": float(chances.max()),
        "knowing": value_of_knowing(gains),
        "lost": max(0.0, *true.values()) - chosen,
    }


def note_of(plan: planner.Reckoned, truth: SimpleNamespace, cost: float, slope: float) -> dict[str, object]:
    found = planner.measured(plan.points, plan, "plan_points", CONFIDENCE, by_points=float(plan.points[0]))
    note = {"plan_points": float(found.low <= truth.points <= found.high)}
    if plan.lost[0] >= planner.WORTH_SAYING:
        lost = planner.measured(plan.lost, plan, "plan_capped", CONFIDENCE)
        note["plan_capped"] = float(lost.low <= truth.lost <= lost.high)
    for model, kind in KINDS.items():
        if model in plan.chance:
            values, right = plan.worth(MARGIN, model), truth.published if model == SCENARIO else truth.logit
            by_points = float(values[0]) if model == SCENARIO else 0.0
            note |= against(planner.measured(values, plan, kind, CONFIDENCE, by_points=by_points), right, kind)
    note |= against(planner.measured(plan.worth(CLV), plan, f"gain_{CLV}", CONFIDENCE), truth.later, f"gain_{CLV}")
    note["gain_linear bias_by_heads"] = slope * truth.points / truth.heads - 1
    return note | {"chance": pays_back(plan.gain()), "pays": float(truth.logit > cost)}


def against(found: Measured, right: float, kind: str) -> dict[str, float]:
    return {kind: float(found.low <= right <= found.high), f"{kind} bias": found.value / right - 1}


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
