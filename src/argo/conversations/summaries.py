"""A summary in a conversation: a message that models read in place of what stands above it.

It is asked of the model, shown, editable, and set aside or used again at will. What it replaces
stays where it is, for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from argo.completions.summary import summarising
from argo.conversations import store, tree
from argo.conversations.errors import IdTaken, MessageUnknown, OutOfTurn, StillWriting
from argo.conversations.rows import sealed_message
from argo.conversations.types import Message
from argo.conversations.writing import Writing
from argo.errors import Language
from argo.storage.types import Owner


@dataclass(frozen=True)
class NewSummary:
    """A wish for a summary of the branch that ends with the answer `parent_id`."""

    id: UUID
    parent_id: UUID


async def _nothing_follows(_: Message) -> None:
    return


class Summaries:
    """Has summaries written, changes them, sets them aside."""

    def __init__(self, writing: Writing) -> None:
        """Have them written by `writing`."""
        self._writing = writing

    async def summarise(
        self, owner: Owner, conversation_id: UUID, new: NewSummary, language: Language
    ) -> Message:
        """Have a branch summarised; costs its owner no question. One that is there is returned.

        Raises `ConversationUnknown`, `MessageUnknown`, `OutOfTurn`, `StillWriting`,
        `ConversationTooLong` when not even a summary's question fits, and what admission raises.
        """
        reader = await self._writing.reader(owner, language)
        conversation, messages = await self._writing.read(reader, conversation_id)
        there = [each for each in messages if each.parent_id == new.parent_id]
        if (before := _usable(there)) is not None:
            return before
        branch = tree.branch(messages, new.parent_id)
        tree.check_turn(branch[-1] if branch else None, "summary")
        _, model = self._writing.choice(conversation)
        summary, turns = tree.read(branch)
        asking = summarising(turns, model, summary)
        message = self._writing.message(conversation_id, new.id, new.parent_id, "summary", "")
        admitted = await self._writing.admitted_for_the_house(reader, conversation, asking)
        try:
            await self._writing.stored(reader, conversation, [message], admitted, _nothing_follows)
        except IdTaken:
            _, messages = await self._writing.read(reader, conversation_id)
            same = [each for each in messages if (each.id, each.role) == (new.id, "summary")]
            if not same:
                raise
            return same[0]
        return message

    async def change(
        self,
        owner: Owner,
        summary_id: UUID,
        language: Language,
        text: str | None,
        used: bool | None,
    ) -> Message:
        """Give a summary another text, set it aside or use it again.

        Raises `MessageUnknown`, `StillWriting`, or `OutOfTurn` for an empty one to be used.
        """
        reader = await self._writing.reader(owner, language)
        async with self._writing.database.person(owner) as person:
            row = await store.message(person, summary_id)
            if row is None or row.role != "summary":
                raise MessageUnknown
            before = row.opened(reader.key)
            if before.state in tree.UNFINISHED:
                raise StillWriting
            after = _changed(before, text, used)
            await store.summary_changed(person, await sealed_message(after, reader.key))
        return after


def _usable(siblings: list[Message]) -> Message | None:
    """Return the summary that is there already: being written, or whole."""
    wanted = ("waiting", "running", "complete")
    return next(
        (each for each in siblings if each.role == "summary" and each.state in wanted), None
    )


def _changed(summary: Message, text: str | None, used: bool | None) -> Message:
    fields = {**vars(summary)}
    if text is not None:
        fields["text"] = text
    if used is not None:
        fields["state"] = "complete" if used else "stopped"
    if fields["state"] == "complete" and not fields["text"].strip():
        raise OutOfTurn(param="text")
    return Message(**fields)
