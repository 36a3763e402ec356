"""What parent and child say to each other: frames of JSON, each with its length before it.

The child's side is hostile once a document has taken it over: its frames have a greatest size,
their fields are looked at one by one, and words for people stand on the parent's side alone.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from argo.extraction.types import BLOCK_KINDS, Block

LONGEST_FRAME_BYTES = 1024 * 1024
_FRAME_TEXT = 128 * 1024
LONGEST_BLOCK = 100_000
"""Characters; a reader cuts longer ones into several."""
BLOCK_WEIGHT = 40
"""Characters that a block counts for besides its text: a million empty ones end too."""
_DEEPEST_HEADING, _LONGEST_HEADING = 16, 500
_MOST_FACTS, _LONGEST_FACT = 6, 80
_HIGHEST_PAGE = 10_000_000

_LENGTH = struct.Struct(">I")


class Untrue(ValueError):
    """The child said something that no reader says."""


def frame(message: object) -> bytes:
    """Return `message` with its length before it."""
    body = orjson.dumps(message)
    return _LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """Return the length that four bytes announce. Raises `Untrue` above the greatest."""
    (length,) = _LENGTH.unpack(head)
    if length > LONGEST_FRAME_BYTES:
        raise Untrue
    return int(length)


def message_of(body: bytes) -> dict[str, Any]:
    """Return the object in a frame's body. Raises `Untrue`."""
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Untrue from None
    if not isinstance(message, dict):
        raise Untrue
    return message


def frames_of(blocks: list[Block]) -> Iterator[bytes]:
    """Yield frames that hold `blocks`, none of them large."""
    held: list[object] = []
    characters = 0
    for block in blocks:
        held.append([block.text, block.page, block.heading, block.kind])
        characters += len(block.text) + sum(map(len, block.heading)) + 40
        if characters >= _FRAME_TEXT:
            yield frame({"blocks": held})
            held, characters = [], 0
    yield frame({"blocks": held})


def blocks_of(message: Mapping[str, Any]) -> list[Block]:
    """Return the blocks that a frame holds, each field looked at. Raises `Untrue`."""
    found = message["blocks"]
    if not isinstance(found, list):
        raise Untrue
    return [_block(each) for each in found]


def _block(found: object) -> Block:
    match found:
        case [str(text), page, list(heading), str(kind)]:
            pass
        case _:
            raise Untrue
    if len(text) > LONGEST_BLOCK or kind not in BLOCK_KINDS or len(heading) > _DEEPEST_HEADING:
        raise Untrue
    if not all(isinstance(each, str) and len(each) <= _LONGEST_HEADING for each in heading):
        raise Untrue
    return Block(text, number_or_none(page, 1), tuple(heading), kind)  # type: ignore[arg-type]


def number_or_none(value: object, least: int) -> int | None:
    """Return `value` when it is None or a number of pages from `least`. Raises `Untrue`."""
    if value is None:
        return None
    if type(value) is not int or not least <= value <= _HIGHEST_PAGE:
        raise Untrue
    return value


def facts_of(value: object) -> dict[str, object]:
    """Return the few numbers and short names that fill a text's places. Raises `Untrue`."""
    if not isinstance(value, dict) or len(value) > _MOST_FACTS:
        raise Untrue
    for fact in value.values():
        if not (type(fact) is int or (isinstance(fact, str) and len(fact) <= _LONGEST_FACT)):
            raise Untrue
    return dict(value)


def read_exactly(descriptor: int, count: int) -> bytearray:
    """Return `count` bytes of a descriptor that waits; the child's side."""
    content = bytearray(count)
    view = memoryview(content)
    filled = 0
    while filled < count:
        got = os.readv(descriptor, [view[filled : filled + 1024 * 1024]])
        if got == 0:
            raise EOFError
        filled += got
    return content


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of `content` to a descriptor that waits; the child's side."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
