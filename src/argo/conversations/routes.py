"""Saved conversations, over HTTP."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from argo.accounts.guards import Guard, reading
from argo.accounts.types import Caller
from argo.completions.types import EventNumbered
from argo.conversations import failures, schemas
from argo.conversations.asking import Asking, NewAnswer, NewQuestion
from argo.conversations.exporting import Exporting, Wish
from argo.conversations.forking import Forking
from argo.conversations.service import Conversations
from argo.conversations.summaries import NewSummary, Summaries
from argo.errors import Language
from argo.export.routes import attachment
from argo.export.types import Format
from argo.http.events import EventStream, event, with_heartbeat


def routes(
    conversations: Conversations,
    asking: Asking,
    summaries: Summaries,
    forking: Forking,
    exporting: Exporting,
    guard: Guard,
) -> APIRouter:
    """Return the routes of saved conversations; each is its owner's alone."""
    router = APIRouter(prefix="/api", tags=["conversations"])
    _history_routes(router, conversations, guard)
    _change_routes(router, conversations, guard)
    _asking_routes(router, asking, guard)
    _going_on_routes(router, asking, guard)
    _summary_routes(router, summaries, guard)
    _fork_route(router, forking, guard)
    _export_routes(router, exporting, guard)
    return router


def _history_routes(router: APIRouter, conversations: Conversations, guard: Guard) -> None:
    @router.get("/conversations")
    async def history(
        caller: Annotated[Caller, Depends(guard.session)],
        before: Annotated[str | None, Query(max_length=100)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        project_id: UUID | None = None,
    ) -> schemas.HistoryShown:
        """List conversations, last used first; of a project alone."""
        cursor = None if before is None else schemas.cursor_read(before)
        found, pinned = await conversations.history(caller.owner, cursor, limit + 1, project_id)
        shown = found[:limit]
        return schemas.HistoryShown(
            conversations=[schemas.conversation_shown(each) for each in shown],
            pinned=[schemas.conversation_shown(each) for each in pinned],
            next=schemas.cursor_of(shown[-1]) if len(found) > limit else None,
        )

    @router.post("/conversations", status_code=201)
    async def make(
        sent: schemas.ConversationSent,
        response: Response,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> schemas.ConversationShown:
        """Make a conversation; the same id again returns the same."""
        conversation, new = await conversations.make(
            caller.owner, sent.id, sent.assistant_id, sent.size, sent.project_id
        )
        response.status_code = 201 if new else 200
        return schemas.conversation_shown(conversation)

    @router.get("/conversations/{conversation_id}")
    async def open_(
        conversation_id: UUID,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> schemas.OpenShown:
        """Open a conversation with all its messages."""
        found = await conversations.open(caller.owner, conversation_id)
        language = reading(caller, request)
        return schemas.OpenShown(
            conversation=schemas.conversation_shown(found.conversation),
            messages=[
                schemas.message_shown(
                    each, failures.text(each.error_code, language), found.attached.get(each.id, ())
                )
                for each in found.messages
            ],
        )


def _change_routes(router: APIRouter, conversations: Conversations, guard: Guard) -> None:
    @router.patch("/conversations/{conversation_id}")
    async def change(
        conversation_id: UUID,
        sent: schemas.ChangeSent,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> schemas.ConversationShown:
        """Rename, pin, or go on with another choice."""
        choice = None
        if sent.assistant_id is not None and sent.size is not None:
            choice = (sent.assistant_id, sent.size)
        changed = await conversations.change(
            caller.owner, conversation_id, title=sent.title, pin=sent.pinned, choice=choice
        )
        return schemas.conversation_shown(changed)

    @router.delete("/conversations/{conversation_id}", status_code=204)
    async def delete(
        conversation_id: UUID, caller: Annotated[Caller, Depends(guard.session)]
    ) -> None:
        """Delete a conversation; for 30 seconds it can be restored."""
        await conversations.delete(caller.owner, conversation_id)

    @router.post("/conversations/{conversation_id}/restore")
    async def restore(
        conversation_id: UUID, caller: Annotated[Caller, Depends(guard.session)]
    ) -> schemas.ConversationShown:
        """Undo a deletion."""
        return schemas.conversation_shown(
            await conversations.restore(caller.owner, conversation_id)
        )


def _asking_routes(router: APIRouter, asking: Asking, guard: Guard) -> None:
    @router.post("/conversations/{conversation_id}/questions", status_code=202)
    async def ask(
        conversation_id: UUID,
        sent: schemas.QuestionSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.asking)],
    ) -> schemas.AskedShown:
        """Ask: the question is stored, its answer is being written."""
        new = NewQuestion(**sent.model_dump())
        language = reading(caller, request)
        asked = await asking.ask(caller.owner, conversation_id, new, language)
        return schemas.AskedShown(
            question=schemas.message_shown(asked.question, None),
            answer=schemas.message_shown(
                asked.answer, failures.text(asked.answer.error_code, language)
            ),
        )

    @router.post("/conversations/{conversation_id}/answers", status_code=202)
    async def answer_again(
        conversation_id: UUID,
        sent: schemas.AnswerSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.asking)],
    ) -> schemas.AnswerShown:
        """Have a question answered once more."""
        new = NewAnswer(**sent.model_dump())
        answer = await asking.answer_again(
            caller.owner, conversation_id, new, reading(caller, request)
        )
        return schemas.AnswerShown(answer=schemas.message_shown(answer, None))

    @router.post("/answers/{answer_id}/stop", status_code=204)
    async def stop(answer_id: UUID, caller: Annotated[Caller, Depends(guard.session)]) -> None:
        """Stop an answer; what came so far is kept."""
        await asking.stop(caller.owner, answer_id)

    @router.get("/answers/{answer_id}/events", status_code=200, response_class=EventStream)
    async def events(
        answer_id: UUID,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        """Follow an answer from event number `after` on, or from `Last-Event-ID`."""
        last = request.headers.get("last-event-id", "")
        seen = max(after, int(last) if last.isascii() and last.isdecimal() else 0)
        followed = asking.follow(caller.owner, answer_id, seen)
        # Who may not follow learns so from the status, before the stream begins.
        first = await anext(followed, None)
        return EventStream(with_heartbeat(_written(first, followed, reading(caller, request))))


def _going_on_routes(router: APIRouter, asking: Asking, guard: Guard) -> None:
    @router.post("/answers/{answer_id}/continue", status_code=202)
    async def go_on(
        answer_id: UUID,
        sent: schemas.GoOnSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.asking)],
    ) -> schemas.AnswerShown:
        """Have an answer that broke off go on."""
        language = reading(caller, request)
        answer = await asking.go_on(caller.owner, answer_id, sent.effort, language)
        return schemas.AnswerShown(answer=schemas.message_shown(answer, None))

    @router.get("/conversations/{conversation_id}/context")
    async def context(
        conversation_id: UUID,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
        leaf_id: Annotated[UUID | None, Query()] = None,
    ) -> schemas.ContextShown:
        """Say how full the model's context is with the branch that ends at a message."""
        language = reading(caller, request)
        found = await asking.context(caller.owner, conversation_id, leaf_id, language)
        return schemas.ContextShown(**vars(found))


