"""What differs between the surfaces of the API once a question is asked: how the answer looks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any, Protocol

import orjson

from argo.completions.completion import Completion
from argo.completions.frames import delta_of_whole
from argo.completions.types import Delta
from argo.errors import ArgoError
from argo.openai.stream import DONE


class Shape(Protocol):
    """One answer's form, whole or streamed; made anew for each question."""

    def whole(self, completion: Completion, body: Mapping[str, Any]) -> Mapping[str, object]:
        """Return the whole answer; `body` is chat's, rebuilt from the engine's."""

    def opening(self, completion: Completion) -> bytes:
        """Return the events before the first token."""

    def frames(self, completion: Completion) -> AsyncGenerator[bytes, None]:
        """Yield the events of the answer."""

    def ending(self, completion: Completion) -> bytes:
        """Return the events after the last token."""

    def failure(self, error: ArgoError, body: bytes) -> bytes:
        """Return the event of `error`, which came after the head; `body` is the refusal's."""


class CompletionShape:
    """OpenAI's `chat.completion` and its frames."""

    def __init__(self, *, include_usage: bool) -> None:
        """Say the usage at the end of a stream when asked to."""
        self._include_usage = include_usage

    def whole(self, completion: Completion, body: Mapping[str, Any]) -> Mapping[str, object]:
        """Return the engine's rebuilt answer and its usage."""
        return {**body, "usage": usage(completion)}

    def opening(self, _completion: Completion) -> bytes:
        """Return nothing: the first frame is the opening."""
        return b""

    def frames(self, completion: Completion) -> AsyncGenerator[bytes, None]:
        """Yield the engine's rebuilt frames."""
        return completion.frames()

    def ending(self, completion: Completion) -> bytes:
        """Return the usage, when it was asked for, and `[DONE]`."""
        if not self._include_usage:
            return DONE
        told = {**self._envelope(completion), "choices": [], "usage": usage(completion)}
        return event(orjson.dumps(told)) + DONE

    def failure(self, _error: ArgoError, body: bytes) -> bytes:
        """Return the error as an event; no `[DONE]` follows."""
        return event(body)

    def _envelope(self, completion: Completion) -> dict[str, object]:
        return {
            "id": completion.answer_id,
            "object": "chat.completion.chunk",
            "created": completion.created,
            "model": completion.model_id,
        }


class TextShape(CompletionShape):
    """OpenAI's `text_completion`: one text, told from what is new of it."""

    def whole(self, completion: Completion, body: Mapping[str, Any]) -> Mapping[str, object]:
        """Return the text and its usage."""
        text = delta_of_whole(body).text
        said = _text_choice(text, completion.finish_reason or "stop")
        return {**_text_completion(completion), "choices": [said], "usage": usage(completion)}

    def frames(self, completion: Completion) -> AsyncGenerator[bytes, None]:
        """Yield the text as it comes."""
        around = _text_completion(completion)

        def grown(delta: Delta) -> Iterable[bytes]:
            choice = _text_choice(delta.text, delta.finish_reason)
            yield event(orjson.dumps({**around, "choices": [choice]}))

        return told(completion, grown)

    def _envelope(self, completion: Completion) -> dict[str, object]:
        return _text_completion(completion)


def _text_completion(completion: Completion) -> dict[str, object]:
    return {
        "id": "cmpl-" + completion.answer_id.removeprefix("chatcmpl-"),
        "object": "text_completion",
        "created": completion.created,
        "model": completion.model_id,
    }


def _text_choice(text: str, finish_reason: str | None) -> dict[str, object]:
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}


async def told(
    completion: Completion, grown: Callable[[Delta], Iterable[bytes]]
) -> AsyncGenerator[bytes, None]:
    """Yield the events that `grown` makes of what is new of the answer, each time together."""
    async with aclosing(completion.deltas()) as deltas:
        async for delta in deltas:
            if events := b"".join(grown(delta)):
                yield events


def usage(completion: Completion) -> dict[str, int]:
    """Return what the completion came to, in OpenAI's names."""
    counted = completion.usage
    return {
        "prompt_tokens": counted.prompt_tokens,
        "completion_tokens": counted.completion_tokens,
        "total_tokens": counted.prompt_tokens + counted.completion_tokens,
    }


def event(body: bytes) -> bytes:
    """Return `body` as an event without a name."""
    return b"data: " + body + b"\n\n"


def named_event(data: Mapping[str, object]) -> bytes:
    """Return `data` as an event named by its `type`, as Responses and Messages stream."""
    return f"event: {data['type']}\n".encode() + event(orjson.dumps(data))
