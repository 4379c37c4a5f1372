"""What a part's report hides can't be worked out from the company's, less what the other parts show: not by any sums."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from customers_by_region import write_programme
from report_records import record

from csat_analysis import cli
from csat_analysis.commands.running import LOOKS
from csat_analysis.disclosure import suppressed_groups, worked_out
from csat_analysis.period import Period
from csat_analysis.results import Record, to_json
from csat_analysis.run import batch
from csat_analysis.run.batch import Job
from csat_analysis.run.customer_groups import suppressed
from csat_analysis.run.other_parts import Division, Shown, divisions
from csat_analysis.run.part import Part
from csat_analysis.run.protect import protect

LEAST = 5


def segment(level: str, n: int, key: str = "satisfaction.segment") -> Record:
    return replace(record(key, 70.0, 2.0, segment="industry", level=level), n=n)


def segments(sizes: dict[str, int], key: str = "satisfaction.segment") -> list[Record]:
    """A report's numbers of the groups that it has, small ones and their complements hidden as a notebook hides them."""
    hidden = suppressed_groups(sizes, LEAST)
    return [suppressed(segment(g, n, key)) if g in hidden else segment(g, n, key) for g, n in sizes.items() if n]


def part_after(records: list[Record], company: list[Record], *others: list[Record]) -> list[Record]:
    beside = Division(Shown(tuple(company)), tuple(Shown(tuple(one)) for one in others), Shown())
    return protect(records, {}, LEAST, beside=[beside])


def company_after(records: list[Record], *parts: list[Record]) -> list[Record]:
    return protect(records, {}, LEAST, beside=[Division(Shown(), tuple(Shown(tuple(one)) for one in parts))])


def hidden(records: list[Record]) -> set[str]:
    return {r.group.get("level", r.name) for r in records if r.status == "suppressed"}


COMPANY = segments({"retail": 32, "hotels": 60, "food": 55})
WEST = segments({"retail": 4, "hotels": 14, "food": 10})
OTHERS = [segments({"retail": n, "hotels": 15, "food": 15}) for n in (10, 10, 8)]


def test_the_part_that_comes_last_hides_what_would_leave_few_to_nobody():
    """32 retailers less 10, 10 and 8 would be the four of the west: so the last of the others doesn't show its own."""
    assert hidden(WEST) == {"retail", "food"}
    assert part_after(OTHERS[0], COMPANY) == OTHERS[0] and part_after(OTHERS[1], COMPANY, OTHERS[0]) == OTHERS[1]
    assert "retail" in hidden(part_after(OTHERS[2], COMPANY, *OTHERS[:2]))


def test_a_part_among_many_hides_nothing_when_nothing_is_small():
    parts = [segments({"retail": 10, "hotels": 20, "food": 15}) for _ in range(3)]
    company = segments({"retail": 30, "hotels": 60, "food": 45})
    assert part_after(parts[2], company, *parts[:2]) == parts[2]


def test_the_complement_is_one_that_does_not_follow_from_the_company_either():
    """Last comes the west, whose retailers are hidden with the smallest beside them, food: but food follows from the
    company's, less the others', and then retail from the west's total. Where another part hides hotels, so does the west."""
    north = [
        suppressed(r) if r.group["level"] in ("retail", "hotels") else r
        for r in segments({"retail": 9, "hotels": 25, "food": 20})
    ]
    company = segments({"retail": 23, "hotels": 54, "food": 45})
    east = segments({"retail": 10, "hotels": 15, "food": 15})
    assert hidden(part_after(WEST, company, north, east)) >= {"retail", "hotels"}


def test_a_number_of_no_group_is_held_against_the_others_too():
    def stage(n: int) -> list[Record]:
        one = replace(record("sales.stage_conversion", 50.0, 5.0, stage="negotiation"), n=n)
        return [one if n >= LEAST else suppressed(one)]

    (last,) = part_after(stage(23), stage(60), stage(12), stage(22), stage(3))
    assert last.status == "suppressed" and last.value is None and last.n is None
    assert part_after(stage(20), stage(60), stage(12), stage(22), stage(6)) == stage(20)


