"""What `/openapi.json` says of `/v1`: FastAPI does not read these bodies, so it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from argo.openai import (
    anthropic,
    embeddings,
    file_shape,
    lists,
    rerank,
    responses,
    text_completions,
    vector_search,
    vector_stores,
)

Described = dict[str, Any]

_ERROR: Final[Described] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}
_ANTHROPIC_ERROR: Final[Described] = {
    "type": "object",
    "required": ["type", "error"],
    "properties": {
        "type": {"const": "error"},
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {"type": {"type": "string"}, "message": {"type": "string"}},
        },
        "request_id": {"type": "string"},
    },
}
_MESSAGE: Final[Described] = {
    "type": "object",
    "required": ["role"],
    "properties": {
        "role": {"enum": ["system", "developer", "user", "assistant", "tool"]},
        "content": {"type": ["string", "array", "null"]},
        "tool_calls": {"type": "array", "items": {"type": "object"}},
        "tool_call_id": {"type": "string"},
    },
}
_TYPES: Final[Described] = {
    "model": {"type": "string"},
    "messages": {"type": "array", "minItems": 1, "maxItems": 4096, "items": _MESSAGE},
    "stream": {"type": ["boolean", "null"]},
    "n": {"type": ["integer", "null"], "minimum": 1, "maximum": 4},
    "max_tokens": {"type": ["integer", "null"], "minimum": 1},
    "max_completion_tokens": {"type": ["integer", "null"], "minimum": 1},
    "temperature": {"type": ["number", "null"], "minimum": 0, "maximum": 2},
    "top_p": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
}


def _request(passed: Mapping[str, str], ignored: Mapping[str, str], *required: str) -> Described:
    """Return the schema of a body with these fields, those known by type with theirs."""
    return {
        "type": "object",
        "required": ["model", *required],
        "additionalProperties": False,
        "properties": {
            name: {**_TYPES.get(name, {}), "description": text}
            for name, text in {**passed, **ignored}.items()
        },
    }


_MODEL: Final[Described] = {
    "type": "object",
    "required": ["id", "object", "created", "owned_by", "context_tokens", "state"],
    "properties": {
        "id": {"type": "string"},
        "object": {"const": "model"},
        "created": {"type": "integer"},
        "owned_by": {"type": "string"},
        "name": {"type": "string"},
        "root": {"type": "string"},
        "context_tokens": {"type": "integer"},
        "context_window": {"type": "integer"},
        "max_model_len": {"type": "integer"},
        "type": {"enum": ["chat", "embedding", "rerank"]},
        "capabilities": {"type": "array", "items": {"type": "string"}},
        "state": {"enum": ["ready", "starting", "away"]},
        "status": {"enum": ["ready", "starting", "away"]},
    },
}


def _json(schema: Described) -> Described:
    return {"application/json": {"schema": schema}}


def _refusals(*statuses: int, form: Described = _ERROR) -> Described:
    said = {"description": "Refused, and why", "content": _json(form)}
    return {str(status): said for status in statuses}


_ANSWER: Final[Described] = {
    "description": "The answer: whole, or its events",
    "content": {
        **_json({"type": "object"}),
        "text/event-stream": {"schema": {"type": "string"}},
    },
}


def _surface(request: Described, form: Described = _ERROR) -> Described:
    return {
        "requestBody": {"required": True, "content": _json(request)},
        "responses": {"200": _ANSWER, **_refusals(400, 401, 404, 413, 415, 429, 503, form=form)},
    }


SURFACES: Final[dict[str, Described]] = {
    "/chat/completions": _surface(_request(lists.PASSED, lists.IGNORED, "messages")),
    "/completions": _surface(_request(text_completions.PASSED, text_completions.IGNORED, "prompt")),
    "/responses": _surface(_request(responses.PASSED, responses.IGNORED, "input")),
    "/messages": _surface(
        _request(anthropic.PASSED, anthropic.IGNORED, "max_tokens", "messages"), _ANTHROPIC_ERROR
    ),
}
_DONE: Final[Described] = {"200": {"description": "Done", "content": _json({"type": "object"})}}


def _beside(request: Described) -> Described:
    return {
        "requestBody": {"required": True, "content": _json(request)},
        "responses": {**_DONE, **_refusals(400, 401, 404, 413, 415, 429, 503)},
    }


def _stored(passed: Mapping[str, str], *required: str) -> Described:
    """Return what is said of a request that changes what is kept; it names no model."""
    request = {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": {name: {"description": text} for name, text in passed.items()},
    }
    return {
        "requestBody": {"required": True, "content": _json(request)},
        "responses": {**_DONE, **_refusals(400, 401, 404, 413, 415, 429, 503)},
    }


KEPT: Final[Described] = {"responses": {**_DONE, **_refusals(400, 401, 404, 503)}}
FILE: Final[Described] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["purpose", "file"],
                    "properties": {
                        "purpose": {"enum": list(file_shape.PURPOSES)},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    },
    "responses": {**_DONE, **_refusals(400, 401, 503)},
}
STORED: Final[dict[str, Described]] = {
    "make": _stored({**vector_stores.MADE, **vector_stores.IGNORED}),
    "change": _stored(vector_stores.CHANGED),
    "search": _stored({**vector_search.PASSED, **vector_search.IGNORED}, "query"),
    "attach": _stored({**vector_stores.ATTACHED, **vector_stores.CHUNKING}, "file_id"),
    "describe": _stored(vector_stores.DESCRIBED, "attributes"),
    "batch": _stored({**vector_stores.BATCHED, **vector_stores.CHUNKING}),
}


BESIDE: Final[dict[str, Described]] = {
    "/embeddings": _beside(_request(embeddings.PASSED, embeddings.IGNORED, "input")),
    "/rerank": _beside(_request(rerank.PASSED, rerank.IGNORED, "query", "documents")),
}
_COUNTED: Final[Described] = {
    "type": "object",
    "required": ["input_tokens"],
    "properties": {"input_tokens": {"type": "integer"}},
}
COUNT: Final[Described] = {
    "requestBody": {
        "required": True,
        "content": _json(_request(anthropic.PASSED, anthropic.IGNORED, "messages")),
    },
    "responses": {
        "200": {"description": "About how many tokens", "content": _json(_COUNTED)},
        **_refusals(400, 401, 404, 413, 415, form=_ANTHROPIC_ERROR),
    },
}
_LIST: Final[Described] = {
    "type": "object",
    "required": ["object", "data"],
    "properties": {"object": {"const": "list"}, "data": {"type": "array", "items": _MODEL}},
}
MODELS: Final[Described] = {
    "responses": {
        "200": {"description": "Every name that may be asked", "content": _json(_LIST)},
        **_refusals(401),
    }
}
MODEL: Final[Described] = {
    "responses": {
        "200": {"description": "The model", "content": _json(_MODEL)},
        **_refusals(401, 404),
    }
}
_COUNT: Final[Described] = {"type": "integer", "minimum": 0}
_PAGE: Final[Described] = {
    "type": "object",
    "required": ["object", "data", "has_more", "next_page"],
    "properties": {
        "object": {"const": "page"},
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["object", "start_time", "end_time", "results"],
                "properties": {
                    "object": {"const": "bucket"},
                    "start_time": _COUNT,
                    "end_time": _COUNT,
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "object": {"const": "usage.completions.result"},
                                "num_model_requests": _COUNT,
                                "input_tokens": _COUNT,
                                "output_tokens": _COUNT,
                                "model": {"type": ["string", "null"]},
                                "api_key_id": {"type": ["string", "null"]},
                            },
                        },
                    },
                },
            },
        },
        "has_more": {"const": False},
        "next_page": {"type": "null"},
    },
}


def _parameter(name: str, schema: Described, text: str) -> Described:
    return {"name": name, "in": "query", "description": text, "schema": schema}


USAGE: Final[Described] = {
    "parameters": [
        _parameter("start_time", _COUNT, "Unix seconds; absent: 30 days before the end"),
        _parameter("end_time", _COUNT, "Unix seconds; absent: now"),
        _parameter("bucket_width", {"const": "1d"}, "a day (UTC)"),
        _parameter(
            "group_by",
            {"type": "array", "items": {"enum": ["model", "api_key_id"]}},
            "what shall be told apart",
        ),
    ],
    "responses": {
        "200": {"description": "Counts by day", "content": _json(_PAGE)},
        **_refusals(400, 401, 503),
    },
}
