"""Documents, over HTTP: bytes in and out as streams, everything else as JSON."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from urllib.parse import quote, unquote
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from argo.accounts.guards import Guard, reading
from argo.accounts.types import Caller
from argo.documents import schemas
from argo.documents.service import Documents, Upload
from argo.documents.types import Document, DocumentSettings
from argo.extraction.types import DOCUMENT_KINDS, ExtractionSettings
from argo.http.bodies import announced_bytes, pieces

_BYTES = "application/octet-stream"


def routes(
    documents: Documents,
    settings: DocumentSettings,
    extraction: ExtractionSettings,
    guard: Guard,
) -> APIRouter:
    """Return the routes of documents; each is its owner's alone."""
    router = APIRouter(prefix="/api/documents", tags=["documents"])
    _upload_routes(router, documents, settings, extraction, guard)
    _reading_routes(router, documents, guard)
    _change_routes(router, documents, guard)
    return router


def _upload_routes(
    router: APIRouter,
    documents: Documents,
    settings: DocumentSettings,
    extraction: ExtractionSettings,
    guard: Guard,
) -> None:
    @router.get("/limits")
    async def limits(caller: Annotated[Caller, Depends(guard.session)]) -> schemas.LimitsShown:
        """Say what may be sent, so that the page can tell before the drop."""
        return schemas.LimitsShown(
            kinds=sorted(DOCUMENT_KINDS),
            max_file_bytes=extraction.max_file_bytes,
            max_pages=extraction.max_pages,
            files_a_conversation=settings.files_a_conversation,
        )

    @router.post("/upload", status_code=201)
    async def upload(
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
        x_file_name: Annotated[str, Header(max_length=3000)],
        conversation_id: Annotated[UUID | None, Query()] = None,
    ) -> schemas.DocumentShown:
        """Take a file as the body, its name percent-encoded in `X-File-Name`, never in a URL."""
        sent = Upload(
            name=unquote(x_file_name),
            belongs_to=conversation_id,
            announced_bytes=announced_bytes(request),
        )
        document = await documents.upload(caller.owner, sent, pieces(request))
        return schemas.document_shown(document, reading(caller, request))


def _reading_routes(router: APIRouter, documents: Documents, guard: Guard) -> None:
    @router.get("")
    async def listed(
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
        before: Annotated[str | None, Query(max_length=100)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> schemas.DocumentsShown:
        """List one's files, newest first."""
        cursor = None if before is None else schemas.cursor_read(before)
        found = await documents.list(caller.owner, cursor, limit + 1)
        shown, language = found[:limit], reading(caller, request)
        return schemas.DocumentsShown(
            documents=[schemas.document_shown(each, language) for each in shown],
            next=schemas.cursor_of(shown[-1]) if len(found) > limit else None,
        )

    @router.get("/{document_id}")
    async def one(
        document_id: UUID, request: Request, caller: Annotated[Caller, Depends(guard.session)]
    ) -> schemas.DocumentShown:
        """Say how a file stands."""
        found = await documents.one(caller.owner, document_id)
        return schemas.document_shown(found, reading(caller, request))

    @router.get("/{document_id}/text", response_class=Response)
    async def text(
        document_id: UUID, caller: Annotated[Caller, Depends(guard.session)]
    ) -> Response:
        """Return the text that was read."""
        told = documents.text(caller.owner, document_id)
        first = await anext(told, "")
        return StreamingResponse(_texts(first, told), media_type="text/plain; charset=utf-8")

    @router.get("/{document_id}/content", response_class=Response)
    async def content(
        document_id: UUID, caller: Annotated[Caller, Depends(guard.session)]
    ) -> Response:
        """Download a file as it was sent: never shown in place, whatever it holds."""
        document, content = await documents.content(caller.owner, document_id)
        return await downloaded(document, content)


def _change_routes(router: APIRouter, documents: Documents, guard: Guard) -> None:
    @router.post("/{document_id}/retry", status_code=202)
    async def retry(
        document_id: UUID,
        sent: schemas.RetrySent,
        request: Request,
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> schemas.DocumentShown:
        """Read a failed file again, with its password if it wants one."""
        document = await documents.retry(caller.owner, document_id, sent.password)
        return schemas.document_shown(document, reading(caller, request))

    @router.delete("/{document_id}", status_code=204)
    async def delete(document_id: UUID, caller: Annotated[Caller, Depends(guard.session)]) -> None:
        """Delete a file, at once and for good."""
        await documents.delete(caller.owner, document_id)


async def downloaded(document: Document, content: AsyncGenerator[bytes, None]) -> Response:
    """Return a file for downloading; the edge adds `nosniff` and a policy that runs nothing."""
    # What cannot be opened is said by the status, before the first byte.
    first = await anext(content, b"")
    name = quote(document.name, safe="")
    return StreamingResponse(
        _bytes(first, content),
        media_type=_BYTES,
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{name}",
            "content-length": str(document.size_bytes),
        },
    )


async def _bytes(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for each in rest:
            yield each


async def _texts(first: str, rest: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    async with aclosing(rest):
        yield first
        async for each in rest:
            yield each
