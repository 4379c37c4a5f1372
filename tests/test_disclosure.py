"""Small groups are hidden, and can't be worked out from what is left: not by a sum, another segment, or another edition."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from report_records import record
from scipy.optimize import linprog

from csat_analysis.disclosure import dominated, hidden_in_all, suppressed_groups
from csat_analysis.period import Period
from csat_analysis.results import Record
from csat_analysis.run.differencing import sizes_before, with_sizes
from csat_analysis.run.protect import protect

LEAST = 5


def test_nothing_is_hidden_where_all_groups_are_large():
    assert suppressed_groups({"a": 5, "b": 50}, min_group=5) == set()


def test_one_small_group_takes_the_next_smallest_with_it():
    assert suppressed_groups({"a": 40, "b": 9, "c": 3}, min_group=5) == {"b", "c"}


def test_two_small_groups_that_are_small_together_take_another():
    assert suppressed_groups({"a": 40, "b": 9, "c": 2, "d": 1}, min_group=5) == {"b", "c", "d"}


def test_two_small_groups_that_are_large_together_suffice():
    assert suppressed_groups({"a": 40, "b": 9, "c": 4, "d": 3}, min_group=5) == {"c", "d"}


def test_an_empty_group_hides_nothing():
    assert suppressed_groups({"a": 40, "b": 0}, min_group=5) == set()


def test_a_group_hidden_for_another_reason_takes_a_complement_too():
    assert suppressed_groups({"a": 40, "b": 9, "c": 20}, min_group=5, also={"c"}) == {"b", "c"}


def people(levels: dict[str, list[str]]) -> tuple[dict, dict]:
    """Segment → the level of each person, as partitions and their sizes."""
    partitions = {
        segment: {name: frozenset(i for i, own in enumerate(of) if own == name) for name in dict.fromkeys(of)}
        for segment, of in levels.items()
    }
    return partitions, {
        segment: {name: len(who) for name, who in groups.items()} for segment, groups in partitions.items()
    }


def readable(shown: list[frozenset], size: int, scores: np.ndarray) -> list[float]:
    """An attack: how narrow the published means make each person's score (0–100), by linear programming. Here whoever attacks
    knows who is in which group."""
    sets = [frozenset(range(size)), *shown]
    a = np.array([[float(i in members) for i in range(size)] for members in sets])
    b = a @ scores
    widths = []
    for i in range(size):
        one = np.eye(size)[i]
        ends = [linprog(sign * one, A_eq=a, b_eq=b, bounds=(0, 100)).fun * sign for sign in (1, -1)]
        widths.append(ends[1] - ends[0])
    return widths


def shown_sets(partitions: dict, hidden: set[tuple]) -> list[frozenset]:
    return [who for name, groups in partitions.items() for group, who in groups.items() if (name, group) not in hidden]


TWO = {  # the class A is the size "large" but for one person
    "class": ["A"] * 12 + ["B"] * 12,
    "size": ["large"] * 13 + ["small"] * 11,
}


def test_two_segments_whose_difference_is_one_person_are_not_both_shown():
    """Without the rule the attack reads person 12's score to the point; with it nobody's."""
    partitions, sizes = people(TWO)
    scores = np.random.default_rng(3).uniform(20, 90, 24)
    assert min(readable(shown_sets(partitions, set()), 24, scores)) < 1e-6
    hidden = hidden_in_all(partitions, sizes, LEAST)
    assert hidden == {("size", "large"), ("size", "small")}
    assert min(readable(shown_sets(partitions, hidden), 24, scores)) > 50


def test_two_groups_that_are_all_but_one_person_together_are_not_both_shown():
    """24 people less class A (12) less those served by x (11) is one person."""
    served = {"class": TWO["class"], "served": ["y"] * 6 + ["z"] * 7 + ["x"] * 11}
    partitions, sizes = people(served)
    hidden = hidden_in_all(partitions, sizes, LEAST)
    assert ("served", "x") in hidden and len([name for name in hidden if name[0] == "served"]) > 1


def test_two_groups_together_that_are_two_others_but_for_one_person_are_not_all_shown():
    """The large customers are those of east and south and one of the north: large less east less south is that one."""
    levels = {
        "region": ["east"] * 20 + ["south"] * 20 + ["north"] * 20 + ["west"] * 20,
        "size": ["large"] * 41 + ["small"] * 39,
    }
    partitions, sizes = people(levels)
    scores = np.random.default_rng(3).uniform(20, 90, 80)
    assert readable(shown_sets(partitions, set()), 80, scores)[40] < 1e-6
    hidden = hidden_in_all(partitions, sizes, LEAST)
    assert min(readable(shown_sets(partitions, hidden), 80, scores)) > 20


def test_one_person_worked_out_from_three_segments_is_not():
    """Only person 0 is in both a and b, and c holds whoever is in one of them: a + b − c is person 0 twice."""
    rng = np.random.default_rng(5)
    a, b = np.arange(30) < 12, (np.arange(30) >= 12) & (np.arange(30) < 22)
    b[0] = True
    levels = {name: np.where(inside, "in", "out").tolist() for name, inside in (("a", a), ("b", b), ("c", a ^ b))}
    partitions, sizes = people(levels)
    scores = rng.uniform(20, 90, 30)
    assert readable(shown_sets(partitions, set()), 30, scores)[0] < 1e-6
    hidden = hidden_in_all(partitions, sizes, LEAST)
    assert min(readable(shown_sets(partitions, hidden), 30, scores)) > 20


@pytest.mark.parametrize("seed", range(6))
def test_random_segments_give_no_persons_score_away(seed):
    rng = np.random.default_rng(seed)
    levels = {
        name: list(rng.choice(list(names), 30, p=chances))
        for name, names, chances in (
            ("a", "xyz", (0.1, 0.3, 0.6)),
            ("b", "pqr", (0.15, 0.25, 0.6)),
            ("c", "mn", (0.5, 0.5)),
        )
    }
    partitions, sizes = people(levels)
    hidden = hidden_in_all(partitions, sizes, LEAST)
    assert min(readable(shown_sets(partitions, hidden), 30, rng.uniform(20, 90, 30))) > 20


def test_segments_that_differ_by_many_are_all_shown():
    partitions, sizes = people({"class": ["A"] * 10 + ["B"] * 14, "size": (["large", "small"] * 12)})
    assert hidden_in_all(partitions, sizes, LEAST) == set()


def test_most_of_a_sum_by_one_customer_is_dominance():
    assert dominated([51, 25, 24]) and not dominated([50, 25, 25])


def segment(level: str, value: float, n: int, key: str = "satisfaction.segment", **group: str) -> Record:
    return replace(record(key, value, 3.0, segment="region", level=level, **group), n=n)


OLD = {"satisfaction.segment[segment=region, level=east]": [20]}


def edition(n: int) -> list[Record]:
    return [
        segment("east", 70 + n / 10, n),
        segment("west", 66, 9),
        segment("north", 71, 30),
        segment("east", 1.0, 59, "satisfaction.segment_gap"),
        segment("west", -2.0, 59, "satisfaction.segment_gap"),
        record("satisfaction.index", 70.0, 2.0, n=59),
    ]


def hidden_of(records: list[Record]) -> set[str]:
    return {r.name.removeprefix("satisfaction.") for r in records if r.status == "suppressed"}


def test_one_answer_more_than_in_the_edition_before_is_not_shown():
    """20 answers with a mean of 72, then 21 with 72.1: the new answer is 21 × 72.1 − 20 × 72."""
    protected = protect(edition(21), OLD, LEAST)
    assert hidden_of(protected) == {
        "segment[segment=region, level=east]",
        "segment[segment=region, level=west]",
        "segment_gap[segment=region, level=east]",
        "segment_gap[segment=region, level=west]",
    }
    assert all(r.value is None and r.n is None for r in protected if r.status == "suppressed")


@pytest.mark.parametrize("n", [20, 25, 40])
def test_the_same_answers_or_many_more_are_shown_again(n):
    assert protect(edition(n), OLD, LEAST) == edition(n)


def test_a_third_edition_is_held_against_the_first_too():
    """Hidden in the second, the number isn't forgotten: with 22 answers it is still too near to the 20 of the first."""
    second = protect(edition(21), OLD, LEAST)
    kept = json.loads(with_sizes(OLD, second))
    assert kept["satisfaction.segment[segment=region, level=east]"] == [20]
    assert "segment[segment=region, level=east]" in hidden_of(protect(edition(22), kept, LEAST))


