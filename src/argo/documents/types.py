"""Documents as their owner sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

DocumentState = Literal["uploading", "reading", "ready", "failed"]
Purpose = Literal["conversation", "user_data", "assistants", "collection"]

MOST_NAME_CHARACTERS = 255
UPLOAD_SECONDS = 900
"""How long one upload may take; what is unfinished after it is cleared away."""


@dataclass(frozen=True)
class DocumentSettings:
    """`[documents]`: how many files people may keep; how large one may be is `[extraction]`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    files_a_conversation: Annotated[int, Field(ge=1, le=100)] = 10
    files_a_person: Annotated[int, Field(ge=1)] = 2000
    uploads_at_once: Annotated[int, Field(ge=1, le=256)] = 8
    """Uploads that a worker takes in at the same time; others wait, and cost no memory."""


@dataclass(frozen=True)
class Document:
    """One document. `failed_code` says why it was not read, `failed_facts` fill that text."""

    id: UUID
    name: str
    belongs_to: UUID | None
    purpose: Purpose
    state: DocumentState
    size_bytes: int
    kind: str | None
    media_type: str | None
    pages: int | None
    tokens: int | None
    passages: int | None
    remarks: tuple[dict[str, str], ...]
    failed_code: str | None
    failed_facts: dict[str, Any] = field(default_factory=dict)
    created_at: datetime = field(kw_only=True)


@dataclass(frozen=True)
class PassageFound:
    """A passage as a prompt names it: its document, number, pages, heading path and text."""

    document_id: UUID
    ordinal: int
    first_page: int | None
    last_page: int | None
    heading: tuple[str, ...]
    text: str
    tokens: int


@dataclass(frozen=True)
class DocumentRead:
    """What a question gets of one document: all its passages, or those found."""

    document: Document
    whole: bool
    passages: tuple[PassageFound, ...]


@dataclass(frozen=True)
class Held:
    """How many files a person keeps, their size, and how many deleted ones still wait."""

    files: int
    bytes: int
    being_erased: int


@dataclass(frozen=True)
class Orphans:
    """Bytes without a row and rows without bytes; both are zero in a sound installation."""

    files_without_document: int
    documents_without_file: int
