"""Projects, over HTTP. Deleting one is with the conversations: it may take them along."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from argo.accounts.guards import Guard
from argo.accounts.types import Caller
from argo.projects.service import Projects
from argo.projects.types import MOST_INSTRUCTIONS, Colour, Project

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Instructions = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MOST_INSTRUCTIONS)
]


class ProjectSent(BaseModel):
    """A new project, with the page's id."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    name: Name
    instructions: Instructions = ""
    colour: Colour = "grey"


class ProjectChangeSent(BaseModel):
    """What shall change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    instructions: Instructions | None = None
    colour: Colour | None = None


class ProjectShown(BaseModel):
    """One project."""

    id: UUID
    name: str
    instructions: str
    colour: Colour
    created_at: datetime


class ProjectsShown(BaseModel):
    """A person's projects, by name."""

    projects: list[ProjectShown]


def routes(projects: Projects, guard: Guard) -> APIRouter:
    """Return the routes of projects; each is its owner's alone."""
    router = APIRouter(prefix="/api/projects", tags=["projects"])

    @router.get("")
    async def list_(caller: Annotated[Caller, Depends(guard.session)]) -> ProjectsShown:
        """List one's projects, by name."""
        found = await projects.projects(caller.owner)
        return ProjectsShown(projects=[shown(each) for each in found])

    @router.post("", status_code=201)
    async def make(
        sent: ProjectSent,
        response: Response,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> ProjectShown:
        """Make a project; the same id again returns the same."""
        project, new = await projects.make(
            caller.owner, sent.id, sent.name, sent.instructions, sent.colour
        )
        response.status_code = 201 if new else 200
        return shown(project)

    @router.patch("/{project_id}")
    async def change(
        project_id: UUID,
        sent: ProjectChangeSent,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> ProjectShown:
        """Rename, edit the instructions, colour."""
        changed = await projects.change(
            caller.owner,
            project_id,
            name=sent.name,
            instructions=sent.instructions,
            colour=sent.colour,
        )
        return shown(changed)

    return router


def shown(project: Project) -> ProjectShown:
    """Return what the page shows of `project`."""
    return ProjectShown(**vars(project))
