"""Collections as their readers see them, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from argo.storage.types import Owner

Purpose = Literal["collection", "vector_store"]
"""A collection of the page, or a vector store that a program made by the API."""
Attribute = str | float | bool
MOST_NAME_CHARACTERS = 255
MOST_FOUND = 50


@dataclass(frozen=True)
class Collection:
    """A set of documents. `owner` is a person, a unit or the institution itself.

    `shared` opens it to everybody of the institution.
    """

    id: UUID
    owner: Owner
    purpose: Purpose
    name: str
    attributes: dict[str, Attribute]
    shared: bool
    created_at: datetime
    used_at: datetime
    expires_after_days: int | None
    """Days without use after which it goes, None: never."""
    counts: Counts


@dataclass(frozen=True)
class Counts:
    """How many documents a collection holds, by state, and their size in bytes."""

    reading: int
    ready: int
    failed: int
    size_bytes: int

    @property
    def total(self) -> int:
        """How many there are in all."""
        return self.reading + self.ready + self.failed


@dataclass(frozen=True)
class Member:
    """A document of a collection; `embedded` of its `passages` have a vector.

    Its `state` is *ready* once it is found by its words, *reading* until then.
    """

    document_id: UUID
    name: str
    state: str
    failed_code: str | None
    failed_facts: dict[str, Any]
    size_bytes: int
    media_type: str | None
    pages: int | None
    passages: int | None
    embedded: int
    attributes: dict[str, Attribute]
    added_at: datetime


@dataclass(frozen=True)
class Found:
    """A passage that answers a question, best first; `score` is between 0 and 1."""

    collection_id: UUID
    document_id: UUID
    document_name: str
    ordinal: int
    first_page: int | None
    last_page: int | None
    heading: tuple[str, ...]
    text: str
    tokens: int
    score: float
