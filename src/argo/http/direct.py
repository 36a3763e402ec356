"""Routes that are asked thousands of times a second: the way to them is one look-up.

The framework's layers (routers inside routers, exits, telemetry) cost more than all that a
question needs of ARGO itself. Such a route is described like any other; what it raises is answered
at the edge, in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class PlainRoute(APIRoute):
    """A route whose endpoint gets the request as it is, reads its own body and returns a response.

    FastAPI describes it and does no more. Its endpoint raises `ArgoError` alone.
    """

    def get_route_handler(self) -> Endpoint:
        """Return the endpoint itself."""
        endpoint: Endpoint = self.endpoint
        return endpoint


class Direct:
    """Wraps an application; plain routes without a parameter in their path are answered here."""

    def __init__(self, inner: ASGIApp, routers: Sequence[APIRouter]) -> None:
        """Wrap `inner`, which answers whatever is not a plain route of `routers`."""
        self._inner = inner
        self._routes = {
            (method, route.path): route
            for router in routers
            for route in router.routes
            if isinstance(route, PlainRoute) and not route.param_convertors
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        route = scope["type"] == "http" and self._routes.get((scope["method"], scope["path"]))
        if not route:
            await self._inner(scope, receive, send)
            return
        scope["route"] = route
        response = await route.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)