def test_what_the_company_hides_no_part_shows():
    company = segments({"retail": 4, "hotels": 60, "food": 55})
    assert hidden(company) == {"retail", "food"}
    assert "food" in hidden(part_after(segments({"hotels": 20, "food": 20}), company))


def test_a_group_hidden_in_a_figure_is_hidden_in_how_far_it_is_from_the_others():
    """But not in another figure, which has other answers behind it."""
    three = ("customers.clv_in", "customers.clv_against", "customers.retention_in")

    def report(retail: int, others: int) -> list[Record]:
        sizes = {"retail": retail, "hotels": others, "food": others}
        return [*segments(sizes, three[0]), *segments(sizes, three[1]), *segments(sizes | {"retail": others}, three[2])]

    last = part_after(report(10, 20), report(33, 60), report(11, 20), report(9, 20))
    assert {r.key for r in last if r.group["level"] == "retail" and not r.shown} == set(three[:2])


def test_groups_that_are_cut_anew_in_each_part_tell_nothing():
    """Large customers of the parts aren't the company's large ones: here they are more."""
    company = segments({"large": 40, "small": 43})
    parts = [segments({"large": 14, "small": 14}) for _ in range(3)]
    assert part_after(parts[2], company, *parts[:2]) == parts[2]


def test_an_edition_before_is_known_too():
    """Another part showed 8 of retail once, and 12 now: what the 12 would leave is many, what the 8 leave is few."""
    company, other, own = segments({"retail": 21}), segments({"retail": 12}), segments({"retail": 10})
    before = Shown(tuple(other), {"satisfaction.segment[segment=industry, level=retail]": [8, 12]})
    beside = Division(Shown(tuple(company)), (before,), Shown())
    assert hidden(protect(own, {}, LEAST, beside=[beside])) == {"retail"}


def test_the_company_gives_way_where_it_comes_after_its_parts():
    parts = [WEST, *OTHERS]
    assert "retail" in hidden(company_after(COMPANY, *parts)) and company_after(COMPANY) == COMPANY
    assert company_after(COMPANY, segments({"retail": 15, "hotels": 30, "food": 30})) == COMPANY


def published(rng: np.random.Generator, sizes: np.ndarray) -> tuple[list[Record], dict[int, list[Record]]]:
    """The company's report and those of its parts, one after another, then each once more beside all that are there."""
    report = [segments({str(g): int(n) for g, n in enumerate(column)}) for column in sizes.T]
    company, parts = segments({str(g): int(n) for g, n in enumerate(sizes.sum(axis=1))}), dict[int, list[Record]]()
    for part in rng.permutation(len(report)):
        parts[part] = part_after(report[part], company, *parts.values())
    for part in [*parts, *parts]:
        parts[part] = part_after(parts[part], company, *(parts[other] for other in parts if other != part))
    return company, parts


def cell(shape: tuple[int, int], *at: int | slice) -> np.ndarray:
    found = np.zeros(shape)
    found[at] = 1
    return found.ravel()


