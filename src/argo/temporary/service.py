"""Answer a transcript that exists in the page's memory alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from uuid import UUID

from argo.assistants.service import Assistants
from argo.completions import events
from argo.completions.completion import Admitted, Completion
from argo.completions.prompt import Turn, answer_room, prompt
from argo.completions.service import Completions
from argo.completions.types import AnswerState, Asker, EventNumbered, Question
from argo.engines.types import Size
from argo.errors import ArgoError, Language
from argo.temporary.errors import TranscriptOutOfTurn


class Temporary:
    """Asks for a temporary conversation; holds nothing between two questions."""

    def __init__(self, assistants: Assistants, completions: Completions) -> None:
        """Ask `completions` with the instructions of `assistants`."""
        self._assistants, self._completions = assistants, completions

    async def admit(
        self,
        asker: Asker,
        conversation_id: UUID,
        turns: Sequence[Turn],
        choice: tuple[str, Size],
        effort: str | None,
        language: Language,
    ) -> Admitted:
        """Take the quota for an answer to the last of `turns`.

        `conversation_id` is random, made by the page; it only keeps this conversation's prefix
        cache apart from all others. Raises `TranscriptOutOfTurn`, `ChoiceUnknown`,
        `ConversationTooLong`, and what admission raises.
        """
        _check_turns(turns)
        chosen = self._assistants.choice(*choice)
        model = self._assistants.resolve(chosen.model_id).model
        instructions = self._assistants.instructions(chosen, language)
        fields: dict[str, object] = {"messages": prompt(instructions, turns, model)}
        if effort is not None:
            fields["reasoning_effort"] = effort
        if model.bundled:
            fields["max_tokens"] = answer_room(model.context_tokens)
        return await self._completions.admit(
            Question(
                asker=asker,
                lane="interactive",
                model_id=model.id,
                fields=fields,
                affinity=conversation_id.bytes,
                salt_of=conversation_id.bytes,
                assistant_id=chosen.assistant.id,
            )
        )

    async def answer(self, admitted: Admitted) -> AsyncGenerator[EventNumbered, None]:
        """Yield the events of the answer; closing it stops the engine."""
        number = text_length = 0
        completion: Completion | None = None
        error: ArgoError | None = None
        try:
            async with (
                self._completions.ask(
                    admitted.question, stream=True, admitted=admitted
                ) as completion,
                aclosing(events.said(completion)) as said,
            ):
                async for name, data in said:
                    number += 1
                    text_length += len(str(data["text"])) if name == "delta" else 0
                    yield EventNumbered(number, name, data)
        except ArgoError as reason:
            error = reason
        yield EventNumbered(number + 1, "done", _end(completion, error, text_length))


def _check_turns(turns: Sequence[Turn]) -> None:
    """Hold a transcript to what a saved conversation's tree holds by itself; answers may be empty."""
    in_turn = all(
        each.role == ("assistant" if number % 2 else "user") for number, each in enumerate(turns)
    )
    asks = all(each.text for each in turns if each.role == "user")
    if not in_turn or not asks or len(turns) % 2 == 0:
        raise TranscriptOutOfTurn(param="messages")


def _end(
    completion: Completion | None, error: ArgoError | None, text_length: int
) -> dict[str, object]:
    started = completion is not None and completion.started
    state: AnswerState = "complete" if error is None else "interrupted" if started else "failed"
    return events.done(
        state,
        text_length=text_length,
        finish_reason=completion.finish_reason if completion is not None else None,
        error=error,
        usage=completion.usage if completion is not None and started else None,
    )
