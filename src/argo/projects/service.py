"""The verbs of projects: list, make, change; and those that conversations do with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from argo.clock import Clock
from argo.projects import store
from argo.projects.errors import ProjectIdTaken, ProjectUnknown, TooManyProjects
from argo.projects.types import MOST_PROJECTS, UNDO_SECONDS, Colour, Project
from argo.storage.database import Connection, Database
from argo.storage.keystore import KeyStore
from argo.storage.types import Owner


class Projects:
    """One person's projects at a time, in that person's name.

    Verbs that take a connection run in a transaction of the conversations', in the same name.
    """

    counted: ClassVar[str] = store.COUNTED
    """SQL that counts the projects of the person it runs for, by name."""

    def __init__(self, database: Database, key_store: KeyStore, clock: Clock) -> None:
        """Keep projects in `database`, sealed with the keys of `key_store`."""
        self._database, self._key_store, self._clock = database, key_store, clock

    async def projects(self, owner: Owner) -> list[Project]:
        """Return the projects of `owner`, by name."""
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            rows = await store.projects(person)
        return sorted((row.opened(key) for row in rows), key=lambda each: each.name.casefold())

    async def make(
        self, owner: Owner, project_id: UUID, name: str, instructions: str, colour: Colour
    ) -> tuple[Project, bool]:
        """Make a project with the page's id; returns it and whether it is new.

        Raises `TooManyProjects`, or `ProjectIdTaken` when the id is somebody else's.
        """
        key = await self._key_store.key_or_new(owner)
        project = Project(project_id, name, instructions, colour, self._clock.now())
        async with self._database.person(owner) as person:
            new = await store.made(person, owner, store.sealed(project, key), MOST_PROJECTS)
            if new:
                return project, True
            row = await store.project(person, project_id)
            if row is not None:
                return row.opened(key), False
            if len(await store.projects(person)) >= MOST_PROJECTS:
                raise TooManyProjects(most=MOST_PROJECTS)
        raise ProjectIdTaken(param="id")

    async def change(
        self,
        owner: Owner,
        project_id: UUID,
        *,
        name: str | None = None,
        instructions: str | None = None,
        colour: Colour | None = None,
    ) -> Project:
        """Change what is not None; raises `ProjectUnknown`."""
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            row = await store.project(person, project_id)
            if row is None:
                raise ProjectUnknown
            project = row.opened(key)
            changed = replace(
                project,
                name=project.name if name is None else name,
                instructions=project.instructions if instructions is None else instructions,
                colour=project.colour if colour is None else colour,
            )
            await store.changed(person, store.sealed(changed, key))
        return changed

    async def instructions(self, owner: Owner, project_id: UUID | None) -> str:
        """Return what holds in a project; "" in none, or in one that was deleted."""
        if project_id is None:
            return ""
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            row = await store.project(person, project_id)
        return "" if row is None else row.opened(key).instructions

    async def check(self, person: Connection, project_id: UUID | None) -> None:
        """Let a conversation into a project; raises `ProjectUnknown`."""
        if project_id is not None and await store.project(person, project_id) is None:
            raise ProjectUnknown(param="project_id")

    async def delete(self, person: Connection, project_id: UUID, at: datetime) -> None:
        """Delete a project; raises `ProjectUnknown`."""
        if not await store.deleted(person, project_id, at):
            raise ProjectUnknown

    async def restore(self, person: Connection, project_id: UUID, since: datetime) -> datetime:
        """Undo a deletion not older than `since`, return when that was; raises `ProjectUnknown`."""
        at = await store.restored(person, project_id, since)
        if at is None:
            raise ProjectUnknown
        return at

    async def erase_all(self, person: Connection) -> None:
        """Erase all of a person's projects, in the caller's transaction, after conversations."""
        await store.own_erased(person)

    async def sweep(self, house: Connection) -> None:
        """Erase for good what was deleted and can no longer be undone."""
        await store.erased(house, self._clock.now() - timedelta(seconds=2 * UNDO_SECONDS))
