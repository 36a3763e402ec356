"""`/v1`: who asks, what they ask, and the answer's shape. No logic of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from argo.accounts.guards import Guard
from argo.accounts.types import Caller
from argo.assistants.service import Assistants
from argo.assistants.types import Resolved
from argo.clock import Clock
from argo.completions.service import Completions
from argo.completions.types import Asker, Question
from argo.http.json_body import read_object
from argo.openai import catalogue, description, fields
from argo.openai.answers import Answer
from argo.openai.types import Asked

Endpoint = Callable[[Request], Awaitable[Response]]


class _Plain(APIRoute):
    """A route whose endpoint gets the request as it is: FastAPI describes it and does no more."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint itself."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


def routes(
    completions: Completions,
    assistants: Assistants,
    guard: Guard,
    clock: Clock,
    *,
    most_body_bytes: int,
) -> APIRouter:
    """Return the routes of `/v1`; a body is at most `most_body_bytes` long."""
    router = APIRouter(prefix="/v1", route_class=_Plain, tags=["OpenAI"])

    async def ask(request: Request) -> Response:
        """Answer the messages, whole or as a stream."""
        caller = await guard.key(request)
        body = await read_object(request.receive, dict(request.scope["headers"]), most_body_bytes)
        resolved = assistants.resolve(fields.model_name(body))
        assistant = resolved.assistant
        instructions = assistant.instructions.text("en") if assistant else None
        asked = fields.rebuilt(body, resolved.model, instructions)
        question = _question(caller, resolved, asked)
        return Answer(completions, question, asked, partial(guard.key, request), clock)

    async def models(request: Request) -> Response:
        """List the models and assistants that can be asked."""
        await guard.key(request)
        return JSONResponse({"object": "list", "data": catalogue.models(completions, assistants)})

    async def model(request: Request) -> Response:
        """Describe one model or assistant."""
        await guard.key(request)
        return JSONResponse(
            catalogue.model(request.path_params["model_id"], completions, assistants)
        )

    router.add_api_route("/chat/completions", ask, methods=["POST"], openapi_extra=description.ASK)
    router.add_api_route("/models", models, methods=["GET"], openapi_extra=description.MODELS)
    router.add_api_route(
        "/models/{model_id:path}", model, methods=["GET"], openapi_extra=description.MODEL
    )
    return router


def _question(caller: Caller, resolved: Resolved, asked: Asked) -> Question:
    owner = caller.owner
    return Question(
        asker=Asker(owner, "api", caller.key_id),
        lane="api",
        model_id=resolved.model.id,
        fields=asked.fields,
        affinity=_affinity(asked, owner.owner_id.bytes),
        salt_of=owner.institution_id.bytes + owner.owner_id.bytes,
        assistant_id=resolved.assistant.id if resolved.assistant else None,
    )


def _affinity(asked: Asked, person: bytes) -> bytes:
    """Return what the turns of one conversation share: its first two messages, and its person."""
    messages = asked.fields["messages"]
    assert isinstance(messages, list)
    digest = hashlib.blake2b(person, digest_size=16)
    for message in messages[:2]:
        digest.update(message["content"][:4096].encode())
    return digest.digest()
