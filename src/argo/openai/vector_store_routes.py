"""`/v1/vector_stores`: collections of a person's files that programs make and search."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from argo.accounts.guards import Guard
from argo.completions.types import Asker
from argo.http.direct import PlainRoute
from argo.http.json_body import read_object
from argo.knowledge.errors import CollectionExpired, CollectionUnknown
from argo.knowledge.types import Collection
from argo.openai import description, kept, vector_search, vector_shapes, vector_stores
from argo.openai.beside import BesideAnswer
from argo.openai.types import Keeps
from argo.storage.types import Owner

# What the ledger calls a search: no model answers it.
SEARCH = "vector-store-search"


def routes(keeps: Keeps, guard: Guard) -> APIRouter:
    """Return the routes of vector stores themselves; each is its owner's alone."""
    router = APIRouter(prefix="/v1/vector_stores", route_class=PlainRoute, tags=["OpenAI"])
    _keeping_routes(router, keeps, guard)
    _search_route(router, keeps, guard)
    return router


def _keeping_routes(router: APIRouter, keeps: Keeps, guard: Guard) -> None:
    collections, clock = keeps.collections, keeps.clock

    def shown(collection: Collection) -> Response:
        return JSONResponse(vector_shapes.store(collection, clock.now()))

    async def make(request: Request) -> Response:
        """Make a vector store, with files or empty."""
        owner = (await guard.key(request)).owner
        asked = vector_stores.made(await body_of(request, keeps))
        for document_id, _ in asked.files:
            await keeps.documents.one(owner, document_id)
        collection = await collections.make(
            owner,
            asked.name or "",
            purpose="vector_store",
            attributes=asked.metadata,
            expires_after_days=asked.days or None,
        )
        for document_id, attributes in asked.files:
            await collections.add(owner, collection.id, document_id, attributes)
        return shown(await collections.one(owner, collection.id))

    async def listed(request: Request) -> Response:
        """List one's vector stores."""
        owner = (await guard.key(request)).owner
        page = kept.wanted(request.query_params.multi_items())
        found = await collections.readable(owner, "vector_store")
        now = clock.now()
        mine = [vector_shapes.store(each, now) for each in found if each.owner == owner]
        return JSONResponse(kept.listed(mine, page))

    async def one(request: Request) -> Response:
        """Say how a vector store stands."""
        owner = (await guard.key(request)).owner
        return shown(await own(keeps, owner, request))

    async def change(request: Request) -> Response:
        """Give a vector store another name, metadata or time to live."""
        owner = (await guard.key(request)).owner
        collection = await own(keeps, owner, request)
        asked = vector_stores.changed(await body_of(request, keeps))
        changed = await collections.change(
            owner,
            collection.id,
            name=asked.name,
            attributes=asked.metadata,
            expires_after_days=asked.days,
        )
        return shown(changed)

    async def delete(request: Request) -> Response:
        """Delete a vector store; its files stay."""
        owner = (await guard.key(request)).owner
        collection = await own(keeps, owner, request)
        await collections.delete(owner, collection.id)
        told = vector_shapes.deleted(kept.store_id(collection.id), "vector_store")
        return JSONResponse(told)

    described = description.STORED
    for path, endpoint, method, said in (
        ("", make, "POST", described["make"]),
        ("", listed, "GET", description.KEPT),
        ("/{store_id}", one, "GET", description.KEPT),
        ("/{store_id}", change, "POST", described["change"]),
        ("/{store_id}", delete, "DELETE", description.KEPT),
    ):
        router.add_api_route(path, endpoint, methods=[method], openapi_extra=said)


def _search_route(router: APIRouter, keeps: Keeps, guard: Guard) -> None:
    async def search(request: Request) -> Response:
        """Find the passages of a vector store that answer a question."""
        caller = await guard.key(request)
        collection = await own(keeps, caller.owner, request)
        asked = vector_search.read(await body_of(request, keeps))
        until = vector_shapes.expires_at(collection)
        if until is not None and until <= keeps.clock.now():
            raise CollectionExpired
        work = vector_search.searching(
            keeps.search, keeps.collections, caller.owner, collection.id, asked
        )
        asker = Asker(caller.owner, "api", caller.key_id)
        return BesideAnswer(keeps.beside, asker, caller.key_lane, SEARCH, work)

    said = description.STORED["search"]
    router.add_api_route("/{store_id}/search", search, methods=["POST"], openapi_extra=said)


async def own(keeps: Keeps, owner: Owner, request: Request) -> Collection:
    """Return the caller's own vector store that the path names; raises `CollectionUnknown`."""
    wanted = kept.collection_id(request.path_params["store_id"])
    found = await keeps.collections.one(owner, wanted)
    if found.purpose != "vector_store" or found.owner != owner:
        raise CollectionUnknown
    return found


async def body_of(request: Request, keeps: Keeps) -> dict[str, object]:
    """Return the request's JSON object; raises what `read_object` raises."""
    headers = dict(request.scope["headers"])
    return await read_object(request.receive, headers, keeps.most_body_bytes)
