"""What the API keeps: files and vector stores, their ids, and lists of them by pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from argo.documents.errors import DocumentUnknown
from argo.knowledge.errors import CollectionUnknown
from argo.openai import values
from argo.openai.errors import FieldUnfit, FieldUnknown, shown

_MICRO: Final = 1_000_000


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted; `filters` are the list's own parameters."""

    limit: int
    ascending: bool
    after: str | None
    before: str | None
    filters: Mapping[str, str]


def file_id(document_id: UUID) -> str:
    """Return a document's id as OpenAI's clients know it."""
    return f"file-{document_id.hex}"


def store_id(collection_id: UUID) -> str:
    """Return a vector store's id."""
    return f"vs_{collection_id.hex}"


def batch_id(at: datetime) -> str:
    """Return the id of what was put into a vector store together, at this instant."""
    return f"vsfb_{round(at.timestamp() * _MICRO):x}"


def document_id(told: object, param: str | None = None) -> UUID:
    """Return the document that a file's id names; raises `DocumentUnknown`."""
    found = _id(told, "file-")
    if found is None:
        raise DocumentUnknown(param=param)
    return found


def collection_id(told: object) -> UUID:
    """Return the collection that a vector store's id names; raises `CollectionUnknown`."""
    found = _id(told, "vs_")
    if found is None:
        raise CollectionUnknown
    return found


def _id(told: object, prefix: str) -> UUID | None:
    if not isinstance(told, str) or not told.startswith(prefix):
        return None
    digits = told.removeprefix(prefix)
    if len(digits) != 32 or not set(digits) <= set("0123456789abcdef"):
        return None
    return UUID(hex=digits)


def wanted(
    query: Sequence[tuple[str, str]],
    *filters: str,
    usual: int = 20,
    most: int = 100,
) -> Page:
    """Return the page that `query`, the address's parameters, asks for.

    Raises `FieldUnknown` or `FieldUnfit`.
    """
    for name, _ in query:
        if name not in ("limit", "order", "after", "before", *filters):
            raise FieldUnknown.at(shown(name))
    given = dict(query)
    limit = given.get("limit", str(usual))
    if not (limit.isascii() and limit.isdecimal() and len(limit) < 9 and 1 <= int(limit) <= most):
        raise FieldUnfit.at("limit", f"an integer from 1 to {most}")
    order = values.one_of(given.get("order", "desc"), "order", ("asc", "desc"))
    return Page(
        limit=int(limit),
        ascending=order == "asc",
        after=given.get("after"),
        before=given.get("before"),
        filters={name: given[name] for name in filters if name in given},
    )


def listed(newest_first: Sequence[Mapping[str, Any]], page: Page) -> dict[str, Any]:
    """Return the wanted page of a list; raises `FieldUnfit` for a cursor that is not in it."""
    found = list(reversed(newest_first) if page.ascending else newest_first)
    if page.after is not None:
        found = found[_place(found, page.after, "after") + 1 :]
    if page.before is not None:
        found = found[: _place(found, page.before, "before")]
    backwards = page.before is not None and page.after is None
    data = found[-page.limit :] if backwards else found[: page.limit]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": len(found) > len(data),
    }


def _place(found: Sequence[Mapping[str, Any]], cursor: str, param: str) -> int:
    for place, each in enumerate(found):
        if each["id"] == cursor:
            return place
    raise FieldUnfit.at(param, "the id of something in this list")