def _summary_routes(router: APIRouter, summaries: Summaries, guard: Guard) -> None:
    @router.post("/conversations/{conversation_id}/summaries", status_code=202)
    async def summarise(
        conversation_id: UUID,
        sent: schemas.SummarySent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.asking)],
    ) -> schemas.AnswerShown:
        """Have a branch summarised, for the model to read in its place."""
        new = NewSummary(**sent.model_dump())
        summary = await summaries.summarise(
            caller.owner, conversation_id, new, reading(caller, request)
        )
        return schemas.AnswerShown(answer=schemas.message_shown(summary, None))

    @router.patch("/summaries/{summary_id}")
    async def change(
        summary_id: UUID,
        sent: schemas.SummaryChangeSent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> schemas.AnswerShown:
        """Correct a summary, set it aside, use it again."""
        summary = await summaries.change(
            caller.owner, summary_id, reading(caller, request), sent.text, sent.used
        )
        return schemas.AnswerShown(answer=schemas.message_shown(summary, None))


def _fork_route(router: APIRouter, forking: Forking, guard: Guard) -> None:
    @router.post("/conversations/{conversation_id}/fork", status_code=201)
    async def fork(
        conversation_id: UUID,
        sent: schemas.ForkSent,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> schemas.ConversationShown:
        """Copy a branch into a new conversation."""
        made = await forking.fork(caller.owner, conversation_id, sent.id, sent.leaf_id)
        return schemas.conversation_shown(made)


def _export_routes(router: APIRouter, exporting: Exporting, guard: Guard) -> None:
    @router.get("/conversations/{conversation_id}/export", response_class=Response)
    async def export(
        conversation_id: UUID,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
        form: Annotated[Format, Query(alias="format")],
        leaf_id: UUID,
        alone: Annotated[bool, Query()] = False,
    ) -> Response:
        """Return the branch that ends at a message, or that answer `alone`, as a file."""
        wish = Wish(
            conversation_id,
            leaf_id,
            form,
            alone,
            reading(caller, request),
            caller.institution_name,
        )
        return attachment(await exporting.made(caller.owner, wish))

    @router.get("/origin-key")
    async def origin_key(
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> schemas.OriginKeyShown:
        """Say which public key verifies the marks on exported files."""
        return schemas.OriginKeyShown(public_key=exporting.public_key)


async def _written(
    first: EventNumbered | None,
    rest: AsyncGenerator[EventNumbered, None],
    language: Language,
) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        if first is not None:
            yield written(first, language)
        async for each in rest:
            yield written(each, language)


def written(each: EventNumbered, language: Language) -> bytes:
    """Return an event as the page reads it, an error's text in the reader's language."""
    data: dict[str, Any] = dict(each.data)
    if data.get("error"):
        data["error"] = failures.shown(data["error"], language)
    return event(each.number, each.name, data)
