"""PDF by pdfium, page by page: paragraphs, headings, tables, comments."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from argo.extraction import errors
from argo.extraction.reading.document import Reading
from argo.extraction.reading.letters import Letters
from argo.extraction.reading.pdf_lines import Grid, Line, grids_of, lines_of

_SAMPLED_PAGES = 40
_LARGER = 1.12
_LONGEST_HEADING = 160
_HEADING_LEVELS = 4
_MOST_BOOKMARKS = 20_000
_COMMENTS = {
    pdfium.FPDF_ANNOT_TEXT,
    pdfium.FPDF_ANNOT_FREETEXT,
    pdfium.FPDF_ANNOT_HIGHLIGHT,
    pdfium.FPDF_ANNOT_UNDERLINE,
    pdfium.FPDF_ANNOT_STRIKEOUT,
}

Bookmarks = dict[int, dict[str, int]]


def read(reading: Reading, content: bytes) -> None:
    """Read a PDF. Raises what its opening says: a password, a damage."""
    document = _opened(content, reading.password)
    reading.read_by = "pdfium"
    reading.pages = len(document)
    if reading.pages > reading.limits.max_pages:
        raise errors.TooManyPages(pages=reading.pages, limit=reading.limits.max_pages)
    if reading.pages == 0:
        raise errors.FileDamaged
    pages = _Pages(reading, document)
    for number in range(reading.pages):
        pages.put(number)
    pages.tell()


class _Pages:
    """The pages of a document as they are put; which held nothing but a picture."""

    def __init__(self, reading: Reading, document: pypdfium2.PdfDocument) -> None:
        self._reading = reading
        self._document = document
        self._bookmarks = _bookmarks(document)
        self._sizes = _Sizes(document)
        self._letters = Letters(reading.limits) if reading.scan else None
        self._silent = self._lost = 0

    def put(self, number: int) -> None:
        """Put a page, counted from 0; one that cannot be opened is lost alone."""
        reading = self._reading
        reading.page = number + 1
        try:
            page = self._document[number]
            textpage = page.get_textpage()
        except pypdfium2.PdfiumError:
            self._lost += 1
            return
        lines = lines_of(textpage)
        grids = grids_of(textpage, page.get_width()) if lines else []
        _put_page(reading, lines, grids, self._sizes, self._bookmarks.get(number, {}))
        if not lines and _has_picture(page):
            seen = self._letters is not None and self._letters.put(reading, page)
            self._silent += not seen
        _put_comments(reading, page)
        textpage.close()
        page.close()

    def tell(self) -> None:
        """Remark what was not read. Raises `FileDamaged` when no page could be opened."""
        reading, pages = self._reading, len(self._document)
        if self._lost == pages:
            raise errors.FileDamaged
        if self._letters is not None and self._letters.pages:
            reading.remark("read_by_ocr", count=self._letters.pages)
        if self._silent and self._silent + self._lost == pages:
            reading.remark("scan_without_text")
        elif self._silent:
            reading.remark("pages_without_text", count=self._silent, pages=pages)
        if self._lost:
            reading.remark("pages_not_read", count=self._lost)


def _opened(content: bytes, password: str | None) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content, password=password)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise (errors.PasswordWrong if password else errors.PasswordNeeded) from None
        if "security" in str(error).lower():
            raise errors.ProtectionUnknown from None
        raise errors.FileDamaged from None


class _Sizes:
    """Which sizes of letters are headings, by what most of the document is written in."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        counted: Counter[float] = Counter()
        lines = bold = 0
        pages = len(document)
        for number in range(0, pages, max(1, pages // _SAMPLED_PAGES)):
            try:
                textpage = document[number].get_textpage()
            except pypdfium2.PdfiumError:
                continue
            for line in lines_of(textpage):
                counted[round(line.size * 2) / 2] += len(line.text)
                lines += 1
                bold += line.bold
        self.common = counted.most_common(1)[0][0] if counted else 0.0
        self._bold_is_rare = bold * 4 < lines
        larger = sorted((size for size in counted if size >= self.common * _LARGER), reverse=True)
        self._levels = {size: min(at, _HEADING_LEVELS) for at, size in enumerate(larger, 1)}

    def level(self, line: Line) -> int:
        """Return a line's level as a heading by its size or its weight, 0 for text."""
        if len(line.text) > _LONGEST_HEADING or not any(map(str.isalpha, line.text)):
            return 0
        level = self._levels.get(round(line.size * 2) / 2, 0)
        if level or not (self._bold_is_rare and line.bold and line.text[-1] not in ".,;:"):
            return level
        return len(self._levels) + 1 if line.size >= self.common - 1 else 0


def _put_page(
    reading: Reading, lines: list[Line], grids: list[Grid], sizes: _Sizes, marks: dict[str, int]
) -> None:
    kept = [grid for grid in grids if _holds_all(grid, lines)]
    told: set[int] = set()
    paragraph: list[Line] = []
    leading = _leading(lines)
    for line in lines:
        at = next((at for at, grid in enumerate(kept) if _stands_in(line, grid)), None)
        level = 0 if at is not None else marks.get(_plain(line.text)) or sizes.level(line)
        ends = at is not None or bool(level) or not _goes_on(paragraph, line, leading)
        if ends:
            _put_paragraph(reading, paragraph)
            paragraph = []
        if at is not None:
            if at not in told:
                told.add(at)
                reading.table(kept[at].rows)
        elif level:
            reading.heading(level, line.text)
        else:
            paragraph.append(line)
    _put_paragraph(reading, paragraph)


def _put_paragraph(reading: Reading, paragraph: list[Line]) -> None:
    reading.text("\n".join(line.text for line in paragraph))


def _leading(lines: list[Line]) -> float:
    """Return the most common distance between two lines of a page."""
    found = Counter(
        round(first.baseline - second.baseline)
        for first, second in pairwise(lines)
        if 0 < first.baseline - second.baseline < 3 * max(first.size, second.size)
    )
    return float(found.most_common(1)[0][0]) if found else 0.0


def _goes_on(paragraph: list[Line], line: Line, leading: float) -> bool:
    if not paragraph:
        return True
    last = paragraph[-1]
    apart = last.baseline - line.baseline
    return abs(last.size - line.size) < 1.5 and -1 <= apart <= leading * 1.2 + 1


def _stands_in(line: Line, grid: Grid) -> bool:
    return grid.bottom - 1 <= line.baseline + 0.3 * line.size <= grid.top + 1


def _holds_all(grid: Grid, lines: list[Line]) -> bool:
    """Whether a grid has every word of the lines it stands for: none may be lost."""
    inside = Counter(word for row in grid.rows for cell in row for word in cell.split())
    wanted = Counter(word for line in lines if _stands_in(line, grid) for word in line.text.split())
    return not wanted - inside


def _bookmarks(document: pypdfium2.PdfDocument) -> Bookmarks:
    """Return the level of each bookmark's title, by the page it points at."""
    found: Bookmarks = {}
    for count, each in enumerate(document.get_toc(max_depth=8)):
        if count > _MOST_BOOKMARKS:
            break
        target = each.get_dest()
        page = target.get_index() if target is not None else None
        title = _plain(each.get_title())
        if page is not None and title:
            found.setdefault(page, {})[title] = each.level + 1
    return found


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    kinds = (pdfium.FPDF_PAGEOBJ_IMAGE,)
    return next(iter(page.get_objects(filter=kinds, max_depth=3)), None) is not None


def _put_comments(reading: Reading, page: pypdfium2.PdfPage) -> None:
    for text in _comments(page):
        words = " ".join(text.split())
        reading.text(f"[Comment] {words}" if words else "", "comment")


def _comments(page: pypdfium2.PdfPage) -> Iterator[str]:
    for at in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), 1000)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, at)
        if not annotation:
            continue
        if pdfium.FPDFAnnot_GetSubtype(annotation) in _COMMENTS:
            size = pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
            if 2 < size < 200_000:
                held = (ctypes.c_ushort * (size // 2 + 1))()
                pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", held, size)
                yield bytes(held)[: size - 2].decode("utf-16-le", "replace")
        pdfium.FPDFPage_CloseAnnot(annotation)
