"""OpenAI's `file`: what of a document its owner's programs see, and what may be sent. Pure."""

from __future__ import annotations

from typing import Any, Final

from argo.documents.schemas import why
from argo.documents.types import Document, DocumentState, Purpose
from argo.openai import kept, values

PURPOSES: Final[tuple[Purpose, ...]] = ("user_data", "assistants")
PASSED: Final = {
    "purpose": "`user_data` or `assistants`; before the file",
    "file": "one file with its name",
}
REFUSED: Final = {"expires_after": "files stay until you delete them; leave it out"}
_STATUS: Final[dict[DocumentState, str]] = {
    "uploading": "uploaded",
    "reading": "uploaded",
    "ready": "processed",
    "failed": "error",
}


def purpose(told: str) -> Purpose:
    """Return what a file is for; raises `FieldUnfit`."""
    checked = values.one_of(told, "purpose", PURPOSES)
    return "assistants" if checked == "assistants" else "user_data"


def file(document: Document) -> dict[str, Any]:
    """Return the file object."""
    code = document.failed_code
    return {
        "id": kept.file_id(document.id),
        "object": "file",
        "bytes": document.size_bytes,
        "created_at": int(document.created_at.timestamp()),
        "expires_at": None,
        "filename": document.name,
        "purpose": document.purpose,
        "status": _STATUS[document.state],
        "status_details": None if code is None else why(code, document.failed_facts, "en"),
    }
