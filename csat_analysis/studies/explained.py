"""Do the parts of a change hold: customer mix, channel and rate, where each cause is known, alone and together?

Two waves of customers in three classes and four regions, a third of them asked both times, rate five dimensions; a class's worth,
the classes' shares, the channels' shares and everybody's ratings change or don't. Truths are Kitagawa's, of the very worth and
shares that the world was made with (of the list of customers where answers are raked to it).
`found` is how often a part is called something before any allowance for there being several. `holds`: coverage from below, at
least BAND's lower end; mix is a product, whose interval is too wide where neither the shares nor the worth differ.
From 100 answers on; at 40, without the correction for each answer's part in its own fit, .87 to .93 was covered, so fewer aren't tried.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.metrics.change_parts import CHANNEL, MIX, MOST_UNEQUAL, RATE, Side, split
from csat_analysis.survey.calibration import rake_to_frame

FILES = (
    "design.py",
    "estimate.py",
    "estimators.py",
    "intervals.py",
    "survey/calibration.py",
    "metrics/change_parts.py",
    "studies/explained.py",
)
DRAWS, SEED = 500, 20260716
SIZES = (100, 600)
ALONE = 100  # answers of the companies that one cause alone moves
CAUSES = ("nothing", MIX, RATE, CHANNEL, "all")
WEIGHTINGS = ("alike", "unequal", "raked")
WEIGHTS = {"product": 0.3, "policy": 0.2, "after_sales": 0.2, "staff": 0.2, "management": 0.1}
CLASSES, REGIONS = ("A", "B", "C"), ("east", "south", "north", "west")
SHARES = np.array([[0.25, 0.30, 0.45], [0.45, 0.30, 0.25]])  # of the classes, as they are and as they become
WORTH = np.array([6.0, 0.0, -6.0])  # points of a class
RISE = np.array([6.0, 4.0, 2.0])  # points by which a class's ratings rise
OF_REGION = np.array([2.0, 0.0, -2.0, 1.0])
ONLINE = (0.25, 0.65)  # share asked online, as it is and as it becomes
ONLINE_WORTH = -5.0
SAME_CUSTOMERS, LIST = 1 / 3, 8  # share asked both times; customers on the list for each who answers


@dataclass(frozen=True)
class Setting:
    cause: str
    weighting: str
    n: int


def settings() -> list[Setting]:
    kinds = [("nothing", "alike"), ("nothing", "raked"), ("all", "unequal"), ("all", "raked")]
    alone = [Setting(cause, "alike", ALONE) for cause in (MIX, RATE, CHANNEL)]
    return [Setting(cause, weighting, n) for cause, weighting in kinds for n in SIZES] + alone


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a setting and part: truth on average, bias, coverage, how often it is called something, whether it holds."""
    tasks = [(place, setting, draws, seed) for place, setting in enumerate(settings())]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            return pd.concat(pool.map(one_setting, tasks), ignore_index=True)
    return pd.concat([one_setting(task) for task in tasks], ignore_index=True)


def one_setting(task: tuple[int, Setting, int, int]) -> pd.DataFrame:
    place, setting, draws, seed = task
    rng = np.random.default_rng([seed, place])
    found = pd.concat([one_change(setting, rng) for _ in range(draws)])
    rows = found.groupby("test", sort=False).mean().reset_index()
    where = {"cause": setting.cause, "weighting": setting.weighting, "answers": setting.n}
    return rows.assign(**where, holds=rows["coverage"] >= BAND[0])


def one_change(setting: Setting, rng: np.random.Generator) -> pd.DataFrame:
    """Both waves drawn and split; of each part the estimate's error and whether its interval holds the truth."""
    sides, truth = two_waves(setting, rng)
    rows = []
    for part, found in split(*sides, WEIGHTS, by_channel=True).items():
        low, high = found.interval(CONFIDENCE)
        held, called = low <= truth[part] <= high, low > 0 or high < 0
        rows.append((f"change_{part}", truth[part], found.value - truth[part], float(held), float(called)))
    return pd.DataFrame(rows, columns=["test", "truth", "bias", "coverage", "found"])


def two_waves(setting: Setting, rng: np.random.Generator) -> tuple[tuple[Side, Side], dict[str, float]]:
    moves = {part: setting.cause in (part, "all") for part in (MIX, RATE, CHANNEL)}
    shares = (SHARES[0], SHARES[int(moves[MIX])])
    worth = (WORTH, WORTH + RISE * moves[RATE])
    online = (ONLINE[0], ONLINE[int(moves[CHANNEL])])
    view = rng.normal(0, 8, 2 * setting.n)
    again = rng.permutation(setting.n)[: int(SAME_CUSTOMERS * setting.n)]
    who = (np.arange(setting.n), np.concatenate([again, np.arange(setting.n, 2 * setting.n - len(again))]))
    drawn = [wave(f"w{k}", who[k], view, shares[k], worth[k], online[k], setting, rng) for k in (0, 1)]
    (before, shares_before), (after, shares_after) = drawn
    shift = shares_after - shares_before
    truth = {
        MIX: float(shift @ np.concatenate([(worth[0] + worth[1]) / 2, OF_REGION])),
        CHANNEL: ONLINE_WORTH * (online[1] - online[0]),
        RATE: float((shares_before + shares_after)[: len(CLASSES)] / 2 @ (worth[1] - worth[0])),
    }
    return (before, after), truth


def wave(
    name: str,
    who: np.ndarray,
    view: np.ndarray,
    shares: np.ndarray,
    worth: np.ndarray,
    online: float,
    setting: Setting,
    rng: np.random.Generator,
) -> tuple[Side, np.ndarray]:
    """One wave, and the shares of classes, then regions, that it speaks for: the process's, or those of the list raked to."""
    n = len(who)
    listed = rng.choice(len(CLASSES), LIST * n, p=shares)
    of_class, region = listed[:n], rng.choice(len(REGIONS), LIST * n)
    by_web = rng.random(n) < online
    level = 65 + worth[of_class] + OF_REGION[region[:n]] + ONLINE_WORTH * by_web + view[who]
    scores = pd.DataFrame({dimension: level + rng.normal(0, 9, n) for dimension in WEIGHTS})
    groups = pd.DataFrame({"class": np.array(CLASSES)[of_class], "region": np.array(REGIONS)[region[:n]]})
    uneven = 1 / (MOST_UNEQUAL - 1)
    weight = rng.gamma(uneven, 1 / uneven, n) + 1e-3 if setting.weighting == "unequal" else np.ones(n)
    if setting.weighting == "raked":
        weight = weight * LIST
    design = Design.of([f"c{i}" for i in who], weight=weight, wave=name)
    of_regions = np.full(len(REGIONS), 1 / len(REGIONS))
    if setting.weighting == "raked":
        everybody = pd.DataFrame({"class": np.array(CLASSES)[listed], "region": np.array(REGIONS)[region]})
        design = rake_to_frame(design, groups, everybody).design
        shares = np.bincount(listed, minlength=len(CLASSES)) / len(listed)
        of_regions = np.bincount(region, minlength=len(REGIONS)) / len(region)
    both = np.concatenate([shares, of_regions])
    return Side(design, scores, groups, pd.Series(np.where(by_web, "online", "visit"))), both
