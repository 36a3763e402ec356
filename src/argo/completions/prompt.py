"""What a model is told: instructions, then the turns of one branch. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from argo.completions.control_tokens import neutralised
from argo.engines.types import Model

_SUMMARY = "\n\nSummary of the conversation so far:\n"
_GO_ON = (
    "Your answer above was cut off. Go on from its very last character, in the same language and "
    "form, as if it had never stopped: repeat nothing of it, add no introduction."
)
# Careful for prose and code of every script with any tokenizer of the field.
_BYTES_A_TOKEN = 3.0
_TOKENS_A_TURN = 8
# What an answer needs at least, as a part of the context and in tokens.
_ANSWER_PART, _ANSWER_TOKENS = 0.25, 1024


@dataclass(frozen=True)
class Turn:
    """One message of a branch."""

    role: Literal["user", "assistant"]
    text: str


def prompt(
    instructions: str, turns: Sequence[Turn], model: Model, summary: str | None = None
) -> list[dict[str, str]]:
    """Return the messages for `model`: instructions, then `turns`, control tokens broken.

    `summary` stands for what was said before `turns`. Empty turns (an answer that failed before
    its first word) are left out. Nothing else is, however long it gets: see `context.py`.
    """
    if summary is not None:
        instructions += _SUMMARY + neutralised(summary, model.id)
    messages = [{"role": "system", "content": instructions}]
    messages += [
        {"role": turn.role, "content": neutralised(turn.text, model.id)}
        for turn in turns
        if turn.text
    ]
    return messages


def continuing(messages: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return `messages`, whose last is an unfinished answer, with the wish to go on with it."""
    return [*messages, {"role": "user", "content": _GO_ON}]


def prompt_room(context_tokens: int) -> int:
    """Return the tokens that a prompt may have: an answer needs the others."""
    return context_tokens - answer_room(context_tokens)


def estimated_tokens(messages: Sequence[dict[str, str]]) -> int:
    """Return a careful estimate of what `messages` cost, in tokens."""
    size = sum(len(message["content"].encode()) for message in messages)
    return math.ceil(size / _BYTES_A_TOKEN) + _TOKENS_A_TURN * len(messages)


def answer_room(context_tokens: int) -> int:
    """Return the tokens that are kept free for the answer."""
    return min(_ANSWER_TOKENS, int(context_tokens * _ANSWER_PART))
