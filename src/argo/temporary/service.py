"""Answer a transcript that exists in the page's memory alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from argo.assistants.service import Assistants
from argo.assistants.types import Choice
from argo.completions import events
from argo.completions.completion import Admitted, Completion
from argo.completions.context import Context, Measure
from argo.completions.prompt import Turn, answer_room, continuing, prompt
from argo.completions.seam import Seam
from argo.completions.service import Completions
from argo.completions.sources import RULE
from argo.completions.summary import summarising
from argo.completions.types import AnswerState, Asker, EventNumbered, Question
from argo.engines.types import Model, Size
from argo.errors import ArgoError, Language
from argo.temporary.errors import TranscriptOutOfTurn


@dataclass(frozen=True)
class Transcript:
    """A conversation as the page holds it; `summary` stands for what came before `turns`.

    `conversation_id` is random, made by the page; it only keeps this conversation's prefix cache
    apart from all others.
    """

    conversation_id: UUID
    turns: Sequence[Turn]
    choice: tuple[str, Size]
    summary: str | None = None
    effort: str | None = None
    has_files: bool = False
    """Whether files stand in the turns, fenced."""


class Temporary:
    """Asks for a temporary conversation; holds nothing between two questions."""

    def __init__(self, assistants: Assistants, completions: Completions, measure: Measure) -> None:
        """Ask `completions` with the instructions of `assistants` what `measure` says fits."""
        self._assistants, self._completions = assistants, completions
        self._measure = measure

    async def admit(self, asker: Asker, transcript: Transcript, language: Language) -> Admitted:
        """Take the quota for an answer to the last turn, or for its end when that broke off.

        Raises `TranscriptOutOfTurn`, `ChoiceUnknown`, `ConversationTooLong`, and what admission
        raises.
        """
        _check_turns(transcript.turns)
        chosen, model, messages = self._prompt(transcript, language)
        unfinished = transcript.turns[-1].role == "assistant"
        continues = unfinished and "continues" in model.capabilities
        if unfinished and not continues:
            messages = continuing(messages)
        await self._measure.check(model, messages)
        fields: dict[str, object] = {"messages": messages}
        if transcript.effort is not None:
            fields["reasoning_effort"] = transcript.effort
        if model.bundled:
            fields["max_tokens"] = answer_room(model.context_tokens)
        return await self._completions.admit(
            Question(
                asker=asker,
                lane="interactive",
                model_id=model.id,
                fields=fields,
                affinity=transcript.conversation_id.bytes,
                salt_of=transcript.conversation_id.bytes,
                assistant_id=chosen.assistant.id,
                continues=continues,
            )
        )

    async def admit_summary(self, asker: Asker, transcript: Transcript) -> Admitted:
        """Let the transcript be summarised; raises like `admit`.

        It counts as a question: nothing here remembers that the conversation was asked before.
        """
        chosen = self._assistants.choice(*transcript.choice)
        model = self._assistants.resolve(chosen.model_id).model
        messages = summarising(transcript.turns, model, transcript.summary)
        await self._measure.check(model, messages)
        return await self._completions.admit(
            Question(
                asker=asker,
                lane="interactive",
                model_id=model.id,
                fields={"messages": messages, "reasoning_effort": "low"},
                affinity=transcript.conversation_id.bytes,
                salt_of=transcript.conversation_id.bytes,
            )
        )

    async def context(self, transcript: Transcript, language: Language) -> Context:
        """Return how full the context is with the transcript; raises `ChoiceUnknown`."""
        _, model, messages = self._prompt(transcript, language)
        return await self._measure.of(model, messages)

    async def answer(
        self, admitted: Admitted, before: str = ""
    ) -> AsyncGenerator[EventNumbered, None]:
        """Yield the events of the answer, or of its end after `before`; closing stops the engine.

        The length that the end tells is that of the whole answer.
        """
        number, text_length = 0, len(before)
        completion: Completion | None = None
        error: ArgoError | None = None
        seam = Seam("" if admitted.question.continues else before)
        try:
            async with (
                self._completions.ask(
                    admitted.question, stream=True, admitted=admitted
                ) as completion,
                aclosing(events.said(completion, seam)) as said,
            ):
                async for name, data in said:
                    number += 1
                    text_length += len(str(data["text"])) if name == "delta" else 0
                    yield EventNumbered(number, name, data)
        except ArgoError as reason:
            error = reason
        yield EventNumbered(number + 1, "done", _end(completion, error, text_length))

    def _prompt(
        self, transcript: Transcript, language: Language
    ) -> tuple[Choice, Model, list[dict[str, str]]]:
        chosen = self._assistants.choice(*transcript.choice)
        model = self._assistants.resolve(chosen.model_id).model
        instructions = self._assistants.instructions(chosen, language)
        if transcript.has_files:
            instructions += RULE
        return chosen, model, prompt(instructions, transcript.turns, model, transcript.summary)


def _check_turns(turns: Sequence[Turn]) -> None:
    """Hold a transcript to what a saved conversation's tree holds by itself.

    It ends with a question, or with an answer that broke off; answers before may be empty.
    """
    in_turn = all(
        each.role == ("assistant" if number % 2 else "user") for number, each in enumerate(turns)
    )
    asks = all(each.text for each in turns if each.role == "user")
    if not in_turn or not asks or not turns[-1].text:
        raise TranscriptOutOfTurn(param="messages")


def _end(
    completion: Completion | None, error: ArgoError | None, text_length: int
) -> dict[str, object]:
    started = (completion is not None and completion.started) or text_length > 0
    state: AnswerState = "complete" if error is None else "interrupted" if started else "failed"
    return events.done(
        state,
        text_length=text_length,
        finish_reason=completion.finish_reason if completion is not None else None,
        error=error,
        usage=completion.usage if completion is not None and completion.started else None,
    )
