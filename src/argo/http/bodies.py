"""The page's bodies, read and judged before any route sees them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from argo.http.json_body import CallerLeft, judged, read

_READS_ITS_OWN = (
    "/v1/",
    "/api/documents/upload",
    "/api/temporary/files",
    "/api/sign-on/logout/",
)
_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class Bodies:
    """Wraps an application; what reaches it is one JSON object within the limits, or no body.

    Left out are the API's routes, which ask for the key first and read for themselves, uploads,
    whose body is a file, and what an identity provider says (a form).
    """

    def __init__(self, inner: ASGIApp, most_bytes: int) -> None:
        """Wrap `inner`; a body is at most `most_bytes` long."""
        self._inner, self._most_bytes = inner, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on with its body judged; raises what `json_body` raises."""
        if scope["type"] == "http" and scope["method"] in _WITH_BODY:
            headers = dict(scope["headers"])
            if _has_body(headers) and not scope["path"].startswith(_READS_ITS_OWN):
                receive = await self._judged(receive, headers)
        await self._inner(scope, receive, send)

    async def _judged(self, receive: Receive, headers: dict[bytes, bytes]) -> Receive:
        body = await read(receive, headers, self._most_bytes)
        await judged(body)
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return unread.pop() if unread else await receive()

        return again


def _has_body(headers: dict[bytes, bytes]) -> bool:
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


async def pieces(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield the body of a request that is a file, as it comes.

    Raises `CallerLeft` when it breaks off.
    """
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect:
        raise CallerLeft from None


def announced_bytes(request: Request) -> int | None:
    """Return how long a request says its body is, None when it does not."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() else None
