"""Asking in a saved conversation: the question is stored, the server writes the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from argo.completions.context import Context
from argo.completions.errors import AnswerUnknown
from argo.completions.generations import Generations
from argo.completions.service import Completions
from argo.completions.types import EventNumbered, Question
from argo.conversations import store, titles, tree
from argo.conversations.answers import grown
from argo.conversations.errors import IdTaken, MessageUnknown, OutOfTurn
from argo.conversations.rows import sealed_title
from argo.conversations.types import Asked, Effort, Message
from argo.conversations.writing import Writing
from argo.errors import ArgoError, Language
from argo.storage.keystore import KeyStore
from argo.storage.types import Owner

_TITLE_TOKENS = 24


@dataclass(frozen=True)
class NewQuestion:
    """A question as the page sends it, with the ids it made for question and answer."""

    id: UUID
    answer_id: UUID
    parent_id: UUID | None
    text: str
    effort: Effort | None = None
    documents: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class NewAnswer:
    """A wish for (another) answer to the question `parent_id`."""

    id: UUID
    parent_id: UUID
    effort: Effort | None = None


class Asking:
    """Asks, asks again, goes on, follows and stops."""

    def __init__(
        self,
        writing: Writing,
        key_store: KeyStore,
        completions: Completions,
        generations: Generations,
    ) -> None:
        """Have answers written by `writing`; ask `completions` for titles."""
        self._writing, self._key_store = writing, key_store
        self._completions, self._generations = completions, generations
        self._titling: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Give up the titles that are being asked for."""
        for task in self._titling:
            task.cancel()
        await asyncio.gather(*self._titling, return_exceptions=True)

    async def ask(
        self, owner: Owner, conversation_id: UUID, new: NewQuestion, language: Language
    ) -> Asked:
        """Store the question, have its answer written, and return both; from here on it is kept.

        The same ids again return the same. Raises `ConversationUnknown`, `MessageUnknown`,
        `OutOfTurn`, `StillWriting`, `IdTaken`, `DocumentUnknown`, `DocumentNotReady`,
        `ConversationTooLong`, and what admission raises.
        """
        reader = await self._writing.reader(owner, language)
        conversation, messages = await self._writing.read(reader, conversation_id)
        if (again := _again(messages, new)) is not None:
            return again
        branch = tree.branch(messages, new.parent_id)
        tree.check_turn(branch[-1] if branch else None, "user")
        make = self._writing.message
        question = make(conversation_id, new.id, new.parent_id, "user", new.text, new.documents)
        answer = make(conversation_id, new.answer_id, new.id, "assistant", "")
        prepared = await self._writing.admitted(
            reader, conversation, [*branch, question], new.effort
        )
        admitted = prepared.admitted
        first = new.text if conversation.title is None else None
        ended = partial(self._ended, owner, admitted.question, first)
        try:
            await self._writing.stored(
                reader, conversation, [question, answer], admitted, ended, prepared.reads
            )
        except IdTaken:
            # The same question sent twice at once: the other one is being answered.
            _, messages = await self._writing.read(reader, conversation_id)
            if (again := _again(messages, new)) is None:
                raise
            return again
        return Asked(question, answer)

    async def answer_again(
        self, owner: Owner, conversation_id: UUID, new: NewAnswer, language: Language
    ) -> Message:
        """Have another answer written to a question, beside those it has; raises like `ask`."""
        reader = await self._writing.reader(owner, language)
        conversation, messages = await self._writing.read(reader, conversation_id)
        if (before := _answer_before(messages, new)) is not None:
            return before
        branch = tree.branch(messages, new.parent_id)
        tree.check_turn(branch[-1], "assistant")
        answer = self._writing.message(conversation_id, new.id, new.parent_id, "assistant", "")
        prepared = await self._writing.admitted(reader, conversation, branch, new.effort)
        admitted = prepared.admitted
        ended = partial(self._ended, owner, admitted.question, None)
        try:
            await self._writing.stored(
                reader, conversation, [answer], admitted, ended, prepared.reads
            )
        except IdTaken:
            # The same wish sent twice at once: the other one is being answered.
            _, messages = await self._writing.read(reader, conversation_id)
            if (before := _answer_before(messages, new)) is None:
                raise
            return before
        return answer

    async def go_on(
        self, owner: Owner, answer_id: UUID, effort: Effort | None, language: Language
    ) -> Message:
        """Have an answer that broke off go on where it stopped; it stays the same answer.

        Raises `MessageUnknown`, `AnswerWhole`, `OutOfTurn` when the conversation went on after
        it, `StillWriting`, `ConversationTooLong`, and what admission raises.
        """
        reader = await self._writing.reader(owner, language)
        answer = await self._answer(owner, answer_id)
        conversation, messages = await self._writing.read(reader, answer.conversation_id)
        branch = tree.branch(messages, answer_id)
        tree.check_broken_off(branch[-1])
        if any(each.parent_id == answer_id for each in messages):
            raise OutOfTurn(param="answer_id")
        prepared = await self._writing.admitted(
            reader, conversation, branch, effort, unfinished=True
        )
        admitted = prepared.admitted
        ended = partial(self._ended, owner, admitted.question, None)
        await self._writing.continued(reader, conversation, branch[-1], admitted, ended)
        return replace(branch[-1], state="waiting", error_code=None, finish_reason=None)

    async def context(
        self, owner: Owner, conversation_id: UUID, leaf_id: UUID | None, language: Language
    ) -> Context:
        """Return how full the context is with the branch that ends at `leaf_id`.

        Raises `ConversationUnknown` or `MessageUnknown`.
        """
        reader = await self._writing.reader(owner, language)
        conversation, messages = await self._writing.read(reader, conversation_id)
        branch = tree.branch(messages, leaf_id)
        return await self._writing.context(reader, conversation, branch)

    async def stop(self, owner: Owner, answer_id: UUID) -> None:
        """Stop an answer, from wherever; one that has ended stays as it is.

        Raises `MessageUnknown` when it is not this person's.
        """
        if not await self._generations.stop(answer_id, owner):
            await self._answer(owner, answer_id)

    async def follow(
        self, owner: Owner, answer_id: UUID, after: int
    ) -> AsyncGenerator[EventNumbered, None]:
        """Yield the events of an answer above number `after`, to its end.

        Of an answer that nobody writes any more: a snapshot and the end. Raises
        `MessageUnknown`.
        """
        try:
            async for event in self._generations.follow(answer_id, owner, after):
                yield event
            return
        except AnswerUnknown:
            answer = await self._answer(owner, answer_id)
        if after < answer.last_event:
            yield EventNumbered(max(1, answer.last_event - 1), "snapshot", _snapshot(answer))
        yield EventNumbered(max(2, answer.last_event), "done", _done(answer))

    async def _answer(self, owner: Owner, answer_id: UUID) -> Message:
        key = await self._key_store.key_or_new(owner)
        async with self._writing.database.person(owner) as person:
            row = await store.message(person, answer_id)
            if row is None or row.role == "user":
                raise MessageUnknown
            return (
                grown(row.opened(key), pieces, key)
                if (pieces := await store.pieces_of(person, answer_id))
                else row.opened(key)
            )

    async def _ended(
        self, owner: Owner, asked: Question, first_question: str | None, answer: Message
    ) -> None:
        """Ask for a title once the first answer is there; the answer does not wait for it."""
        if first_question is None or answer.state != "complete":
            return
        if self._completions.model(asked.model_id).bundled:
            return
        task = asyncio.create_task(self._title(owner, asked, first_question, answer))
        self._titling.add(task)
        task.add_done_callback(self._titling.discard)

    async def _title(
        self, owner: Owner, asked: Question, first_question: str, answer: Message
    ) -> None:
        fields = {
            "messages": [{"role": "user", "content": titles.asking(first_question)}],
            "max_tokens": _TITLE_TOKENS,
            "temperature": 0.2,
            "reasoning_effort": "low",
        }
        question = Question(
            asker=asked.asker,
            lane="batch",
            model_id=asked.model_id,
            fields=fields,
            affinity=asked.affinity,
            salt_of=asked.salt_of,
            counted=False,
        )
        try:
            async with self._completions.ask(question, stream=True) as completion:
                text = "".join([delta.text async for delta in completion.deltas()])
            title = titles.cleaned(text)
            if title is None:
                return
            key = await self._key_store.key(owner)
            async with self._writing.database.person(owner) as person:
                row = sealed_title(title, answer.conversation_id, key)
                await store.titled(person, answer.conversation_id, row)
        except ArgoError:
            return


def _again(messages: list[Message], new: NewQuestion) -> Asked | None:
    """Return what the same ids made before; raises `IdTaken` when they made something else."""
    by_id = {message.id: message for message in messages}
    question, answer = by_id.get(new.id), by_id.get(new.answer_id)
    if question is None and answer is None:
        return None
    if (
        question is None
        or answer is None
        or answer.parent_id != question.id
        or (question.parent_id, question.text) != (new.parent_id, new.text)
    ):
        raise IdTaken(param="id")
    return Asked(question, answer)


def _answer_before(messages: list[Message], new: NewAnswer) -> Message | None:
    """Return what the same wish made before."""
    same = (new.id, new.parent_id)
    return next((each for each in messages if (each.id, each.parent_id) == same), None)


def _snapshot(answer: Message) -> dict[str, object]:
    return {"text": answer.text, "reasoning": answer.reasoning or "", "state": answer.state}


def _done(answer: Message) -> dict[str, object]:
    error = None if answer.error_code is None else {"code": answer.error_code}
    return {
        "state": answer.state,
        "text_length": len(answer.text),
        "finish_reason": answer.finish_reason,
        "error": error,
        "usage": None,
    }
