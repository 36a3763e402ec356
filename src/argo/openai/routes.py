"""`/v1`: who asks, what they ask, and the answer's shape. No logic of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from argo.accounts.guards import Guard, allowed, may_ask
from argo.accounts.types import Caller
from argo.assistants.service import Assistants
from argo.assistants.types import Resolved
from argo.clock import Clock
from argo.completions.types import Asker, Question
from argo.engines.errors import EmbeddingsAbsent, ModelUnknown, RerankAbsent
from argo.engines.types import Model
from argo.errors import ArgoError
from argo.http.direct import PlainRoute
from argo.http.json_body import read_object
from argo.knowledge.grounding import Grounding
from argo.openai import (
    anthropic,
    beside,
    catalogue,
    description,
    embeddings,
    fields,
    rerank,
    responses,
    text_completions,
    usage,
)
from argo.openai.answers import Answer
from argo.openai.anthropic_shape import MessageShape
from argo.openai.citations import grounded
from argo.openai.response_shape import ResponseShape
from argo.openai.shapes import CompletionShape, Shape, TextShape
from argo.openai.types import Asked, Asks
from argo.usage.service import Ledger

Endpoint = Callable[[Request], Awaitable[Response]]
Reader = Callable[[Mapping[str, object], Model, str | None], tuple[Asked, Shape]]
"""Reads a surface's body for a model, with an assistant's instructions: what to ask, its shape."""
Welcome = Callable[[Request], Awaitable[Caller]]


def routes(
    asks: Asks,
    grounding: Grounding,
    assistants: Assistants,
    ledger: Ledger,
    guard: Guard,
    clock: Clock,
    *,
    most_body_bytes: int,
) -> APIRouter:
    """Return the routes of `/v1`; a body is at most `most_body_bytes` long."""
    router = APIRouter(prefix="/v1", route_class=PlainRoute, tags=["OpenAI"])
    completions = asks.completions
    _catalogue_routes(router, asks, assistants, guard)
    _usage_route(router, ledger, guard, clock)
    _beside_routes(router, asks, guard, clock, most_body_bytes)

    async def read(request: Request, caller: Caller) -> tuple[dict[str, Any], Resolved, str | None]:
        body = await read_object(request.receive, dict(request.scope["headers"]), most_body_bytes)
        name = fields.model_name(body)
        allowed(caller, name)
        resolved = assistants.resolve(name)
        assistant = resolved.assistant
        return body, resolved, assistant.instructions.text("en") if assistant else None

    def surface(path: str, text: str, reader: Reader, welcome: Welcome) -> None:
        async def ask(request: Request) -> Response:
            caller = await welcome(request)
            body, resolved, instructions = await read(request, caller)
            asked, shape = reader(body, resolved.model, instructions)
            asked, shape = await grounded(grounding, caller.owner, resolved, asked, shape)
            question = _question(caller, resolved, asked)
            still = partial(welcome, request)
            return Answer(completions, question, shape, still, clock, stream=asked.stream)

        ask.__doc__ = text
        name, described = path.strip("/").replace("/", "_"), description.SURFACES[path]
        router.add_api_route(path, ask, methods=["POST"], name=name, openapi_extra=described)

    surface(
        "/chat/completions", "Answer messages, whole or as a stream.", _completion, guard.asking_key
    )
    surface("/completions", "Go on with a text, whole or as a stream.", _text, guard.asking_key)
    surface("/responses", "Answer input items, whole or as a stream.", _responses, guard.asking_key)
    surface(
        "/messages",
        "Answer Anthropic's clients in their own form.",
        _messages,
        guard.asking_key_either_way,
    )

    async def count(request: Request) -> Response:
        """Say about how many tokens a request of `/v1/messages` would cost; asks no engine."""
        caller = await guard.key_either_way(request)
        body, resolved, instructions = await read(request, caller)
        counted = anthropic.counted(body, resolved.model, instructions)
        return JSONResponse({"input_tokens": counted})

    router.add_api_route(
        "/messages/count_tokens", count, methods=["POST"], openapi_extra=description.COUNT
    )
    return router


def _beside_routes(
    router: APIRouter, asks: Asks, guard: Guard, clock: Clock, most_body_bytes: int
) -> None:
    async def read(request: Request) -> tuple[Caller, dict[str, Any]]:
        caller = await guard.asking_key(request)
        return caller, await read_object(
            request.receive, dict(request.scope["headers"]), most_body_bytes
        )

    def answer(caller: Caller, model_id: str, work: beside.Work) -> Response:
        asker = Asker(caller.owner, "api", caller.key_id)
        return beside.BesideAnswer(asks.beside, asker, caller.key_lane, model_id, work)

    async def embed(request: Request) -> Response:
        """Turn texts into vectors."""
        caller, body = await read(request)
        model_id = _named(caller, body, asks.embeddings.model_id, EmbeddingsAbsent())
        asked = embeddings.read(body, asks.embeddings.dimension)
        return answer(caller, model_id, beside.embedding(asks.embeddings, asked, model_id))

    async def rank(request: Request) -> Response:
        """Order texts by how well they answer a question."""
        caller, body = await read(request)
        model_id = _named(caller, body, asks.rerank.model_id, RerankAbsent())
        asked, answer_id = rerank.read(body), f"rerank-{clock.new_id().hex}"
        return answer(caller, model_id, beside.ranking(asks.rerank, asked, model_id, answer_id))

    for path, endpoint in (("/embeddings", embed), ("/rerank", rank)):
        described = description.BESIDE[path]
        router.add_api_route(path, endpoint, methods=["POST"], openapi_extra=described)


def _named(
    caller: Caller, body: Mapping[str, object], model_id: str | None, absent: ArgoError
) -> str:
    """Return the model's id, which `body` must name; raises `absent` where there is none."""
    name = fields.model_name(body)
    if model_id is None:
        raise absent
    allowed(caller, name)
    if name != model_id:
        raise ModelUnknown(param="model")
    return model_id


