"""A long PDF is searchable within seconds, and another person's stream does not wait for it."""

from __future__ import annotations

import asyncio
import random
import time

from tests.documents.paper import send, settled
from tests.support.browser import Browser


def paper(pages: int, words: int = 400) -> bytes:
    """Return a PDF of as many pages of text, its objects written by hand (ISO 32000-1, 7.5)."""
    vocabulary = [f"{a}{b}" for a in ("se", "tri", "lo", "ca", "mo") for b in ("gle", "ment", "ra")]
    chosen = random.Random(7)
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(pages))
    font = 3 + 2 * pages
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    objects.append(f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode())
    for number in range(pages):
        lines = [f"(Mission{number + 1}) Tj T*"]
        lines += [f"({' '.join(chosen.choices(vocabulary, k=10))}) Tj T*"] * (words // 10)
        content = ("BT /F1 9 Tf 11 TL 50 800 Td " + " ".join(lines) + " ET").encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {4 + 2 * number} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


async def test_a_long_pdf_is_ready_soon_and_holds_nobody_up(visitor: Browser) -> None:
    """The figures of a quiet machine are in docs/developers/documents.md; here they may be tenfold."""
    sent = await send(visitor, paper(300), "long.pdf")
    loop, gaps, ticking = asyncio.get_running_loop(), [0.0], list[asyncio.TimerHandle]()

    def tick(due: float) -> None:
        gaps.append(loop.time() - due)
        ticking[:] = [loop.call_later(0.005, tick, loop.time() + 0.005)]

    tick(loop.time())
    began = time.monotonic()
    found = await settled(visitor, sent.body["id"])
    ticking[0].cancel()
    assert (found["state"], found["pages"]) == ("ready", 300)
    assert time.monotonic() - began < 30
    assert max(gaps) < 0.5
    text = (await visitor.get(f"/api/documents/{found['id']}/text")).body
    assert "Mission1" in text
    assert "Mission300" in text
