"""What a run has cleaned it doesn't clean again; whatever changed it does."""

import pandas as pd
import pytest
from raw_period import ANSWERS, CUSTOMERS, PERIOD, line, programme, write_raw

from csat_analysis.intake import clean_period, kept
from csat_analysis.period import Period

WAVE = Period.parse(PERIOD)


@pytest.fixture
def root(tmp_path):
    (tmp_path / kept.FOLDER).mkdir()
    return write_raw(tmp_path, responses=ANSWERS, customers=CUSTOMERS)


def test_what_was_kept_is_what_cleaning_gives(root):
    fresh = clean_period(root, WAVE, programme())
    first, again = (kept.clean_once(root, WAVE, programme()) for _ in range(2))
    for clean in (first, again):
        assert clean.tables.keys() == fresh.tables.keys() and clean.survey_date == fresh.survey_date
        for name, table in fresh.tables.items():
            pd.testing.assert_frame_equal(clean.tables[name], table, check_exact=True)
        for part in ("quarantine", "counts", "inputs", "stand_ins"):
            pd.testing.assert_frame_equal(getattr(clean, part), getattr(fresh, part), check_exact=True)


def test_a_wave_is_cleaned_once(root, monkeypatch):
    kept.clean_once(root, WAVE, programme())
    monkeypatch.setattr(kept, "clean_period", lambda *_: pytest.fail("cleaned again"))
    assert len(kept.clean_once(root, WAVE, programme()).tables["responses"]) == 3


def test_changed_answers_a_further_file_and_another_survey_yml_are_cleaned_anew(root):
    def seen(using=None):
        clean = kept.clean_once(root, WAVE, using or programme())
        return len(clean.tables["responses"]), len(clean.tables), len(clean.quarantine)

    three, tables, entries = seen()
    write_raw(root, responses=ANSWERS + line("R4", "C2", on="2026-06-09") + "\n")
    assert seen() == (three, tables, entries + 1)  # C2 answered twice: one counts
    write_raw(root, responses=ANSWERS + line("R4", "S2", panel="staff") + "\n")
    assert seen()[0] == three + 1
    write_raw(root, orders="order_id,customer_id,ordered_on,amount\nO1,C1,2026-05-01,10\n")
    assert seen()[1] > tables
    assert seen(programme(scale={"min": 0, "max": 9}))[2] > seen()[2]  # a ten is out of range then


def test_outside_a_run_nothing_is_kept(tmp_path):
    root = write_raw(tmp_path, responses=ANSWERS, customers=CUSTOMERS)
    kept.clean_once(root, WAVE, programme())
    assert not (root / kept.FOLDER).exists() and not list(root.rglob("*.pickle"))
