"""Where generations write: pieces while an answer grows, one row at its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from argo.completions.generation import Ending
from argo.conversations import store
from argo.conversations.rows import MessageRow, PieceRow, piece_place, sealed_message
from argo.conversations.types import Message
from argo.errors import ArgoError
from argo.storage.database import Database
from argo.storage.errors import DatabaseAway, DiskFull
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey
from argo.storage.types import Owner

_RETRY_SECONDS = 1.0

Ended = Callable[[Message], Awaitable[None]]


class RowSink:
    """One answer's sink: sealed rows in its owner's name.

    While the database is away, what came waits in memory and is written when it is back.
    """

    def __init__(
        self, database: Database, owner: Owner, key: OwnerKey, answer: Message, ended: Ended
    ) -> None:
        """Write the stored, empty `answer` of `owner`; tell `ended` when it is whole."""
        self._database, self._owner, self._key = database, owner, key
        self._answer, self._ended = answer, ended
        self._unwritten: deque[PieceRow] = deque()

    async def started(self, model_id: str) -> None:
        """Note the model that answers."""
        self._answer = replace(self._answer, state="running", model_id=model_id)
        with contextlib.suppress(DatabaseAway, DiskFull):
            async with self._database.person(self._owner) as person:
                await store.answer_started(person, self._answer.id, model_id)

    async def grew(self, text: str, reasoning: str, last_event: int) -> None:
        """Append a piece."""
        at = self._answer.id
        self._unwritten.append(
            PieceRow(
                message_id=at,
                last_event=last_event,
                text=self._key.seal(text, piece_place("text", at, last_event)),
                reasoning=self._key.seal(reasoning, piece_place("reasoning", at, last_event)),
            )
        )
        with contextlib.suppress(DatabaseAway, DiskFull):
            async with self._database.person(self._owner) as person:
                for piece in self._unwritten:
                    await store.piece_added(person, self._owner, piece)
            self._unwritten.clear()

    async def ended(self, ending: Ending) -> None:
        """Fold the answer into its row, however long the database takes to come back."""
        self._answer = replace(
            self._answer,
            text=ending.text,
            reasoning=ending.reasoning or None,
            reasoning_seconds=ending.reasoning_seconds,
            state=ending.state,
            error_code=ending.error.code if ending.error is not None else None,
            model_id=ending.model_id,
            finish_reason=ending.finish_reason,
            last_event=ending.last_event,
        )
        row = await sealed_message(self._answer, self._key)
        while not await self._folded(row):
            await asyncio.sleep(_RETRY_SECONDS)
        await self._ended(self._answer)

    async def _folded(self, row: MessageRow) -> bool:
        try:
            async with self._database.person(self._owner) as person:
                await store.answer_ended(person, row)
        except (DatabaseAway, DiskFull):
            return False
        return True


class Interruptions:
    """Ends the answers that a dead worker left behind."""

    def __init__(self, database: Database, key_store: KeyStore) -> None:
        """Work on the answers in `database`."""
        self._database, self._key_store = database, key_store

    async def interrupted(self, answer_id: UUID, owner: Owner) -> None:
        """Fold what came of the answer into its row, marked interrupted."""
        try:
            key = await self._key_store.key(owner)
            async with self._database.person(owner) as person:
                row = await store.message(person, answer_id)
                if row is None or row.state not in ("waiting", "running"):
                    return
                answer = grown(row.opened(key), await store.pieces_of(person, answer_id), key)
                ended = replace(answer, state="interrupted", last_event=answer.last_event + 1)
                await store.answer_ended(person, await sealed_message(ended, key))
        except DatabaseAway:
            raise
        except ArgoError:
            # Erased meanwhile, or its key is gone: there is nothing left to end.
            return


def grown(answer: Message, pieces: list[PieceRow], key: OwnerKey) -> Message:
    """Return an unfinished `answer` with the text and reasoning of its `pieces` added."""
    opened = [piece.opened(key) for piece in pieces]
    return replace(
        answer,
        text=answer.text + "".join(text for text, _ in opened),
        reasoning=(answer.reasoning or "") + "".join(thought for _, thought in opened) or None,
        last_event=max((piece.last_event for piece in pieces), default=answer.last_event),
    )
