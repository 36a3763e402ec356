"""Two searches become one without forgetting what either found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from argo.knowledge.ranking import fused

legs = st.lists(
    st.tuples(st.integers(0, 60), st.floats(0, 10, allow_nan=False)),
    max_size=50,
    unique_by=lambda each: each[0],
).map(lambda leg: sorted(leg, key=lambda each: -each[1]))


@given(legs, legs)
def test_everything_found_is_there_once_best_first(words, meaning) -> None:
    found = fused(words, meaning)
    keys = [key for key, _ in found]
    scores = [score for _, score in found]
    assert sorted(keys) == sorted({key for key, _ in words} | {key for key, _ in meaning})
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@given(legs)
def test_one_search_alone_keeps_its_order(leg) -> None:
    for found in (fused(leg, []), fused([], leg)):
        at = {key: place for place, (key, _) in enumerate(found)}
        for (one, high), (other, low) in zip(leg, leg[1:], strict=False):
            assert high == low or at[one] < at[other]


def test_what_both_find_first_is_first() -> None:
    assert fused([("a", 9.0), ("b", 8.0)], [("a", 0.9), ("c", 0.8)])[0][0] == "a"
