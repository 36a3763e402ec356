"""The tree of messages: branches up, turns in order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from argo.completions.prompt import Turn
from argo.conversations.errors import AnswerWhole, MessageUnknown, OutOfTurn, StillWriting
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


def read(branch: Sequence[Message]) -> tuple[str | None, list[Turn]]:
    """Return what a model reads of a branch: its last summary in use, and the turns below it.

    Texts only, never reasoning. A summary that was set aside (stopped, failed) stands for nothing.
    """
    begins, summary = 0, None
    for number, message in enumerate(branch):
        if message.role == "summary" and message.state == "complete" and message.text:
            begins, summary = number + 1, message.text
    turns = [
        Turn(message.role, message.text) for message in branch[begins:] if message.role != "summary"
    ]
    return summary, turns


def check_broken_off(answer: Message) -> None:
    """Let an answer go on; raises `StillWriting`, `OutOfTurn` for others, `AnswerWhole`."""
    if answer.role != "assistant":
        raise OutOfTurn(param="answer_id")
    if answer.state in UNFINISHED:
        raise StillWriting(param="answer_id")
    cut = answer.state == "complete" and answer.finish_reason == "length"
    if not answer.text or not (cut or answer.state in ("stopped", "interrupted")):
        raise AnswerWhole(param="answer_id")


def check_turn(parent: Message | None, role: Role) -> None:
    """Let a message of `role` follow `parent` (None: the beginning).

    Raises `OutOfTurn`, or `StillWriting` when the parent is an unfinished answer.
    """
    follows = {"user": ("assistant", "summary"), "assistant": ("user",), "summary": ("assistant",)}
    if parent is None:
        if role != "user":
            raise OutOfTurn(param="parent_id")
        return
    if parent.role not in follows[role]:
        raise OutOfTurn(param="parent_id")
    if parent.role != "user" and parent.state in UNFINISHED:
        raise StillWriting(param="parent_id")
