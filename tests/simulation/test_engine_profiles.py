"""Profiles come by name or from a file; a wrong one is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from argo.simulation.errors import ProfileUnreadable
from argo.simulation.types import FAST, SEED_2026, profile_named


def test_profiles_have_names() -> None:
    """The two of the contract."""
    assert profile_named("seed-2026") is SEED_2026
    assert profile_named("fast") is FAST


def test_a_file_states_what_differs_from_the_seed(tmp_path: Path) -> None:
    """The rest is the seed's; whole numbers may stand for others."""
    file = tmp_path / "small.toml"
    file.write_text('total_tokens_per_second = 200\nmodels = ["a", "b"]\nanswer_tokens = 5\n')
    profile = profile_named(str(file))
    assert (profile.name, profile.models, profile.answer_tokens) == ("small", ("a", "b"), 5)
    assert profile.rate(100) == 2.0
    assert profile.running_sequences == 768


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("speed = 3\n", "unknown field, speed"),
        ('answer_tokens = "many"\n', "answer_tokens has the wrong type"),
        ("answer_tokens = 2.5\n", "answer_tokens must be a whole number"),
        ("running_sequences = 0\n", "running_sequences must be above zero"),
        ('reasoning_field = "thought"\n', "reasoning_field has the wrong type"),
        ("= 3\n", "Invalid statement"),
    ],
)
def test_a_wrong_profile_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    """The file and the field are named, in both languages."""
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(ProfileUnreadable) as refused:
        profile_named(str(file))
    assert said in refused.value.text("en")
    assert "wrong.toml" in refused.value.text("fr")


def test_a_name_that_is_neither_says_which_there_are() -> None:
    """`argo engine simulate --profile quick` names the profiles."""
    with pytest.raises(ProfileUnreadable, match="profile_unreadable") as refused:
        profile_named("quick")
    assert "seed-2026, fast" in refused.value.text("en")
