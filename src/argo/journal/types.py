"""Events of the journal, and what verifying it finds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, PositiveInt

ActorKind = Literal["person", "command", "house", "stranger"]
Outcome = Literal["done", "refused", "failed"]

_WORD = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_TARGET = re.compile(r"[A-Za-z0-9_.:/{}-]{0,160}")


@dataclass(frozen=True)
class JournalSettings:
    """`[journal]`: how long events are kept."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    kept_days: PositiveInt = 366


@dataclass(frozen=True)
class Actor:
    """Who acts: a person by id, the command line, the house itself, or a stranger."""

    kind: ActorKind
    institution_id: UUID | None = None
    person_id: UUID | None = None


COMMAND, HOUSE, STRANGER = Actor("command"), Actor("house"), Actor("stranger")


@dataclass(frozen=True)
class Event:
    """Who did what to what, and how it ended.

    `action` is a fixed word like "user.disabled", `target_id` an id, a slug or a route's
    template; neither can hold what a person wrote: raises `ValueError` for anything else.
    `count` says how many alike a refused event stands for, when too many came to write each.
    """

    actor: Actor
    action: str
    target_kind: str
    target_id: str = ""
    outcome: Outcome = "done"
    reason: str | None = None
    request_id: str | None = None
    count: int = 1

    def __post_init__(self) -> None:
        """Hold the event to ids and fixed words."""
        words = (self.action, self.target_kind, self.reason or "none")
        if not all(_WORD.fullmatch(word) for word in words):
            raise ValueError("not a fixed word")
        if not all(_TARGET.fullmatch(name) for name in (self.target_id, self.request_id or "")):
            raise ValueError("not an id")


@dataclass(frozen=True)
class Row:
    """One event as it stands in the journal; `hash` covers all of it and the one before."""

    number: int
    at: datetime
    institution_id: UUID | None
    actor_kind: str
    actor_id: UUID | None
    action: str
    target_kind: str
    target_id: str
    outcome: str
    reason: str | None
    request_id: str | None
    count: int
    hash: bytes


@dataclass(frozen=True)
class Head:
    """The last event's number and hash: what a second host notes to prove nothing was cut off."""

    number: int
    hash: bytes


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold: the event's number, and what is wrong with it."""

    number: int
    what: Literal["altered", "missing", "checkpoint"]


@dataclass(frozen=True)
class Verdict:
    """How far the journal holds: `events` verified, from `first` to the head, and its faults."""

    events: int
    first: int
    head: Head
    faults: tuple[Fault, ...]
