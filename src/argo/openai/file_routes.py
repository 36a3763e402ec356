"""`/v1/files`: a person's files by the API, in OpenAI's form."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from argo.accounts.guards import Guard
from argo.accounts.types import Caller
from argo.documents.errors import DocumentUnknown
from argo.documents.routes import downloaded
from argo.documents.service import Documents, Upload
from argo.documents.types import Document, Purpose
from argo.http.bodies import pieces
from argo.http.direct import PlainRoute
from argo.http.multipart import Form, Part
from argo.openai import description, file_shape, kept
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit, FieldUnknown, shown

_MOST_FILES = 10_000
_MOST_FIELD_BYTES = 1024


def routes(documents: Documents, guard: Guard) -> APIRouter:
    """Return the routes of files; each is its owner's alone."""
    router = APIRouter(prefix="/v1/files", route_class=PlainRoute, tags=["OpenAI"])

    async def upload(request: Request) -> Response:
        """Store a file, and have it read."""
        caller = await guard.key(request)
        form = Form(request.headers.get("content-type", ""), pieces(request))
        document = await _uploaded(documents, caller, form)
        return JSONResponse(file_shape.file(document))

    async def listed(request: Request) -> Response:
        """List one's files."""
        caller = await guard.key(request)
        page = kept.wanted(
            request.query_params.multi_items(), "purpose", usual=_MOST_FILES, most=_MOST_FILES
        )
        purposes = (
            (file_shape.purpose(page.filters["purpose"]),)
            if "purpose" in page.filters
            else file_shape.PURPOSES
        )
        found = await documents.list(caller.owner, None, _MOST_FILES, purposes)
        return JSONResponse(kept.listed([file_shape.file(each) for each in found], page))

    async def one(request: Request) -> Response:
        """Say how a file stands."""
        caller = await guard.key(request)
        return JSONResponse(file_shape.file(await _own(documents, caller, request)))

    async def delete(request: Request) -> Response:
        """Delete a file, at once and for good."""
        caller = await guard.key(request)
        document = await _own(documents, caller, request)
        await documents.delete(caller.owner, document.id)
        told = {"id": kept.file_id(document.id), "object": "file", "deleted": True}
        return JSONResponse(told)

    async def content(request: Request) -> Response:
        """Return a file's bytes as they were sent."""
        caller = await guard.key(request)
        document = await _own(documents, caller, request)
        return await downloaded(*await documents.content(caller.owner, document.id))

    described = description.KEPT
    router.add_api_route("", upload, methods=["POST"], openapi_extra=description.FILE)
    router.add_api_route("", listed, methods=["GET"], openapi_extra=described)
    router.add_api_route("/{file_id}", one, methods=["GET"], openapi_extra=described)
    router.add_api_route("/{file_id}", delete, methods=["DELETE"], openapi_extra=described)
    router.add_api_route("/{file_id}/content", content, methods=["GET"], openapi_extra=described)
    return router


async def _own(documents: Documents, caller: Caller, request: Request) -> Document:
    """Return the file that the path names; files of conversations are none of the API's."""
    wanted: UUID = kept.document_id(request.path_params["file_id"])
    document = await documents.one(caller.owner, wanted)
    if document.purpose not in file_shape.PURPOSES:
        raise DocumentUnknown
    return document


async def _uploaded(documents: Documents, caller: Caller, form: Form) -> Document:
    purpose: Purpose | None = None
    while (part := await form.part()) is not None:
        if part.name == "file" and part.file_name is not None:
            if purpose is None:
                raise FieldUnfit.at("purpose", "sent, and before 'file'")
            upload = Upload(part.file_name, purpose=purpose)
            return await documents.upload(caller.owner, upload, form.content())
        purpose = await _purpose(form, part)
    raise FieldMissing.at("file")


async def _purpose(form: Form, part: Part) -> Purpose:
    if part.name != "purpose":
        field = part.name.partition("[")[0]
        if field in file_shape.REFUSED:
            raise FieldRefused.at(field, file_shape.REFUSED[field])
        raise FieldUnknown.at(shown(part.name))
    return file_shape.purpose(await form.text(_MOST_FIELD_BYTES))
