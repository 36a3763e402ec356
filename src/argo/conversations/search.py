"""Finding what a person wrote or was answered, by the stems of its words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from argo.clock import Clock
from argo.conversations import index, snippets
from argo.conversations.index import FoundRow, UnindexedRow
from argo.conversations.rows import title_place
from argo.conversations.snippets import Part
from argo.conversations.types import Role
from argo.storage import lexemes
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey, Place
from argo.storage.types import Owner

MOST_FOUND = 30
# What one search adds to the index of what was written before there was one.
_MOST_ADDED = 100


@dataclass(frozen=True)
class Hit:
    """A conversation that was found; without a message its title alone holds the words."""

    conversation_id: UUID
    title: list[Part] | None
    pinned: bool
    project_id: UUID | None
    at: datetime
    """When the message was written; the conversation's last use without one."""
    messages: int
    message_id: UUID | None
    role: Role | None
    snippet: list[Part]


@dataclass(frozen=True)
class Found:
    """What was found, best first; `complete` is False while older texts are still being added."""

    hits: list[Hit]
    complete: bool


class Search:
    """Searches one person's conversations, in that person's name."""

    def __init__(self, database: Database, key_store: KeyStore, clock: Clock) -> None:
        """Search in `database`; open what was found with the keys of `key_store`."""
        self._database, self._key_store, self._clock = database, key_store, clock

    async def find(
        self, owner: Owner, text: str, *, pinned: bool = False, project_id: UUID | None = None
    ) -> Found:
        """Find the conversations whose title, or one of whose messages, holds all words of `text`.

        Words in quotation marks must stand side by side. Only pinned ones with `pinned`,
        only those of a project with `project_id`.
        """
        key = await self._key_store.key_or_new(owner)
        query = lexemes.query(text, key.lexeme_key)
        if query is None:
            return Found([], complete=True)
        async with self._database.person(owner) as person:
            missing = await index.unindexed(person, _MOST_ADDED)
            if missing:
                made = await asyncio.to_thread(_vectors, missing, key)
                await index.indexed(person, *made)
            rows = await index.found(
                person,
                query,
                pinned=pinned,
                project_id=project_id,
                now=self._clock.now(),
                limit=MOST_FOUND,
            )
        wanted = lexemes.stems(text)
        hits = await asyncio.to_thread(lambda: [_hit(row, wanted, key) for row in rows])
        return Found(hits, complete=len(missing) < _MOST_ADDED)


def _vectors(
    missing: list[UnindexedRow], key: OwnerKey
) -> tuple[list[tuple[UUID, str]], list[tuple[UUID, str]]]:
    """Return the vectors of titles, and those of texts."""
    made: tuple[list[tuple[UUID, str]], list[tuple[UUID, str]]] = ([], [])
    for row in missing:
        place = Place("messages.text", row.id) if row.of_message else title_place(row.id)
        vector = lexemes.vector(key.open(row.sealed, place), key.lexeme_key)
        made[row.of_message].append((row.id, vector))
    return made


def _hit(row: FoundRow, wanted: frozenset[str], key: OwnerKey) -> Hit:
    title = None
    if row.title is not None:
        title = snippets.marked(key.open(row.title, title_place(row.id)), wanted)
    snippet: list[Part] = []
    if row.text is not None and row.message_id is not None:
        text = key.open(row.text, Place("messages.text", row.message_id))
        snippet = snippets.snippet(text, wanted)
    return Hit(
        conversation_id=row.id,
        title=title,
        pinned=row.pinned,
        project_id=row.project_id,
        at=row.created_at or row.updated_at,
        messages=row.messages,
        message_id=row.message_id,
        role=row.role,
        snippet=snippet,
    )
