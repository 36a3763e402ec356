"""A request's body, read within its limit and judged before anything believes it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from argo.http.errors import BodyInvalid, BodyTooLarge, MediaTypeUnsupported

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

MOST_DEPTH = 64
MOST_VALUES = 100_000
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_JSON_TYPES = (b"application/json",)
_ASIDE_BYTES = 64 * 1024


class CallerLeft(Exception):
    """The caller closed the connection before the body was whole."""


async def read_object(
    receive: Receive, headers: Mapping[bytes, bytes], most_bytes: int
) -> dict[str, Any]:
    """Return a request's JSON object; a large body is judged off the event loop.

    Raises what `read` and `parsed` raise.
    """
    return await judged(await read(receive, headers, most_bytes))


async def judged(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`, a large one judged off the event loop; raises `parsed`'s."""
    return parsed(body) if len(body) < _ASIDE_BYTES else await asyncio.to_thread(parsed, body)


async def read(receive: Receive, headers: Mapping[bytes, bytes], most_bytes: int) -> bytes:
    """Return the body of a request, at most `most_bytes` of it.

    Raises `MediaTypeUnsupported`, `BodyTooLarge` (at once when the length is announced, else as
    soon as it is passed) and `CallerLeft`.
    """
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() not in _JSON_TYPES:
        raise MediaTypeUnsupported
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > most_bytes:
        raise BodyTooLarge(limit=most_bytes)
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeft
        part = message.get("body", b"")
        size += len(part)
        if size > most_bytes:
            raise BodyTooLarge(limit=most_bytes)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def parsed(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`.

    Refused: not UTF-8, not JSON (RFC 8259), NaN and infinities, integers beyond 64 bits, more
    than 64 levels, more than 100,000 values, a name twice in one object, anything but an object.
    Raises `BodyInvalid`.
    """
    # What stands outside strings tells of levels, values and names without building any.
    bare = _STRINGS.sub(b"", body)
    _within_limits(bare)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _invalid(
            f"it is not JSON near character {error.pos}",
            f"ce n'est pas du JSON vers le caractère {error.pos}",
        ) from None
    if not isinstance(value, dict):
        raise _invalid("it is something else", "c'est autre chose")
    if bare.count(b":") != _names(value):
        # A name ends in a colon: some were lost in parsing.
        _refuse_repeats(body)
    return value


def _within_limits(bare: bytes) -> None:
    if bare.count(b",") + bare.count(b"[") + bare.count(b"{") > MOST_VALUES:
        raise _invalid(
            f"it holds more than {MOST_VALUES} values",
            f"il contient plus de {MOST_VALUES} valeurs",
        )
    depth = deepest = 0
    for character in re.sub(rb"[^\[\]{}]", b"", bare):
        depth += 1 if character in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > MOST_DEPTH:
        raise _invalid(
            f"it is nested deeper than {MOST_DEPTH} levels",
            f"il est imbriqué sur plus de {MOST_DEPTH} niveaux",
        )


def _names(value: object) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_names, value.values()))
    if isinstance(value, list):
        return sum(map(_names, value))
    return 0


def _refuse_repeats(body: bytes) -> None:
    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        names = set()
        for name, _ in found:
            if name in names:
                raise _invalid("an object has the same name twice", "un objet a deux fois un nom")
            names.add(name)
        return {}

    json.loads(body, object_pairs_hook=pairs)


def _invalid(fault: str, fault_fr: str) -> BodyInvalid:
    return BodyInvalid(fault=fault, fault_fr=fault_fr)
