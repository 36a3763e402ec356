"""An engine's answer rebuilt for its reader, streamed and whole, in OpenAI's shapes.

Chunks are rebuilt from an allow-list, so that nothing an engine adds (timings, token ids, file
names, cached tokens) reaches a caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from argo.completions.chunks import Chunk
from argo.completions.types import CallDelta, Delta, FinishReason, Usage
from argo.engines.client import EngineFault

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
    """Return what is new of the first choice, for readers of anything but chat's own frames."""
    choices = chunk["choices"]
    if not choices:
        return Delta()
    delta = choices[0].get("delta") or {}
    # The engine's text completions say their text beside the finish reason.
    reasoning, text = _reasoning(delta), delta.get("content", choices[0].get("text"))
    return Delta(
        text=text if isinstance(text, str) else "",
        reasoning=reasoning if isinstance(reasoning, str) else "",
        calls=_call_deltas(delta.get("tool_calls")),
        finish_reason=finish_reason(choices[0]),
    )


def delta_of_whole(body: Mapping[str, Any]) -> Delta:
    """Return what the first choice of `body` says, an answer that `whole` rebuilt."""
    message = body["choices"][0]["message"]
    return delta_of({"choices": [{**body["choices"][0], "delta": message}]})


def _call_deltas(value: object) -> tuple[CallDelta, ...]:
    """Return the pieces of tool calls in `value`, an engine's `tool_calls`."""
    if not isinstance(value, list):
        return ()
    return tuple(_call_delta(each, n) for n, each in enumerate(value) if isinstance(each, dict))


def _call_delta(call: Mapping[str, Any], position: int) -> CallDelta:
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    index = call.get("index", position)
    said = (call.get("id"), function.get("name"), function.get("arguments"))
    texts = [each if isinstance(each, str) else "" for each in said]
    return CallDelta(index if isinstance(index, int) else position, *texts)


class Envelope:
    """What stands around each chunk of one streamed answer for API callers."""

    def __init__(self, answer_id: str, model_id: str, created: int) -> None:
        """Name the answer, the model that gives it, and when, in seconds since 1970."""
        self._around: Chunk = {
            "id": answer_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model_id,
        }
        # A chunk that only adds text is by far the most frequent: only its text is encoded anew.
        alone = orjson.dumps(self._around)[:-1]
        self._text_head = b"data: " + alone + b',"choices":[{"index":0,"delta":{"content":'
        self._text_tail = b'},"finish_reason":null}]}\n\n'

    def rebuilt(self, chunk: Chunk) -> bytes:
        """Return `chunk` as one event, nothing when it says nothing to callers."""
        if (run := chunk.get("run")) is not None and run.field == "content":
            return b"%b%b%b" % (self._text_head, orjson.dumps(run.text), self._text_tail)
        choices = [_choice(choice) for choice in chunk["choices"]]
        if not choices:
            return b""
        return b"data: " + orjson.dumps({**self._around, "choices": choices}) + b"\n\n"


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
    reasoning = _reasoning(message)
    if reasoning is not None:
        clean |= dict.fromkeys(_REASONING_FIELDS, reasoning)
    return clean


def _reasoning(message: Mapping[str, Any]) -> Any:
    return next((message[each] for each in _REASONING_FIELDS if message.get(each)), None)


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
    if not all(isinstance(each, dict) and _message(each) is not None for each in choices):
        raise EngineFault("broke")
    return {
        "id": answer_id,
        "object": "chat.completion",
        "created": created,
        "model": model_id,
        "choices": [_whole_choice(choice) for choice in choices],
    }


def _message(choice: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what a whole choice says, None for what is no answer.

    A text completion says its text alone.
    """
    message, text = choice.get("message"), choice.get("text")
    if isinstance(message, dict):
        said = (message.get("content"), *(message.get(each) for each in _REASONING_FIELDS))
        calls = message.get("tool_calls")
        sound = calls is None or (isinstance(calls, list) and all(map(_is_call, calls)))
        return message if sound and all(isinstance(each, str | None) for each in said) else None
    return {"content": text} if isinstance(text, str) else None


def _is_call(call: object) -> bool:
    function = call.get("function") if isinstance(call, dict) else None
    return isinstance(function, dict) and all(
        isinstance(function.get(each), str) for each in ("name", "arguments")
    )


def _whole_choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    message = _message(choice) or {}
    return {
        "index": choice.get("index", 0),
        "message": {"role": "assistant", "content": None, **_said(message)},
        "logprobs": clean_logprobs(choice.get("logprobs")),
        "finish_reason": finish_reason(choice) or "stop",
    }
