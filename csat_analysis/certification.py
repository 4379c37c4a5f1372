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
from csat_analysis.estimate import Estimate

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
STUDIED_APART = dict.fromkeys(("effect", "prediction", "auc"), "repurchase") | dict.fromkeys(
    ("word", "category", "theme_gap"), "voice"
)  # kind of number → the study with its settings
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
    if name_of(estimate) in STUDIED_APART:
        return cells_apart(estimate)
    tried = table()
    leaves = answers_behind(estimate)
    weighting = most_corrected(leaves)
    own = tried[tried["core"] & (tried["estimator"] == name_of(estimate))]
    own = own[own["weighting"] == weighting] if weighting else own[~own["weighting"].isin(CORRECTED)]
    unequal = [leaf for leaf in leaves if draws_like(leaf.design) == UNEQUAL]
    if not weighting:
        own = own[own["draw"].isin(UNEQUAL if unequal else draws_like(leaves[0].design))]
    if any(design_effect(leaf.design.weight[leaf.about]) > MAX_DESIGN_EFFECT[weighting] for leaf in unequal):
        return own.iloc[:0]
    if len(estimate.design.contact) < SAMPLE_OF_A_DOMAIN:
        own = own[~own["domain"]]
    if len(estimate.design.contact) < own.loc[~own["domain"], "n"].min():
        return own.iloc[:0]
    return nearest(own, fewest(estimate))


def cells_apart(estimate: Estimate) -> pd.DataFrame:
    """Settings of the study that an estimate's kind has of its own; none for few customers or weights that it didn't have."""
    found = nearest(studied_apart(name_of(estimate)), fewest(estimate))
    leaves = answers_behind(estimate)
    uneven = any(design_effect(leaf.design.weight[leaf.about]) > MAX_DESIGN_EFFECT[""] for leaf in leaves)
    return found.iloc[:0] if uneven or estimate.degrees_of_freedom < FEWEST_DEGREES else found


def nearest(cells: pd.DataFrame, answers: int) -> pd.DataFrame:
    """The cells at the nearest numbers of answers below and above; none below the smallest that was tried."""
    below, above = cells.loc[cells["n"] <= answers, "n"].max(), cells.loc[cells["n"] >= answers, "n"].min()
    return cells.iloc[:0] if pd.isna(below) else cells[cells["n"].isin([below, above])]


def holds_at(kind: str, answers: int) -> bool:
    """Did a study show the interval of this kind of number to hold at so many answers?"""
    cells = nearest(studied_apart(kind), answers)
    return bool(len(cells)) and bool(cells["holds"].all())


@cache
def studied_apart(kind: str) -> pd.DataFrame:
    """Settings of the study that speaks for a kind of estimate: columns n and holds."""
    file = resources.files("csat_analysis").joinpath("studies", f"{STUDIED_APART[kind]}.json")
    rows = [row for row in json.loads(file.read_text(encoding="utf-8"))["rows"] if row["test"] == kind]
    return pd.DataFrame({"n": [row["answers"] for row in rows], "holds": [bool(row["holds"]) for row in rows]})


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
    return [leaf for _, part in estimate.terms for leaf in answers_behind(part)] or [estimate]


def fewest(estimate: Estimate) -> int:
    """Answers of the smallest part that a number is made of: a difference is as sure as its smaller group."""
    return min((fewest(part) for _, part in estimate.terms), default=estimate.n)


def is_certified(estimate: Estimate) -> bool:
    """Was this kind of interval shown to hold at this number of answers and with this weighting?"""
    if estimate.status == "exact":
        return True
    speaking = cells_for(estimate)
    return bool(len(speaking)) and bool(speaking["holds"].all())


def name_of(estimate: Estimate) -> str:
    """The study's name for an estimate's kind; a sum of which a part isn't of the usual kinds has that part's."""
    for leaf in answers_behind(estimate):
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
