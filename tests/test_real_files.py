"""Whole files: public surveys come through with their published figures, the sample company with its planted dirt."""

from __future__ import annotations

from pathlib import Path

import pytest
from raw_period import PERIOD

from csat_analysis.intake import Clean, clean_period, periods_available
from csat_analysis.programme import load_programme
from csat_analysis.simulation.dirt import COUNTS

CHECKOUT = Path(__file__).resolve().parent.parent
PROGRAMMES = Path(__file__).resolve().parent / "programmes"


def foreign(root: Path, data: Path, name: str) -> Clean:
    """A public survey through intake, by its survey.yml alone."""
    folder = root / "data" / "raw" / PERIOD
    folder.mkdir(parents=True)
    (folder / "responses.csv").symlink_to(data / f"{name}.csv")
    (folder.parent / "survey.yml").symlink_to(PROGRAMMES / name / "survey.yml")
    return clean_period(root, PERIOD, load_programme(root, PERIOD))


def net_promoters(cleaned: Clean) -> float:
    score = cleaned.tables["responses"]["nps"].dropna()
    return 100 * ((score >= 9).mean() - (score <= 6).mean())


def test_ecsi_keeps_250_people_and_their_recommendation(tmp_path, reference_data):
    cleaned = foreign(tmp_path, reference_data, "ecsi_mobi")
    assert cleaned.quarantine.empty and len(cleaned.tables["responses"]) == 250
    assert net_promoters(cleaned) == pytest.approx(14.0)
    satisfaction = cleaned.tables["responses"][["CUSA1", "CUSA2", "CUSA3"]].mean(axis=1)
    assert 100 * (satisfaction.mean() - 1) / 9 == pytest.approx(71.970370, abs=5e-7)


def test_the_airport_s_blanks_are_missing_and_its_zeros_on_the_recommendation_are_answers(tmp_path, reference_data):
    cleaned = foreign(tmp_path, reference_data, "sfo_2017")
    responses = cleaned.tables["responses"]
    assert len(responses) == 2831 and (responses["nps"] == 0).sum() == 17
    assert net_promoters(cleaned) == pytest.approx(39.8398, abs=5e-5)
    assert (responses["csat"].dropna() >= 4).mean() == pytest.approx(0.820685, abs=5e-7)
    weight = responses["WEIGHT"]
    assert len(weight) * (weight**2).sum() / weight.sum() ** 2 == pytest.approx(1.211326, abs=5e-7)
    assert sorted(responses["LANG"].unique()) == ["1", "2", "3", "4"]
    assert "response_id" not in set(cleaned.stand_ins["column"])


@pytest.mark.parametrize("period", [str(period) for period in periods_available(CHECKOUT)])
def test_of_the_sample_company_exactly_the_planted_dirt_is_found(period):
    cleaned = clean_period(CHECKOUT, period, load_programme(CHECKOUT, period))
    found = cleaned.quarantine[cleaned.quarantine["table"] != "customers"]["rule"].value_counts().to_dict()
    in_another_form = (
        "unit_on_score",
        "full_width_score",
        "unit_on_duration",
        "date_with_slashes",
        "date_in_chinese",
        "amount_with_comma",
    )
    assert found == {
        "duplicate_key": COUNTS["duplicate_response_id"] + COUNTS["exact_duplicate"],
        "second_answer": COUNTS["second_answer"],
        "customer_unknown": COUNTS["customer_unknown"],
        "off_scale": COUNTS["above_scale"] + COUNTS["below_scale"],
        "missing_code": COUNTS["missing_number"] + COUNTS["missing_text"],
        "another_form": sum(COUNTS[kind] for kind in in_another_form),
        "future_date": COUNTS["future_date"],
        "refusal_that_answered": COUNTS["refusal_that_answered"],
    }
