"""Small groups are hidden, and can't be worked out from what is left."""

from csat_analysis.disclosure import suppressed_groups


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
