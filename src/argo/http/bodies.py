"""The page's bodies, read and judged before any route sees them."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from argo.http.json_body import judged, read

_READS_ITS_OWN = "/v1/"
_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class Bodies:
    """Wraps an application; what reaches it is one JSON object within the limits, or no body.

    The API's routes are left out: they ask for the key first, and read for themselves.
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
