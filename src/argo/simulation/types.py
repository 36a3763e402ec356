"""Profiles: how fast a simulated engine is, and what it serves."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, get_type_hints

from argo.simulation.errors import ProfileUnreadable

ReasoningField = Literal["reasoning", "reasoning_content"]


@dataclass(frozen=True)
class Profile:
    """One engine's speed and manners; every field may stand in a TOML file."""

    name: str
    total_tokens_per_second: float
    """What all running sequences get together."""
    stream_tokens_per_second: float
    """What one sequence gets at most."""
    running_sequences: int
    """Sequences decoded at once; further questions wait, first come first served."""
    answer_tokens: int
    """Length of an answer when the question sets no smaller one."""
    first_token_seconds: float
    """From a free place to the first token."""
    tokens_per_frame: int = 1
    """Tokens in one frame after the first (vLLM's `stream_interval`); 1 is vLLM's default."""
    context_tokens: int = 131_072
    models: tuple[str, ...] = ("simulated",)
    reasoning_models: tuple[str, ...] = ()
    """Those of `models` that reason before they answer."""
    reasoning_field: ReasoningField = "reasoning"
    """vLLM's name since 0.16; `reasoning_content` is the older one, and llama.cpp's."""
    embedding_dimensions: int = 384

    def rate(self, running: int) -> float:
        """Return the tokens a second that each of `running` sequences gets."""
        return min(self.stream_tokens_per_second, self.total_tokens_per_second / max(running, 1))


SEED_2026 = Profile(
    name="seed-2026",
    total_tokens_per_second=5_600.0,
    stream_tokens_per_second=32.6,
    running_sequences=768,
    answer_tokens=300,
    first_token_seconds=0.05,
)
"""The seed's cluster (DESIGN.md, "Facts of the seed")."""

FAST = Profile(
    name="fast",
    total_tokens_per_second=1_000_000.0,
    stream_tokens_per_second=5_000.0,
    running_sequences=100_000,
    answer_tokens=40,
    first_token_seconds=0.0,
)
"""For tests: thousands of tokens a second, nobody waits."""

PROFILES = {profile.name: profile for profile in (SEED_2026, FAST)}


def profile_named(name: str) -> Profile:
    """Return the profile called `name`, or the one in the TOML file at that path.

    A file starts from `seed-2026` and states what differs.

    Raises `ProfileUnreadable` when there is neither, or the file holds an unknown field.
    """
    if name in PROFILES:
        return PROFILES[name]
    try:
        values = tomllib.loads(Path(name).read_text("utf-8"))
    except FileNotFoundError:
        known = ", ".join(PROFILES)
        raise ProfileUnreadable(name=name, fault=f"it is neither {known} nor a file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ProfileUnreadable(name=name, fault=str(fault)) from fault
    return profile_from(values, name)


def profile_from(values: dict[str, object], name: str) -> Profile:
    """Build a profile from TOML `values` over `seed-2026`; `name` is what an error calls it.

    Raises `ProfileUnreadable` for an unknown field, a wrong type or a number below its bound.
    """
    hints = get_type_hints(Profile)
    checked: dict[str, object] = {"name": Path(name).stem}
    for field, value in values.items():
        if field not in {known.name for known in fields(Profile)}:
            raise ProfileUnreadable(name=name, fault=f"it has an unknown field, {field}")
        checked[field] = _fitting(value, hints[field], field, name)
    return replace(SEED_2026, **checked)  # type: ignore[arg-type]


def _fitting(value: object, wanted: object, field: str, name: str) -> object:
    if wanted is str and isinstance(value, str):
        return value
    if wanted == ReasoningField and value in ("reasoning", "reasoning_content"):
        return value
    if wanted == tuple[str, ...] and isinstance(value, list):
        return tuple(str(item) for item in value)
    if wanted in (int, float) and isinstance(value, (int, float)) and not isinstance(value, bool):
        if wanted is int and isinstance(value, float):
            raise ProfileUnreadable(name=name, fault=f"{field} must be a whole number")
        if value < 0 or (value == 0 and field != "first_token_seconds"):
            raise ProfileUnreadable(name=name, fault=f"{field} must be above zero")
        return value
    raise ProfileUnreadable(name=name, fault=f"{field} has the wrong type")
