"""What a reader fills: blocks under their headings, within the limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from argo.extraction.sandbox.wire import BLOCK_WEIGHT, LONGEST_BLOCK
from argo.extraction.types import Block, BlockKind, ExtractionSettings

_TABLE_PIECE = 20_000
_LONGEST_HEADING = 300
_DEEPEST = 12
_UNSHOWN = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Full(Exception):
    """The document has more text than is kept: reading ends here, with a remark."""


class Reading:
    """One document as it is being read.

    A reader sets `page` before what stands on it, and calls `heading`, `text` and `table` in
    the order of reading. `Full` ends it when the limit of text is reached.
    """

    def __init__(
        self, kind: str, name: str, password: str | None, limits: ExtractionSettings
    ) -> None:
        self.kind = kind
        self.name = name
        self.password = password
        self.limits = limits
        self.read_by = "argo"
        self.scan = False
        self.pages: int | None = None
        self.page: int | None = None
        self.blocks: list[Block] = []
        self.remarks: list[tuple[str, dict[str, object]]] = []
        self._path: list[tuple[int, str]] = []
        self._left = limits.max_characters

    @property
    def path(self) -> tuple[str, ...]:
        """The headings that what comes next stands under."""
        return tuple(text for _, text in self._path[:_DEEPEST])

    def remark(self, code: str, **facts: object) -> None:
        """Say once that something was not read as it stands: a code of `remarks.py`."""
        if all(said != code for said, _ in self.remarks):
            self.remarks.append((code, facts))

    def enter(self, level: int, name: str) -> None:
        """Stand under `name` from here on, a place of `level`, without any text of its own."""
        name = shown(" ".join(name.split()))[:_LONGEST_HEADING]
        self._path = [(deep, text) for deep, text in self._path if deep < level]
        if name:
            self._path.append((level, name))

    def heading(self, level: int, text: str, kind: BlockKind = "heading") -> None:
        """Put a heading of `level` from 1; it stands under those above it."""
        words = " ".join(text.split())
        if not words:
            return
        self.enter(level, "")
        self._put("#" * max(1, min(level, 6)) + " " + words, kind)
        self.enter(level, words)

    def text(self, text: str, kind: BlockKind = "text") -> None:
        """Put a paragraph or several, as Markdown."""
        text = text.strip("\n ")
        while len(text) > LONGEST_BLOCK:
            at = max(text.rfind("\n", 0, LONGEST_BLOCK), text.rfind(" ", 0, LONGEST_BLOCK))
            at = at if at > 0 else LONGEST_BLOCK
            self._put(text[:at], kind)
            text = text[at:].lstrip()
        if text.strip():
            self._put(text, kind)

    def table(self, rows: Iterable[Sequence[str]], kind: BlockKind = "table") -> None:
        """Put a table, its first row the header; a long one in pieces that repeat the header."""
        header: str | None = None
        width = 0
        lines: list[str] = []
        held = 0
        for row in rows:
            cells = [_cell(each) for each in row]
            if header is None:
                width = len(cells)
                header = f"{_row(cells, width)}\n{_row(['---'] * width, width)}"
                header = header if len(header) < _TABLE_PIECE else header[:_TABLE_PIECE]
                continue
            for line in _pieces(_row(cells, width), LONGEST_BLOCK - _TABLE_PIECE - 1):
                if held and held + len(line) > _TABLE_PIECE:
                    self._put("\n".join([header, *lines]), kind)
                    lines, held = [], 0
                lines.append(line)
                held += len(line) + 1
        if header is not None:
            self._put("\n".join([header, *lines]), kind)

    def _put(self, text: str, kind: BlockKind) -> None:
        text = shown(text)
        if len(text) > self._left:
            text = text[: self._left]
            self._left = 0
            if text:
                self.blocks.append(Block(text, self.page, self.path, kind))
            self.remark("rest_not_read", characters=self.limits.max_characters)
            raise Full
        self._left = max(0, self._left - len(text) - BLOCK_WEIGHT)
        self.blocks.append(Block(text, self.page, self.path, kind))


def shown(text: str) -> str:
    """Return `text` without what has no shape: controls, halves of characters."""
    return _UNSHOWN.sub("", text)


def _cell(text: str) -> str:
    words = " ".join(text.split())
    return words.replace("|", "\\|")


def _row(cells: Sequence[str], width: int) -> str:
    filled = [*cells, *[""] * (width - len(cells))]
    return "| " + " | ".join(filled) + " |"


def _pieces(line: str, longest: int) -> Iterable[str]:
    for at in range(0, len(line), longest):
        yield line[at : at + longest]
