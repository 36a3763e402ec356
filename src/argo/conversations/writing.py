"""What every way of having an answer written shares: reading the branch, asking, storing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg

from argo.assistants.service import Assistants
from argo.assistants.types import Choice
from argo.clock import Clock
from argo.completions.completion import Admitted
from argo.completions.context import Context, Measure
from argo.completions.generation import Before
from argo.completions.generations import Generations
from argo.completions.prompt import answer_room, continuing, prompt
from argo.completions.seam import Seam
from argo.completions.sources import RULE
from argo.completions.types import Asker, Question
from argo.conversations import sources, store, titles, tree
from argo.conversations.answers import Ended, RowSink
from argo.conversations.attachments import Attachments
from argo.conversations.errors import ConversationUnknown, IdTaken, StillWriting
from argo.conversations.rows import ConversationRow, sealed_message, sealed_title
from argo.conversations.types import Effort, Message, Role
from argo.documents.errors import DocumentUnknown
from argo.documents.types import DocumentRead
from argo.engines.types import Model
from argo.errors import Language
from argo.projects.instructing import instructed
from argo.projects.service import Projects
from argo.storage.database import Connection, Database
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey
from argo.storage.types import Owner

Keep = Callable[[Connection], Awaitable[None]]


@dataclass(frozen=True)
class Reader:
    """Who asks: the owner, their key, and the language they read."""

    owner: Owner
    key: OwnerKey
    language: Language


@dataclass(frozen=True)
class Prepared:
    """A question that was let in, and what it reads of documents."""

    admitted: Admitted
    reads: Sequence[DocumentRead]


class Writing:
    """Reads a branch, builds its question, stores what is new and starts the answer."""

    def __init__(
        self,
        database: Database,
        key_store: KeyStore,
        assistants: Assistants,
        projects: Projects,
        generations: Generations,
        measure: Measure,
        attachments: Attachments,
        clock: Clock,
    ) -> None:
        """Store in `database`, have `generations` write, let pass what `measure` says fits."""
        self.database, self._key_store = database, key_store
        self._assistants, self._projects = assistants, projects
        self._generations = generations
        self._measure, self._attachments, self._clock = measure, attachments, clock

    async def reader(self, owner: Owner, language: Language) -> Reader:
        """Return `owner` as a reader."""
        return Reader(owner, await self._key_store.key_or_new(owner), language)

    async def read(
        self, reader: Reader, conversation_id: UUID
    ) -> tuple[ConversationRow, list[Message]]:
        """Return a conversation and its messages; raises `ConversationUnknown`."""
        async with self.database.person(reader.owner) as person:
            conversation = await store.conversation(person, conversation_id)
            if conversation is None:
                raise ConversationUnknown
            rows = await store.messages(person, conversation_id)
            messages = [row.opened(reader.key) for row in rows]
            return conversation, await self._attachments.with_documents(
                person, conversation_id, messages
            )

    async def admitted(
        self,
        reader: Reader,
        conversation: ConversationRow,
        branch: Sequence[Message],
        effort: Effort | None,
        *,
        unfinished: bool = False,
    ) -> Prepared:
        """Build the question of a branch, see that it fits, and take the quota for it.

        `unfinished`: its last message is an answer to go on with. Raises `ChoiceUnknown`,
        `DocumentNotReady`, `ConversationTooLong`, and what admission raises.
        """
        choice, model, messages, reads = await self._prompt(reader, conversation, branch)
        continues = unfinished and "continues" in model.capabilities
        if unfinished and not continues:
            messages = continuing(messages)
        await self._measure.check(model, messages)
        fields: dict[str, object] = {"messages": messages}
        if effort is not None:
            fields["reasoning_effort"] = effort
        if model.bundled:
            # The small model does not always find its end.
            fields["max_tokens"] = answer_room(model.context_tokens)
        admitted = await self._generations.admit(
            Question(
                asker=Asker(reader.owner, "web"),
                lane="interactive",
                model_id=model.id,
                fields=fields,
                affinity=conversation.id.bytes,
                salt_of=reader.owner.owner_id.bytes,
                assistant_id=choice.assistant.id,
                continues=continues,
            )
        )
        return Prepared(admitted, reads)

    async def admitted_for_the_house(
        self, reader: Reader, conversation: ConversationRow, messages: list[dict[str, str]]
    ) -> Admitted:
        """Let ARGO ask for itself, on `reader`'s behalf and uncounted.

        Raises like `admitted`.
        """
        _, model = self.choice(conversation)
        await self._measure.check(model, messages)
        return await self._generations.admit(
            Question(
                asker=Asker(reader.owner, "web"),
                lane="interactive",
                model_id=model.id,
                fields={"messages": messages, "reasoning_effort": "low"},
                affinity=conversation.id.bytes,
                salt_of=reader.owner.owner_id.bytes,
                counted=False,
            )
        )

    async def context(
        self, reader: Reader, conversation: ConversationRow, branch: Sequence[Message]
    ) -> Context:
        """Return how full the context is with a branch; raises `ChoiceUnknown`."""
        _, model, messages, _ = await self._prompt(reader, conversation, branch)
        leaf = branch[-1] if branch else None
        settled = leaf is not None and leaf.role == "assistant" and leaf.state == "complete"
        return await self._measure.of(model, messages, leaf.id if leaf and settled else None)

    def choice(self, conversation: ConversationRow) -> tuple[Choice, Model]:
        """Return what the conversation goes on with, whatever became of what it began with."""
        choice = self._assistants.standing(conversation.assistant_id, conversation.size)
        return choice, self._assistants.resolve(choice.model_id).model

    async def _prompt(
        self, reader: Reader, conversation: ConversationRow, branch: Sequence[Message]
    ) -> tuple[Choice, Model, list[dict[str, str]], list[DocumentRead]]:
        choice, model = self.choice(conversation)
        instructions = instructed(
            self._assistants.instructions(choice, reader.language),
            await self._projects.instructions(reader.owner, conversation.project_id),
            model.id,
            reader.language,
        )
        reads = await self._attachments.read_for(reader.owner, branch, instructions, model)
        if reads:
            instructions += RULE
        summary, turns = tree.read(sources.told(branch, reads))
        return choice, model, prompt(instructions, turns, model, summary), reads

    async def stored(
        self,
        reader: Reader,
        conversation: ConversationRow,
        new: list[Message],
        admitted: Admitted,
        ended: Ended,
        reads: Sequence[DocumentRead] = (),
    ) -> None:
        """Store `new` and start the answer, its last; a caller that leaves cannot part the two.

        `reads` is what the answer has read of documents. Raises `IdTaken`, or `DocumentUnknown`
        for a question's document that is not this person's.
        """
        answer = new[-1]
        rows = [await sealed_message(message, reader.key) for message in new]

        async def keep(person: Connection) -> None:
            for row in rows:
                await store.message_added(person, reader.owner, row)
            for message in new:
                await self._attachments.attach(person, reader.owner, message)
            await self._attachments.note_read(person, reader.owner, answer.id, reads)
            await store.used(person, conversation.id, answer.created_at)
            if conversation.title is None and new[0].role == "user":
                words = titles.first_words(new[0].text)
                title = sealed_title(words, conversation.id, reader.key)
                await store.titled(person, conversation.id, title)

        sink = RowSink(self.database, reader.owner, reader.key, answer, ended)
        try:
            await asyncio.shield(self._start(reader, answer, admitted, sink, keep))
        except psycopg.errors.UniqueViolation as error:
            raise IdTaken(param="id") from error
        except psycopg.errors.ForeignKeyViolation as error:
            raise DocumentUnknown(param="documents") from error

    async def continued(
        self,
        reader: Reader,
        conversation: ConversationRow,
        answer: Message,
        admitted: Admitted,
        ended: Ended,
    ) -> None:
        """Have the stored `answer` go on where it stopped; raises `StillWriting`."""

        async def keep(person: Connection) -> None:
            if not await store.answer_reopened(person, answer.id):
                raise StillWriting
            await store.used(person, conversation.id, self._clock.now())

        before = Before(
            text=answer.text,
            reasoning=answer.reasoning or "",
            reasoning_seconds=answer.reasoning_seconds or 0.0,
            last_event=answer.last_event,
        )
        seam = None if admitted.question.continues else Seam(answer.text)
        sink = RowSink(self.database, reader.owner, reader.key, answer, ended)
        try:
            await asyncio.shield(self._start(reader, answer, admitted, sink, keep, before, seam))
        except psycopg.errors.UniqueViolation as error:
            # The worker that wrote it has not put its pen down yet.
            raise StillWriting from error

    async def _start(
        self,
        reader: Reader,
        answer: Message,
        admitted: Admitted,
        sink: RowSink,
        keep: Keep,
        before: Before | None = None,
        seam: Seam | None = None,
    ) -> None:
        owner = reader.owner
        try:
            async with self.database.person(owner) as person:
                await keep(person)
                await self._generations.claim(person, answer.id, owner)
        except BaseException:
            await self._generations.give_back(admitted)
            raise
        self._generations.start(answer.id, owner, admitted, sink, before=before, seam=seam)

    def message(
        self,
        conversation_id: UUID,
        message_id: UUID,
        parent_id: UUID | None,
        role: Role,
        text: str,
        documents: tuple[UUID, ...] = (),
    ) -> Message:
        """Return a new message: a question as it is, anything else waiting to be written."""
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
            documents=documents,
        )
