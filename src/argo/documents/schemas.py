"""What the page sends and gets about documents; these types are its contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from argo.documents.errors import DocumentUnknown, ReadingFailed
from argo.documents.types import Document
from argo.errors import ArgoError, Language
from argo.extraction import errors as extraction_errors

Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]

_FAILURES: dict[str, type[ArgoError]] = {
    each.code: each
    for each in (*vars(extraction_errors).values(), ReadingFailed)
    if isinstance(each, type) and issubclass(each, ArgoError) and each is not ArgoError
}


class RetrySent(BaseModel):
    """A wish to read a file again, with its password if it wants one."""

    model_config = ConfigDict(extra="forbid")

    password: Password | None = None


class FailureShown(BaseModel):
    """Why a file could not be read, in the reader's language."""

    code: str
    message: str


class DocumentShown(BaseModel):
    """One file."""

    id: UUID
    name: str
    conversation_id: UUID | None
    state: Literal["uploading", "reading", "ready", "failed"]
    size_bytes: int
    kind: str | None
    pages: int | None
    tokens: int | None
    remarks: list[str]
    failure: FailureShown | None
    created_at: datetime


class DocumentsShown(BaseModel):
    """A page of one's files, newest first; `next` is the cursor of the following one."""

    documents: list[DocumentShown]
    next: str | None


class LimitsShown(BaseModel):
    """What may be sent, known before it is."""

    kinds: list[str]
    max_file_bytes: int
    max_pages: int
    files_a_conversation: int


def document_shown(document: Document, language: Language) -> DocumentShown:
    """Return what the page shows of `document`, its texts in `language`."""
    failure = None
    if document.failed_code is not None:
        message = why(document.failed_code, document.failed_facts, language)
        failure = FailureShown(code=document.failed_code, message=message)
    return DocumentShown(
        id=document.id,
        name=document.name,
        conversation_id=document.belongs_to,
        state=document.state,
        size_bytes=document.size_bytes,
        kind=document.kind,
        pages=document.pages,
        tokens=document.tokens,
        remarks=[each[language] for each in document.remarks],
        failure=failure,
        created_at=document.created_at,
    )


def cursor_of(document: Document) -> str:
    """Return the cursor of the page after `document`."""
    return f"{document.created_at.isoformat()}~{document.id}"


def cursor_read(cursor: str) -> tuple[datetime, UUID]:
    """Return what `cursor_of` wrote; raises `DocumentUnknown`."""
    at, _, document_id = cursor.partition("~")
    try:
        return datetime.fromisoformat(at), UUID(document_id)
    except ValueError:
        raise DocumentUnknown(param="before") from None


def why(code: str, facts: Mapping[str, Any], language: Language) -> str:
    """Return why a document failed with `code`, in `language`."""
    error = _FAILURES.get(code, ReadingFailed)
    try:
        return error(**facts).text(language)
    except (KeyError, TypeError):
        return ReadingFailed().text(language)
