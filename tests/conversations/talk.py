"""A conversation as the page holds it: ids of its own making, questions, streams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.support.browser import Answer, Browser, Event

GENERALIST = {"assistant_id": "generalist", "size": "small"}


def new_id() -> str:
    """Return an id as the page makes one."""
    return str(uuid4())


@dataclass(frozen=True)
class Sent:
    """One question as it was sent."""

    id: str = field(default_factory=new_id)
    answer_id: str = field(default_factory=new_id)
    text: str = "Bonjour"
    parent_id: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """Its JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Talk:
    """One conversation in one browser."""

    browser: Browser
    id: str

    @property
    def path(self) -> str:
        """Its address."""
        return f"/api/conversations/{self.id}"

    async def ask(
        self, text: str = "Bonjour", parent_id: str | None = None, sent: Sent | None = None
    ) -> Sent:
        """Ask, and see that it was taken."""
        sent = sent or Sent(text=text, parent_id=parent_id)
        answer = await self.send(sent)
        assert answer.status == 202, answer.body
        return sent

    async def send(self, sent: Sent) -> Answer:
        """Send a question."""
        return await self.browser.post(f"{self.path}/questions", sent.body)

    async def again(self, question_id: str) -> str:
        """Have a question answered once more; returns the new answer's id."""
        answer_id = new_id()
        body = {"id": answer_id, "parent_id": question_id}
        answer = await self.browser.post(f"{self.path}/answers", body)
        assert answer.status == 202, answer.body
        return answer_id

    async def told(self, text: str = "Bonjour", parent_id: str | None = None) -> Sent:
        """Ask and wait for the end of the answer."""
        sent = await self.ask(text, parent_id)
        await followed(self.browser, sent.answer_id)
        return sent

    async def opened(self) -> dict[str, Any]:
        """Return its messages by id."""
        answer = await self.browser.get(self.path)
        assert answer.status == 200, answer.body
        return {each["id"]: each for each in answer.body["messages"]}

    async def shown(self) -> dict[str, Any]:
        """Return what the history says of it."""
        answer = await self.browser.get(self.path)
        assert answer.status == 200, answer.body
        return dict(answer.body["conversation"])


async def begun(browser: Browser, *, title: str | None = "A title", size: str = "small") -> Talk:
    """Make a conversation; one that has a title asks the model for none."""
    talk = Talk(browser, new_id())
    body = {"id": talk.id, "assistant_id": "generalist", "size": size}
    assert (await browser.post("/api/conversations", body)).status == 201
    if title is not None:
        assert (await browser.patch(talk.path, {"title": title})).status == 200
    return talk


async def followed(
    browser: Browser, answer_id: str, after: int = 0, most: int | None = None
) -> list[Event]:
    """Return the events of an answer above `after`, to its end or the first `most`."""
    found: list[Event] = []
    path = f"/api/answers/{answer_id}/events?after={after}"
    async with browser.events(path) as events:
        async for event in events:
            found.append(event)
            if len(found) == most:
                break
    return found


def text_of(events: list[Event], before: str = "") -> str:
    """Return the answer's text, as a page that had `before` shows it after these events."""
    for event in events:
        if event.name == "snapshot":
            before = event.data["text"]
        elif event.name == "delta":
            before += event.data["text"]
    return before


def uuid(text: str) -> UUID:
    """Return the id as the service knows it."""
    return UUID(text)
