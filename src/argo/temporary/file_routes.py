"""Files of temporary conversations, over HTTP: bytes in, their text out, nothing kept."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel

from argo.accounts.guards import Guard, reading
from argo.accounts.types import Caller
from argo.http.bodies import announced_bytes, pieces
from argo.temporary.files import TemporaryFiles


class FileShown(BaseModel):
    """A file as it was read: the page holds this, and sends it with each question."""

    kind: str
    pages: int | None
    tokens: int
    text: str
    remarks: list[str]


def routes(files: TemporaryFiles, guard: Guard) -> APIRouter:
    """Return the route that reads a file."""
    router = APIRouter(prefix="/api/temporary", tags=["temporary"])

    @router.post("/files")
    async def read(
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
        x_file_name: Annotated[str, Header(max_length=3000)],
        x_file_password: Annotated[str | None, Header(max_length=3000)] = None,
    ) -> FileShown:
        """Read the file that is the body; its name and password are percent-encoded headers."""
        password = None if x_file_password is None else unquote(x_file_password)
        announced = announced_bytes(request)
        found = await files.read(unquote(x_file_name), pieces(request), password, announced)
        language = reading(caller, request)
        return FileShown(
            kind=found.kind,
            pages=found.pages,
            tokens=found.tokens,
            text=found.text,
            remarks=[each.french if language == "fr" else each.english for each in found.remarks],
        )

    return router
