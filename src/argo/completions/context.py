"""Whether a prompt fits the model's context: by a careful estimate, else by the engine's count.

Nothing is ever left out of a prompt to make it fit: what does not fit is refused in words.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from argo.completions.errors import ConversationTooLong
from argo.completions.prompt import estimated_tokens, prompt_room
from argo.completions.service import Completions
from argo.engines.types import Model

_REMEMBERED = 4096

Messages = Sequence[dict[str, str]]


@dataclass(frozen=True)
class Context:
    """How full a model's context is: tokens taken, tokens a prompt may have, who counted."""

    used_tokens: int
    room_tokens: int
    exact: bool


class Measure:
    """Measures prompts; asks an engine at most once for each."""

    def __init__(self, completions: Completions) -> None:
        """Ask the engines through `completions`."""
        self._completions = completions
        self._counted: OrderedDict[tuple[str, UUID], int] = OrderedDict()

    async def of(self, model: Model, messages: Messages, leaf_id: UUID | None = None) -> Context:
        """Return how full `model`'s context is with `messages`.

        The count of a branch that ends at `leaf_id` is remembered (a number, no text).
        """
        room = prompt_room(model.context_tokens)
        counted = await self._count(model, messages, leaf_id)
        if counted is None:
            return Context(estimated_tokens(messages), room, exact=False)
        return Context(counted, room, exact=True)

    async def check(self, model: Model, messages: Messages) -> None:
        """Let `messages` be asked; raises `ConversationTooLong`.

        The engine is asked only where the estimate, which is never too low for prose, does not
        already say that they fit.
        """
        if estimated_tokens(messages) <= prompt_room(model.context_tokens):
            return
        context = await self.of(model, messages)
        if context.used_tokens > context.room_tokens:
            raise ConversationTooLong(
                model=model.name,
                context_tokens=model.context_tokens,
                over_tokens=context.used_tokens - context.room_tokens,
            )

    async def _count(self, model: Model, messages: Messages, leaf_id: UUID | None) -> int | None:
        if leaf_id is None:
            return await self._completions.tokens(model.id, messages)
        at = (model.id, leaf_id)
        if at in self._counted:
            self._counted.move_to_end(at)
            return self._counted[at]
        counted = await self._completions.tokens(model.id, messages)
        if counted is not None:
            self._counted[at] = counted
            if len(self._counted) > _REMEMBERED:
                self._counted.popitem(last=False)
        return counted
