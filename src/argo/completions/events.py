"""The events of an answer, as saved and temporary conversations send them alike."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from argo.completions.answer_log import EventName
from argo.completions.completion import Completion
from argo.completions.seam import Seam
from argo.completions.types import AnswerState, FinishReason, Usage
from argo.errors import ArgoError, Language

Said = tuple[EventName, dict[str, object]]


async def said(completion: Completion, seam: Seam | None = None) -> AsyncGenerator[Said, None]:
    """Yield name and data of what `completion` comes to say, all but the end.

    `seam` drops what a continuation repeats. Raises what `Completion.deltas` raises.
    """
    seam = seam or Seam("")
    async with aclosing(completion.waiting()) as places:
        async for place in places:
            yield "queued", {"position": place.position, "eta_seconds": place.eta_seconds}
    yield "started", {"model_id": completion.model_id}
    async with aclosing(completion.deltas()) as deltas:
        try:
            async for delta in deltas:
                if delta.reasoning:
                    yield "reasoning", {"text": delta.reasoning}
                if text := seam.take(delta.text):
                    yield "delta", {"text": text}
        except ArgoError:
            if text := seam.rest():
                yield "delta", {"text": text}
            raise
    if text := seam.rest():
        yield "delta", {"text": text}


def done(
    state: AnswerState,
    *,
    text_length: int,
    finish_reason: FinishReason | None,
    error: ArgoError | None,
    usage: Usage | None,
) -> dict[str, object]:
    """Return the data of the end: the state, and what the page may show of error and cost."""
    return {
        "state": state,
        "text_length": text_length,
        "finish_reason": finish_reason,
        "error": None if error is None else _both_languages(error),
        "usage": None
        if usage is None
        else {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens},
    }


def read_in(language: Language, error: Mapping[str, Any]) -> dict[str, Any]:
    """Return the error of an end with its one text in the reader's `language`."""
    return {
        "code": error["code"],
        "message": error["messages"][language],
        "retry_after": error.get("retry_after"),
    }


def _both_languages(error: ArgoError) -> dict[str, object]:
    return {
        "code": error.code,
        "messages": {"fr": error.text("fr"), "en": error.text("en")},
        "retry_after": error.retry_after,
    }
