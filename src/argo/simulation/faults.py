"""Fault scripts: what goes wrong, and with which question."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from argo.simulation.errors import FaultsUnreadable
from argo.simulation.question import Question

Does = Literal[
    "broken_arguments",
    "busy_429",
    "cuts",
    "cuts_mid_character",
    "endless",
    "error_500",
    "error_in_stream",
    "garbage",
    "hangs",
    "html_500",
    "huge_chunk",
    "invalid_character",
    "no_done",
    "no_usage",
    "open_doors",
    "refuses_connections",
    "rejects_400",
    "slow_first_token",
    "slow_headers",
    "splits_characters",
    "stalls",
    "unavailable_503",
    "wrong_content_type",
]

EVERY_FAULT: tuple[str, ...] = get_args(Does)


@dataclass(frozen=True)
class Fault:
    """One fault and the questions it meets: all conditions that are set must hold."""

    does: Does
    after_tokens: int = 0
    """How many tokens flow before a fault inside a stream."""
    seconds: float | None = None
    """How long a slow or stalled part takes (None: until the client leaves), or `retry-after`."""
    size_bytes: int = 8_000_000
    """Of the text in `huge_chunk`."""
    text: str | None = None
    """The engine's error text, where the fault has one."""
    order: int | None = None
    """Only the question with this number, counted from 1 since the engine started."""
    every: int | None = None
    """Only each so-manieth question."""
    model: str | None = None
    """Only questions to this model."""
    word: str | None = None
    """Only when the last user message contains this."""
    times: int | None = None
    """At most so many questions."""

    def meets(self, order: int, question: Question) -> bool:
        """Tell whether this fault's conditions hold for the question with number `order`."""
        return (
            (self.order is None or self.order == order)
            and (self.every is None or order % self.every == 0)
            and (self.model is None or self.model == question.model)
            and (self.word is None or self.word in question.asked)
        )


class FaultScript:
    """The faults of a run, and how often each has struck."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        """Begin with no question asked."""
        self.faults = faults
        self._struck = [0] * len(faults)

    def strike(self, order: int, question: Question) -> tuple[Fault, ...]:
        """Return the faults that meet this question, and count them as used."""
        met = []
        for at, fault in enumerate(self.faults):
            spent = fault.times is not None and self._struck[at] >= fault.times
            if fault.does != "open_doors" and not spent and fault.meets(order, question):
                self._struck[at] += 1
                met.append(fault)
        return tuple(met)


def faults_in(path: str) -> tuple[Fault, ...]:
    """Read the `[[faults]]` of a TOML file.

    Raises `FaultsUnreadable` when it cannot be read or names what does not exist.
    """
    try:
        document = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise FaultsUnreadable(name=path, fault=str(fault)) from fault
    entries = document.get("faults")
    if set(document) != {"faults"} or not isinstance(entries, list):
        raise FaultsUnreadable(name=path, fault="it must hold [[faults]] and nothing else")
    return tuple(_fault_from(entry, path) for entry in entries)


def _fault_from(entry: dict[str, Any], path: str) -> Fault:
    unknown = set(entry) - {field.name for field in fields(Fault)}
    if unknown:
        raise FaultsUnreadable(name=path, fault=f"{', '.join(sorted(unknown))} is not a field")
    if entry.get("does") not in EVERY_FAULT:
        known = ", ".join(EVERY_FAULT)
        raise FaultsUnreadable(name=path, fault=f"{entry.get('does')} is not one of {known}")
    for field in ("after_tokens", "seconds", "size_bytes", "order", "every", "times"):
        value = entry.get(field, 1)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise FaultsUnreadable(name=path, fault=f"{field} must be a number from 0")
    if entry.get("every") == 0:
        raise FaultsUnreadable(name=path, fault="every must be 1 or more")
    return Fault(**entry)
