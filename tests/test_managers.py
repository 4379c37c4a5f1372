"""Managers against chance: hand-worked and published numbers, invariances, and what must not be shown."""

import numpy as np
import pytest
from managed_company import BEFORE, NOW, waves, write
from scipy import stats

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics.sales import Sales
from csat_analysis.metrics.wave import load_waves
from csat_analysis.models.manager_spread import Spread, spread_of, thirds
from csat_analysis.models.managers import Managers, outer_coverage
from csat_analysis.models.scorecard import Scorecard
from csat_analysis.verdicts import funnel_verdicts, spread_verdict

# Thirteen trials of the BCG vaccine (Colditz et al. 1994): log relative risks and their variances, as in metafor's dat.bcg.
RISKS = [
    -0.8893,
    -1.5854,
    -1.3481,
    -1.4416,
    -0.2175,
    -0.7861,
    -1.6209,
    0.0120,
    -0.4694,
    -1.3713,
    -0.3394,
    0.4459,
    -0.0173,
]
VARIANCES = [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]


def trials() -> Spread:
    centre = np.eye(13) - 1 / 13
    sizes = np.full(13, 10)
    return Spread(centre @ np.array(RISKS), centre @ np.diag(VARIANCES) @ centre, centre @ centre, 1.0, 10**9, sizes)


def balanced(merit=(-6.0, 0.0, 2.0, 4.0), n: int = 9, seed: int = 2) -> tuple[Spread, np.ndarray]:
    y = np.random.default_rng(seed).normal(70, 8, (len(merit), n)) + np.array(merit)[:, None]
    group = np.repeat(np.arange(len(merit)), n)
    return spread_of(y.ravel(), np.ones(y.size), np.ones((y.size, 1)), group, len(merit)), y


def test_paule_mandel_and_the_q_profile_interval_are_those_of_metafor():
    assert trials().tau2 == pytest.approx(0.3181, abs=0.001)
    assert trials().tau2_interval() == (pytest.approx(0.1197, abs=0.001), pytest.approx(1.1115, abs=0.004))
    assert trials().chi2 == pytest.approx(152.23, rel=0.005)  # Cochran's Q, of numbers with more decimals


def test_equal_groups_without_case_mix_are_an_analysis_of_variance():
    spread, y = balanced()
    assert spread.value == pytest.approx(y.mean(axis=1) - y.mean())
    assert spread.rank == 3 and spread.p_value == pytest.approx(stats.f_oneway(*y).pvalue)
    within = y.var(axis=1, ddof=1).mean()
    tau2 = max(y.mean(axis=1).var(ddof=1) - within / 9, 0)
    assert spread.tau2 == pytest.approx(tau2)
    assert spread.kept() == pytest.approx(np.full(4, tau2 / (tau2 + within / 9)))


def test_case_mix_that_explains_everything_leaves_nothing_to_managers():
    large = np.tile([0.0, 1.0], 60)
    group = np.r_[np.where(np.arange(120) % 8 == 0, 1, large.astype(int))]
    y = 60 + 10 * large + np.random.default_rng(3).normal(0, 2, 120)
    raw = spread_of(y, np.ones(120), np.ones((120, 1)), group, 2)
    mixed = spread_of(y, np.ones(120), np.column_stack([np.ones(120), large]), group, 2)
    assert raw.p_value < 0.001 and mixed.p_value > 0.05
    assert np.abs(mixed.value).max() < 1 < np.abs(raw.value).min()


def test_points_added_to_everybody_or_a_longer_scale_change_no_word():
    spread, y = balanced()
    longer = spread_of((3 * y + 7).ravel(), np.ones(y.size), np.ones((y.size, 1)), np.repeat(np.arange(4), 9), 4)
    assert longer.value == pytest.approx(3 * spread.value) and longer.p_value == pytest.approx(spread.p_value)


def test_one_spread_for_all_keeps_four_who_agree_by_luck_inside_the_limits():
    rng = np.random.default_rng(5)
    y = rng.normal(70, 10, (6, 8))
    y[0] = 75 + rng.normal(0, 0.4, 8)
    group = np.repeat(np.arange(6), 8)
    spread = spread_of(y.ravel(), np.ones(48), np.ones((48, 1)), group, 6)
    own = (y[0].mean() - y.mean()) / (y[0].std(ddof=1) / np.sqrt(8))
    assert own > 20 and funnel_verdicts(spread.value, spread.limits(0.998))[0] == "within_chance"


def test_shrunken_numbers_lie_nearer_to_zero_and_the_surest_third_is_the_best():
    spread, _ = balanced(merit=(-12.0, -1.0, 1.0, 12.0), n=20)
    own, drawn = spread.own_parts(3000, 1)
    assert (np.abs(own) < np.abs(spread.value)).all()
    top, bottom = thirds(drawn)
    assert top[3] > 0.95 and bottom[0] > 0.95 and top.sum() == pytest.approx(1) and bottom.sum() == pytest.approx(1)


