"""A bad file costs itself: refused with a word, or read in part with a word why."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from argo.errors import ArgoError
from argo.extraction.service import Extractor
from argo.extraction.types import ExtractionSettings
from tests.extraction import samples
from tests.extraction.conftest import LOW, MEGABYTE

pytestmark = pytest.mark.asyncio(loop_scope="session")

XML = '<?xml version="1.0"?>'


def laughs() -> str:
    """Ten entities of ten of the one before: a gigabyte in one kilobyte."""
    lines = ['<!ENTITY a0 "canard canard canard">']
    lines += [f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 9)]
    return f"{XML}<!DOCTYPE w:document [{''.join(lines)}]>"


def document_with(before: str, word: str) -> bytes:
    body = f"<w:document {samples.W}><w:body>{samples.p(word)}</w:body></w:document>"
    return samples.docx(more={"word/document.xml": before + body})


def overlapping() -> bytes:
    """A zip whose many entries are all the same bytes."""
    packed = samples.packed({"word/document.xml": b"\0" * MEGABYTE})
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        entry = archive.infolist()[0]
    start = packed.index(b"PK\x01\x02")
    body = packed[:start]
    record = b""
    for at in range(20):
        name = f"word/document{at:02}.xml".encode()
        record += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, entry.CRC, entry.compress_size,
            entry.file_size // 20, len(name), 0, 0, 0, 0, 0, 0,
        ) + name  # fmt: skip
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 20, 20, len(record), len(body), 0)
    return body + record + end


def lying() -> bytes:
    """A zip that says one entry is small, and it is not."""
    packed = samples.packed({"word/document.xml": b" " * (12 * MEGABYTE)})
    at = packed.index(b"PK\x01\x02")
    return packed[: at + 24] + struct.pack("<I", 100) + packed[at + 28 :]


def nested() -> bytes:
    inner = samples.packed({"a": b"\0" * (7 * MEGABYTE)})
    for _ in range(4):
        inner = samples.packed({f"{at}.zip": inner for at in range(10)})
    return samples.docx(more={"word/embeddings/a.zip": inner})


def looping_pdf() -> bytes:
    """Pages that are their own parents."""
    return samples.assembled(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count 1000 /Kids [2 0 R 3 0 R 2 0 R] /Parent 3 0 R >>",
            "<< /Type /Pages /Count 1000 /Kids [2 0 R 3 0 R] /Parent 2 0 R >>",
        ]
    )


def huge_picture() -> bytes:
    """A page that shows a picture of 30,000 by 30,000."""
    row = zlib.compress(b"\0" * 30_000)
    return samples.SCAN.replace(b"/Width 1 /Height 1", b"/Width 30000 /Height 30000").replace(
        b"/Length 1 >>\nstream\nx\nendstream",
        b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(row), row),
    )


ENTITY = f'{XML}<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
OUTSIDE = f'{XML}<!DOCTYPE w:document SYSTEM "http://127.0.0.1:9/x.dtd">'
SLIPPED = samples.docx(more={"../../../../tmp/slipped": b"x", "/tmp/slipped": b"y"})

REFUSED = {
    "empty": (b"", "a.pdf", "file_empty"),
    "white space": (b" \n\n ", "a.txt", "file_empty"),
    "a program": (b"\x7fELF" + bytes(100), "a.pdf", "file_kind_unknown"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.docx", "file_kind_unknown"),
    "some zip": (samples.packed({"a": b"b"}), "a.zip", "file_kind_unknown"),
    "too large": (b"a" * (5 * MEGABYTE), "a.txt", "file_too_large"),
    "cut PDF": (samples.pdf([[(11, 72, 700, "x")]])[:60], "a.pdf", "file_damaged"),
    "cut document": (samples.docx()[:-200], "a.docx", "file_damaged"),
    "flat bomb": (
        samples.docx(more={"word/media/a": b"\0" * (9 * MEGABYTE)}),
        "a.docx",
        "file_unpacks_too_large",
    ),
    "overlapping bomb": (overlapping(), "a.docx", "file_unpacks_too_large"),
    "lying bomb": (lying(), "a.docx", "file_unpacks_too_large"),
    "XML bomb": (document_with(laughs(), "&a8;"), "a.docx", "file_damaged"),
    "XML bomb in UTF-16": (
        samples.docx(
            more={
                "word/document.xml": (
                    laughs() + f"<w:document {samples.W}>&a8;</w:document>"
                ).encode("utf-16")
            }
        ),
        "a.docx",
        "file_damaged",
    ),
    "external entity": (document_with(ENTITY, "&x;"), "a.docx", "file_damaged"),
    "looping PDF": (looping_pdf(), "a.pdf", ("file_damaged", "too_many_pages")),
    "many pages": (samples.pdf([[]] * 51), "a.pdf", "too_many_pages"),
    "many sheets": (samples.xlsx(sheets=10_000), "a.xlsx", "too_many_pages"),
    "protected document": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1024, b"\0")
        + "EncryptedPackage".encode("utf-16-le").ljust(128, b"\0"),
        "a.docx",
        "password_needed",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refused_with_a_word(extractor: Extractor, case: str) -> None:
    content, name, code = REFUSED[case]
    with pytest.raises(ArgoError) as caught:
        await extractor.extract(content, name)
    assert caught.value.code in code
    assert caught.value.text("fr")
    assert caught.value.text("en")


READ = {
    "zip slip": (SLIPPED, "a.docx", "Les canards vont bien"),
    "nested bomb": (nested(), "a.docx", "Les canards vont bien"),
    "DTD elsewhere": (document_with(OUTSIDE, "Le mot"), "a.docx", "Le mot"),
    "a row of a sheet's width": (
        samples.xlsx(rows="<row>" + "<c t='inlineStr'><is><t>mot</t></is></c>" * 16_384 + "</row>"),
        "a.xlsx",
        "mot",
    ),
    "a line of megabytes": (b"a,b\n" + b"mot " * 500_000, "a.csv", "mot mot"),
    "a repeated cell": (samples.ods(), "a.ods", "lundi"),
    "links": (
        b"<html><body><img src='http://127.0.0.1:9/x'><a href='file:///etc/passwd'>mot</a></body></html>",
        "a.html",
        "mot",
    ),
}


@pytest.mark.parametrize("case", READ)
async def test_read_within_limits(extractor: Extractor, case: str) -> None:
    content, name, word = READ[case]
    read = await extractor.extract(content, name)
    text = "\n".join(block.text for block in read.blocks)
    assert word in text
    assert "root:" not in text
    assert len(text) < LOW.max_characters + 1000


async def test_a_huge_picture_is_not_unpacked(extractor: Extractor) -> None:
    read = await extractor.extract(huge_picture(), "a.pdf")
    assert [remark.code for remark in read.remarks] == ["scan_without_text"]


async def test_a_document_deep_as_a_well(extractor: Extractor) -> None:
    deep = "<w:sdt><w:sdtContent>" * 5000 + samples.p("fond") + "</w:sdtContent></w:sdt>" * 5000
    read = await extractor.extract(samples.docx(samples.p("bord") + deep), "a.docx")
    assert any(block.text == "bord" for block in read.blocks)


async def test_too_much_memory_costs_that_file_only() -> None:
    small = Extractor(ExtractionSettings(memory_bytes=256 * MEGABYTE, processes=1))
    try:
        wide = samples.docx(f"<w:p>{'<w:r/>' * 6_000_000}</w:p>")
        with pytest.raises(ArgoError) as caught:
            await small.extract(wide, "a.docx")
        assert caught.value.code == "reading_needs_too_much_memory"
        assert (await small.extract(b"bonjour", "a.txt")).blocks[0].text == "bonjour"
        assert (small.state().read, small.state().failed) == (1, 1)
    finally:
        await small.close()
