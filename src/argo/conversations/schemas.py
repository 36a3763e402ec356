"""What the page sends and gets about conversations; these types are its contract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from argo.conversations.attachments import Attached
from argo.conversations.errors import CursorInvalid
from argo.conversations.types import MOST_CHARACTERS, Conversation, Message

Size = Literal["small", "large"]
Effort = Literal["low", "medium", "high"]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS)]


class Sent(BaseModel):
    """A body of the page: nothing but the named fields."""

    model_config = ConfigDict(extra="forbid")


class ConversationSent(Sent):
    """A new conversation, with the page's id."""

    id: UUID
    assistant_id: Line
    size: Size
    project_id: UUID | None = None


class ChangeSent(Sent):
    """What shall change; what is absent stays."""

    title: Line | None = None
    pinned: bool | None = None
    assistant_id: Line | None = None
    size: Size | None = None


class QuestionSent(Sent):
    """A question, with the page's ids for it and for its answer."""

    id: UUID
    answer_id: UUID
    parent_id: UUID | None = None
    text: Text
    effort: Effort | None = None
    documents: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()


class AnswerSent(Sent):
    """A wish for another answer to the question `parent_id`."""

    id: UUID
    parent_id: UUID
    effort: Effort | None = None


class GoOnSent(Sent):
    """A wish that an answer go on."""

    effort: Effort | None = None


class SummarySent(Sent):
    """A wish for a summary of the branch that ends with the answer `parent_id`."""

    id: UUID
    parent_id: UUID


class SummaryChangeSent(Sent):
    """A summary's new text, and whether models read it; what is absent stays."""

    text: Text | None = None
    used: bool | None = None


class ForkSent(Sent):
    """A new conversation's id, and where the branch ends that it begins with."""

    id: UUID
    leaf_id: UUID


class ContextShown(BaseModel):
    """How full the model's context is with a branch; `exact`: its engine has counted."""

    used_tokens: int
    room_tokens: int
    exact: bool


class OriginKeyShown(BaseModel):
    """The Ed25519 key that verifies the marks on exported files, in base64."""

    public_key: str


class ConversationShown(BaseModel):
    """One conversation of the history."""

    id: UUID
    title: str | None
    assistant_id: str
    size: Size
    pinned: bool
    project_id: UUID | None
    created_at: datetime
    updated_at: datetime
    running: bool


class ErrorShown(BaseModel):
    """Why an answer failed, in the reader's language."""

    code: str
    message: str


class AttachedShown(BaseModel):
    """A file of a message. Of an answer: `whole`, or how many `passages` were read.

    `name` is absent once it was deleted.
    """

    id: UUID
    name: str | None
    state: Literal["uploading", "reading", "ready", "failed"] | None
    pages: int | None
    tokens: int | None
    whole: bool | None
    passages: int | None


class MessageShown(BaseModel):
    """One message; a running answer's text reaches up to event `last_event`."""

    id: UUID
    conversation_id: UUID
    parent_id: UUID | None
    role: Literal["user", "assistant", "summary"]
    text: str
    reasoning: str | None
    reasoning_seconds: float | None
    state: Literal["waiting", "running", "complete", "stopped", "interrupted", "failed"]
    error: ErrorShown | None
    model_id: str | None
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"] | None
    last_event: int
    created_at: datetime
    files: list[AttachedShown] = []


class HistoryShown(BaseModel):
    """A page of the history; `next` is the cursor of the following one.

    The first page also holds all that are `pinned`.
    """

    conversations: list[ConversationShown]
    pinned: list[ConversationShown]
    next: str | None


class OpenShown(BaseModel):
    """A conversation with all its messages, oldest first."""

    conversation: ConversationShown
    messages: list[MessageShown]


class AskedShown(BaseModel):
    """A stored question and the answer being written."""

    question: MessageShown
    answer: MessageShown


class AnswerShown(BaseModel):
    """An answer being written."""

    answer: MessageShown


def conversation_shown(conversation: Conversation) -> ConversationShown:
    """Return what the page shows of `conversation`."""
    fields: dict[str, Any] = {**vars(conversation)}
    del fields["title_by_user"]
    return ConversationShown(**fields)


def message_shown(
    message: Message, error_text: str | None, attached: Sequence[Attached] = ()
) -> MessageShown:
    """Return what the page shows of `message`, with the text of its error."""
    fields: dict[str, Any] = {**vars(message)}
    code = fields.pop("error_code")
    del fields["documents"]
    error = None if code is None else ErrorShown(code=code, message=error_text or code)
    files = [_attached_shown(each) for each in attached]
    return MessageShown(**fields, error=error, files=files)


def _attached_shown(attached: Attached) -> AttachedShown:
    document = attached.document
    return AttachedShown(
        id=attached.document_id,
        name=document.name if document else None,
        state=document.state if document else None,
        pages=document.pages if document else None,
        tokens=document.tokens if document else None,
        whole=attached.whole,
        passages=attached.passages,
    )


def cursor_of(conversation: Conversation) -> str:
    """Return the cursor of the page after `conversation`."""
    return f"{conversation.updated_at.isoformat()}~{conversation.id}"


def cursor_read(cursor: str) -> tuple[datetime, UUID]:
    """Return what `cursor_of` wrote; raises `CursorInvalid`."""
    at, _, conversation_id = cursor.partition("~")
    try:
        return datetime.fromisoformat(at), UUID(conversation_id)
    except ValueError:
        raise CursorInvalid(param="before") from None
