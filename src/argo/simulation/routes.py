"""Everything the engine answers at once: models, health, version, metrics, tokens, vectors."""

from __future__ import annotations

from typing import Any

import orjson

from argo.simulation.question import Refusal, message_text
from argo.simulation.types import Profile
from argo.simulation.vectors import embed, packed
from argo.simulation.wire import Reply, Request
from argo.simulation.words import count_tokens, split_tokens

VERSION = "0.16.0"
"""The version of vLLM whose shapes are spoken."""

UNSAFE_DOORS = frozenset(
    f"/{door}"
    for door in (
        "pause resume sleep wake_up invocations collective_rpc reset_prefix_cache "
        "start_profile stop_profile load_lora_adapter unload_lora_adapter"
    ).split()
)
"""What an engine within people's reach must not answer (closed without `open_doors`)."""


def route(request: Request, profile: Profile, started_at: int, *, doors_open: bool) -> Reply:
    """Answer a request that is neither a question nor for the metrics.

    Raises `Refusal` for a body that does not fit.
    """
    if request.path in UNSAFE_DOORS and doors_open:
        return Reply(200, b'{"status":"ok"}')
    if request.method in ("GET", "HEAD"):
        return _look(request.path, profile, started_at)
    if request.method == "POST" and request.path == "/v1/embeddings":
        return _embeddings(json_body(request), profile)
    if request.method == "POST" and request.path == "/v1/rerank":
        return _rerank(json_body(request), profile)
    if request.method == "POST" and request.path == "/tokenize":
        return _tokenize(json_body(request), profile)
    return _not_found()


def json_body(request: Request) -> dict[str, Any]:
    """Return the request's JSON object; raises `Refusal` when it is none."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as fault:
        raise Refusal(400, f"There was an error parsing the body: {fault}") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The request body must be a JSON object")
    return body


def _look(path: str, profile: Profile, started_at: int) -> Reply:
    if path in ("/health", "/ping"):
        return Reply(200, b"")
    if path == "/version":
        return Reply(200, orjson.dumps({"version": VERSION}))
    if path == "/v1/models":
        cards = [_card(model, profile, started_at) for model in profile.models]
        return Reply(200, orjson.dumps({"object": "list", "data": cards}))
    return _not_found()


def _not_found() -> Reply:
    return Reply(404, b'{"detail":"Not Found"}')


def _card(model: str, profile: Profile, started_at: int) -> dict[str, Any]:
    return {
        "id": model,
        "object": "model",
        "created": started_at,
        "owned_by": "vllm",
        "root": model,
        "parent": None,
        "max_model_len": profile.context_tokens,
        "permission": [],
    }


def _embeddings(body: dict[str, Any], profile: Profile) -> Reply:
    texts = body.get("input")
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Refusal(400, "input must be a string or a list of strings", "input")
    dimensions = body.get("dimensions") or profile.embedding_dimensions
    if not isinstance(dimensions, int) or not 0 < dimensions <= 8_192:
        raise Refusal(400, "dimensions must be a whole number from 1 to 8192", "dimensions")
    plain = body.get("encoding_format") != "base64"
    vectors = (embed(text, dimensions) for text in texts)
    data = [
        {"object": "embedding", "index": at, "embedding": vector if plain else packed(vector)}
        for at, vector in enumerate(vectors)
    ]
    read = sum(count_tokens(text) for text in texts)
    usage = {"prompt_tokens": read, "total_tokens": read, "completion_tokens": 0}
    model = body.get("model") or profile.models[0]
    return Reply(
        200, orjson.dumps({"object": "list", "model": model, "data": data, "usage": usage})
    )


def _rerank(body: dict[str, Any], profile: Profile) -> Reply:
    question, texts = body.get("query"), body.get("documents")
    if not isinstance(question, str) or not isinstance(texts, list):
        raise Refusal(400, "query must be a string and documents a list", "documents")
    asked = embed(question, profile.embedding_dimensions)
    results: list[dict[str, Any]] = []
    for index, text in enumerate(texts):
        read = embed(str(text), profile.embedding_dimensions)
        score = sum(one * other for one, other in zip(asked, read, strict=True))
        document = {"text": text, "multi_modal": None}
        results.append({"index": index, "document": document, "relevance_score": score})
    results.sort(key=lambda each: -each["relevance_score"])
    total = sum(count_tokens(question) + count_tokens(str(text)) for text in texts)
    answer = {
        "id": "rerank-simulated",
        "model": body.get("model") or profile.models[0],
        "usage": {"prompt_tokens": total, "total_tokens": total},
        "results": results[: body.get("top_n") or len(results)],
    }
    return Reply(200, orjson.dumps(answer))


def _tokenize(body: dict[str, Any], profile: Profile) -> Reply:
    if isinstance(body.get("messages"), list):
        texts = [
            message_text(message.get("content"))
            for message in body["messages"]
            if isinstance(message, dict)
        ]
        count = sum(3 + count_tokens(text) for text in texts)
    elif isinstance(body.get("prompt"), str):
        texts, count = [body["prompt"]], count_tokens(body["prompt"])
    else:
        raise Refusal(400, "either prompt or messages is needed", "prompt")
    pieces = split_tokens("".join(texts)) if body.get("return_token_strs") else None
    return Reply(
        200,
        orjson.dumps(
            {
                "count": count,
                "max_model_len": profile.context_tokens,
                "tokens": list(range(count)),
                "token_strs": pieces,
            }
        ),
    )