def test_from_two_editions_no_answer_can_be_worked_out():
    """The attack: of every group that both editions show, the total less the total before, over the answers that came."""
    rng = np.random.default_rng(8)
    answers = {name: rng.uniform(20, 90, 40) for name in ("east", "west", "north", "south")}
    first = {"east": 20, "west": 12, "north": 30, "south": 15}
    for more in ({"east": 1}, {"east": 2, "north": 3}, {"west": 1, "south": 6}):
        second = {name: n + more.get(name, 0) for name, n in first.items()}
        before = {f"satisfaction.segment[segment=region, level={name}]": [n] for name, n in first.items()}
        shown = protect(
            [segment(name, float(answers[name][:n].mean()), n) for name, n in second.items()], before, LEAST
        )
        for r in shown:
            name = r.group["level"]
            if r.shown:
                came = r.n - first[name]
                assert came == 0 or came >= LEAST
        lost = [r.group["level"] for r in shown if not r.shown]
        hidden_answers = sum(second[name] - first[name] for name in lost)
        assert len(lost) != 1 and (not lost or len(lost) > 1 and hidden_answers >= 1)


def test_a_report_knows_its_own_editions_and_of_other_periods_of_the_same_customers_what_is_pooled(tmp_path):
    published = {
        "2025H2": {"satisfaction.by(level=A)": [10], "repurchase.by(level=A)": [40]},
        "2026H1": {"satisfaction.by(level=A)": [20], "repurchase.by(level=A)": [60]},
        "2025H2.region=east": {"satisfaction.by(level=A)": [5], "repurchase.by(level=A)": [21]},
        "2026H1.region=east": {"satisfaction.by(level=A)": [7]},
        "2026H1.region=west": {"repurchase.by(level=A)": [33]},
        "2026H1.failed": {"repurchase.by(level=A)": [1]},
    }
    for name, sizes in published.items():
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "published_sizes.json").write_text(json.dumps(sizes), encoding="utf-8")
    wave = Period.parse("2026H1")
    assert sizes_before(tmp_path, wave) == {"satisfaction.by(level=A)": [20], "repurchase.by(level=A)": [40, 60]}
    assert sizes_before(tmp_path, wave, "2026H1.region=east") == {
        "satisfaction.by(level=A)": [7],
        "repurchase.by(level=A)": [21],
    }


