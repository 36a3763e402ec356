"""The outermost layer of every answer: who calls, its id, its headers, its line in the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from argo.clock import Clock
from argo.errors import ArgoError
from argo.http import logs
from argo.http.errors import (
    HeadersTooLarge,
    Unexpected,
    anthropic_body,
    headers,
    language_of,
    openai_body,
    page_body,
    status,
)
from argo.http.json_body import CallerLeft
from argo.http.metrics import Metrics
from argo.http.peers import Peers
from argo.http.types import ServerSettings

# Everything from ourselves, no script or style in the page's text, no other origin at all.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types argo svelte-trusted-html dompurify"
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_ANTHROPIC = "/v1/messages"
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_MOST_HEADER_BYTES = 32 * 1024
_REQUEST_ID, _CODE = "argo.request_id", "argo.code"
_UNLOGGED = ("/health/", "/assets/")
_REFUSED = (401, 403, 404)
ASKER = "argo.asker"
"""Where a request's scope holds who was recognised: institution's and person's ids."""


@dataclass(frozen=True)
class Refusal:
    """An access that was refused: to whom (None: nobody known), at which route, and why."""

    asker: tuple[UUID, UUID] | None
    route: str
    code: str


Refused = Callable[[Refusal], None]
Shut = Callable[[], Collection[UUID]]
"""Which people are shut out: what runs for them breaks off as if they had left."""


@dataclass
class _Answer:
    """What is known of one answer as it goes out."""

    request_id: str
    began: float
    status: int = 0
    sent_bytes: int = 0
    head_seconds: float = 0.0


class Edge:
    """Wraps an application; nothing reaches it from outside the allowed networks."""

    def __init__(
        self,
        inner: ASGIApp,
        settings: ServerSettings,
        metrics: Metrics,
        clock: Clock,
        refused: Refused,
        shut: Shut = frozenset,
    ) -> None:
        """Wrap `inner`; tell `refused` of each access that was; send nothing more to `shut`."""
        self._inner, self._metrics, self._clock = inner, metrics, clock
        self._refused, self._shut = refused, shut
        self._peers = Peers(settings)
        self._always = list(_ALWAYS)
        if settings.secure:
            self._always.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        answer = _Answer(self._clock.new_id().hex, time.monotonic())
        scope[_REQUEST_ID] = answer.request_id

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._head(answer, message)
            elif (shut := self._shut()) and ASKER in scope and scope[ASKER][1] in shut:
                raise CallerLeft
            answer.sent_bytes += len(message.get("body", b""))
            await send(message)

        try:
            self._admit(scope)
            await self._inner(scope, receive, sending)
        except CallerLeft:
            scope[_CODE] = "caller_left"
        except ArgoError as error:
            await self._refuse(answer, error, scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - the supervisor of requests
            logs.unexpected(error, request_id=answer.request_id)
            if not answer.status:
                await broken(scope)(scope, receive, sending)
        finally:
            self._count(answer, scope)

    def _admit(self, scope: Scope) -> None:
        """Let the request in, or raise `NetworkRefused`; the true address is used from here on."""
        if scope["path"].startswith("/health/"):
            return
        peer = (scope.get("client") or ("127.0.0.1", 0))[0]
        caller = self._peers.caller(peer, scope["headers"])
        if scope["path"] == "/metrics":
            self._peers.allow_metrics(caller)
        else:
            self._peers.allow(caller)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > _MOST_HEADER_BYTES:
            raise HeadersTooLarge

    def _head(self, answer: _Answer, message: Message) -> None:
        answer.status = message["status"]
        answer.head_seconds = time.monotonic() - answer.began
        given = message.get("headers", [])
        names = {name for name, _ in given}
        html = any(
            name == b"content-type" and value.startswith(b"text/html") for name, value in given
        )
        added = [*self._always, (b"x-request-id", answer.request_id.encode())]
        # What a 304 says replaces what the browser keeps of the answer it confirms.
        if answer.status != 304 and b"content-security-policy" not in names:
            policy = _PAGE_POLICY if html else _DATA_POLICY
            added.append((b"content-security-policy", policy.encode()))
        if b"cache-control" not in names:
            added.append((b"cache-control", b"no-store"))
        message["headers"] = [*given, *added]

    async def _refuse(
        self, answer: _Answer, error: ArgoError, scope: Scope, receive: Receive, sending: Send
    ) -> None:
        """Send `error`, unless an answer is under way: then it can only break off."""
        refusal = answered(scope, error)
        if not answer.status:
            await refusal(scope, receive, sending)

    def _count(self, answer: _Answer, scope: Scope) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.answered(method, route, answer.status, answer.head_seconds)
        if answer.status in _REFUSED and (code := scope.get(_CODE)):
            self._refused(Refusal(scope.get(ASKER), f"{method}:{route}", code))
        if not scope["path"].startswith(_UNLOGGED):
            logs.line(
                "request",
                request_id=answer.request_id,
                method=method,
                route=route,
                status=answer.status,
                code=scope.get(_CODE),
                milliseconds=(time.monotonic() - answer.began) * 1000,
                sent_bytes=answer.sent_bytes,
            )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def broken(scope: Scope) -> Response:
    """Return the answer to a request on which something broke that nobody expected."""
    return answered(scope, Unexpected(request_id=scope[_REQUEST_ID]))


def answered(scope: Scope, error: ArgoError) -> Response:
    """Return `error` in the body its reader expects: the page's, or OpenAI's under /v1.

    Anthropic's where that API is spoken (CONTRACT: `/v1/messages`).
    """
    scope[_CODE] = error.code
    said: Mapping[str, str] = headers(error)
    if scope["path"] == _ANTHROPIC or scope["path"].startswith(_ANTHROPIC + "/"):
        body: dict[str, Any] = anthropic_body(error, scope[_REQUEST_ID])
    elif scope["path"].startswith("/v1"):
        body = openai_body(error)
    else:
        accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        body = page_body(error, language_of(accepted), scope[_REQUEST_ID])
    return Response(orjson.dumps(body), status(error), media_type="application/json", headers=said)
