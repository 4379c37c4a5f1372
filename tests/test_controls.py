"""What is held equal: columns that can be used, and each that can't is named with its reason."""

import numpy as np
import pytest
from repurchase_panels import panel_of

from csat_analysis.models.controls import controls
from csat_analysis.models.curves import straight

SIZE = 400
RNG = np.random.default_rng(1)
COLUMNS = {
    "bought_before": RNG.integers(0, 2, SIZE).astype(float),
    "log_sales": RNG.normal(3, 1, SIZE),
    "region": np.array(["north", "south", "east"])[RNG.integers(0, 3, SIZE)],
    "satisfaction": RNG.normal(70, 10, SIZE),
    "bought": RNG.integers(0, 2, SIZE).astype(float),
}


def notes(**columns) -> dict[str, str]:
    table = controls(panel_of(**(COLUMNS | columns))).notes
    return {row.column: f"{row.what}: {row.why}" for row in table.itertuples()}


def test_words_become_columns_against_the_most_frequent_level():
    held = controls(panel_of(**COLUMNS)).columns
    most = max(set(COLUMNS["region"]), key=list(COLUMNS["region"]).count)
    assert sorted(held) == sorted(
        ["bought_before", "log_sales", *(f"region {name}" for name in {"north", "south", "east"} - {most})]
    )
    assert set(held.filter(like="region").to_numpy().ravel()) == {0.0, 1.0}


def test_a_level_with_one_customer_is_counted_with_the_largest_and_named():
    region = COLUMNS["region"].astype(object).copy()
    region[0] = "island"
    assert "joined: island (1 contacts) is counted with" in notes(region=region)["region"]
    assert "region island" not in controls(panel_of(**COLUMNS | {"region": region})).columns


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("log_sales", np.full(SIZE, 3.0), "left_out: the same for everyone"),
        ("log_sales", 2 * COLUMNS["bought_before"] + 1, "left_out: the same for everyone, or follows from"),
        (
            "log_sales",
            np.where(np.arange(SIZE) < 100, np.nan, COLUMNS["log_sales"]),
            "left_out: 100 of 400 contacts lack",
        ),
        ("log_sales", np.where(np.arange(SIZE) < 10, np.nan, COLUMNS["log_sales"]), "contacts_left_out: 10 contacts"),
    ],
)
def test_a_column_that_cannot_be_used_is_named_with_the_reason(name, values, words):
    assert words in notes(**{name: values})[name]
    panel = panel_of(**COLUMNS | {name: values})
    assert np.isfinite(straight(panel, controls(panel)).marginal_effect().se)  # and the fit goes on without it


def test_columns_that_were_not_supplied_are_named():
    assert notes()["competition"] == "left_out: not supplied"


def test_outcomes_are_counted_on_the_contacts_that_remain():
    """Of 20 who didn't buy, five have no sales: 15 bear three columns, satisfaction among them, not four."""
    bought, sales = np.ones(SIZE), COLUMNS["log_sales"].copy()
    bought[:20] = 0
    sales[:5] = np.nan
    region = np.where(np.arange(SIZE) % 2 == 0, "north", "south")
    whole, blank = (
        controls(panel_of(**COLUMNS | {"bought": bought, "log_sales": values, "region": region}))
        for values in (COLUMNS["log_sales"], sales)
    )
    assert len(whole.columns.columns) == 3 and list(blank.columns) == ["bought_before", "log_sales"]
    assert blank.notes.set_index("column").at["region", "why"] == "needs 1 columns and the outcomes can bear 0 more"


def test_a_column_whose_blanks_would_leave_too_few_of_the_rarer_outcome_is_left_out():
    bought, sales = np.ones(SIZE), COLUMNS["log_sales"].copy()
    bought[:17] = 0
    sales[:8] = np.nan
    panel = panel_of(**COLUMNS | {"bought": bought, "log_sales": sales})
    held = controls(panel)
    assert "without the 8 contacts that lack it, 9 of the rarer outcome remain" in held.notes["why"].tolist()
    assert "log_sales" not in held.columns and straight(panel, held).fit.y.sum() == SIZE - 17


def test_a_level_that_blanks_make_rare_is_joined():
    region, sales = np.where(np.arange(SIZE) < 8, "island", "north").astype(object), COLUMNS["log_sales"].copy()
    region[8:100] = "south"
    before = COLUMNS["bought_before"].copy()
    before[:5] = np.nan
    table = controls(panel_of(**COLUMNS | {"region": region, "bought_before": before, "log_sales": sales})).notes
    assert "island (3 contacts) is counted with north" in table["why"].tolist()


def test_few_outcomes_bear_few_columns():
    bought = np.ones(SIZE)
    bought[:17] = 0  # 17 who didn't: three columns, satisfaction among them
    held = controls(panel_of(**COLUMNS | {"bought": bought}))
    assert list(held.columns) == ["bought_before", "log_sales"]
    assert held.notes.set_index("column").at["region", "why"].startswith("needs 2 columns")
