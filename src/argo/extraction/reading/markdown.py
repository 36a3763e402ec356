"""Markdown and plain text as blocks; also what other readers turn into Markdown first."""

from __future__ import annotations

import codecs
import re

from argo.extraction.reading.document import Reading

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+)")
_PIECE = 8000


def read(reading: Reading, content: bytes) -> None:
    """Read a Markdown file."""
    put(reading, decoded(reading, content))


def read_plain(reading: Reading, content: bytes) -> None:
    """Read a text file: paragraphs as they stand."""
    put_plain(reading, decoded(reading, content))


def put_plain(reading: Reading, text: str) -> None:
    """Put paragraphs as they stand; a form feed begins a page in nothing, so it parts only."""
    for paragraph in re.split(r"\n[ \t]*\n|\f", text):
        reading.text(paragraph)


def decoded(reading: Reading, content: bytes) -> str:
    """Return the text of some bytes: as marked, as UTF-8, else as Windows' western letters."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return _lines(content[len(mark) :].decode(encoding, "replace"))
    if b"\0" in content[:4096]:
        even = content[0:4096:2].count(0)
        odd = content[1:4096:2].count(0)
        encoding = "utf-16-be" if even > odd else "utf-16-le"
        return _lines(content.decode(encoding, "replace"))
    try:
        return _lines(content.decode("utf-8"))
    except UnicodeDecodeError:
        reading.remark("encoding_guessed")
        return _lines(content.decode("cp1252", "replace"))


def put(reading: Reading, text: str, deeper: int = 0) -> None:
    """Put Markdown, its headings `deeper` levels down."""
    held: list[str] = []
    size = 0
    fence = ""
    table = False

    def flush() -> None:
        nonlocal size
        if held:
            reading.text("\n".join(held), "table" if table else "text")
        held.clear()
        size = 0

    for line in text.split("\n"):
        opened = _FENCE.match(line)
        if opened and (not fence or opened[1].startswith(fence)):
            fence = "" if fence else opened[1]
        heading = None if fence or opened else _HEADING.match(line)
        row = not fence and line.startswith("|") and line.rstrip().endswith("|")
        if heading:
            flush()
            table = False
            reading.heading(len(heading[1]) + deeper, heading[2])
            continue
        blank = not line.strip() and not fence
        if row != table or blank or size > _PIECE:
            flush()
        table = row
        if not blank:
            held.append(line)
            size += len(line) + 1
    flush()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