def test_groups_that_cannot_be_told_from_their_regions_have_no_spread():
    region = np.repeat(np.arange(4), 8)
    x = np.column_stack([np.ones(32), *(region == r for r in range(1, 4))]).astype(float)
    alone = spread_of(np.random.default_rng(1).normal(size=32), np.ones(32), x, region, 4)
    assert alone.rank == 0 and not alone.comparable.any()


def test_real_managers_are_not_ranked_by_the_same_word(reference_data):
    import pandas as pd

    from csat_analysis.metrics.funnel import equal_win_rates

    deals = pd.read_csv(reference_data / "crm_sales_pipeline.csv")
    closed = deals[deals["deal_stage"].isin(["Won", "Lost"])].merge(
        pd.read_csv(reference_data / "crm_sales_teams.csv"), on="sales_agent"
    )
    for column in ("manager", "sales_agent"):
        won = closed["deal_stage"] == "Won"
        by = won.groupby(closed[column])
        assert spread_verdict(equal_win_rates(by.sum(), by.size())[2]) == "spread_by_chance"
        names, group = np.unique(closed[column], return_inverse=True)
        one = np.ones(len(won))
        spread = spread_of(won.to_numpy(float), one, one[:, None], group, len(names))
        assert spread.rank == len(names) - 1 and spread_verdict(spread.p_value) == "spread_by_chance"
        assert spread.chi2 == pytest.approx(equal_win_rates(by.sum(), by.size())[0], rel=0.01)
        assert set(funnel_verdicts(spread.value, spread.limits(0.998))) == {"within_chance"}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return waves(tmp_path_factory.mktemp("managed"))


def test_one_customer_shows_no_manager_and_nobodys_customers_count_for_nobody(company):
    found = Managers(company, NOW)
    assert "M4" in found.hidden and "M4" not in found.judged and "M4" in found.everyone
    assert found.counts == {"counted": 60, "changed_hands": 1, "nobodys": 5}
    assert found.sizes["M1"] == 19  # c1 was M2's half a year ago


def test_managers_who_are_alike_are_not_ranked(company):
    found = Managers(company, NOW)
    assert found.spread_word == "spread_by_chance" and isinstance(found.chances, NoEstimate)
    assert set(found.words.values()) == {"within_chance"}


def test_customers_without_managers_are_said_to_be_so(tmp_path):
    found = Managers(waves(tmp_path, leave_out=("managers",)), NOW)
    assert found.why_not.status == "not_supplied" and isinstance(found.p_value, NoEstimate)
    card = Scorecard(found, Sales(found.waves, NOW))
    assert card.total("M1").number.status == "not_estimable"


def test_one_period_alone_gives_managers_but_no_retention(tmp_path):
    found = Managers(waves(tmp_path, periods=(NOW,)), NOW)
    assert found.counts["changed_hands"] == 0 and len(found.judged) >= 2
    total = Scorecard(found, Sales(found.waves, NOW)).total("M1")
    assert set(total.missing) == {"retention", "attainment"} and total.weight == pytest.approx(0.5)


def test_a_scorecard_is_the_weighted_mean_of_its_parts_and_one_managers_own(company):
    card = Scorecard(Managers(company, NOW), Sales(company, NOW))
    sheet, total = card.of("M3"), card.total("M3")
    told = sheet.loc[["satisfaction", "retention"], "score"].astype(float)
    assert total.number.value == pytest.approx((0.5 * told["satisfaction"] + 0.3 * told["retention"]) / 0.8)
    assert total.missing == ("attainment",) and total.weight == pytest.approx(0.8)
    assert "M2" not in sheet.to_string() and not total.number.holds  # a fifth of the weights is missing
    assert isinstance(card.score("M4", "retention"), NoEstimate) and "M4" in card.hidden["retention"]