def _catalogue_routes(router: APIRouter, asks: Asks, assistants: Assistants, guard: Guard) -> None:
    async def models(request: Request) -> Response:
        """List the models and assistants that can be asked."""
        caller = await guard.key(request)
        listed = [
            each for each in catalogue.models(asks, assistants) if may_ask(caller, str(each["id"]))
        ]
        return JSONResponse({"object": "list", "data": listed})

    async def model(request: Request) -> Response:
        """Describe one model or assistant."""
        name = request.path_params["model_id"]
        allowed(await guard.key(request), name)
        return JSONResponse(catalogue.model(name, asks, assistants))

    router.add_api_route("/models", models, methods=["GET"], openapi_extra=description.MODELS)
    router.add_api_route(
        "/models/{model_id:path}", model, methods=["GET"], openapi_extra=description.MODEL
    )


def _usage_route(router: APIRouter, ledger: Ledger, guard: Guard, clock: Clock) -> None:
    async def used(request: Request) -> Response:
        """Say what the caller's own keys used, by day."""
        caller = await guard.key(request)
        wanted = usage.wanted(request.query_params.multi_items(), clock.now())
        days = await ledger.usage_by_day(
            caller.owner,
            wanted.since,
            wanted.until,
            by_model=wanted.by_model,
            by_key=wanted.by_key,
        )
        return JSONResponse(usage.page(days, wanted))

    router.add_api_route("/usage", used, methods=["GET"], openapi_extra=description.USAGE)


def _completion(body: Mapping[str, object], model: Model, told: str | None) -> tuple[Asked, Shape]:
    asked = fields.rebuilt(body, model, told)
    return asked, CompletionShape(include_usage=asked.include_usage)


def _text(body: Mapping[str, object], model: Model, told: str | None) -> tuple[Asked, Shape]:
    asked = text_completions.rebuilt(body, model, told)
    return asked, TextShape(include_usage=asked.include_usage)


def _responses(body: Mapping[str, object], model: Model, told: str | None) -> tuple[Asked, Shape]:
    asked, echo = responses.rebuilt(body, model, told)
    return asked, ResponseShape(echo)


def _messages(body: Mapping[str, object], model: Model, told: str | None) -> tuple[Asked, Shape]:
    asked, shows_thinking = anthropic.rebuilt(body, model, told)
    return asked, MessageShape(shows_thinking=shows_thinking)


def _question(caller: Caller, resolved: Resolved, asked: Asked) -> Question:
    owner = caller.owner
    return Question(
        asker=Asker(owner, "api", caller.key_id),
        lane=caller.key_lane,
        model_id=resolved.model.id,
        fields=asked.fields,
        affinity=_affinity(asked, owner.owner_id.bytes),
        salt_of=owner.institution_id.bytes + owner.owner_id.bytes,
        endpoint=asked.endpoint,
        assistant_id=resolved.assistant.id if resolved.assistant else None,
    )


def _affinity(asked: Asked, person: bytes) -> bytes:
    """Return what the turns of one conversation share: its first two messages, and its person."""
    messages = asked.fields.get("messages", [])
    assert isinstance(messages, list)
    texts = [message["content"] for message in messages[:2]] or [str(asked.fields["prompt"])]
    digest = hashlib.blake2b(person, digest_size=16)
    for text in texts:
        digest.update(text[:4096].encode())
    return digest.digest()
