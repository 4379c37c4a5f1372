"""The headlines under every defensible choice: what is reported is among them, and a choice that matters is found."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from managed_company import BEFORE, NOW, write
from report_examples import house_results, of, report, without
from report_records import counted, record

from csat_analysis import verdicts
from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.metrics.wave import load_waves
from csat_analysis.models.robustness import AXES, REPORTED, Agreement, Multiverse, plain
from csat_analysis.results import Results

MEASURES = {"index": 5.0, "nps": 10.0, "goods": 5.0, "people": 5.0}


def multiverse(waves) -> Multiverse:
    return Multiverse(waves, NOW, BEFORE, MEASURES, {})


def with_table(table: pd.DataFrame) -> Multiverse:
    made = Multiverse({}, NOW, BEFORE, MEASURES, {})
    made.__dict__["table"] = table
    made.__dict__["choices"] = {axis: list(dict.fromkeys(table[axis])) for axis in AXES}
    return made


def analyses(words: dict[str, str]) -> pd.DataFrame:
    """12 analyses of which the word hangs on the weights alone."""
    return pd.DataFrame(
        [
            {"weights": w, "careless": c, "blanks": b, "interval": REPORTED, "change": words[w]}
            for w in words
            for c in (REPORTED, "left_out")
            for b in (REPORTED, "complete", "any_item")
        ]
    )


def test_a_verdict_that_one_choice_turns_names_the_choice():
    found = with_table(analyses({REPORTED: "rose", "every_answer_alike": "no_detectable_change"})).agreement("change")
    assert found == Agreement("rose", 6, 12, "every_answer_alike", 1.0)


def test_a_verdict_that_all_give_names_none():
    found = with_table(analyses({REPORTED: "rose", "by_draw": "rose"})).agreement("change")
    assert (found.agree, found.analyses, found.otherwise_most) == (12, 12, None)


def test_without_a_reported_verdict_nothing_agrees_with_it():
    """Nor is it said that none of the 12 others does: a table's missing word is NaN, not None."""
    others = {"by_draw": "rose", "every_answer_alike": "rose"}
    assert isinstance(with_table(analyses({REPORTED: None} | others)).agreement("change"), NoEstimate)


def test_analyses_that_give_no_verdict_are_not_counted_as_agreeing():
    found = with_table(analyses({REPORTED: "rose", "by_draw": "rose", "tighter_trimming": None})).agreement("change")
    assert (found.agree, found.analyses) == (12, 12)


def test_analyses_with_one_number_and_interval_are_counted_once():
    """NPS has no items: reading blanks otherwise gives the same NPS, and agreeing three times is agreeing once."""
    table = analyses({REPORTED: "rose", "by_draw": "rose", "every_answer_alike": "rose"})
    of_weights = {name: (float(place), -1.0, 1.0) for place, name in enumerate(table["weights"].unique())}
    table["change_numbers"] = [
        (of_weights[row.weights][0] + (row.careless == "left_out") / 2, *of_weights[row.weights][1:])
        for row in table.itertuples()
    ]
    blanks_matter = table.assign(
        change_numbers=[(*n, row.blanks) for n, row in zip(table["change_numbers"], table.itertuples())]
    )
    assert with_table(blanks_matter).agreement("change").analyses == 18
    assert isinstance(with_table(table).agreement("change"), NoEstimate)  # six different ones are too few


def test_a_programme_without_choices_to_make_has_none_that_change_nothing(tmp_path):
    """One item a dimension, no weighting: there are no blanks to fill and no weights to choose."""
    waves = load_waves(write(tmp_path, gain=2.0), NOW)
    made = multiverse(waves)
    assert made.choices["weights"] == [REPORTED] and made.choices["blanks"] == [REPORTED]
    reported = made.table[(made.table[list(AXES)] == REPORTED).all(axis=1)].iloc[0]
    changes = {name: waves[NOW].measure(name) - waves[BEFORE].measure(name) for name in MEASURES}
    assert reported["change"] == verdicts.change_verdicts(changes, MEASURES)["index"]


def test_the_plain_interval_is_the_normal_one_of_the_standard_error():
    number = mean(Design.of(range(9)), np.arange(9.0))
    low, high = plain(number).interval(0.95)
    assert (high - low) / 2 == pytest.approx(1.959964 * number.se, rel=1e-4)
    assert high - low < np.diff(number.interval(0.95))[0]


def robust_records(agree: int) -> list:
    found = [
        counted("robustness.agree", agree, headline="change"),
        counted("robustness.analyses", 24, headline="change"),
    ]
    if agree < 24:
        found.append(record("robustness.otherwise", 0.5, n=None, status="exact", headline="change", choice="by_draw"))
    return [replace(r, notebook="04_satisfaction") for r in found]


def test_it_is_said_beside_the_headline_how_many_analyses_agree():
    all_agree = report(Results([*house_results().records, *robust_records(24)])).contents["overview"]["index_robust"]
    assert ">24</button> of" in all_agree and "say the same" in all_agree and "otherwise" not in all_agree
    some = report(Results([*house_results().records, *robust_records(20)]), "zh").contents["overview"]["index_robust"]
    assert "仅按抽样设计加权" in some and ">20</button>" in some
    assert report(house_results()).contents["overview"]["index_robust"] == ""


def note(results: Results, language: str = "en") -> str:
    return re.sub("<[^>]+>", "", report(results, language).contents["overview"]["index_robust"])


def test_the_note_says_how_many_different_numbers_the_analyses_come_to():
    """12 kinds of weights, careless answers and blanks, each with two intervals: 24 analyses, 12 numbers."""
    twelve = replace(counted("robustness.numbers", 12, headline="change"), notebook="04_satisfaction")
    results = Results([*house_results().records, *robust_records(24), twelve])
    assert note(results) == "24 of 24 defensible analyses (12 different numbers) say the same"
    assert note(results, "zh") == "24 种合理的分析方法（数值不同的 12 种）中，24 种结论相同"


def test_analyses_cannot_agree_with_a_verdict_that_is_not_given():
    """A region's index whose interval was never shown to hold: "none of 24 say the same" would be of nothing."""
    results = Results([*house_results().records, *robust_records(0)])
    change = of("satisfaction.change", measure="index")
    assert note(without(results, "not_certified", change)) == ""
    unjudged = [replace(r, verdict=None) if change(r) else r for r in results.records]
    assert note(Results(unjudged)) == ""
