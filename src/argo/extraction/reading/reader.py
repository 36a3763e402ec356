"""Chooses the reader for some bytes, and the second one where the first fails."""

from __future__ import annotations

from collections.abc import Callable

from argo.extraction import errors, kinds
from argo.extraction.reading import (
    archive,
    book,
    mail,
    markdown,
    old,
    opendocument,
    pdf,
    plain_tables,
    protection,
    sheets,
    slides,
    whole,
    word,
)
from argo.extraction.reading.document import Full, Reading
from argo.extraction.reading.faults import FAULTS
from argo.extraction.types import ExtractionSettings

Reader = Callable[[Reading, bytes], None]

_READERS: dict[str, tuple[Reader, ...]] = {
    "pdf": (pdf.read,),
    "md": (markdown.read,),
    "txt": (markdown.read_plain,),
    "csv": (plain_tables.read, markdown.read_plain),
    "eml": (mail.read, whole.read),
    "epub": (book.read, whole.read),
    "docx": (word.read, whole.read),
    "xlsx": (sheets.read, whole.read),
    "pptx": (slides.read, whole.read),
    "odt": (opendocument.read, whole.read),
    "ods": (opendocument.read, whole.read),
    "odp": (opendocument.read,),
    "doc": (old.read, whole.read),
    "xls": (whole.read_sheets, whole.read),
    "ppt": (old.read, whole.read),
}
_OTHERS: tuple[Reader, ...] = (whole.read,)


def read(
    content: bytes,
    name: str,
    password: str | None,
    limits: ExtractionSettings,
    *,
    scan: bool = False,
) -> Reading:
    """Return what `content` holds, with `scan` what its pictures say too.

    Raises an error of `errors.py`.
    """
    if not content.strip(b" \t\r\n\0"):
        raise errors.FileEmpty
    kind = kinds.kind_of(content, name)
    if kind is None:
        raise errors.KindUnknown
    plain = protection.opened(content, kind, password)
    if plain is not content:
        content = plain
        kind = kinds.kind_of(content, name) or kind
    readers = _READERS.get(kind, _OTHERS)
    for nth, reader in enumerate(readers):
        reading = Reading(kind, name, password, limits)
        reading.scan = scan
        try:
            if nth > 0 and content.startswith(b"PK"):
                archive.refuse_liars(content, limits)
            reader(reading, content)
        except Full:
            pass
        except FAULTS:
            continue
        if nth > 0:
            reading.remark("second_reader")
        return _told(reading)
    raise errors.FileDamaged


def _told(reading: Reading) -> Reading:
    if reading.pages is not None and reading.pages > reading.limits.max_pages:
        raise errors.TooManyPages(pages=reading.pages, limit=reading.limits.max_pages)
    silent = {"scan_without_text"} & {code for code, _ in reading.remarks}
    if not silent and not any(block.text.strip() for block in reading.blocks):
        reading.remark("no_text")
    return reading
