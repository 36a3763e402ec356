"""The tree of messages: branches up, turns in order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from argo.completions.prompt import Turn
from argo.conversations.errors import MessageUnknown, OutOfTurn, StillWriting
from argo.conversations.types import Message, Role

UNFINISHED = ("waiting", "running")


def branch(messages: Sequence[Message], leaf_id: UUID | None) -> list[Message]:
    """Return the messages from the first question down to `leaf_id`, none for None.

    Raises `MessageUnknown` when it is not among `messages`.
    """
    by_id: Mapping[UUID, Message] = {message.id: message for message in messages}
    found: list[Message] = []
    at = leaf_id
    while at is not None:
        if at not in by_id or len(found) > len(by_id):
            raise MessageUnknown(param="parent_id")
        found.append(by_id[at])
        at = by_id[at].parent_id
    return found[::-1]


def turns(branch: Sequence[Message]) -> list[Turn]:
    """Return what a model reads of a branch: texts without reasoning."""
    return [Turn(message.role, message.text) for message in branch]


def check_turn(parent: Message | None, role: Role) -> None:
    """Let a message of `role` follow `parent` (None: the beginning).

    Raises `OutOfTurn`, or `StillWriting` when the parent is an unfinished answer.
    """
    follows = "assistant" if role == "user" else "user"
    if parent is None:
        if role != "user":
            raise OutOfTurn(param="parent_id")
        return
    if parent.role != follows:
        raise OutOfTurn(param="parent_id")
    if parent.role == "assistant" and parent.state in UNFINISHED:
        raise StillWriting(param="parent_id")
