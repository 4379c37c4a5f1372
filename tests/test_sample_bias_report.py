"""The report's part on silence: each sentence follows from a record, and nothing recorded is nothing said."""

from dataclasses import replace

import pytest
from page_text import plain
from report_examples import house_results, of, report, without
from report_records import record

from csat_analysis.results import Record, Results


def fact(key: str, value: float, **group: str) -> Record:
    return record(key, value, n=None, status="exact", notebook="03_sample_bias", **group)


def bias_records(verdict: str = "hangs_on_silent") -> list[Record]:
    differences = {
        ("region", "华北"): (-0.26, 0.0),
        ("exclusive", "yes"): (0.22, 0.21),
        ("log_sales", ""): (0.07, 0.01),
    }
    return [
        fact("bias.outcome_rate", 0.763, rate="RR2"),
        fact("bias.revenue_coverage", 0.326),
        *[
            fact("bias.imbalance", value, variable=variable, level=level, stage=stage)
            for (variable, level), values in differences.items()
            for stage, value in zip(("before", "after"), values, strict=True)
        ],
        fact("bias.imbalance_noise", 0.08, stage="before"),
        fact("bias.imbalance_noise", 0.09, stage="after"),
        record("bias.weighting_shift", -1.1, 1.0, measure="index"),
        record("bias.unweighted_index", 72.4, 1.5),
        record("bias.tipping_point", 54.6, 8.0, verdict=verdict),
        record("bias.points_lower", 16.7, 8.0),
        record("bias.if_silent_lower", 70.1, 2.3, by="5"),
        *[
            fact(key, value, answering=answering, method=method)
            for answering, numbers in {"observed": (1.2, 0.2, 0.94), "satisfaction": (2.6, 2.2, 0.31)}.items()
            for key, method, value in (
                ("bias.study_bias", "naive", numbers[0]),
                ("bias.study_bias", "raked", numbers[1]),
                ("bias.study_coverage", "raked", numbers[2]),
            )
        ],
    ]


def results(verdict: str = "hangs_on_silent") -> Results:
    return Results([*house_results().records, *bias_records(verdict)])


def belief(found: Results, language: str = "en") -> str:
    return plain(report(found, language).section("belief"))


def test_where_every_answer_counts_alike_nothing_is_said_of_weighting():
    unweighted = plain(report(results(), "en", weights="none").section("belief"))
    assert "moved the index by" in belief(results()) and "moved the index by" not in unweighted


def test_response_balance_and_what_weighting_moved_are_said_with_their_numbers():
    page = belief(results())
    assert "each counted once, 76.3% answered at least in part, and they hold 32.6% of all sales" in page
    assert "Exclusive (+0.22)" in page and "North China (−0.26)" in page and "Sales (logarithm) (" not in page
    assert "After weighting this is still off: Exclusive (+0.21)" in page
    assert "moved the index by −1.1 points; with every answer alike it would be 72.4" in page


def test_the_method_says_what_weighting_cannot_mend_from_the_study_s_numbers():
    assert "of +2.6 points bias +2.2 points remain, and only 31.0% of the intervals hold" in belief(results())


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("cannot_drop", "Even if every silent customer scored the least possible"),
        ("only_if_far_lower", "far less satisfied"),
        ("hangs_on_silent", "hangs on silent customers: if they score 54.6 points on average, 16.7 points lower"),
        ("not_shown_above", "it lies lower still"),
    ],
)
def test_each_verdict_has_its_sentence(verdict, words):
    assert words in belief(results(verdict))


def test_the_first_screen_names_the_tipping_point_where_one_is_told():
    said = plain(report(results()).section("overview"))
    assert "an average of 54.6 points from them would bring the index down to the standard" in said
    assert "What customers who did not answer think." in plain(report(house_results()).section("overview"))


def test_a_tipping_point_that_is_not_certified_is_not_said():
    hidden = without(results(), "not_certified", of("bias.tipping_point"))
    assert "54.6" not in plain(report(hidden).page())


def test_where_nothing_was_recorded_the_part_is_not_there():
    assert "Who did not answer" not in belief(house_results())


def test_balance_without_a_deviation_says_so():
    calm = Results([replace(r, value=0.01) if r.key == "bias.imbalance" else r for r in results().records])
    assert "No kind of customer is missing or too many beyond chance" in belief(calm)


def test_the_chart_names_its_largest_difference_in_both_languages():
    assert "largest before: North China (−0.26)" in report(results()).figures["balance"]
    assert "加权前最大者：华北（−0.26）" in report(results(), "zh").figures["balance-narrow"]


def test_both_languages_show_the_same_numbers():
    shown = [set(report(results(), language).view.results.keys) for language in ("en", "zh")]
    english, chinese = (report(results(), language) for language in ("en", "zh"))
    for page in (english, chinese):
        page.section("belief")
    assert english.view.numbers.used.keys() == chinese.view.numbers.used.keys() and shown[0] == shown[1]
