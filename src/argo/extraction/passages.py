"""Cuts what was read into passages: a few hundred tokens each, under one heading path.

A passage begins at a heading where it can, ends between paragraphs, else sentences, else words;
a table is cut between rows and its header repeated. Every word of the document is in a passage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from argo.extraction.types import Block, Extracted, Passage

TARGET_TOKENS = 350
_SMALL = 4
"""A section below a fourth of the target goes on into the next one."""
_CHARACTERS_A_TOKEN = 3.8

_SENTENCE = re.compile(r"(?<=[.!?…;])\s+|\n")
_RULE = re.compile(r"\|(?:[ ]?:?-+:?[ ]?\|)+")


@dataclass(frozen=True)
class _Unit:
    """What is not cut further: a paragraph, some rows, a heading."""

    text: str
    page: int | None
    heading: tuple[str, ...]
    tokens: int
    opens: bool = False
    """Whether it is a heading."""


@dataclass
class _Growing:
    units: list[_Unit] = field(default_factory=list)
    tokens: int = 0

    def add(self, unit: _Unit) -> None:
        self.units.append(unit)
        self.tokens += unit.tokens

    def take_trailing_headings(self) -> list[_Unit]:
        taken: list[_Unit] = []
        while len(self.units) > 1 and self.units[-1].opens:
            taken.insert(0, self.units.pop())
        return taken


def tokens_estimate(text: str) -> int:
    """Return about how many tokens a model's tokeniser makes of `text`."""
    return int(len(text) / _CHARACTERS_A_TOKEN) + 1


def passages(extracted: Extracted, target_tokens: int = TARGET_TOKENS) -> tuple[Passage, ...]:
    """Return the passages of a document in its order, each of at most about `target_tokens`.

    Takes time in proportion to the text: about 10 ms a megabyte.
    """
    made: list[Passage] = []
    growing = _Growing()
    for unit in _units(extracted.blocks, target_tokens):
        full = growing.tokens + unit.tokens > target_tokens
        parts = bool(growing.units) and growing.units[-1].heading != unit.heading
        if growing.units and (full or (parts and growing.tokens * _SMALL >= target_tokens)):
            carried = growing.take_trailing_headings() if not unit.opens else []
            made.append(_made(len(made), growing.units))
            growing = _Growing()
            for each in carried:
                growing.add(each)
        growing.add(unit)
    if growing.units:
        made.append(_made(len(made), growing.units))
    return tuple(made)


def _made(ordinal: int, units: list[_Unit]) -> Passage:
    pages = [unit.page for unit in units if unit.page is not None]
    text = "\n\n".join(unit.text for unit in units)
    return Passage(
        ordinal=ordinal,
        text=text,
        first_page=min(pages, default=None),
        last_page=max(pages, default=None),
        heading=_shared([unit.heading for unit in units]),
        tokens_estimate=tokens_estimate(text),
    )


def _shared(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the beginning that all paths share; the first when one section holds them all."""
    shortest = min(paths, key=len)
    for at, name in enumerate(shortest):
        if any(path[at] != name for path in paths):
            return shortest[:at]
    return shortest


def _units(blocks: tuple[Block, ...], target: int) -> Iterator[_Unit]:
    for block in blocks:
        opens = block.text.startswith("#") and block.kind in {"heading", "slide", "sheet"}
        heading = block.heading
        if opens:
            heading = (*heading, " ".join(block.text.lstrip("#").split()))
        for text in _texts(block, target):
            yield _Unit(text, block.page, heading, tokens_estimate(text), opens)


def _texts(block: Block, target: int) -> Iterator[str]:
    if tokens_estimate(block.text) <= target:
        yield block.text
    elif block.kind in {"table", "sheet"} and block.text.startswith("|"):
        yield from _rows(block.text, target)
    else:
        yield from _gathered(re.split(r"\n{2,}", block.text), "\n\n", target)


def _rows(table: str, target: int) -> Iterator[str]:
    lines = table.split("\n")
    header: list[str] = []
    if len(lines) > 1 and _RULE.fullmatch(lines[1].strip()):
        header, lines = lines[:2], lines[2:]
    head = "\n".join(header)
    room = target - tokens_estimate(head)
    if room < target // 4:
        # A header too large to be repeated is text like any other.
        yield from _gathered(table.split("\n"), "\n", target)
        return
    for rows in _gathered(lines, "\n", room):
        yield f"{head}\n{rows}" if head else rows


def _gathered(pieces: list[str], joint: str, target: int) -> Iterator[str]:
    """Yield `pieces` joined to texts below `target` tokens; one too large is cut further."""
    held: list[str] = []
    tokens = 0
    for piece in pieces:
        size = tokens_estimate(piece)
        if held and tokens + size > target:
            yield joint.join(held)
            held, tokens = [], 0
        if size > target:
            yield from _cut(piece, joint, target)
        elif piece.strip():
            held.append(piece)
            tokens += size
    if held:
        yield joint.join(held)


def _cut(piece: str, joint: str, target: int) -> Iterator[str]:
    if joint != " ":
        sentences = _SENTENCE.split(piece)
        if len(sentences) > 1:
            yield from _gathered(sentences, " ", target)
            return
    # No sentence ends: cut at spaces, and a word without an end where it comes to.
    longest = max(1, int((target - 1) * _CHARACTERS_A_TOKEN))
    start = 0
    while start < len(piece):
        end = min(len(piece), start + longest)
        if end < len(piece):
            space = piece.rfind(" ", start + longest // 2, end)
            end = space if space > start else end
        text = piece[start:end].strip()
        if text:
            yield text
        start = end
