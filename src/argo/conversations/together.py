"""What is done to several conversations at once, or to all of a project."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from argo.clock import Clock
from argo.conversations import store
from argo.conversations.errors import ConversationUnknown
from argo.conversations.types import UNDO_SECONDS
from argo.projects.service import Projects
from argo.storage.database import Database
from argo.storage.types import Owner


class Together:
    """Deletes, restores and moves; of the ids it is given, those that are there."""

    def __init__(self, database: Database, projects: Projects, clock: Clock) -> None:
        """Work on the conversations in `database`."""
        self._database, self._projects, self._clock = database, projects, clock

    async def delete(self, owner: Owner, ids: list[UUID]) -> list[UUID]:
        """Delete conversations, return which; raises `ConversationUnknown` when none is there."""
        async with self._database.person(owner) as person:
            return _some(await store.several_deleted(person, ids, self._clock.now()))

    async def restore(self, owner: Owner, ids: list[UUID]) -> list[UUID]:
        """Undo deletions, return which; raises `ConversationUnknown` when it is too late for all."""
        since = self._clock.now() - timedelta(seconds=UNDO_SECONDS)
        async with self._database.person(owner) as person:
            return _some(await store.several_restored(person, ids, since))

    async def move(self, owner: Owner, ids: list[UUID], project_id: UUID | None) -> list[UUID]:
        """Put conversations into a project, or with None out of theirs; return which.

        Raises `ProjectUnknown`, or `ConversationUnknown` when none is there.
        """
        async with self._database.person(owner) as person:
            await self._projects.check(person, project_id)
            return _some(await store.several_moved(person, ids, project_id))

    async def delete_project(self, owner: Owner, project_id: UUID, *, along: bool) -> None:
        """Delete a project; its conversations stay, or go `along`. Raises `ProjectUnknown`."""
        at = self._clock.now()
        async with self._database.person(owner) as person:
            await self._projects.delete(person, project_id, at)
            if along:
                await store.deleted_along(person, project_id, at)

    async def restore_project(self, owner: Owner, project_id: UUID) -> None:
        """Undo the deletion of a project, and of what went along; raises `ProjectUnknown`."""
        since = self._clock.now() - timedelta(seconds=UNDO_SECONDS)
        async with self._database.person(owner) as person:
            at = await self._projects.restore(person, project_id, since)
            await store.restored_along(person, project_id, at)


def _some(ids: list[UUID]) -> list[UUID]:
    if not ids:
        raise ConversationUnknown
    return ids
