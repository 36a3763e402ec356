"""Asking in a saved conversation: the question is stored, the server writes the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import psycopg

from argo.assistants.service import Assistants
from argo.clock import Clock
from argo.completions.completion import Admitted
from argo.completions.errors import AnswerUnknown
from argo.completions.generations import Generations
from argo.completions.prompt import answer_room, prompt
from argo.completions.service import Completions
from argo.completions.types import Asker, EventNumbered, Question
from argo.conversations import store, titles, tree
from argo.conversations.answers import RowSink, grown
from argo.conversations.errors import ConversationUnknown, IdTaken, MessageUnknown
from argo.conversations.rows import ConversationRow, sealed_message, sealed_title
from argo.conversations.types import Asked, Effort, Message, Role
from argo.errors import ArgoError, Language
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey
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


@dataclass(frozen=True)
class NewAnswer:
    """A wish for (another) answer to the question `parent_id`."""

    id: UUID
    parent_id: UUID
    effort: Effort | None = None


class Asking:
    """Asks, asks again, follows and stops."""

    def __init__(
        self,
        database: Database,
        key_store: KeyStore,
        assistants: Assistants,
        completions: Completions,
        generations: Generations,
        clock: Clock,
    ) -> None:
        """Store in `database`, have `generations` write the answers."""
        self._database, self._key_store = database, key_store
        self._assistants, self._completions = assistants, completions
        self._generations, self._clock = generations, clock
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
        `OutOfTurn`, `StillWriting`, `IdTaken`, `ConversationTooLong`, and what admission raises.
        """
        key = await self._key_store.key_or_new(owner)
        conversation, messages = await self._read(owner, conversation_id, key)
        if (again := _again(messages, new)) is not None:
            return again
        branch = tree.branch(messages, new.parent_id)
        tree.check_turn(branch[-1] if branch else None, "user")
        question = self._message(conversation_id, new.id, new.parent_id, "user", new.text)
        answer = self._message(conversation_id, new.answer_id, new.id, "assistant", "")
        asked = self._question(owner, conversation, [*branch, question], new.effort, language)
        admitted = await self._generations.admit(asked)
        try:
            await self._stored(owner, conversation, [question, answer], key, admitted)
        except IdTaken:
            # The same question sent twice at once: the other one is being answered.
            _, messages = await self._read(owner, conversation_id, key)
            if (again := _again(messages, new)) is None:
                raise
            return again
        return Asked(question, answer)

    async def answer_again(
        self, owner: Owner, conversation_id: UUID, new: NewAnswer, language: Language
    ) -> Message:
        """Have another answer written to a question, beside those it has; raises like `ask`."""
        key = await self._key_store.key_or_new(owner)
        conversation, messages = await self._read(owner, conversation_id, key)
        if (before := _answer_before(messages, new)) is not None:
            return before
        branch = tree.branch(messages, new.parent_id)
        tree.check_turn(branch[-1], "assistant")
        answer = self._message(conversation_id, new.id, new.parent_id, "assistant", "")
        asked = self._question(owner, conversation, branch, new.effort, language)
        admitted = await self._generations.admit(asked)
        try:
            await self._stored(owner, conversation, [answer], key, admitted)
        except IdTaken:
            # The same wish sent twice at once: the other one is being answered.
            _, messages = await self._read(owner, conversation_id, key)
            if (before := _answer_before(messages, new)) is None:
                raise
            return before
        return answer

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
        async with self._database.person(owner) as person:
            row = await store.message(person, answer_id)
            if row is None or row.role != "assistant":
                raise MessageUnknown
            return (
                grown(row.opened(key), pieces, key)
                if (pieces := await store.pieces_of(person, answer_id))
                else row.opened(key)
            )

    async def _read(
        self, owner: Owner, conversation_id: UUID, key: OwnerKey
    ) -> tuple[ConversationRow, list[Message]]:
        async with self._database.person(owner) as person:
            conversation = await store.conversation(person, conversation_id)
            if conversation is None:
                raise ConversationUnknown
            rows = await store.messages(person, conversation_id)
        return conversation, [row.opened(key) for row in rows]

    def _question(
        self,
        owner: Owner,
        conversation: ConversationRow,
        branch: list[Message],
        effort: Effort | None,
        language: Language,
    ) -> Question:
        """Build the checked question from a branch; raises `ConversationTooLong`."""
        choice = self._assistants.choice(conversation.assistant_id, conversation.size)
        model = self._assistants.resolve(choice.model_id).model
        instructions = self._assistants.instructions(choice, language)
        fields: dict[str, object] = {"messages": prompt(instructions, tree.turns(branch), model)}
        if effort is not None:
            fields["reasoning_effort"] = effort
        if model.bundled:
            # The small model does not always find its end.
            fields["max_tokens"] = answer_room(model.context_tokens)
        return Question(
            asker=Asker(owner, "web"),
            lane="interactive",
            model_id=model.id,
            fields=fields,
            affinity=conversation.id.bytes,
            salt_of=owner.owner_id.bytes,
            assistant_id=choice.assistant.id,
        )

    async def _stored(
        self,
        owner: Owner,
        conversation: ConversationRow,
        new: list[Message],
        key: OwnerKey,
        admitted: Admitted,
    ) -> None:
        """Store `new` and start the answer, its last; a caller that leaves cannot part the two."""
        await asyncio.shield(self._store_and_start(owner, conversation, new, key, admitted))

    async def _store_and_start(
        self,
        owner: Owner,
        conversation: ConversationRow,
        new: list[Message],
        key: OwnerKey,
        admitted: Admitted,
    ) -> None:
        answer = new[-1]
        try:
            rows = [await sealed_message(message, key) for message in new]
            async with self._database.person(owner) as person:
                for row in rows:
                    await store.message_added(person, owner, row)
                await store.used(person, conversation.id, answer.created_at)
                if conversation.title is None and new[0].role == "user":
                    title = titles.first_words(new[0].text)
                    await store.titled(
                        person, conversation.id, sealed_title(title, conversation.id, key)
                    )
                await self._generations.claim(person, answer.id, owner)
        except psycopg.errors.UniqueViolation as error:
            await self._generations.give_back(admitted)
            raise IdTaken(param="id") from error
        except BaseException:
            await self._generations.give_back(admitted)
            raise
        first = conversation.title is None and new[0].role == "user"
        ended = partial(self._ended, owner, admitted.question, new[0].text if first else None)
        sink = RowSink(self._database, owner, key, answer, ended)
        self._generations.start(answer.id, owner, admitted, sink)

    async def _ended(
        self, owner: Owner, asked: Question, first_question: str | None, answer: Message
    ) -> None:
        """Ask for a title once the first answer is there; the answer does not wait for it."""
        if first_question is None or answer.state != "complete":
            return
        if self._assistants.resolve(asked.model_id).model.bundled:
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
            async with self._database.person(owner) as person:
                row = sealed_title(title, answer.conversation_id, key)
                await store.titled(person, answer.conversation_id, row)
        except ArgoError:
            return

    def _message(
        self,
        conversation_id: UUID,
        message_id: UUID,
        parent_id: UUID | None,
        role: Role,
        text: str,
    ) -> Message:
        return Message(
            id=message_id,
            conversation_id=conversation_id,
            parent_id=parent_id,
            role=role,
            text=text,
            reasoning=None,
            reasoning_seconds=None,
            state="complete" if role == "user" else "waiting",
            error_code=None,
            model_id=None,
            finish_reason=None,
            last_event=0,
            created_at=self._clock.now(),
        )


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
