"""The arguments of a tool call: trivial faults taken out as they come, and held against a schema.

A model writes JSON by hand: a comma before a closing bracket, a code fence around it, a second
object or a control token behind it. None of these can be meant. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


class Arguments:
    """Mends the arguments of one call, piece by piece."""

    def __init__(self) -> None:
        """Start before the first brace."""
        self._depth = 0
        self._ended = self._quoted = self._escaped = False
        self._comma = ""

    def mended(self, piece: str) -> str:
        """Return what of the next `piece` belongs to the one JSON object."""
        if self._quoted and '"' not in piece and "\\" not in piece:
            self._escaped = False
            return piece
        return "".join(map(self._letter, piece))

    def _letter(self, letter: str) -> str:
        if self._ended or (self._depth == 0 and letter != "{"):
            return ""
        if self._quoted:
            if self._escaped:
                self._escaped = False
            elif letter == "\\":
                self._escaped = True
            elif letter == '"':
                self._quoted = False
            return letter
        if letter == "," or (self._comma and letter.isspace()):
            # Whether the comma is one too many, what comes next tells.
            self._comma += letter
            return ""
        before, self._comma = self._comma, ""
        if letter == '"':
            self._quoted = True
        elif letter in "{[":
            self._depth += 1
        elif letter in "}]":
            self._depth -= 1
            self._ended = self._depth == 0
            return letter
        return before + letter


def object_in(text: str) -> str | None:
    """Return the JSON object that `text` begins with, mended; None when it is none."""
    given = Arguments().mended(text)
    return given if _read(given) is not None else None


def fits(given: object, schema: Mapping[str, Any]) -> bool:
    """Whether the arguments `given`, as JSON, keep to a tool's parameters.

    Looked at are the names that must be there, those that may, and the kind of each value: what
    a model gets wrong when it mistakes one tool for another. The caller's own check is finer.
    """
    read = _read(given) if isinstance(given, str) else None
    if read is None:
        return False
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    if isinstance(required, list) and any(name not in read for name in required):
        return False
    if schema.get("additionalProperties") is False and any(name not in properties for name in read):
        return False
    return all(_of_kind(value, properties.get(name)) for name, value in read.items())


def _read(given: str) -> dict[str, Any] | None:
    try:
        read = orjson.loads(given)
    except orjson.JSONDecodeError:
        return None
    return read if isinstance(read, dict) else None


def _of_kind(value: object, schema: object) -> bool:
    wanted = schema.get("type") if isinstance(schema, dict) else None
    kinds = wanted if isinstance(wanted, list) else [wanted]
    allowed = [_KINDS[each] for each in kinds if isinstance(each, str) and each in _KINDS]
    if not allowed:
        return True
    if isinstance(value, bool):
        return (bool,) in allowed
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return any(isinstance(value, each) for each in allowed)
