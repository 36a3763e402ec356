"""Several conversations at once, and a project's end, over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from argo.accounts.guards import Guard
from argo.accounts.types import Caller
from argo.conversations.schemas import Sent
from argo.conversations.together import Together

Ids = Annotated[list[UUID], Field(min_length=1, max_length=200)]


class SeveralSent(Sent):
    """Which conversations."""

    ids: Ids


class MoveSent(Sent):
    """Which conversations, and the project they shall be in; null: none."""

    ids: Ids
    project_id: UUID | None


class SeveralShown(BaseModel):
    """The conversations it was done to; those that are not there are left out."""

    ids: list[UUID]


def routes(together: Together, guard: Guard) -> APIRouter:
    """Return the routes of several conversations; each is its owner's alone."""
    router = APIRouter(prefix="/api", tags=["conversations"])

    @router.post("/conversations/delete")
    async def delete(
        sent: SeveralSent, caller: Annotated[Caller, Depends(guard.session)]
    ) -> SeveralShown:
        """Delete conversations; for 30 seconds they can be restored."""
        return SeveralShown(ids=await together.delete(caller.owner, sent.ids))

    @router.post("/conversations/restore")
    async def restore(
        sent: SeveralSent, caller: Annotated[Caller, Depends(guard.session)]
    ) -> SeveralShown:
        """Undo deletions."""
        return SeveralShown(ids=await together.restore(caller.owner, sent.ids))

    @router.post("/conversations/move")
    async def move(
        sent: MoveSent, caller: Annotated[Caller, Depends(guard.session)]
    ) -> SeveralShown:
        """Put conversations into a project, or out of theirs."""
        return SeveralShown(ids=await together.move(caller.owner, sent.ids, sent.project_id))

    @router.delete("/projects/{project_id}", status_code=204)
    async def delete_project(
        project_id: UUID,
        conversations: Literal["keep", "delete"],
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> None:
        """Delete a project, and say what becomes of its conversations; can be undone for 30 s."""
        await together.delete_project(caller.owner, project_id, along=conversations == "delete")

    @router.post("/projects/{project_id}/restore", status_code=204)
    async def restore_project(
        project_id: UUID, caller: Annotated[Caller, Depends(guard.session)]
    ) -> None:
        """Undo the deletion of a project, and of the conversations that went along."""
        await together.restore_project(caller.owner, project_id)

    return router
