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
from argo.temporary.service import Temporary

_MOST_CHARACTERS = 400_000


class TurnSent(BaseModel):
    """One message of the page's transcript."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    text: Annotated[str, StringConstraints(max_length=_MOST_CHARACTERS)]


class TranscriptSent(BaseModel):
    """The whole conversation as the page holds it; its last message is the question."""

    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID
    messages: Annotated[list[TurnSent], Field(min_length=1, max_length=1000)]
    assistant_id: Annotated[str, StringConstraints(max_length=100)]
    size: Literal["small", "large"]
    effort: Literal["low", "medium", "high"] | None = None


def routes(temporary: Temporary, guard: Guard) -> APIRouter:
    """Return the one route of temporary conversations."""
    router = APIRouter(prefix="/api/temporary", tags=["temporary"])

    @router.post("/answers", status_code=200, response_class=EventStream)
    async def answer(
        sent: TranscriptSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> Response:
        """Answer the last message of a transcript; closing the connection stops it."""
        language = reading(caller, request)
        admitted = await temporary.admit(
            Asker(caller.owner, "temporary"),
            sent.conversation_id,
            [Turn(each.role, each.text) for each in sent.messages],
            (sent.assistant_id, sent.size),
            sent.effort,
            language,
        )
        return EventStream(with_heartbeat(_written(temporary.answer(admitted), language)))

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
