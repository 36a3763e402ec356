"""PDF, page by page."""

from __future__ import annotations

import pypdfium2

from argo.extraction import errors
from argo.extraction.reading import markdown
from argo.extraction.reading.document import Reading


def read(reading: Reading, content: bytes) -> None:
    """Read a PDF. Raises what its opening says: a password, a damage."""
    try:
        document = pypdfium2.PdfDocument(content, password=reading.password)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise (errors.PasswordWrong if reading.password else errors.PasswordNeeded) from None
        raise errors.FileDamaged from None
    reading.read_by = "pdfium"
    reading.pages = len(document)
    if reading.pages > reading.limits.max_pages:
        raise errors.TooManyPages(pages=reading.pages, limit=reading.limits.max_pages)
    for number in range(reading.pages):
        reading.page = number + 1
        text = document[number].get_textpage().get_text_bounded()
        markdown.put_plain(reading, text.replace("\r\n", "\n"))
