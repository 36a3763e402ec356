"""`/v1/vector_stores`: what may be sent to make, change and fill one, checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from argo.knowledge.types import MOST_NAME_CHARACTERS, Attribute
from argo.openai import fields, kept, values
from argo.openai.errors import FieldMissing, FieldUnfit

MOST_FILES: Final = 500
_MOST_PAIRS, _MOST_KEY, _MOST_VALUE = 16, 64, 512
_MOST_DAYS: Final = 365
_METADATA: Final = "up to 16 texts of 512 characters, under names of 64"
_ATTRIBUTES: Final = "up to 16 texts of 512 characters, numbers, true or false, under names of 64"
_NAME: Final = f"a text of at most {MOST_NAME_CHARACTERS} characters"
_EXPIRES: Final = f"`anchor`: `last_active_at`, `days`: 1 to {_MOST_DAYS}"
MADE: Final = {
    "name": _NAME,
    "file_ids": f"up to {MOST_FILES} ids of files",
    "metadata": _METADATA,
    "expires_after": _EXPIRES,
}
CHANGED: Final = {
    "name": _NAME,
    "metadata": _METADATA,
    "expires_after": f"{_EXPIRES}; null: never",
}
ATTACHED: Final = {"file_id": "a file's id", "attributes": _ATTRIBUTES}
DESCRIBED: Final = {"attributes": f"{_ATTRIBUTES}; they replace those before"}
BATCHED: Final = {
    "file_ids": f"1 to {MOST_FILES} ids of files; or `files`",
    "attributes": f"with `file_ids`: {_ATTRIBUTES}",
    "files": f"1 to {MOST_FILES} objects with a `file_id` and `attributes`",
}
IGNORED: Final = {
    "chunking_strategy": "documents are cut at their own headings and paragraphs",
    "description": "OpenAI's object does not show it either",
}
CHUNKING: Final = {"chunking_strategy": IGNORED["chunking_strategy"]}
Attached = list[tuple[UUID, dict[str, Attribute]]]


@dataclass(frozen=True)
class Asked:
    """What a vector store shall be; None: nothing was said. `days` 0: it never expires."""

    name: str | None
    metadata: dict[str, Attribute] | None
    days: int | None
    files: Attached


def made(body: Mapping[str, object]) -> Asked:
    """Return what shall be made; raises `FieldFault`s and `DocumentUnknown`."""
    given = fields.known(body, MADE, IGNORED, {}, {})
    ids = values.array(given.get("file_ids", []), "file_ids", 0, MOST_FILES)
    return _asked(given, body, [(kept.document_id(each, "file_ids"), {}) for each in ids])


def changed(body: Mapping[str, object]) -> Asked:
    """Return what shall change; raises `FieldFault`s."""
    return _asked(fields.known(body, CHANGED, {}, {}, {}), body, [])


def attached(body: Mapping[str, object], param: str = "") -> tuple[UUID, dict[str, Attribute]]:
    """Return the file that shall be put into a store, and its attributes."""
    given = fields.known(body, ATTACHED, CHUNKING, {}, {})
    if "file_id" not in given:
        raise FieldMissing.at(f"{param}file_id")
    found = kept.document_id(given["file_id"], f"{param}file_id")
    return found, attributes(given.get("attributes", {}), f"{param}attributes")


def described(body: Mapping[str, object]) -> dict[str, Attribute]:
    """Return a file's new attributes; null takes all away."""
    given = fields.known(body, DESCRIBED, {}, {}, {})
    if "attributes" not in body:
        raise FieldMissing.at("attributes")
    return attributes(given.get("attributes", {}), "attributes")


def batched(body: Mapping[str, object]) -> Attached:
    """Return the files that shall be put into a store together."""
    given = fields.known(body, BATCHED, CHUNKING, {}, {})
    if ("file_ids" in given) == ("files" in given):
        raise FieldUnfit.at("file_ids", "sent, or 'files', and not both")
    if "files" in given:
        files = values.array(given["files"], "files", 1, MOST_FILES)
        return [
            attached(values.mapping(each, f"files[{n}]"), f"files[{n}].")
            for n, each in enumerate(files)
        ]
    shared = attributes(given.get("attributes", {}), "attributes")
    ids = values.array(given["file_ids"], "file_ids", 1, MOST_FILES)
    return [(kept.document_id(each, "file_ids"), shared) for each in ids]


def attributes(value: object, param: str, *, texts: bool = False) -> dict[str, Attribute]:
    """Return names with their values: `texts` alone, or numbers and truths too."""
    given = values.mapping(value, param)
    if len(given) > _MOST_PAIRS:
        raise FieldUnfit.at(param, f"an object of at most {_MOST_PAIRS} fields")
    found: dict[str, Attribute] = {}
    for name, each in given.items():
        called = values.string(name, param, _MOST_KEY)
        if isinstance(each, bool) and not texts:
            found[called] = each
        elif isinstance(each, int | float) and not texts:
            found[called] = values.number(each, param, -1e300, 1e300)
        else:
            found[called] = values.string(each, param, _MOST_VALUE)
    return found


def _asked(given: Mapping[str, object], body: Mapping[str, object], files: Attached) -> Asked:
    name, metadata = given.get("name"), given.get("metadata")
    if "metadata" in body and metadata is None:
        metadata = {}
    return Asked(
        None if name is None else values.string(name, "name", MOST_NAME_CHARACTERS),
        None if metadata is None else attributes(metadata, "metadata", texts=True),
        _days(body),
        files,
    )


def _days(body: Mapping[str, object]) -> int | None:
    if "expires_after" not in body:
        return None
    if body["expires_after"] is None:
        return 0
    given = values.mapping(body["expires_after"], "expires_after")
    values.only(given, "expires_after", "anchor", "days")
    values.one_of(given.get("anchor"), "expires_after.anchor", ("last_active_at",))
    return values.integer(given.get("days"), "expires_after.days", 1, _MOST_DAYS)
