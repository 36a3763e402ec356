"""Questions as people and their programs ask them, told apart only by where they come in."""

from __future__ import annotations

from uuid import uuid4

from tests.support.browser import Answer, Browser

SMALL = {"assistant_id": "generalist", "size": "small"}


async def asked_of_the_api(url: str, key: str) -> Answer:
    """Ask as a program does."""
    body = {"model": "small-model", "messages": [{"role": "user", "content": "Bonjour"}]}
    async with Browser(url) as program:
        return await program.post("/v1/chat/completions", body, authorization=f"Bearer {key}")


async def asked_on_the_page(browser: Browser) -> Answer:
    """Ask in a conversation of its own."""
    conversation = str(uuid4())
    made = await browser.post("/api/conversations", {"id": conversation, **SMALL})
    assert made.status == 201
    question = {"id": str(uuid4()), "answer_id": str(uuid4()), "text": "Bonjour"}
    return await browser.post(f"/api/conversations/{conversation}/questions", question)


async def asked_in_passing(browser: Browser) -> Answer:
    """Ask in a temporary conversation."""
    messages = [{"role": "user", "text": "Bonjour"}]
    transcript = {"conversation_id": str(uuid4()), "messages": messages, **SMALL}
    return await browser.post("/api/temporary/answers", transcript)
