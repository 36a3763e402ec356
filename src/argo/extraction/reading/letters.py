"""Reads the text of a page's picture, by the tesseract that Kreuzberg carries."""

from __future__ import annotations

import struct
import time
import zlib

import kreuzberg
import pypdfium2
from kreuzberg.exceptions import KreuzbergError

from argo.extraction.reading.document import Reading
from argo.extraction.types import ExtractionSettings

_DOTS_PER_INCH = 200
_MOST_DOTS = 12_000_000
_POINTS_PER_INCH = 72
_SHARE = 0.7
"""Of the time for a document: what is not recognised by then is said, not lost."""
_BY_TESSERACT = kreuzberg.ExtractionConfig(
    use_cache=False,
    enable_quality_processing=False,
    ocr=kreuzberg.OcrConfig(backend="tesseract", language="fra+eng"),
)


class Letters:
    """Recognises pages until their share of time is spent; `pages` were."""

    def __init__(self, limits: ExtractionSettings) -> None:
        self._until = time.monotonic() + limits.seconds * _SHARE
        self.pages = 0

    def put(self, reading: Reading, page: pypdfium2.PdfPage) -> bool:
        """Put the text of a page's picture; False when there is none or no time."""
        if time.monotonic() > self._until:
            return False
        scale = _DOTS_PER_INCH / _POINTS_PER_INCH
        dots = page.get_width() * page.get_height() * scale * scale
        scale *= min(1.0, (_MOST_DOTS / max(dots, 1.0)) ** 0.5)
        drawn = page.render(scale=scale, grayscale=True)
        picture = _png(drawn.width, drawn.height, drawn.stride, memoryview(drawn.buffer))
        try:
            found = kreuzberg.extract_bytes_sync(picture, "image/png", _BY_TESSERACT)
        except KreuzbergError:
            return False
        for paragraph in found.content.split("\n\n"):
            reading.text(paragraph, "image_text")
        self.pages += bool(found.content.strip())
        return bool(found.content.strip())


def _png(width: int, height: int, stride: int, dots: memoryview) -> bytes:
    """Return a grey picture as PNG."""
    rows = b"".join(b"\0" + bytes(dots[at * stride : at * stride + width]) for at in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
