"""The child that makes a file: a paper comes in as JSON, the file goes out. It holds no secret."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator, Sequence

import orjson
from pydantic import TypeAdapter

from argo.export import markdown, plain
from argo.export.types import Format, Leaf, LeafPart, Paper
from argo.export.words import notice

_MEMORY_BYTES = 3 * 1024**3
_CPU_SECONDS = 25
_DEEPEST_HEADING = 6
_BELOW = 2
"""Under the title and the messages' headings."""


def main() -> None:
    """Read `{"format", "paper"}` from standard input, write the file to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked = orjson.loads(sys.stdin.buffer.read())
    paper = TypeAdapter(Paper).validate_python(asked["paper"])
    sys.stdout.buffer.write(made(paper, asked["format"]))


def made(paper: Paper, form: Format) -> bytes:
    """Return `paper` as a file, without its mark."""
    if form == "md":
        return plain.markdown(paper)
    if form == "json":
        return plain.as_json(paper)
    leaf = read(paper)
    if form == "docx":
        from argo.export import docx

        return docx.written(leaf)
    if form == "odt":
        from argo.export import odt

        return odt.written(leaf)
    from argo.export import pdf

    return pdf.written(leaf)


def read(paper: Paper) -> Leaf:
    """Return `paper` with its Markdown read, headings in order below the messages' own."""
    parts = []
    for part in paper.parts:
        blocks = markdown.blocks(part.text)
        _outlined(blocks)
        heading, note = (
            " ".join(markdown.readable(each).split()) for each in (part.heading, part.note)
        )
        parts.append(LeafPart(heading, note, blocks))
    title = " ".join(markdown.readable(paper.title).split())
    author = ", ".join(("ARGO", *paper.models))
    return Leaf(title, paper.language, author, notice(paper), paper.at, parts)


def _outlined(blocks: list[markdown.Node]) -> None:
    """Give headings the level below the last that PDF/UA and screen readers expect."""
    last = _BELOW
    for heading in _headings(blocks):
        last = min(heading["level"] + _BELOW, last + 1, _DEEPEST_HEADING)
        heading["level"] = last


def _headings(blocks: Sequence[markdown.Node]) -> Iterator[markdown.Node]:
    for block in blocks:
        if block["t"] == "h":
            yield block
        elif block["t"] == "quote":
            yield from _headings(block["c"])
        elif block["t"] == "list":
            for item in block["items"]:
                yield from _headings(item)


if __name__ == "__main__":
    main()
