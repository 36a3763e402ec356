"""What a question gets of documents: all of them when they fit, else the passages that answer it.

The one seam of retrieval in a conversation: `knowledge` puts its own way of finding here.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from argo.documents import store
from argo.documents.errors import DocumentNotReady
from argo.documents.rows import DocumentRow
from argo.documents.types import DocumentRead, PassageFound
from argo.storage import lexemes
from argo.storage.database import Connection, Database
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey
from argo.storage.types import Owner

_MOST_FOUND = 40
# What is left for searching when some documents go whole and others do not.
_SEARCH_TOKENS = 4000
# The pages and headings that are named before a passage.
_LABEL_TOKENS = 24


class Finding:
    """Finds in a person's documents."""

    def __init__(self, database: Database, key_store: KeyStore) -> None:
        """Find in the passages in `database`."""
        self._database, self._key_store = database, key_store

    async def read_for(
        self, owner: Owner, document_ids: Sequence[UUID], question: str, room_tokens: int
    ) -> list[DocumentRead]:
        """Return what a `question` reads of documents, in at most about `room_tokens`.

        Documents go whole, small ones first, as long as they fit; of the others come the passages
        that share most words with the question, and each one's first. Deleted ones are left out.
        Raises `DocumentNotReady`.
        """
        if not document_ids:
            return []
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            rows = await store.documents(person, document_ids)
            if any(row.state != "ready" for row in rows):
                raise DocumentNotReady(param="documents")
            whole, searched = _parted(rows, room_tokens)
            found = {row.id: await _all(person, row, key) for row in whole}
            if searched:
                left = room_tokens - sum(row.tokens or 0 for row in whole)
                found |= await _found(person, searched, question, left, key)
        whole_ids = {row.id for row in whole}
        return [
            DocumentRead(row.opened(key), row.id in whole_ids, tuple(found.get(row.id, ())))
            for row in rows
        ]


def _parted(rows: Sequence[DocumentRow], room: int) -> tuple[list[DocumentRow], list[DocumentRow]]:
    """Return the documents that go whole, and those that are searched."""
    if sum(row.tokens or 0 for row in rows) <= room:
        return list(rows), []
    whole, searched, left = [], [], room - min(_SEARCH_TOKENS, room // 2)
    for row in sorted(rows, key=lambda each: each.tokens or 0):
        tokens = row.tokens or 0
        if tokens <= left:
            whole.append(row)
            left -= tokens
        else:
            searched.append(row)
    return whole, searched


async def _all(person: Connection, row: DocumentRow, key: OwnerKey) -> list[PassageFound]:
    found = await store.all_passages(person, row.id, 0, row.passages or 0)
    return [each.opened(key) for each in found]


async def _found(
    person: Connection, rows: Sequence[DocumentRow], question: str, room: int, key: OwnerKey
) -> dict[UUID, list[PassageFound]]:
    ids = [row.id for row in rows]
    query = any_of(question, key)
    best = [] if query is None else await store.best_passages(person, ids, query, _MOST_FOUND)
    first = [each for at in ids for each in await store.all_passages(person, at, 0, 1)]
    taken = {}
    # Where a document begins it says what it is: that much is always read of it.
    for each in (*first, *best):
        at = (each.document_id, each.ordinal)
        cost = each.tokens + _LABEL_TOKENS
        if at not in taken and cost <= room:
            taken[at] = each.opened(key)
            room -= cost
    found: dict[UUID, list[PassageFound]] = {at: [] for at in ids}
    for (document_id, _), passage in sorted(taken.items(), key=lambda each: each[0][1]):
        found[document_id].append(passage)
    return found


def any_of(question: str, key: OwnerKey) -> str | None:
    """Return a `tsquery` of which one word is enough, None when `question` has none to look for."""
    stems = sorted(lexemes.stems(question))
    return "|".join(f"'{lexemes.hashed(stem, key.lexeme_key)}'" for stem in stems) or None
