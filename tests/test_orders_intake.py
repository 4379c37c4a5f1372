"""Orders as they really come: returns, no customer, of customers who had left, and amounts in 分 for 元."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from raw_period import ANSWERS, CUSTOMERS, PERIOD, clean, entries, write_raw

from csat_analysis.intake.hundredfold import hundredfold, whole_file
from csat_analysis.metrics.suspected import any_suspected, repaired_waves, suspected_share
from csat_analysis.metrics.wave import load_waves

HEAD = "order_id,customer_id,ordered_on,amount\n"


def orders(*rows: str) -> str:
    return HEAD + "".join(row + "\n" for row in rows)


def test_a_return_is_neither_an_order_nor_sales_and_is_counted(tmp_path):
    cleaned = clean(
        tmp_path, responses=ANSWERS, orders=orders("O1,C1,2026-02-01,100", "O2,C1,2026-02-02,-40", "O3,C1,2026-02-03,0")
    )
    assert cleaned.tables["orders"]["order_id"].tolist() == ["O1", "O3"]
    assert entries(cleaned, "returned")[["line", "column", "value", "action"]].values.tolist() == [
        [3, "amount", "-40", "row set aside"]
    ]
    assert cleaned.counts.set_index("table").loc["orders"].tolist() == [3, 2, 1]


def test_an_order_without_a_customer_is_kept_and_written_down(tmp_path):
    for folder, lists in (("with", {"customers": CUSTOMERS}), ("without", {})):
        cleaned = clean(
            tmp_path / folder, responses=ANSWERS, orders=orders("O1,,2026-02-01,100", "O2,C1,2026-02-02,5"), **lists
        )
        assert len(cleaned.tables["orders"]) == 2 and entries(cleaned, "no_customer")["line"].tolist() == [2]


def test_who_began_again_after_leaving_is_in_the_frame(tmp_path):
    lists = CUSTOMERS.replace("C3,西,20,2021-01-01,2026-03-31", "C3,西,20,2026-05-01,2026-03-31")
    cleaned = clean(tmp_path, responses=ANSWERS, customers=lists)
    assert cleaned.tables["customers"]["customer_id"].tolist() == ["C1", "C2", "C3"]
    assert (
        entries(cleaned, "came_back")["value"].tolist() == ["2026-03-31"]
        and entries(cleaned, "left_before_survey").empty
    )


def test_an_order_after_leaving_is_written_down_but_not_of_one_who_began_again(tmp_path):
    rows = orders("O1,C3,2026-05-20,10", "O2,C3,2026-03-01,10", "O3,C1,2026-05-20,10")
    cleaned = clean(tmp_path / "gone", responses=ANSWERS, customers=CUSTOMERS, orders=rows)
    assert entries(cleaned, "ordered_after_leaving")["line"].tolist() == [2] and len(cleaned.tables["orders"]) == 3
    back = CUSTOMERS.replace("C3,西,20,2021-01-01", "C3,西,20,2026-05-01")
    again = clean(tmp_path / "back", responses=ANSWERS, customers=back, orders=rows)
    assert entries(again, "ordered_after_leaving").empty


def company(rng: np.random.Generator, customers: int = 60, each: int = 8) -> tuple[pd.Series, pd.Series]:
    who = pd.Series(np.repeat([f"C{n}" for n in range(customers)], each))
    usual = np.repeat(rng.lognormal(7, 1.2, customers), each)
    return pd.Series(usual * rng.lognormal(0, 0.4, len(who))), who


def test_single_amounts_in_fen_are_found_by_the_customer_s_own_usual_and_not_changed():
    amount, who = company(np.random.default_rng(1))
    wrong = amount.index[::67]
    suspected = hundredfold(amount.where(~amount.index.isin(wrong), 100 * amount), who)
    assert suspected[wrong].mean() >= 0.7 and not suspected.drop(wrong).any()


@pytest.mark.parametrize("spread", [0.4, 1.0, 1.5])
def test_skewed_amounts_alone_raise_no_alarm(spread):
    rng = np.random.default_rng(2)
    who = pd.Series(np.repeat(np.arange(400), 3))
    assert not hundredfold(pd.Series(rng.lognormal(7, spread, 1200)), who).any()


def test_a_whole_file_in_fen_is_told_by_yearly_sales(tmp_path):
    amount, who = company(np.random.default_rng(3))
    yearly = 2 * amount.groupby(who).sum()
    assert whole_file(amount, who, yearly) is None and whole_file(100 * amount, who, yearly) == pytest.approx(50)
    assert not hundredfold(100 * amount, who).any()  # nothing stands out within the file


def test_suspected_amounts_are_in_the_quarantine_and_kept(tmp_path):
    ids = [f"C{n}" for n in range(1, 13)]
    customers = "customer_id,sales_12m\n" + "".join(f"{name},400\n" for name in ids)
    rows = [f"O{place}-{name},{name},2026-02-01,{100 + 7 * place}" for name in ids for place in range(2)]
    once = clean(
        tmp_path / "one", responses=ANSWERS, customers=customers, orders=orders(*rows, "OX,C1,2026-02-02,10300")
    )
    assert entries(once, "hundredfold")[["value", "action"]].values.tolist() == [["10300", "row kept"]]
    assert once.tables["orders"]["amount"].max() == 10300 and entries(once, "file_hundredfold").empty
    whole = clean(
        tmp_path / "all", responses=ANSWERS, customers=customers, orders=orders(*[row + "00" for row in rows])
    )
    assert entries(whole, "file_hundredfold")["value"].tolist() == ["52 times"] and entries(whole, "hundredfold").empty


def suspicious(root, *, file_in_fen: bool = False):
    """Two dozen customers of one order each, the last in 分; or the whole file, against yearly sales in 元."""
    customers = "customer_id,region,sales_12m,since,left_on\n" + "".join(
        f"C{n},东,250,2020-01-01,\n" for n in range(1, 25)
    )
    amounts = [100 + n for n in range(1, 24)] + [12400]
    if file_in_fen:
        amounts = [100 * (100 + n) for n in range(1, 25)]
    rows = orders(*(f"O{n},C{n},2026-02-01,{amount}" for n, amount in enumerate(amounts, 1)))
    write_raw(root, responses=ANSWERS, customers=customers, orders=rows)
    return load_waves(root, PERIOD)


def test_suspected_amounts_stay_as_written_and_what_hangs_on_them_is_told(tmp_path):
    waves = suspicious(tmp_path)
    (wave,) = waves.values()
    usual = sum(100 + n for n in range(1, 24))
    assert suspected_share(wave) == pytest.approx(12400 / (usual + 12400))
    (mended,) = repaired_waves(waves).values()
    assert mended.clean.tables["orders"]["amount"].sum() == pytest.approx(usual + 124)
    assert wave.clean.tables["orders"]["amount"].max() == 12400, "the wave itself is as it was"


def test_a_file_that_is_suspected_as_a_whole_is_a_hundredth_as_a_whole(tmp_path):
    waves = suspicious(tmp_path, file_in_fen=True)
    (mended,) = repaired_waves(waves).values()
    assert suspected_share(*waves.values()) == 1 and any_suspected(waves)
    assert mended.clean.tables["orders"]["amount"].tolist() == pytest.approx([100 + n for n in range(1, 25)])


def test_without_suspects_nothing_is_another_wave(tmp_path):
    write_raw(tmp_path, responses=ANSWERS, customers=CUSTOMERS, orders=orders("O1,C1,2026-02-01,100"))
    waves = load_waves(tmp_path, PERIOD)
    assert repaired_waves(waves) == waves and not any_suspected(waves)
    assert suspected_share(*waves.values()) == 0
