"""The SQL of projects. Names and instructions go in and come out sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from argo.projects.types import Colour, Project
from argo.storage.database import Connection
from argo.storage.sealing import OwnerKey, Place
from argo.storage.types import Owner

_PROJECT = "SELECT id, name, instructions, colour, created_at FROM projects "


@dataclass(frozen=True)
class ProjectRow:
    """A project, its name and instructions sealed."""

    id: UUID
    name: bytes
    instructions: bytes
    colour: Colour
    created_at: datetime

    def opened(self, key: OwnerKey) -> Project:
        """Return it as its owner reads it; raises `SealBroken`."""
        opened = {
            "name": key.open(self.name, name_place(self.id)),
            "instructions": key.open(self.instructions, instructions_place(self.id)),
        }
        return Project(**{**vars(self), **opened})


def name_place(project_id: UUID) -> Place:
    """Return where a name is sealed for."""
    return Place("projects.name", project_id)


def instructions_place(project_id: UUID) -> Place:
    """Return where instructions are sealed for."""
    return Place("projects.instructions", project_id)


def sealed(project: Project, key: OwnerKey) -> ProjectRow:
    """Return `project` as its row."""
    closed = {
        "name": key.seal(project.name, name_place(project.id)),
        "instructions": key.seal(project.instructions, instructions_place(project.id)),
    }
    return ProjectRow(**{**vars(project), **closed})


COUNTED = (
    "SELECT 'projects', count(*) FROM projects "
    "WHERE deleted_at IS NULL AND owner_id = (SELECT argo_owner())"
)
"""A person's projects, as a row of a name and a count."""


async def projects(person: Connection) -> list[ProjectRow]:
    """Return a person's projects, oldest first."""
    cursor = person.cursor(row_factory=class_row(ProjectRow))
    await cursor.execute(_PROJECT + "WHERE deleted_at IS NULL ORDER BY created_at, id")
    return await cursor.fetchall()


async def project(person: Connection, project_id: UUID) -> ProjectRow | None:
    """Return one project that is not deleted."""
    cursor = person.cursor(row_factory=class_row(ProjectRow))
    await cursor.execute(_PROJECT + "WHERE id = %s AND deleted_at IS NULL", (project_id,))
    return await cursor.fetchone()


async def made(person: Connection, owner: Owner, row: ProjectRow, most: int) -> bool:
    """Make a project unless there are `most`; returns False when there are, or the id is in use."""
    cursor = await person.execute(
        "INSERT INTO projects (id, institution_id, owner_id, name, instructions, colour, "
        "created_at) SELECT %s, %s, %s, %s, %s, %s, %s "
        "WHERE (SELECT count(*) FROM projects WHERE deleted_at IS NULL) < %s "
        "ON CONFLICT DO NOTHING",
        (
            row.id,
            owner.institution_id,
            owner.owner_id,
            row.name,
            row.instructions,
            row.colour,
            row.created_at,
            most,
        ),
    )
    return cursor.rowcount == 1


async def changed(person: Connection, row: ProjectRow) -> None:
    """Give a project its name, instructions and colour."""
    await person.execute(
        "UPDATE projects SET name = %s, instructions = %s, colour = %s WHERE id = %s",
        (row.name, row.instructions, row.colour, row.id),
    )


async def deleted(person: Connection, project_id: UUID, at: datetime) -> bool:
    """Delete: unreachable from here on; returns whether there was one."""
    cursor = await person.execute(
        "UPDATE projects SET deleted_at = %s WHERE id = %s AND deleted_at IS NULL",
        (at, project_id),
    )
    return cursor.rowcount == 1


async def restored(person: Connection, project_id: UUID, since: datetime) -> datetime | None:
    """Undo a deletion not older than `since`; returns when that was, None without one."""
    cursor = await person.execute(
        "WITH gone AS (SELECT id, deleted_at FROM projects "
        "WHERE id = %s AND deleted_at >= %s FOR UPDATE) "
        "UPDATE projects SET deleted_at = NULL FROM gone WHERE projects.id = gone.id "
        "RETURNING gone.deleted_at",
        (project_id, since),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def erased(house: Connection, before: datetime) -> None:
    """Erase for good what was deleted before then."""
    await house.execute("DELETE FROM projects WHERE deleted_at < %s", (before,))


async def own_erased(person: Connection) -> None:
    """Erase every project of the person."""
    await person.execute("DELETE FROM projects WHERE owner_id = (SELECT argo_owner())")
