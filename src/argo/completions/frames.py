"""An engine's stream, read: bytes in, checked chunks out, in both of OpenAI's shapes.

Chunks are rebuilt from an allow-list, so that nothing an engine adds (timings, token ids, file
names, cached tokens) reaches a caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from argo.completions.types import Delta, FinishReason, Usage
from argo.engines.client import EngineFault

_DATA = b"data:"
_DONE = b"[DONE]"
_MOST_EVENT_BYTES = 4 * 1024 * 1024
_FINISH_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "function_call": "tool_calls",
}
_DELTA_FIELDS = ("role", "content", "tool_calls", "refusal")
# vLLM says `reasoning` today, others and vLLM before 0.16 `reasoning_content`; clients read
# either, so both are said.
_REASONING_FIELDS = ("reasoning_content", "reasoning")

Chunk = dict[str, Any]


class EventReader:
    """Cuts an engine's bytes into the JSON objects of its events."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._rest = b""
        self.done = False
        """Whether the engine said `[DONE]`."""

    def read(self, data: bytes) -> list[Chunk]:
        """Return the chunks that `data` completes, in order.

        Raises `EngineFault` "broke" on what is not an event stream of JSON objects, on an error
        object, or on an event larger than 4 MiB.
        """
        text = self._rest + data
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n")
        *events, self._rest = text.split(b"\n\n")
        if len(self._rest) > _MOST_EVENT_BYTES:
            raise EngineFault("broke")
        chunks = []
        for event in events:
            payload = _payload(event)
            if payload == _DONE:
                self.done = True
            elif payload:
                chunks.append(_chunk(payload))
        return chunks


def _payload(event: bytes) -> bytes:
    if event.startswith(_DATA) and b"\n" not in event:
        return event[5:].strip()
    lines = [line for line in event.split(b"\n") if line]
    if any(not line.startswith((_DATA, b":", b"event:", b"id:", b"retry:")) for line in lines):
        raise EngineFault("broke")
    return b"\n".join(line[5:].strip() for line in lines if line.startswith(_DATA))


def _chunk(payload: bytes) -> Chunk:
    try:
        chunk = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise EngineFault("broke") from None
    if not isinstance(chunk, dict) or not isinstance(chunk.get("choices"), list):
        raise EngineFault("broke")
    if not all(isinstance(choice, dict) for choice in chunk["choices"]):
        raise EngineFault("broke")
    return chunk


def usage_of(body: Mapping[str, Any]) -> Usage | None:
    """Return the usage an engine's chunk or whole answer reports, None when it reports none."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    prompt, answer = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if not isinstance(prompt, int) or not isinstance(answer, int):
        return None
    return Usage(prompt_tokens=prompt, completion_tokens=answer, exact=True)


def finish_reason(choice: Mapping[str, Any]) -> FinishReason | None:
    """Return why a choice ended, None while it has not; an unknown reason counts as "stop"."""
    reason = choice.get("finish_reason")
    return None if reason is None else _FINISH_REASONS.get(reason, "stop")


def delta_of(chunk: Chunk) -> Delta:
    """Return the new text and reasoning of the first choice, for pages."""
    choices = chunk["choices"]
    if not choices:
        return Delta()
    delta = choices[0].get("delta") or {}
    reasoning = delta.get("reasoning_content") or delta.get("reasoning")
    text = delta.get("content")
    return Delta(
        text=text if isinstance(text, str) else "",
        reasoning=reasoning if isinstance(reasoning, str) else "",
        finish_reason=finish_reason(choices[0]),
    )


def merged(batch: Sequence[Chunk]) -> list[Chunk]:
    """Return `batch` with neighbours that only add text put together: one event says as much."""
    together: list[Chunk] = []
    last: dict[str, Any] | None = None
    for chunk in batch:
        delta = _text_alone(chunk)
        if delta is None:
            together.append(chunk)
            last = None
        elif last is None:
            last = {"content": delta}
            together.append({"choices": [{"index": 0, "delta": last}]})
        else:
            last["content"] += delta
    return together


def _text_alone(chunk: Chunk) -> str | None:
    """Return a chunk's new text when it says nothing else, None when it does."""
    choices = chunk["choices"]
    if len(choices) != 1:
        return None
    choice = choices[0]
    delta = choice.get("delta")
    if (
        not isinstance(delta, dict)
        or choice.get("finish_reason") is not None
        or choice.get("logprobs") is not None
        or choice.get("index")
    ):
        return None
    text = delta.get("content")
    return text if isinstance(text, str) and len(delta) == 1 else None


def rebuilt(chunk: Chunk, *, answer_id: str, model_id: str, created: int) -> bytes:
    """Return `chunk` as one event for API callers, nothing when it says nothing to them."""
    choices = [_choice(choice) for choice in chunk["choices"]]
    if not choices:
        return b""
    clean = {
        "id": answer_id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model_id,
        "choices": choices,
    }
    return b"data: " + orjson.dumps(clean) + b"\n\n"


def _choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    delta = choice.get("delta")
    delta = delta if isinstance(delta, dict) else {}
    clean: dict[str, Any] = {
        "index": choice.get("index", 0),
        "delta": _said(delta),
        "finish_reason": finish_reason(choice),
    }
    if (logprobs := choice.get("logprobs")) is not None:
        clean["logprobs"] = clean_logprobs(logprobs)
    return clean


def _said(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a delta or message says, from the allow-list."""
    clean = {name: message[name] for name in _DELTA_FIELDS if message.get(name) is not None}
    reasoning = next((message[each] for each in _REASONING_FIELDS if message.get(each)), None)
    if reasoning is not None:
        clean |= dict.fromkeys(_REASONING_FIELDS, reasoning)
    return clean


def clean_logprobs(logprobs: object) -> dict[str, Any] | None:
    """Return logprobs in OpenAI's shape: tokens, bytes and their chances, nothing else."""
    if not isinstance(logprobs, dict):
        return None
    content = logprobs.get("content")
    if not isinstance(content, list):
        return {"content": None}
    return {"content": [_token(token) for token in content if isinstance(token, dict)]}


def _token(token: Mapping[str, Any]) -> dict[str, Any]:
    clean = {name: token.get(name) for name in ("token", "logprob", "bytes")}
    top = token.get("top_logprobs")
    clean["top_logprobs"] = [
        {name: other.get(name) for name in ("token", "logprob", "bytes")}
        for other in (top if isinstance(top, list) else ())
        if isinstance(other, dict)
    ]
    return clean


def whole(body: Mapping[str, Any], *, answer_id: str, model_id: str, created: int) -> Chunk:
    """Return an engine's whole answer rebuilt from the allow-list.

    Raises `EngineFault` "broke" when it is not one.
    """
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        raise EngineFault("broke")
    if not all(
        isinstance(each, dict) and isinstance(each.get("message"), dict) for each in choices
    ):
        raise EngineFault("broke")
    return {
        "id": answer_id,
        "object": "chat.completion",
        "created": created,
        "model": model_id,
        "choices": [_whole_choice(choice) for choice in choices],
    }


def _whole_choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    return {
        "index": choice.get("index", 0),
        "message": {"role": "assistant", "content": None, **_said(message)},
        "logprobs": clean_logprobs(choice.get("logprobs")),
        "finish_reason": finish_reason(choice) or "stop",
    }
