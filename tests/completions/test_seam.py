"""A continued answer loses nothing and says nothing twice where it goes on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo.completions.seam import Seam

WORDS = st.text("abcde ,.\n", max_size=60)


def through(before: str, *pieces: str) -> str:
    """Return what comes out of a seam when the continuation comes in these pieces."""
    seam = Seam(before)
    return "".join(seam.take(piece) for piece in pieces) + seam.rest()


@pytest.mark.parametrize(
    ("before", "said", "new"),
    [
        ("Water is hydro", "gen and oxygen.", "gen and oxygen."),
        ("Water is hydro", "hydrogen and oxygen.", "gen and oxygen."),
        ("It is made of two parts of hydrogen", "two parts of hydrogen and one", " and one"),
        ("ha", "ha ha", "ha ha"),
        ("The sea and the ", "the wind", "the wind"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", "| 1 | 2 |\n| 3 | 4 |", "| 1 | 2 |\n| 3 | 4 |"),
        ("", "Whole", "Whole"),
    ],
)
def test_what_is_said_once_more_is_dropped(before: str, said: str, new: str) -> None:
    assert through(before, said) == new
    assert through(before, *said) == new


@given(before=WORDS, said=WORDS, cut=st.integers(0, 60))
def test_however_it_comes_in_pieces_the_same_goes_out(before: str, said: str, cut: int) -> None:
    assert (
        through(before, said) == through(before, said[:cut], said[cut:]) == through(before, *said)
    )


@given(before=WORDS, said=WORDS)
def test_nothing_is_dropped_but_what_ends_the_text_before(before: str, said: str) -> None:
    new = through(before, said)
    assert said.endswith(new)
    assert before.endswith(said[: len(said) - len(new)])
