"""A summary of a conversation, for the model to read in its place. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from argo.completions.control_tokens import neutralised
from argo.completions.prompt import Turn
from argo.engines.types import Model

_ASKING = (
    "Summarise the conversation below so that it can go on from your summary alone. Keep every "
    "fact, name, figure, decision, open question and instruction that may still matter, and "
    "short pieces of text or code word for word where they are worked on. Use the language of "
    "the conversation. Write the summary alone, no introduction, no comment."
)
_SPEAKERS = {"user": "Person", "assistant": "Assistant"}


def summarising(turns: Sequence[Turn], model: Model, before: str | None) -> list[dict[str, str]]:
    """Return what `model` is asked for a summary of `turns`, and of the summary `before` them."""
    parts = [] if before is None else [f"Summary of what came before:\n{before}"]
    parts += [f"{_SPEAKERS[turn.role]}:\n{turn.text}" for turn in turns if turn.text]
    conversation = neutralised("\n\n".join(parts), model.id)
    return [
        {"role": "system", "content": _ASKING},
        {"role": "user", "content": conversation},
    ]
