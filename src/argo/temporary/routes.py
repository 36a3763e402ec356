"""The temporary conversation, over HTTP: a transcript in, a stream out, nothing kept."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from argo.accounts.guards import Guard, reading
from argo.accounts.types import Caller
from argo.clock import Clock
from argo.completions.events import read_in
from argo.completions.prompt import Turn
from argo.completions.sources import Source, fenced
from argo.completions.types import Asker, EventNumbered
from argo.errors import Language
from argo.export.routes import attachment
from argo.export.service import Exports
from argo.export.types import Format, Paper, Part
from argo.export.words import HEADINGS, untitled, written_by
from argo.http.events import EventStream, event, with_heartbeat
from argo.temporary.errors import TranscriptOutOfTurn
from argo.temporary.service import Temporary, Transcript

_MOST_CHARACTERS = 400_000
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class FileSent(BaseModel):
    """A file of a question, as it was read and is held by the page; the page made its id."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    pages: Annotated[int, Field(ge=1)] | None = None
    text: str

    def fenced(self) -> str:
        """Return its text between marks, whole."""
        return fenced(Source(self.id.hex[-12:], self.name, self.pages, "whole", self.text))


class TurnSent(BaseModel):
    """One message of the page's transcript, a question with its files."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    text: Annotated[str, StringConstraints(max_length=_MOST_CHARACTERS)]
    files: Annotated[list[FileSent], Field(max_length=100)] = []

    def turn(self) -> Turn:
        """Return it as models read it."""
        return Turn(self.role, "\n\n".join([*(each.fenced() for each in self.files), self.text]))


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
            [each.turn() for each in self.messages],
            (self.assistant_id, self.size),
            self.summary,
            self.effort,
            has_files=any(each.files for each in self.messages),
        )


class PartSent(BaseModel):
    """One message as it is to be exported."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant", "summary"]
    text: Annotated[str, StringConstraints(max_length=_MOST_CHARACTERS)]
    heading: Line | None = None
    model: Line | None = None


class PaperSent(BaseModel):
    """What the page wants as a file."""

    model_config = ConfigDict(extra="forbid")

    format: Format
    title: Line | None = None
    messages: Annotated[list[PartSent], Field(min_length=1, max_length=1000)]


class ContextShown(BaseModel):
    """How full the model's context is; `exact`: its engine has counted."""

    used_tokens: int
    room_tokens: int
    exact: bool


def routes(temporary: Temporary, exports: Exports, guard: Guard, clock: Clock) -> APIRouter:
    """Return the routes of temporary conversations: a transcript comes, nothing is kept."""
    router = APIRouter(prefix="/api/temporary", tags=["temporary"])

    @router.post("/answers", status_code=200, response_class=EventStream)
    async def answer(
        sent: TranscriptSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.asking)],
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
        caller: Annotated[Caller, Depends(guard.asking)],
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

    _export_route(router, exports, guard, clock)
    return router


def _export_route(router: APIRouter, exports: Exports, guard: Guard, clock: Clock) -> None:
    @router.post("/exports", response_class=Response)
    async def export(
        sent: PaperSent, request: Request, caller: Annotated[Caller, Depends(guard.session)]
    ) -> Response:
        """Return a transcript as a file; nothing of it is kept."""
        language = reading(caller, request)
        headings = {**HEADINGS[language]}
        parts = [
            Part(
                role=each.role,
                heading=each.heading or headings[each.role],
                text=each.text,
                note=written_by(language, each.model, None, None),
                model=each.model,
            )
            for each in sent.messages
        ]
        paper = Paper(
            title=sent.title or untitled(language),
            language=language,
            institution=caller.institution_name,
            parts=tuple(parts),
            at=clock.now().isoformat(timespec="seconds"),
            source="temporary",
        )
        return attachment(await exports.made(paper, sent.format))


async def _written(
    events: AsyncGenerator[EventNumbered, None], language: Language
) -> AsyncGenerator[bytes, None]:
    async with aclosing(events):
        async for each in events:
            data: dict[str, Any] = dict(each.data)
            if data.get("error"):
                data["error"] = read_in(language, data["error"])
            yield event(each.number, each.name, data)
