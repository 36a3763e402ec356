"""Search, over HTTP. Words stand in the body: an address would leave them in logs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from argo.accounts.guards import Guard
from argo.accounts.types import Caller
from argo.conversations.schemas import Sent
from argo.conversations.search import Search

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class SearchSent(Sent):
    """What to look for, and where."""

    text: Words
    pinned: bool = False
    project_id: UUID | None = None


class PartShown(BaseModel):
    """A stretch of plain text, and whether it was asked for."""

    text: str
    found: bool


class HitShown(BaseModel):
    """A conversation that was found, and the message to open it at."""

    conversation_id: UUID
    title: list[PartShown] | None
    pinned: bool
    project_id: UUID | None
    at: datetime
    messages: int
    message_id: UUID | None
    role: Literal["user", "assistant", "summary"] | None
    snippet: list[PartShown]


class FoundShown(BaseModel):
    """What was found, best first; not `complete`: ask again, older texts are being added."""

    hits: list[HitShown]
    complete: bool


def routes(search: Search, guard: Guard) -> APIRouter:
    """Return the route of search; it finds the caller's own alone."""
    router = APIRouter(prefix="/api", tags=["conversations"])

    @router.post("/search")
    async def find(
        sent: SearchSent, caller: Annotated[Caller, Depends(guard.session)]
    ) -> FoundShown:
        """Find conversations by the words of their titles and messages."""
        found = await search.find(
            caller.owner, sent.text, pinned=sent.pinned, project_id=sent.project_id
        )
        return FoundShown.model_validate(found, from_attributes=True)

    return router
