"""Which intervals were shown to hold, and where: looks up the table of the simulation study, computes nothing.

The table is `certified.json`, made by `csat certify` (studies/intervals.py) and kept with the package, with its seed and a fingerprint
of the code that made the estimates. A number is certified when the cells of its estimator and design at the nearest
numbers of answers below and above hold.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.disclosure import customers_behind
from csat_analysis.estimate import Estimate
from csat_analysis.studied import Studied

CONFIDENCE = 0.95
BAND = (0.93, 0.97)
DISCRETE = ("share", "nps", "satisfied_share")  # averaged over a range of p; only too little coverage is a failure
FINGERPRINTED = (
    "design.py",
    "estimate.py",
    "estimators.py",
    "intervals.py",
    "studies/intervals.py",
    "survey/weighting.py",
    "survey/calibration.py",
    "survey/answering.py",
    "survey/reliability.py",
)
UNEQUAL = ("strata",)
USUAL = ("mean", "share", "nps", "quantile")
FEWEST_DEGREES = 25  # of freedom: customers less strata; the study of effects from 60 answers has about 30
STUDIED_BY = {  # study → the kinds of number that its settings speak for
    "repurchase": (
        "effect",
        "effect_linear",
        "group_effect",
        "within",
        "prediction",
        "group_curve",
        "customer",
        "risk_ratio",
        "auc",
        "auc_gain",
        "brier",
        "calibration",
        "calibration_slope",
        "rate",
        "rate_gap",
    ),
    "customers": (
        "counted_share",
        "counted_difference",
        *(f"{of}_{spread:g}" for of in ("amount", "clv") for spread in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)),
    ),
    "sales": (
        "conversion",
        "closing",
        "exclusive_growth",
        "exclusive_number",
        "growth_slope",
        "loyalty",
        "loyalty_change",
        "refer",
    ),
    "service": (
        "complaint_rate",
        "complaint_gap",
        "complaint_change",
        "wait_median",
        "wait_p90",
        "wait_within_target",
        "wait_median_open",
        "wait_p90_open",
        "wait_within_target_open",
        "waiting_slope",
        "bad_service_gap",
        "points_lost",
    ),
    "drivers": (
        "importance",
        "importance_bought",
        "importance_items",
        "rank_importance",
        "rank_importance_bought",
        "rank_importance_items",
        "beyond_halo",
        "derived_index",
        "contrast",
    ),
    "plans": (
        "plan_points",
        "plan_capped",
        "gain",
        "gain_linear",
        "gain_spline",
        "gain_published",
        "gain_clv",
        "pays_back",
        "plan_best",
        "information",
        "information_more",
    ),
    "voice": ("word", "category", "theme_gap"),
    "segments": (
        "conversion_gap",
        "wait_median_gap",
        "wait_within_target_gap",
        "wait_median_gap_open",
        "wait_within_target_gap_open",
        *(f"clv_gap_{spread:g}" for spread in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)),
    ),
    "managers": (
        "manager_gap",
        "manager_own",
        "manager_tau",
        "manager_third",
        "audit_score",
        "scorecard",
        "action_effect",
        "action_clusters",
    ),
    "explained": ("change_mix", "change_channel", "change_rate"),
}
STUDIED_APART = {kind: study for study, kinds in STUDIED_BY.items() for kind in kinds}
MAX_DESIGN_EFFECT_APART = 1.3  # by weights: the study's companies have 1.23 to 1.27
SHARES_APART = (
    "rate",
    "calibration",
)  # judged by answers, whatever the share: their settings have rare ones among them
ALIKE = 1.25  # times as many of the rarer outcome: settings this near are one size
RAREST = 0.8  # of the smallest share of the rarer outcome among a kind's settings; a rarer one was never tried
CORRECTED = ("raked", "propensity")  # weights corrected for who didn't answer
MAX_DESIGN_EFFECT = {"": 1.5, "raked": 2.0, "propensity": 2.0}  # by weights (Kish); more unequal ones were never tried
SAMPLE_OF_A_DOMAIN = 100  # answers that the sample behind a small domain needs; the study's has 150
TABLE = "certified.json"


@cache
def certificate() -> dict[str, object]:
    """The stored study: seed, draws, version, fingerprint, cells."""
    return json.loads(resources.files("csat_analysis").joinpath(TABLE).read_text(encoding="utf-8"))


@cache
def table() -> pd.DataFrame:
    """One row a cell of the study."""
    return pd.DataFrame(certificate()["cells"])


def lowest_coverage() -> pd.Series:
    """Coverage of the least favourable core setting, by estimator and number of answers."""
    core = table()[table()["core"]]
    return core.groupby(["estimator", "n"], sort=False)["coverage"].min()


def fingerprint(files: Iterable[str] = FINGERPRINTED) -> str:
    """SHA-256 of code, by default of that which makes estimates and intervals; comments and docstrings don't count."""
    digest = hashlib.sha256()
    for name in files:
        tree = ast.parse(resources.files("csat_analysis").joinpath(name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if (
                isinstance(body, list)
                and body
                and isinstance(body[0], ast.Expr)
                and isinstance(body[0].value, ast.Constant)
            ):
                node.body = body[1:]
        digest.update(ast.dump(tree).encode())
    return digest.hexdigest()


def cells_for(estimate: Estimate) -> pd.DataFrame:
    """The core cells that speak for an estimate: its estimator, weighting and draw, at the nearest n below and above.

    n is that of its smallest part. Empty where it, or the whole sample behind a small group, is below the smallest that
    was tried. An n above all that were tried is judged by the largest.
    """
    if isinstance(estimate, Studied):
        return cells_apart(estimate)
    leaves = answers_behind(estimate)
    weighting = most_corrected(leaves)
    unequal = [leaf for leaf in leaves if draws_like(leaf.design) == UNEQUAL]
    if any(design_effect(leaf.design.weight[leaf.about]) > MAX_DESIGN_EFFECT[weighting] for leaf in unequal):
        return table().iloc[:0]
    draws = None if weighting else UNEQUAL if unequal else draws_like(leaves[0].design)
    return usual_cells(name_of(estimate), weighting, draws, len(estimate.design.unit_name), fewest(estimate))


@cache
def usual_cells(
    estimator: str, weighting: str, draws: tuple[str, ...] | None, sample: int, smallest: int
) -> pd.DataFrame:
    """Core cells of an estimator and weighting (draws: of these; None: whichever) for `smallest` customers among `sample`."""
    tried = table()
    own = tried[tried["core"] & (tried["estimator"] == estimator)]
    own = own[own["weighting"] == weighting] if weighting else own[~own["weighting"].isin(CORRECTED)]
    if draws is not None:
        own = own[own["draw"].isin(draws)]
    if sample < SAMPLE_OF_A_DOMAIN:
        own = own[~own["domain"]]
    if sample < own.loc[~own["domain"], "n"].min():
        return own.iloc[:0]
    return nearest(own, smallest)


def cells_apart(estimate: Studied) -> pd.DataFrame:
    """Settings of the study that an estimate's kind has of its own; none for few customers or weights that it didn't have."""
    found = nearest_apart(estimate.study, estimate.n, estimate.rarer)
    uneven = design_effect(estimate.design.weight[estimate.about]) > MAX_DESIGN_EFFECT_APART
    return found.iloc[:0] if uneven or estimate.degrees_of_freedom < FEWEST_DEGREES else found


def nearest(cells: pd.DataFrame, size: float, by: str = "n") -> pd.DataFrame:
    """The cells at the nearest sizes (mostly numbers of answers) below and above; none below the smallest that was tried."""
    below, above = cells.loc[cells[by] <= size, by].max(), cells.loc[cells[by] >= size, by].min()
    return cells.iloc[:0] if pd.isna(below) else cells[cells[by].isin([below, above])]


def nearest_apart(kind: str, answers: int, rarer: int | None = None) -> pd.DataFrame:
    """A kind's settings with the nearest numbers of answers; of the rarer outcome where `rarer` tells how many there are, and then
    those much alike in them, whose rate differs. None for fewer answers, or a rarer outcome, than any had.
    """
    cells = studied_apart(kind)
    if rarer is None or kind in SHARES_APART:
        return nearest(cells, answers)
    if answers < cells["n"].min() or rarer < RAREST * (cells["rarer"] / cells["n"]).min() * answers:
        return cells.iloc[:0]
    below, above = (nearest(cells, rarer, "rarer")["rarer"].agg(end) for end in ("min", "max"))
    return cells[cells["rarer"].between(below / ALIKE, below) | cells["rarer"].between(above, above * ALIKE)]


@cache
def holds_at(kind: str, answers: int, rarer: int | None = None) -> bool:
    """Did a study show the interval of this kind of number to hold at so many answers (and so many of the rarer outcome)? Not
    where no study tried the kind.
    """
    if kind not in STUDIED_APART:
        return False
    cells = nearest_apart(kind, answers, rarer)
    return bool(len(cells)) and bool(cells["holds"].all())


@cache
def studied_apart(kind: str) -> pd.DataFrame:
    """Settings of the study that speaks for a kind of number: columns n, rarer (on average, where it counts) and holds."""
    file = resources.files("csat_analysis").joinpath("studies", f"{STUDIED_APART[kind]}.json")
    rows = json.loads(file.read_text(encoding="utf-8"))["rows"]
    rows = [row for row in rows if row["test"] == kind and row["holds"] is not None]  # None: nothing to judge there
    columns = {"n": [row["answers"] for row in rows], "rarer": [row.get("rarer", np.nan) for row in rows]}
    return pd.DataFrame(columns | {"holds": [bool(row["holds"]) for row in rows]})


def most_corrected(leaves: list[Estimate]) -> str:
    """How the weights behind a number were corrected for who didn't answer: raked, propensity, or "" for the design's own."""
    if any(leaf.design.margins for leaf in leaves):
        return "raked"
    return "propensity" if any(leaf.design.base is not None for leaf in leaves) else ""


def design_effect(weight: np.ndarray) -> float:
    """Kish's design effect of unequal weights: n Σw² / (Σw)²."""
    return float(len(weight) * (weight**2).sum() / weight.sum() ** 2) if len(weight) else 1.0


def answers_behind(estimate: Estimate) -> list[Estimate]:
    """The estimates made from answers that a number was added up from, each with the design of its own wave or panel."""
    if isinstance(estimate, Studied):
        return [estimate]
    return [leaf for _, part in estimate.terms for leaf in answers_behind(part)] or [estimate]


def fewest(estimate: Estimate) -> int:
    """Customers in the smallest part that a number is made of: a difference is as sure as its smaller group, and several
    contacts of one customer are one.
    """
    return min((fewest(part) for _, part in estimate.terms), default=customers_behind(estimate))


def is_certified(estimate: Estimate) -> bool:
    """Was this kind of interval shown to hold at this number of answers and with this weighting?"""
    if estimate.status == "exact":
        return True
    speaking = cells_for(estimate)
    return bool(len(speaking)) and bool(speaking["holds"].all())


def name_of(estimate: Estimate) -> str:
    """The study's name for an estimate's kind; a sum of which a part isn't of the usual kinds has that part's."""
    for leaf in answers_behind(estimate):
        if isinstance(leaf, Studied):
            return leaf.study if leaf is estimate else f"sum with {leaf.study}"
        if leaf.kind not in USUAL:
            return leaf.kind
    if estimate.kind == "quantile":
        return {0.5: "median", 0.9: "p90"}.get(estimate.distribution.level, "another quantile")
    if estimate.kind != "mean":
        return estimate.kind
    if estimate.finite or not estimate.terms:
        return "index"
    return "change" if " and " in estimate.design.wave else "difference"


def draws_like(design: Design) -> tuple[str, ...]:
    """The study's draws that a design is like: strata of unequal weights, or a list; a simple sample is like one without order."""
    unequal = len(np.unique(design.weight)) > len(design.strata)
    stratified = len(design.strata) > 1 and not design.strata["systematic"].any()
    return UNEQUAL if unequal or stratified else ("list", "trend", "simple")
