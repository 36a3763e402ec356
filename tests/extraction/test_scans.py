"""Scans are read where tesseract is installed, by a child that sees its letters and no other file."""

from __future__ import annotations

import zlib

import pypdfium2
import pytest

from argo.extraction import ocr
from argo.extraction.service import Extractor
from argo.extraction.types import ExtractionSettings
from tests.extraction import samples

pytestmark = pytest.mark.asyncio(loop_scope="session")

HERE = ocr.letters_folder(ExtractionSettings())


def scan() -> bytes:
    """A PDF whose one page is a picture of the word "canards"."""
    page = pypdfium2.PdfDocument(samples.pdf([[(60, 60, 700, "Les canards")]]))[0]
    drawn = page.render(scale=1.5, grayscale=True)
    dots = b"".join(
        bytes(drawn.buffer[at * drawn.stride : at * drawn.stride + drawn.width])
        for at in range(drawn.height)
    )
    packed = zlib.compress(dots).hex()
    return (
        samples.SCAN.replace(b"/MediaBox [0 0 100 100]", b"/MediaBox [0 0 595 842]")
        .replace(b"q 100 0 0 100 0 0 cm", b"q 595 0 0 842 0 0 cm")
        .replace(b"/Width 1 /Height 1", b"/Width %d /Height %d" % (drawn.width, drawn.height))
        .replace(
            b"/Length 1 >>\nstream\nx\nendstream",
            b"/Filter [/ASCIIHexDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream"
            % (len(packed), packed.encode()),
        )
    )


@pytest.mark.skipif(HERE is None, reason="tesseract with fra and eng is not installed")
async def test_a_scan_is_read() -> None:
    extractor = Extractor(ExtractionSettings(processes=1))
    try:
        await extractor.open()
        layers = extractor.state().layers
        assert layers is not None
        if not layers.own_root:
            pytest.skip("no root folder of its own here: OCR stays off")
        read = await extractor.extract(scan(), "scan.pdf")
        assert [remark.code for remark in read.remarks] == ["read_by_ocr"]
        assert [block.text for block in read.blocks] == ["Les canards"]
        assert read.blocks[0].kind == "image_text"
        assert read.blocks[0].page == 1
    finally:
        await extractor.close()


async def test_ocr_can_be_switched_off(extractor: Extractor) -> None:
    assert ocr.letters_folder(ExtractionSettings(ocr="off")) is None
    read = await extractor.extract(scan(), "scan.pdf")
    assert [remark.code for remark in read.remarks] == ["scan_without_text"]
