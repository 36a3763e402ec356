"""Rows as the database holds them: sealed; and the way to and from what their owner reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from argo.completions.prompt import estimated_tokens
from argo.documents.types import Document, DocumentState, PassageFound, Purpose
from argo.extraction.types import Passage, Remark
from argo.storage.sealing import OwnerKey, Place


@dataclass(frozen=True)
class DocumentRow:
    """A document, its name and remarks sealed."""

    id: UUID
    belongs_to: UUID | None
    purpose: Purpose
    name: bytes
    state: DocumentState
    size_bytes: int
    kind: str | None
    media_type: str | None
    pages: int | None
    tokens: int | None
    passages: int | None
    remarks: bytes | None
    failed_code: str | None
    failed_facts: dict[str, Any] | None
    created_at: datetime

    def opened(self, key: OwnerKey) -> Document:
        """Return it as its owner reads it; raises `SealBroken`."""
        remarks: list[dict[str, str]] = []
        if self.remarks is not None:
            remarks = orjson.loads(key.open(self.remarks, Place("documents.remarks", self.id)))
        fields = {
            **vars(self),
            "name": key.open(self.name, name_place(self.id)),
            "remarks": tuple(remarks),
            "failed_facts": self.failed_facts or {},
        }
        return Document(**fields)


@dataclass(frozen=True)
class PassageRow:
    """A passage, its heading path and text sealed."""

    document_id: UUID
    ordinal: int
    first_page: int | None
    last_page: int | None
    tokens: int
    heading: bytes
    text: bytes

    def opened(self, key: OwnerKey) -> PassageFound:
        """Return it as its owner reads it; raises `SealBroken`."""
        heading = orjson.loads(key.open(self.heading, _passage_place("heading", self)))
        text = key.open(self.text, _passage_place("text", self))
        return PassageFound(
            document_id=self.document_id,
            ordinal=self.ordinal,
            first_page=self.first_page,
            last_page=self.last_page,
            heading=tuple(heading),
            text=text,
            tokens=self.tokens,
        )


def name_place(document_id: UUID) -> Place:
    """Return where a file's name is sealed for."""
    return Place("documents.name", document_id)


def sealed_remarks(remarks: tuple[Remark, ...], document_id: UUID, key: OwnerKey) -> bytes:
    """Return the remarks of reading, sealed."""
    told = orjson.dumps([{"en": each.english, "fr": each.french} for each in remarks])
    return key.seal(told.decode(), Place("documents.remarks", document_id))


def sealed_passage(passage: Passage, document_id: UUID, key: OwnerKey) -> PassageRow:
    """Return `passage` as its row."""
    heading = orjson.dumps(passage.heading).decode()
    return PassageRow(
        document_id=document_id,
        ordinal=passage.ordinal,
        first_page=passage.first_page,
        last_page=passage.last_page,
        tokens=estimated_tokens([{"content": passage.text}]),
        heading=key.seal(heading, Place("passages.heading", document_id, passage.ordinal)),
        text=key.seal(passage.text, Place("passages.text", document_id, passage.ordinal)),
    )


def _passage_place(column: str, row: PassageRow) -> Place:
    return Place(f"passages.{column}", row.document_id, row.ordinal)
