"""Does a plan bring what is reckoned, is its chance of paying back honest, and is the best of three plans found?

Each draw is a company of 1,500 customers with two dimensions, skewed sales and a known logit of buying again. `answers` of
earlier surveys give the models, a third as many (60 at least) of this survey, its 20 largest customers all among them, the scores.
Retention of three classes is known to the company and counted by us on COHORT customers of each. Three plans, one of them with a
range of points in which its truth is drawn; costs are drawn between a third and twice what each plan truly brings. The truth is
summed over all customers: what each would bring more were its own score raised.
`holds`: coverage of .93 or more (joint draws of skewed gains are too wide rather than too narrow, and said so). Chances: of plans said
to pay with FIRST or more as many do, and of those with 1 − FIRST or less as many don't; of the best plan, those called best with
FIRST or more are, and the likeliest is the best as often as foretold, within SURE. Information: in CONFIDENCE of companies or
more, what today's choice loses to the truly best is within the limit said (`coverage`; `foretold` and `came` are means). Every
AGAIN_EVERY-th company interviews INTERVIEWS more (`information_more`): what the new choice truly brings more than today's, likewise,
against what they were said to be worth at most. `gain_published`: were the published slope the truth.
`bias_by_heads`: how far the straight line is off where customers count alike, not by what they bring.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace

import numpy as np
import pandas as pd

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.measured import Measured
from csat_analysis.models import choice, planner
from csat_analysis.models.buying import Buying, buying
from csat_analysis.models.customer_worth import CLV, MARGIN
from csat_analysis.models.plan_numbers import KINDS, SCENARIO
from csat_analysis.studies import plans_world as world
from csat_analysis.studies.plans_world import FEWEST_NOW, MARGIN_RATE, PLANS, RESAMPLES
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
    "models/shrunken_ranks.py",
    "studies/plans.py",
    "studies/plans_world.py",
)
DRAWS, SEED = 500, 20260713
CHUNK = 20  # companies a task; part of what a seed means
SIZES = (40, 150, 300, 600)
SURE = 0.03  # by which chances to be best may be too sure on average
INTERVIEWS, AGAIN_EVERY = 100, 8


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
        means["bias_error"] = error_of(notes, f"{kind} bias")
        setting = {"test": kind, "answers": now if of_answers else n, "coverage": covered}
        found.append(setting | means | {"holds": bool(covered >= BAND[0])})
    companies = notes.drop_duplicates("company")
    for test, row in (
        ("pays_back", row_of_chances(notes)),
        ("plan_best", row_of_best(companies)),
        ("information", row_of_limit(companies["lost"], companies["most"])),
        ("information_more", row_of_limit(companies["brought"], companies["most_more"])),
    ):
        found.append({"test": test, "answers": n} | row)
    return found


def mean_of(notes: pd.DataFrame, name: str) -> float | None:
    return float(notes[name].mean()) if name in notes else None


def error_of(notes: pd.DataFrame, name: str) -> float | None:
    """Standard error of a mean over companies, whose plans go together."""
    if name not in notes:
        return None
    of_company = notes.groupby("company")[name].mean()
    return float(of_company.std() / np.sqrt(len(of_company)))


def row_of_limit(came: pd.Series, said: pd.Series) -> dict[str, object]:
    """How often what came was within what was said to be the most, and both on average; of companies that were asked."""
    came, said = came.dropna(), said.dropna()
    covered, means = float((came <= said).mean()), {"foretold": float(said.mean()), "came": float(came.mean())}
    return {"coverage": covered, **means, "holds": bool(covered >= CONFIDENCE and means["came"] <= means["foretold"])}


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
    return pd.DataFrame([note for place in range(CHUNK) for note in one_company(n, place % AGAIN_EVERY == 0, rng)])


def one_company(n: int, again: bool, rng: np.random.Generator) -> list[dict[str, object]]:
    frame = world.customers(rng)
    now = world.asked(frame, max(n // 3, FEWEST_NOW), rng)
    panel = world.panel_of(n, frame, now, rng)
    models = models_of(panel, world.wave_of(now, frame), int(rng.integers(2**31)))
    if not isinstance(models, Buying):
        return []
    truth = {name: world.true_gain(plan, frame, rng) for name, plan in PLANS.items()}
    costs = {name: float(rng.uniform(1 / 3, 2) * gain.logit) for name, gain in truth.items()}
    plans = {name: plan.model_copy(update={"cost": (costs[name],) * 2}) for name, plan in PLANS.items()}
    worth = pd.DataFrame({MARGIN: MARGIN_RATE * frame["sales_12m"].to_numpy()}, index=frame["customer_id"])
    seed, later = int(rng.integers(2**31)), world.counted(frame, rng)
    reckoned = planner.reckon(plans, world.wave_of(now, frame), models, worth, later, draws=RESAMPLES, seed=seed)
    reckoned = {name: plan for name, plan in reckoned.items() if isinstance(plan.gain(), np.ndarray)}
    if len(reckoned) < 2:
        return []
    gains, true = choice.gains(reckoned), {name: truth[name].logit - costs[name] for name in reckoned}
    shared = {"answers": n, "company": seed} | note_of_choice(gains, true)
    if again:
        own = np.random.default_rng([seed, INTERVIEWS])
        after_panel, after = world.interviewed_too(INTERVIEWS, frame, now, panel, own)
        wave = world.wave_of(after, frame)
        others = planner.reckon(plans, wave, models_of(after_panel, wave, seed), worth, draws=RESAMPLES, seed=seed)
        shared["brought"] = truly_brings(choice.gains(others), true) - truly_brings(gains, true)
        shared["most_more"] = choice.most_interviews_are_worth(gains, INTERVIEWS, models.customers)
    slope = float(models.draws["linear"][0, 1])
    return [shared | note_of(plan, truth[name], costs[name], slope) for name, plan in reckoned.items()]


def models_of(panel: object, wave: SimpleNamespace, seed: int) -> Buying | object:
    return buying(world.findings(panel, wave), draws=RESAMPLES, seed=seed)


def note_of_choice(gains: pd.DataFrame, true: dict[str, float]) -> dict[str, float]:
    """Is the likeliest best plan the best, and what does choosing by the draws lose against knowing?"""
    chances = choice.best_chances(gains)
    return {
        "best_found": float(chances.idxmax() == max(true, key=true.get)),
        "best_chance": float(chances.max()),
        "most": choice.most_to_lose(gains),
        "lost": max(0.0, *true.values()) - truly_brings(gains, true),
        "brought": np.nan,
        "most_more": np.nan,
    }


def truly_brings(gains: pd.DataFrame, true: dict[str, float]) -> float:
    """What the plan that is expected to bring most truly brings; nothing where none is expected to pay."""
    expected = gains.iloc[1:].mean()
    return true[expected.idxmax()] if expected.max() > 0 else 0.0


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
    return note | {"chance": choice.pays_back(plan.gain()), "pays": float(truth.logit > cost)}


def against(found: Measured, right: float, kind: str) -> dict[str, float]:
    return {kind: float(found.low <= right <= found.high), f"{kind} bias": found.value / right - 1}
