"""The temporary conversation, over HTTP: a transcript in, a stream out, nothing kept."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from argo.accounts.guards import Guard, reading
from argo.accounts.types import Caller
from argo.completions.events import read_in
from argo.completions.prompt import Turn
from argo.completions.types import Asker, EventNumbered
from argo.errors import Language
from argo.http.events import EventStream, event, with_heartbeat
from argo.temporary.errors import TranscriptOutOfTurn
from argo.temporary.service import Temporary, Transcript

_MOST_CHARACTERS = 400_000


class TurnSent(BaseModel):
    """One message of the page's transcript."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    text: Annotated[str, StringConstraints(max_length=_MOST_CHARACTERS)]


class TranscriptSent(BaseModel):
    """The whole conversation as the page holds it; its last message is the question.

    To have an answer that broke off go on, it is the last message and `continues` is true.
    """

    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID
    messages: Annotated[list[TurnSent], Field(min_length=1, max_length=1000)]
    assistant_id: Annotated[str, StringConstraints(max_length=100)]
    size: Literal["small", "large"]
    effort: Literal["low", "medium", "high"] | None = None
    summary: Annotated[str, StringConstraints(max_length=_MOST_CHARACTERS)] | None = None
    continues: bool = False

    def read(self) -> Transcript:
        """Return it as the service reads it."""
        return Transcript(
            self.conversation_id,
            [Turn(each.role, each.text) for each in self.messages],
            (self.assistant_id, self.size),
            self.summary,
            self.effort,
        )


class ContextShown(BaseModel):
    """How full the model's context is; `exact`: its engine has counted."""

    used_tokens: int
    room_tokens: int
    exact: bool


def routes(temporary: Temporary, guard: Guard) -> APIRouter:
    """Return the routes of temporary conversations: a transcript comes, nothing is kept."""
    router = APIRouter(prefix="/api/temporary", tags=["temporary"])

    @router.post("/answers", status_code=200, response_class=EventStream)
    async def answer(
        sent: TranscriptSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> Response:
        """Answer the last message of a transcript; closing the connection stops it."""
        language = reading(caller, request)
        if sent.continues != (sent.messages[-1].role == "assistant"):
            raise TranscriptOutOfTurn(param="messages")
        admitted = await temporary.admit(Asker(caller.owner, "temporary"), sent.read(), language)
        before = sent.messages[-1].text if sent.continues else ""
        events = temporary.answer(admitted, before)
        return EventStream(with_heartbeat(_written(events, language)))

    @router.post("/summaries", status_code=200, response_class=EventStream)
    async def summarise(
        sent: TranscriptSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> Response:
        """Summarise a transcript, for the page to send in its place."""
        admitted = await temporary.admit_summary(Asker(caller.owner, "temporary"), sent.read())
        events = temporary.answer(admitted)
        return EventStream(with_heartbeat(_written(events, reading(caller, request))))

    @router.post("/context")
    async def context(
        sent: TranscriptSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> ContextShown:
        """Say how full the model's context is with a transcript."""
        found = await temporary.context(sent.read(), reading(caller, request))
        return ContextShown(**vars(found))

    return router


async def _written(
    events: AsyncGenerator[EventNumbered, None], language: Language
) -> AsyncGenerator[bytes, None]:
    async with aclosing(events):
        async for each in events:
            data: dict[str, Any] = dict(each.data)
            if data.get("error"):
                data["error"] = read_in(language, data["error"])
            yield event(each.number, each.name, data)
