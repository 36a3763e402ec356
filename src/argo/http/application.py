"""The application: routes in FastAPI, errors in one place, the edge around all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from argo.clock import Clock
from argo.errors import ArgoError
from argo.http.bodies import Bodies
from argo.http.direct import Direct
from argo.http.edge import Edge, Refused, Shut, answered, broken
from argo.http.errors import MethodNotAllowed, RequestInvalid, RouteUnknown
from argo.http.metrics import Metrics
from argo.http.types import ServerSettings

Check = Callable[[], Awaitable[bool]]


def application(
    settings: ServerSettings,
    routers: Sequence[APIRouter],
    pages: Sequence[BaseRoute],
    *,
    metrics: Metrics,
    ready: Check,
    clock: Clock,
    refused: Refused,
    shut: Shut,
) -> ASGIApp:
    """Return the ASGI application of `routers`, with health, metrics and the page's routes.

    `refused` is told of each refused access; streams to people whom `shut` names are cut.
    """
    app = FastAPI(
        title="ARGO",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    for router in (_house(metrics, ready), *routers):
        app.include_router(router)
    app.router.routes.extend(pages)
    raised = _Raised(routers)
    app.add_exception_handler(ArgoError, raised)
    app.add_exception_handler(RequestValidationError, _not_right)
    app.add_exception_handler(HTTPException, raised)
    app.add_exception_handler(Exception, _unexpected)
    inner = Direct(Bodies(app, settings.max_body_bytes), routers)
    return Edge(inner, settings, metrics, clock, refused, shut)


def _house(metrics: Metrics, ready: Check) -> APIRouter:
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "live"}

    @router.get("/health/ready")
    async def is_ready() -> Response:
        """Say whether questions can be taken: the database answers."""
        well = await ready()
        return JSONResponse({"status": "ready" if well else "away"}, 200 if well else 503)

    @router.get("/metrics", response_class=PlainTextResponse)
    async def figures() -> Response:
        """Return the figures of all workers for Prometheus."""
        return Response(await metrics.whole_text(), media_type="text/plain; version=0.0.4")

    return router


class _Raised:
    """Answers an error; where nothing is found, by what the address takes in another method.

    The page's own files stand last and take every address that is read, the API's too.
    """

    def __init__(self, routers: Sequence[APIRouter]) -> None:
        self._routes = [
            route for router in routers for route in router.routes if isinstance(route, APIRoute)
        ]

    async def __call__(self, request: Request, error: Exception) -> Response:
        if isinstance(error, ArgoError) and not isinstance(error, RouteUnknown):
            return answered(request.scope, error)
        told = error.headers if isinstance(error, HTTPException) else None
        allowed = set(filter(None, (told or {}).get("allow", "").split(", ")))
        for route in self._routes:
            if route.path_regex.match(request.scope["path"]):
                allowed |= route.methods or set()
        if not allowed or request.method in allowed:
            return answered(request.scope, RouteUnknown())
        return answered(request.scope, MethodNotAllowed(allowed=tuple(sorted(allowed))))


async def _unexpected(request: Request, error: Exception) -> Response:
    """Answer in the reader's words; Starlette raises `error` on, and the edge writes its line."""
    return broken(request.scope)


async def _not_right(request: Request, error: Exception) -> Response:
    """Name the first field at fault and what is wrong with it, never its value."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    fault = first["type"].replace("_", " ")
    return answered(request.scope, RequestInvalid(param=field, field=field, fault=fault))