def test_the_mystery_shopper_counts_by_its_weight_and_the_others_fill_in_where_nobody_came(tmp_path):
    raw = write(tmp_path) / "data" / "raw"
    survey = raw / "survey.yml"
    text = survey.read_text("utf-8").replace("retention: 0.3, attainment: 0.2", "retention: 0.4, audits: 0.1")
    survey.write_text(text, encoding="utf-8")
    rows = [
        f"A{manager}{day}{point},{manager},2026-05-{day},{point},{score}"
        for manager, days in {"M1": {10: (5, 6), 20: (7, 8)}, "M2": {10: (8, 6), 20: (9, 9)}}.items()
        for day, scores in days.items()
        for point, score in zip(("manners", "knowledge"), scores, strict=True)
    ]
    lines = ["audit_id,manager_id,visited_on,checkpoint,score", *rows]
    (raw / str(NOW) / "audits.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    waves = load_waves(tmp_path, NOW)
    card = Scorecard(Managers(waves, NOW), Sales(waves, NOW))
    sheet, total = card.of("M2")["score"].astype(float), card.total("M2")
    assert sheet["audits"] == pytest.approx((70 + 90) / 2) and (total.missing, total.weight) == ((), 1.0)
    assert total.number.value == pytest.approx(0.5 * sheet["satisfaction"] + 0.4 * sheet["retention"] + 0.1 * 80)
    sheet, total = card.of("M3")["score"].astype(float), card.total("M3")
    assert total.missing == ("audits",) and total.weight == pytest.approx(0.9)
    assert total.number.value == pytest.approx((0.5 * sheet["satisfaction"] + 0.4 * sheet["retention"]) / 0.9)


def test_the_raw_index_of_a_manager_is_the_mean_of_their_own_customers(company):
    found = Managers(company, NOW)
    raw = found.satisfaction("M3")
    inside = (found.answering == "M3").to_numpy()
    assert isinstance(raw, Estimate)
    assert raw.value == pytest.approx(company[NOW].answer_scores.loc[inside, "person_score"].mean())


def regional(root, per_region, silent=(), newcomers=()):
    """A programme whose managers each have one region: region → manager → customers. silent: managers of whom but three
    customers said if they recommend; newcomers: of whom but three were customers half a year ago."""
    raw = write(root) / "data" / "raw"
    rng = np.random.default_rng(8)
    for period, year, month in ((BEFORE, 2025, 12), (NOW, 2026, 6)):
        customers = ["customer_id,branch,region,since,manager_id"]
        answers = ["response_id,contact_id,customer_id,responded_on,g1,p1,nps"]
        for region, managers in per_region.items():
            for manager, count in managers.items():
                for i in range(3 if manager in newcomers and period == BEFORE else count):
                    one = f"{manager}c{i}"
                    customers.append(f"{one},{'north' if i % 2 else 'south'},{region},2020-01-01,{manager}")
                    nps = "" if manager in silent and i > 2 else rng.integers(4, 11)
                    scores = f"{rng.integers(3, 10)},{rng.integers(3, 10)},{nps}"
                    answers.append(f"{period}-{one},{one},{one},{year}-{month}-10,{scores}")
        names = [m for managers in per_region.values() for m in managers]
        lines = ["manager_id,name,region,sales_target", *(f"{m},示例{m},east,1000" for m in names)]
        for table, rows in (("customers", customers), ("responses", answers), ("managers", lines)):
            (raw / str(period) / f"{table}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return load_waves(root, NOW)


def test_the_only_hidden_manager_of_a_region_cannot_be_worked_out_from_the_others_there(tmp_path):
    books = {"east": {"M1": 20, "M2": 9, "M3": 3}, "west": {"M4": 15, "M5": 4, "M6": 4}}
    found = Managers(regional(tmp_path, books), NOW)
    assert found.hidden == {"M2", "M3", "M5", "M6"}  # the region's own number less M1's and M2's would be M3's


def test_a_part_on_fewer_customers_than_the_satisfaction_is_hidden_by_its_own_number(tmp_path):
    books = {"east": {"M1": 20, "M2": 9, "M3": 12}, "west": {"M4": 15, "M5": 8, "M6": 8}}
    waves = regional(tmp_path, books, silent=("M2",), newcomers=("M5",))
    card = Scorecard(Managers(waves, NOW), Sales(waves, NOW))
    assert card.managers.hidden == set()
    assert isinstance(card.score("M2", "nps"), NoEstimate) and isinstance(card.score("M5", "retention"), NoEstimate)
    assert {"M2", "M3"} <= card.hidden["nps"] and len(card.hidden["retention"]) > 1


def test_complaints_and_retention_of_one_small_manager_are_not_told_by_the_region_less_the_others(tmp_path):
    books = {"east": {"M1": 20, "M2": 9, "M3": 12}, "west": {"M4": 15, "M5": 8, "M6": 11}}
    waves = regional(tmp_path, books, newcomers=("M2", "M5"))
    card = Scorecard(Managers(waves, NOW), Sales(waves, NOW))
    assert card.hidden["retention"] == {"M2", "M3", "M5", "M6"}, "one more of each region, not two of all"
    now = waves[NOW].clean.tables["customers"]
    fewer = now[~now["customer_id"].isin([f"{m}c{i}" for m in ("M2", "M5") for i in range(3, 9)])]
    waves[NOW].clean.tables["customers"] = fewer.reset_index(drop=True)
    card = Scorecard(Managers(waves, NOW), Sales(waves, NOW))
    assert {"M2", "M3", "M5", "M6"} <= card.hidden["complaint_rate"]


def test_among_any_number_of_equal_managers_hardly_ever_anybody_stands_out():
    assert outer_coverage(12) == outer_coverage(25) == 0.998
    assert all(count * (1 - outer_coverage(count)) <= 0.05 + 1e-9 for count in range(1, 301))
    rng, false = np.random.default_rng(3), 0
    for _ in range(150):
        group, y = np.repeat(np.arange(100), 6), rng.normal(70, 11, 600)
        spread = spread_of(y, np.ones(600), np.ones((600, 1)), group, 100)
        false += set(funnel_verdicts(spread.value, spread.limits(outer_coverage(100)))) != {"within_chance"}
    assert false <= 15  # of 150; 27 are expected with limits of 99.8 %
