"""OpenAI's objects around vector stores: the store, its files, batches of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from argo.documents.errors import ReadingFailed
from argo.documents.schemas import why
from argo.extraction.errors import KindUnknown
from argo.knowledge.types import Collection, Counts, Member
from argo.openai import kept

STATUS: Final = {
    "uploading": "in_progress",
    "reading": "in_progress",
    "ready": "completed",
    "failed": "failed",
}
_LAST_ERROR: Final = {ReadingFailed.code: "server_error", KindUnknown.code: "unsupported_file"}


def expires_at(collection: Collection) -> datetime | None:
    """Return when a store expires that nobody uses, None: never."""
    days = collection.expires_after_days
    return None if days is None else collection.used_at + timedelta(days=days)


def store(collection: Collection, now: datetime) -> dict[str, Any]:
    """Return the vector store object."""
    days, until = collection.expires_after_days, expires_at(collection)
    status = "in_progress" if collection.counts.reading else "completed"
    return {
        "id": kept.store_id(collection.id),
        "object": "vector_store",
        "created_at": int(collection.created_at.timestamp()),
        "name": collection.name,
        "usage_bytes": collection.counts.size_bytes,
        "file_counts": _counts(collection.counts),
        "status": "expired" if until is not None and until <= now else status,
        "expires_after": None if days is None else {"anchor": "last_active_at", "days": days},
        "expires_at": None if until is None else int(until.timestamp()),
        "last_active_at": int(collection.used_at.timestamp()),
        "metadata": collection.attributes,
    }


def file(member: Member, store_id: str) -> dict[str, Any]:
    """Return the vector store file object."""
    code = member.failed_code
    return {
        "id": kept.file_id(member.document_id),
        "object": "vector_store.file",
        "created_at": int(member.added_at.timestamp()),
        "vector_store_id": store_id,
        "status": STATUS[member.state],
        "usage_bytes": member.size_bytes,
        "last_error": None if code is None else _error(code, member),
        "attributes": member.attributes,
        "chunking_strategy": {"type": "other"},
    }


def batch(batch_id: str, store_id: str, members: Sequence[Member]) -> dict[str, Any]:
    """Return the object of `members` (one at least), which were put into a store together."""
    states = [each.state for each in members]
    counts = Counts(
        reading=sum(STATUS[each] == "in_progress" for each in states),
        ready=states.count("ready"),
        failed=states.count("failed"),
        size_bytes=0,
    )
    return {
        "id": batch_id,
        "object": "vector_store.files_batch",
        "created_at": int(members[0].added_at.timestamp()),
        "vector_store_id": store_id,
        "status": "in_progress" if counts.reading else "completed",
        "file_counts": _counts(counts),
    }


def deleted(kept_id: str, kind: str) -> dict[str, Any]:
    """Return what says that something is gone."""
    return {"id": kept_id, "object": f"{kind}.deleted", "deleted": True}


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "in_progress": counts.reading,
        "completed": counts.ready,
        "failed": counts.failed,
        "cancelled": 0,
        "total": counts.total,
    }


def _error(code: str, member: Member) -> dict[str, str]:
    return {
        "code": _LAST_ERROR.get(code, "invalid_file"),
        "message": why(code, member.failed_facts, "en"),
    }
