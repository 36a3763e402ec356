"""Files for tests, and a browser that sends them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.support.browser import Answer, Browser
from tests.support.waiting import soon


def minutes(pages: int = 3) -> bytes:
    """Return a Markdown document of as many sections, each with a word of its own."""
    parts = [
        f"# Section {number}\n\nThe cost of mission{number} was {number} thousand euros.\n"
        for number in range(1, pages + 1)
    ]
    return "\n".join(parts).encode()


async def send(
    browser: Browser, content: bytes, name: str = "minutes.md", conversation: object = None
) -> Answer:
    """Upload a file as the page does."""
    where = "" if conversation is None else f"?conversation_id={conversation}"
    found = await browser._client.post(
        f"/api/documents/upload{where}",
        content=content,
        headers={"x-file-name": quote(name), "content-type": "application/octet-stream"},
    )
    is_json = found.headers.get("content-type", "").startswith("application/json")
    return Answer(found.status_code, found.headers, found.json() if is_json else found.text)


async def settled(browser: Browser, document_id: str) -> dict[str, Any]:
    """Return the document once it is ready or has failed."""

    async def look() -> dict[str, Any] | None:
        answer = await browser.get(f"/api/documents/{document_id}")
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.body
        return found if found["state"] in ("ready", "failed") else None

    return await soon(look, 30)


async def sent_and_read(
    browser: Browser, content: bytes, name: str = "minutes.md", conversation: object = None
) -> dict[str, Any]:
    """Upload a file and return it once it is ready."""
    sent = await send(browser, content, name, conversation)
    assert sent.status == 201, sent.body
    found = await settled(browser, sent.body["id"])
    assert found["state"] == "ready", found
    return found
