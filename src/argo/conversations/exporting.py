"""A branch of a saved conversation, or one answer, as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from argo.assistants.service import Assistants
from argo.clock import Clock
from argo.completions.service import Completions
from argo.conversations import store, tree
from argo.conversations.errors import ConversationUnknown, MessageUnknown
from argo.conversations.types import Message
from argo.errors import Language
from argo.export.service import Exports
from argo.export.types import Exported, Format, Paper, Part
from argo.export.words import HEADINGS, STATES, untitled, written_by
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.storage.types import Owner


@dataclass(frozen=True)
class Wish:
    """What is to be exported: the branch that ends at `leaf_id`, or one answer of it alone."""

    conversation_id: UUID
    leaf_id: UUID
    form: Format
    alone: bool
    language: Language
    institution: str


class Exporting:
    """Reads a branch and has it made into a file; keeps nothing."""

    def __init__(
        self,
        database: Database,
        key_store: KeyStore,
        assistants: Assistants,
        completions: Completions,
        exports: Exports,
        clock: Clock,
    ) -> None:
        """Have `exports` make the files."""
        self._database, self._key_store, self._clock = database, key_store, clock
        self._assistants, self._completions, self._exports = assistants, completions, exports

    @property
    def public_key(self) -> str:
        """The key that verifies the marks on files, in base64."""
        return self._exports.public_key

    async def made(self, owner: Owner, wish: Wish) -> Exported:
        """Return the file; reasoning is no part of it.

        Raises `ConversationUnknown`, `MessageUnknown`, and what `Exports.made` raises.
        """
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            row = await store.conversation(person, wish.conversation_id)
            if row is None:
                raise ConversationUnknown
            rows = await store.messages(person, wish.conversation_id)
        conversation = row.opened(key)
        branch = tree.branch([each.opened(key) for each in rows], wish.leaf_id)
        if wish.alone:
            branch = branch[-1:]
            if branch[0].role == "user":
                raise MessageUnknown(param="leaf_id")
        paper = Paper(
            title=conversation.title or untitled(wish.language),
            language=wish.language,
            institution=wish.institution,
            parts=self._parts(branch, conversation.assistant_id, wish.language),
            at=self._clock.now().isoformat(timespec="seconds"),
            source="saved",
        )
        return await self._exports.made(paper, wish.form)

    def _parts(
        self, branch: Sequence[Message], assistant_id: str, language: Language
    ) -> tuple[Part, ...]:
        names = {each.id: each.name for each in self._completions.models()}
        assistants = {each.assistant.id: each.assistant for each in self._assistants.choices()}
        assistant = assistants.get(assistant_id)
        answers = HEADINGS[language]["assistant"]
        if assistant is not None:
            answers = assistant.name.text(language)
        headings = {**HEADINGS[language], "assistant": answers}
        return tuple(_part(each, headings, names, language) for each in branch)


def _part(
    message: Message, headings: Mapping[str, str], names: Mapping[str, str], language: Language
) -> Part:
    model, note = None, ""
    if message.role != "user":
        model = message.model_id and names.get(message.model_id, message.model_id)
        note = written_by(language, model, message.created_at, STATES[language].get(message.state))
    return Part(
        role=message.role,
        heading=headings[message.role],
        text=message.text,
        note=note,
        model=model,
        at=message.created_at.isoformat(timespec="seconds"),
    )