@pytest.mark.parametrize("seed", range(6))
def test_attack_on_random_companies(seed):
    """A reader with the company's report and all parts' solves for every hidden group of fewer than five customers.

    What he may work out is only what every choice of hidden groups would leave: a part that has customers of one group alone.
    """
    rng = np.random.default_rng(seed)
    small = 0
    for _ in range(40):
        sizes = rng.negative_binomial(1.2, 1.2 / (1.2 + rng.choice([6, 12, 25])), size=rng.integers(2, 7, size=2))
        sizes = sizes[:, sizes.sum(axis=0) >= LEAST]
        company, parts = published(rng, sizes)
        shape, cells = sizes.shape, list(np.ndindex(sizes.shape))
        seen = {(int(r.group["level"]), part) for part, records in parts.items() for r in records if r.shown}
        rows = [g for g in range(shape[0]) if str(g) not in hidden(company) and sizes[g].sum()]
        sums = [cell(shape, g) for g in rows] + [cell(shape, slice(None), part) for part in range(shape[1])]
        empty = [cell(shape, *at) for at in cells if sizes[at] == 0]
        for at in cells:
            if 0 < sizes[at] < LEAST:
                small += 1
                assert at not in seen
                if worked_out(cell(shape, *at), sums + empty + [cell(shape, *other) for other in seen]):
                    assert worked_out(cell(shape, *at), sums + empty)
        for g in rows:
            left = sum(sizes[g, part] for part in range(shape[1]) if (g, part) not in seen)
            assert not 0 < left < LEAST
    assert small > 50


def fact(key: str, value: float, unit: str = "count", **group: str) -> Record:
    return replace(record(key, value, 0.0, **group), low=value, high=value, n=None, unit=unit, status="exact")


def exclusive(count: int, sales: float, *, hides: bool = False) -> list[Record]:
    """What a report says of exclusive customers, and one fact beside it; hidden where one customer has most of their sales."""
    growth = replace(record("customers.exclusive_sales_growth", 0.1, 0.02), unit="growth")
    of_them = [
        fact("customers.exclusive_count", count),
        fact("customers.exclusive_sales", sales, "CNY"),
        fact("customers.exclusive_share", count / 90, "share"),
        growth,
        replace(growth, key="target.check", group={"outcome": "exclusive_sales"}),
    ]
    beside = [
        fact("customers.acquired", count),
        replace(growth, key="target.check", group={"outcome": "loyalty_index"}),
    ]
    return [*(suppressed(r) if hides else r for r in of_them), *beside]


def test_a_sum_that_one_part_hides_is_hidden_by_a_second_with_all_that_it_could_be_had_from():
    """180 exclusive customers less 70, 29 and 46 are the west's 35, and as exactly their sales: the last of the others hides its own."""
    company, west = exclusive(180, 9_000.0), exclusive(35, 3_814.0, hides=True)
    north, east, south = exclusive(70, 2_000.0), exclusive(29, 1_500.0), exclusive(46, 1_686.0)
    last = part_after(south, company, west, north, east)
    assert [r.name for r in last if r.shown] == ["customers.acquired", "target.check[outcome=loyalty_index]"]
    assert part_after(north, company, west, last, east) == north  # two hide it now: neither follows from their sum
    assert part_after(north, company, south, east) == north  # nobody hides it
    assert [r.shown for r in company_after(company, west, north, east, south)] == [r.shown for r in last]


@pytest.mark.parametrize("seed", range(6))
def test_attack_on_the_sums_of_random_companies(seed):
    """With the company's sums and those of all parts that show them, no part's that is hidden can be solved for."""
    rng = np.random.default_rng(seed)
    for _ in range(60):
        hides = rng.random(rng.integers(2, 7)) < 0.25
        sums = rng.integers(5, 60, size=len(hides))
        company = exclusive(int(sums.sum()), float(sums.sum()))
        own = [exclusive(int(n), float(n), hides=bool(hidden)) for n, hidden in zip(sums, hides, strict=True)]
        parts: dict[int, list[Record]] = {}
        for part in rng.permutation(len(own)):
            parts[part] = part_after(own[part], company, *parts.values())
        for part in rng.permutation(len(own)):
            parts[part] = part_after(parts[part], company, *(parts[other] for other in parts if other != part))
        for name in ("customers.exclusive_count", "customers.exclusive_sales"):
            unknown = [part for part, records in parts.items() if any(r.name == name and not r.shown for r in records)]
            assert len(unknown) != 1 and bool(unknown) == hides.any()


