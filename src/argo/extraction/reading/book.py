"""EPUB: chapters in the order of the book."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from argo.extraction.reading import markup, whole
from argo.extraction.reading.archive import Archive
from argo.extraction.reading.document import Reading
from argo.extraction.reading.faults import FAULTS

_PAGES = {"application/xhtml+xml", "text/html", "application/xml"}


def read(reading: Reading, content: bytes) -> None:
    """Read a book: its title, then what its spine lists."""
    archive = Archive(content, reading.limits)
    container = markup.parsed(archive.read("META-INF/container.xml"))
    root = next(markup.inside(container, "rootfile"))
    path = root.get("full-path", "")
    package = markup.parsed(archive.read(path))
    folder = posixpath.dirname(path)
    title = next(markup.inside(package, "title"), None)
    if title is not None and title.text:
        reading.heading(1, title.text)
    items = {each.get("id"): each for each in markup.inside(package, "item")}
    lost = 0
    for each in markup.inside(package, "itemref"):
        item = items.get(each.get("idref"))
        if item is None or item.get("media-type") not in _PAGES:
            continue
        name = posixpath.join(folder, unquote(item.get("href", "").partition("#")[0]))
        try:
            whole.put(reading, archive.read(name), "text/html", deeper=1)
        except FAULTS:
            lost += 1
    reading.read_by = "kreuzberg"
    if not reading.blocks:
        raise ValueError(reading.kind)
    if lost:
        reading.remark("part_not_read", count=lost)