def test_the_companys_own_numbers_and_those_of_dimensions_come_again():
    records = [
        record("satisfaction.index", 70, 2, n=131),
        record("satisfaction.dimension", 71, 2, n=131, dimension="staff"),
    ]
    assert protect(records, {r.name: [130] for r in records}, LEAST) == records


def test_one_executive_more_or_less_is_not_told_by_a_panel_nor_by_what_is_reckoned_from_it():
    """20 executives with a mean of 76.2, then 19 with 76.4: 20 × 76.2 − 19 × 76.4 is the one who is gone."""
    panels = [
        replace(record("satisfaction.panel", 76.4, 2, panel="internal"), n=19),
        record("satisfaction.panel", 71, 2, n=115, panel="sample"),
    ]
    reckoned = [
        record("satisfaction.perception_gap", 4.9, 2, n=148),
        record("satisfaction.three_panel_mean", 73.2, 2, n=150),
    ]
    before = {panels[0].name: [20], panels[1].name: [115]}
    protected = protect([*panels, *reckoned], before, LEAST)
    assert [r.status for r in protected] == ["suppressed", "ok", "suppressed", "suppressed"]
    assert protect([*panels, *reckoned], {panels[0].name: [19]}, LEAST) == [*panels, *reckoned]
    assert panels[0].name in json.loads(with_sizes({}, panels))


@pytest.mark.parametrize(
    "key, group",
    [("actions.low_scorers", {"action": "X03"}), ("feedback.theme_gap", {"theme": "invoicing", "dimension": "staff"})],
)
def test_a_group_of_some_that_no_column_divides_is_held_against_its_editions_too(key, group):
    one = replace(record(key, 3, 1, **group), n=21)
    assert protect([one], {one.name: [22]}, LEAST)[0].status == "suppressed" and protect(
        [one], {one.name: [21]}, LEAST
    ) == [one]
