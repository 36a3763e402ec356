"""What all bytes of one question's answer share: ids, usage, log probabilities.

Source of the shapes: vLLM's OpenAI-compatible server, version 0.16 and later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from argo.simulation.answers import Answer
from argo.simulation.question import Question
from argo.simulation.types import ReasoningField


@dataclass(frozen=True)
class Shape:
    """What all chunks of one question's answer share."""

    question: Question
    ident: str
    created: int
    reasoning_field: ReasoningField
    tokens_per_frame: int = 1

    def opening(self, kind: str) -> dict[str, Any]:
        """Return the members every body begins with; `kind` is its `object`."""
        return {
            "id": self.ident,
            "object": kind,
            "created": self.created,
            "model": self.question.model,
        }

    def head(self, index: int) -> bytes:
        """Return a chunk's bytes up to what choice `index` says in it."""
        kind = "chat.completion.chunk" if self.question.kind == "chat" else "text_completion"
        opening = orjson.dumps(self.opening(kind))[:-1]
        return b'data: %b,"choices":[{"index":%d,' % (opening, index)


def usage(question: Question, answers: Sequence[Answer]) -> dict[str, int]:
    """Return the usage of a question: what was read and what was written, in tokens."""
    written = sum(answer.tokens for answer in answers)
    return {
        "prompt_tokens": question.prompt_tokens,
        "total_tokens": question.prompt_tokens + written,
        "completion_tokens": written,
    }


def _logprob(word: str) -> float:
    return -round((sum(word.encode()) % 97) / 97, 4)


def chat_logprobs(question: Question, words: Sequence[str]) -> dict[str, Any] | None:
    """Return `words`' log probabilities in the chat shape; None when none were asked for."""
    top = question.top_logprobs
    if top is None:
        return None
    content = []
    for word in words:
        one = {"token": word, "logprob": _logprob(word), "bytes": list(word.encode())}
        others = [one | {"logprob": _logprob(word) - rank} for rank in range(top)]
        content.append({**one, "top_logprobs": others})
    return {"content": content}


def text_logprobs(question: Question, words: Sequence[str]) -> dict[str, Any] | None:
    """Return `words`' log probabilities in the text shape; None when none were asked for."""
    if question.top_logprobs is None:
        return None
    return {
        "text_offset": [0] * len(words),
        "token_logprobs": [_logprob(word) for word in words],
        "tokens": list(words),
        "top_logprobs": [{word: _logprob(word)} for word in words],
    }
