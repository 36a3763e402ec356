"""Whole answers: silence while the tokens are written, then one JSON body.

Source of the shape: vLLM's `ChatCompletionResponse` and `CompletionResponse`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from argo.simulation.answers import Answer
from argo.simulation.frames import Frames, Last
from argo.simulation.shape import Shape, chat_logprobs, text_logprobs, usage


def whole(shape: Shape, answers: Sequence[Answer]) -> Frames:
    """Return the steps of a whole answer: silence for each token, the JSON body with the last."""
    for _ in range(max(answer.tokens for answer in answers) - 1):
        yield b""
    yield Last(orjson.dumps(whole_body(shape, answers)))


def whole_body(shape: Shape, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the JSON body of a whole answer."""
    chat = shape.question.kind == "chat"
    choice = _whole_message if chat else _whole_text
    return {
        **shape.opening("chat.completion" if chat else "text_completion"),
        "choices": [choice(shape, answer, index) for index, answer in enumerate(answers)],
        "service_tier": None,
        "system_fingerprint": None,
        "usage": usage(shape.question, answers) | {"prompt_tokens_details": None},
        "prompt_logprobs": None,
        "kv_transfer_params": None,
    }


def _whole_message(shape: Shape, answer: Answer, index: int) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": answer.text,
        "refusal": None,
        "annotations": None,
        "audio": None,
        "function_call": None,
        shape.reasoning_field: "".join(answer.thoughts) or None,
    }
    if answer.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{shape.ident}-{at}",
                "type": "function",
                "function": {"name": call.name, "arguments": "".join(call.arguments)},
            }
            for at, call in enumerate(answer.calls)
        ]
    return {
        "index": index,
        "message": message,
        "logprobs": chat_logprobs(shape.question, answer.words),
        "finish_reason": answer.finish_reason,
        "stop_reason": answer.stop_reason,
        "token_ids": None,
    }


def _whole_text(shape: Shape, answer: Answer, index: int) -> dict[str, Any]:
    return {
        "index": index,
        "text": answer.text,
        "logprobs": text_logprobs(shape.question, answer.words),
        "finish_reason": answer.finish_reason,
        "stop_reason": answer.stop_reason,
        "token_ids": None,
        "prompt_logprobs": None,
    }
