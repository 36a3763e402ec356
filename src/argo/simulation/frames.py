"""The steps of an answer: bytes to send, or something that happens instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Last:
    """The bytes of the last step: the answer is over after them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Half:
    """Bytes that go out alone and are no token of their own: a read ends where they end."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection breaks here."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing more is said for `seconds`; None is until someone releases it."""

    seconds: float | None


Frame = bytes | Last | Half | Cut | Stall
Frames = Iterator[Frame]
