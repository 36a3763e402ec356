"""What a model is told: instructions, then the turns of one branch. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from argo.completions.control_tokens import neutralised
from argo.completions.errors import ConversationTooLong
from argo.engines.types import Model

# Careful for French and English prose with any tokenizer of the field; code takes more.
_CHARACTERS_A_TOKEN = 3.0
_TOKENS_A_TURN = 8
# What an answer needs at least, as a part of the context and in tokens.
_ANSWER_PART, _ANSWER_TOKENS = 0.25, 1024


@dataclass(frozen=True)
class Turn:
    """One message of a branch."""

    role: Literal["user", "assistant"]
    text: str


def prompt(instructions: str, turns: Sequence[Turn], model: Model) -> list[dict[str, str]]:
    """Return the messages for `model`: instructions, then `turns`, control tokens broken.

    Empty turns (an answer that failed before its first word) are left out. Nothing else is:
    raises `ConversationTooLong` when the rest does not leave room for an answer.
    """
    messages = [{"role": "system", "content": instructions}]
    messages += [
        {"role": turn.role, "content": neutralised(turn.text, model.id)}
        for turn in turns
        if turn.text
    ]
    needed = estimated_tokens(messages)
    room = model.context_tokens - answer_room(model.context_tokens)
    if needed > room:
        raise ConversationTooLong(
            model=model.name, context_tokens=model.context_tokens, over_tokens=needed - room
        )
    return messages


def estimated_tokens(messages: Sequence[dict[str, str]]) -> int:
    """Return a careful estimate of what `messages` cost, in tokens."""
    characters = sum(len(message["content"]) for message in messages)
    return math.ceil(characters / _CHARACTERS_A_TOKEN) + _TOKENS_A_TURN * len(messages)


def answer_room(context_tokens: int) -> int:
    """Return the tokens that are kept free for the answer."""
    return min(_ANSWER_TOKENS, int(context_tokens * _ANSWER_PART))