def test_beside_a_part_stand_the_company_and_the_parts_by_its_column(tmp_path):
    for name in ("2026H1", "2026H1.region=east", "2026H1.region=west", "2026H1.manager_id=M1", "2025H2.region=south"):
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "results.json").write_text(to_json(segments({name: 9})), encoding="utf-8")
    (tmp_path / "reports" / "2026H1.region=north.failed").mkdir()
    wave = Period.parse("2026H1")
    (beside,) = divisions(tmp_path, wave, "2026H1.region=east")
    assert [r.group["level"] for part in beside.parts for r in part.records] == ["2026H1.region=west"]
    assert [r.group["level"] for r in beside.company.records] == ["2026H1"]
    assert sorted(len(one.parts) for one in divisions(tmp_path, wave, "2026H1")) == [1, 2]
    assert divisions(tmp_path, Period.parse("2025H2"), "2025H2.region=south") == []


GROUPS = """
from IPython.display import display
from csat_analysis.metrics.wave import load_wave
tables = load_wave(root, period).clean.tables
grade = tables["customers"].set_index("customer_id")["grade"]
for level, n in tables["responses"]["customer_id"].map(grade).value_counts().items():
    shown = n >= 5
    record = dict(key="satisfaction.segment", group={"segment": "grade", "level": level}, value=70.0 if shown else None,
                  se=1.0 if shown else None, low=68.0 if shown else None, high=72.0 if shown else None,
                  n=n if shown else None, unit="points", status="ok" if shown else "suppressed", verdict=None,
                  notebook="?", cell=None, inputs=[])
    display({"text/plain": level}, raw=True, metadata={"csat": record})
"""


def test_a_part_that_still_tells_after_the_last_look_is_a_failure_and_not_passed_over(monkeypatch, tmp_path, capsys):
    job = Job("2026H1", Part("region", "east"))
    looks = []
    monkeypatch.setattr(batch, "plan_batch", lambda *_: batch.Planned([job], []))
    monkeypatch.setattr(batch, "run_batch", lambda *_, **__: looks.append(1) or [batch.Ended(job, tmp_path)])
    monkeypatch.setattr(batch, "told_since", lambda root, jobs: jobs)
    assert cli.main(["batch", "2026H1", "--by", "region", "--root", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert len(looks) == LOOKS == len(out.splitlines()) and "2026H1.region=east failed: published, but" in err


@pytest.mark.long
def test_a_batch_after_the_companys_report_shows_nothing_of_a_small_group(tmp_path):
    """Of grade B 3 of 22 answers are the west's: the company's less the east's and the north's would be theirs."""
    root = write_programme(
        tmp_path, {"east": 20, "west": 12, "north": 20}, periods=("2026H1",), **{"01_measure": GROUPS}
    )
    customers = root / "data" / "raw" / "2026H1" / "customers.csv"
    head, *lines = customers.read_text(encoding="utf-8").splitlines()
    of_b = {"K0": 9, "K1": 3, "K2": 10}  # east, west, north
    graded = [f"{line},{'B' if int(line[2:5]) < of_b[line[:2]] else 'A'}" for line in lines]
    customers.write_text("\n".join([f"{head},grade", *graded]) + "\n", encoding="utf-8")
    assert cli.main(["run", "2026H1", "--root", str(root)]) == 0
    assert cli.main(["batch", "2026H1", "--by", "region", "--root", str(root), "-j", "2"]) == 0
    shown = {}
    for path in sorted((root / "reports").glob("2026H1*/results.json")):
        for one in json.loads(path.read_text(encoding="utf-8")):
            if one["group"]["level"] == "B" and one["status"] == "ok":
                shown[path.parent.name] = one["n"]
    assert shown.pop("2026H1") == 22 and len(shown) == 1
    page = {name: (root / "reports" / name / "report.zh.html").read_text(encoding="utf-8") for name in shown}
    assert all('"suppressed"' not in text for text in page.values())
