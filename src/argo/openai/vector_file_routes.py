"""The files of a vector store, one by one and in batches."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from argo.accounts.guards import Guard
from argo.http.direct import PlainRoute
from argo.knowledge.errors import MemberUnknown
from argo.knowledge.types import Member
from argo.openai import description, kept, values, vector_shapes, vector_stores
from argo.openai.types import Keeps
from argo.openai.vector_store_routes import body_of, own
from argo.storage.types import Owner

_STATES = ("in_progress", "completed", "failed", "cancelled")


def routes(keeps: Keeps, guard: Guard) -> APIRouter:
    """Return the routes of what is in a vector store; each is its owner's alone."""
    router = APIRouter(
        prefix="/v1/vector_stores/{store_id}", route_class=PlainRoute, tags=["OpenAI"]
    )
    _file_routes(router, keeps, guard)
    _content_route(router, keeps, guard)
    _batch_routes(router, keeps, guard)
    return router


def _file_routes(router: APIRouter, keeps: Keeps, guard: Guard) -> None:
    collections = keeps.collections

    async def attach(request: Request) -> Response:
        """Put a file into a vector store, and have it made ready for search."""
        owner = (await guard.key(request)).owner
        store = await own(keeps, owner, request)
        document_id, attributes = vector_stores.attached(await body_of(request, keeps))
        await collections.add(owner, store.id, document_id, attributes)
        return await _shown(keeps, owner, store.id, document_id)

    async def listed(request: Request) -> Response:
        """List the files of a vector store."""
        owner = (await guard.key(request)).owner
        store = await own(keeps, owner, request)
        members = await collections.members(owner, store.id)
        return _listed(request, store.id, members)

    async def one(request: Request) -> Response:
        """Say how a file of a vector store stands."""
        owner = (await guard.key(request)).owner
        store = await own(keeps, owner, request)
        return await _shown(keeps, owner, store.id, _file(request))

    async def describe(request: Request) -> Response:
        """Give a file of a vector store other attributes."""
        owner = (await guard.key(request)).owner
        store, document_id = await own(keeps, owner, request), _file(request)
        attributes = vector_stores.described(await body_of(request, keeps))
        await collections.describe(owner, store.id, document_id, attributes)
        return await _shown(keeps, owner, store.id, document_id)

    async def remove(request: Request) -> Response:
        """Take a file out of a vector store; the file itself stays."""
        owner = (await guard.key(request)).owner
        store, document_id = await own(keeps, owner, request), _file(request)
        await collections.remove(owner, store.id, document_id)
        told = vector_shapes.deleted(kept.file_id(document_id), "vector_store.file")
        return JSONResponse(told)

    described, path = description.STORED, "/files/{file_id}"
    for at, endpoint, method, said in (
        ("/files", attach, "POST", described["attach"]),
        ("/files", listed, "GET", description.KEPT),
        (path, one, "GET", description.KEPT),
        (path, describe, "POST", described["describe"]),
        (path, remove, "DELETE", description.KEPT),
    ):
        router.add_api_route(at, endpoint, methods=[method], openapi_extra=said)


def _content_route(router: APIRouter, keeps: Keeps, guard: Guard) -> None:
    async def content(request: Request) -> Response:
        """Return the text that was read of a file."""
        owner = (await guard.key(request)).owner
        store = await own(keeps, owner, request)
        member = await _member(keeps, owner, store.id, _file(request))
        text = [each async for each in keeps.documents.text(owner, member.document_id)]
        told = {
            "object": "vector_store.file_content.page",
            "data": [{"type": "text", "text": each.removesuffix("\n\n")} for each in text],
            "has_more": False,
            "next_page": None,
        }
        return JSONResponse(told)

    router.add_api_route(
        "/files/{file_id}/content", content, methods=["GET"], openapi_extra=description.KEPT
    )


def _batch_routes(router: APIRouter, keeps: Keeps, guard: Guard) -> None:
    async def make(request: Request) -> Response:
        """Put several files into a vector store together."""
        owner = (await guard.key(request)).owner
        store = await own(keeps, owner, request)
        files = vector_stores.batched(await body_of(request, keeps))
        for document_id, _ in files:
            await keeps.documents.one(owner, document_id)
        at = keeps.clock.now()
        for document_id, attributes in files:
            await keeps.collections.add(owner, store.id, document_id, attributes, at)
        return await stands(owner, store.id, kept.batch_id(at))

    async def stands(owner: Owner, store_id: UUID, batch_id: str) -> Response:
        members = await _of_batch(keeps, owner, store_id, batch_id)
        return JSONResponse(vector_shapes.batch(batch_id, kept.store_id(store_id), members))

    async def one(request: Request) -> Response:
        """Say how a batch stands; cancelling one says the same: it is soon done, or done."""
        owner = (await guard.key(request)).owner
        store = await own(keeps, owner, request)
        return await stands(owner, store.id, request.path_params["batch_id"])

    async def files(request: Request) -> Response:
        """List the files of a batch."""
        owner = (await guard.key(request)).owner
        store = await own(keeps, owner, request)
        batch_id = request.path_params["batch_id"]
        return _listed(request, store.id, await _of_batch(keeps, owner, store.id, batch_id))

    path = "/file_batches/{batch_id}"
    for at, endpoint, method, said in (
        ("/file_batches", make, "POST", description.STORED["batch"]),
        (path, one, "GET", description.KEPT),
        (f"{path}/cancel", one, "POST", description.KEPT),
        (f"{path}/files", files, "GET", description.KEPT),
    ):
        router.add_api_route(at, endpoint, methods=[method], openapi_extra=said)


def _file(request: Request) -> UUID:
    return kept.document_id(request.path_params["file_id"])


async def _member(keeps: Keeps, owner: Owner, store_id: UUID, document_id: UUID) -> Member:
    for each in await keeps.collections.members(owner, store_id):
        if each.document_id == document_id:
            return each
    raise MemberUnknown


async def _shown(keeps: Keeps, owner: Owner, store_id: UUID, document_id: UUID) -> Response:
    member = await _member(keeps, owner, store_id, document_id)
    return JSONResponse(vector_shapes.file(member, kept.store_id(store_id)))


async def _of_batch(keeps: Keeps, owner: Owner, store_id: UUID, batch_id: str) -> list[Member]:
    """Return the members that were put in together: their instant is the batch's id."""
    members = await keeps.collections.members(owner, store_id)
    found = [each for each in members if kept.batch_id(each.added_at) == batch_id]
    if not found:
        raise MemberUnknown
    return found


def _listed(request: Request, store_id: UUID, newest_first: list[Member]) -> Response:
    page = kept.wanted(request.query_params.multi_items(), "filter")
    wanted = page.filters.get("filter")
    if wanted is not None:
        values.one_of(wanted, "filter", _STATES)
    shown = [vector_shapes.file(each, kept.store_id(store_id)) for each in newest_first]
    kept_ones = [each for each in shown if wanted in (None, each["status"])]
    return JSONResponse(kept.listed(kept_ones, page))
