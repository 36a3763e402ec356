"""`/v1/messages`: the answer, whole and as the events of Anthropic's reference."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any, Final

import orjson

from argo.completions.completion import Completion
from argo.completions.frames import delta_of_whole
from argo.completions.types import CallDelta, Delta, FinishReason
from argo.errors import ArgoError
from argo.openai.shapes import named_event, told

_STOP_REASONS: Final[dict[FinishReason, str]] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


class MessageShape:
    """One answer of the Messages API, block by block."""

    def __init__(self, *, shows_thinking: bool) -> None:
        """Show the model's reasoning only to callers who asked for it."""
        self._shows_thinking = shows_thinking
        self._open: tuple[str, int] | None = None
        self._block = -1

    def whole(self, completion: Completion, body: Mapping[str, Any]) -> Mapping[str, object]:
        """Return the `message` object."""
        said = delta_of_whole(body)
        content: list[dict[str, object]] = []
        if self._shows_thinking and said.reasoning:
            content.append({"type": "thinking", "thinking": said.reasoning, "signature": ""})
        if said.text:
            content.append({"type": "text", "text": said.text, "citations": None})
        content += map(_tool_use, said.calls)
        return {
            **_message(completion, content),
            "stop_reason": _stop_reason(completion),
            "usage": _usage(completion),
        }

    def opening(self, completion: Completion) -> bytes:
        """Return `message_start`."""
        message = {**_message(completion, []), "stop_reason": None, "usage": _usage(completion)}
        return named_event({"type": "message_start", "message": message})

    def frames(self, completion: Completion) -> AsyncGenerator[bytes, None]:
        """Yield the blocks' events as they grow."""
        return told(completion, self._grown)

    def ending(self, completion: Completion) -> bytes:
        """Return the end of the last block, why the answer stopped, and its usage."""
        stopped = {"stop_reason": _stop_reason(completion), "stop_sequence": None}
        told = {"type": "message_delta", "delta": stopped, "usage": _usage(completion)}
        return b"".join(self._closed()) + named_event(told) + named_event({"type": "message_stop"})

    def failure(self, _error: ArgoError, body: bytes) -> bytes:
        """Return Anthropic's `error` event."""
        return b"event: error\ndata: " + body + b"\n\n"

    def _grown(self, delta: Delta) -> Iterable[bytes]:
        if delta.reasoning and self._shows_thinking:
            begun = {"type": "thinking", "thinking": "", "signature": ""}
            yield from self._in_block(("thinking", 0), begun)
            yield self._said({"type": "thinking_delta", "thinking": delta.reasoning})
        if delta.text:
            yield from self._in_block(("text", 0), {"type": "text", "text": ""})
            yield self._said({"type": "text_delta", "text": delta.text})
        for call in delta.calls:
            called: dict[str, object] = {
                "type": "tool_use",
                "id": call.id,
                "name": call.name,
                "input": {},
            }
            yield from self._in_block(("tool_use", call.index), called)
            if call.arguments:
                said = {"type": "input_json_delta", "partial_json": call.arguments}
                yield self._said(said)

    def _in_block(self, kind: tuple[str, int], begun: Mapping[str, Any]) -> Iterable[bytes]:
        """Be in the block `kind`; another ends first."""
        if self._open == kind:
            return
        yield from self._closed()
        self._open = kind
        self._block += 1
        start = {"type": "content_block_start", "index": self._block, "content_block": begun}
        yield named_event(start)

    def _said(self, delta: Mapping[str, str]) -> bytes:
        return named_event({"type": "content_block_delta", "index": self._block, "delta": delta})

    def _closed(self) -> Iterable[bytes]:
        if self._open is not None:
            self._open = None
            yield named_event({"type": "content_block_stop", "index": self._block})


def _message(completion: Completion, content: list[dict[str, object]]) -> dict[str, object]:
    return {
        "id": "msg_" + completion.answer_id.removeprefix("chatcmpl-"),
        "type": "message",
        "role": "assistant",
        "model": completion.model_id,
        "content": content,
        "stop_sequence": None,
    }


def _stop_reason(completion: Completion) -> str:
    return _STOP_REASONS[completion.finish_reason or "stop"]


def _tool_use(call: CallDelta) -> dict[str, object]:
    """Return a whole call; arguments that are no JSON object are kept, wrapped."""
    try:
        given = orjson.loads(call.arguments or "{}")
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        given = {"not_json": call.arguments}
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": given}


def _usage(completion: Completion) -> dict[str, int]:
    counted = completion.usage
    return {
        "input_tokens": counted.prompt_tokens,
        "output_tokens": counted.completion_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
    }
