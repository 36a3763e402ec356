"""Finding the passages that answer a question: by words and by meaning, of what may be read."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Mapping, Sequence
from uuid import UUID

import orjson

from argo.engines.embeddings import Embeddings
from argo.errors import ArgoError
from argo.knowledge import compared, ranking
from argo.knowledge.compared import FoundRow, Ranked
from argo.knowledge.types import Found
from argo.storage import lexemes
from argo.storage.at_once import Statement
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.storage.sealing import OwnerKey, Place
from argo.storage.types import Owner

# How deep both searches go when only some documents count: those of the others fall out.
_DEEP = 2000


class KnowledgeSearch:
    """Searches collections in a reader's name."""

    def __init__(self, database: Database, key_store: KeyStore, embeddings: Embeddings) -> None:
        """Search in `database`; `embeddings` makes the question's vector."""
        self._database, self._key_store, self._embeddings = database, key_store, embeddings

    async def find(
        self,
        reader: Owner,
        collection_ids: Sequence[UUID],
        question: str,
        most: int,
        among: Container[UUID] | None = None,
    ) -> list[Found]:
        """Return at most `most` passages of these collections that answer `question`, best first.

        Collections that `reader` may not read are as if they were empty: the database decides, at
        this moment. `among` leaves only these documents, None: all. Without embeddings, or while
        their engine is away, words alone decide.
        """
        async with self._database.person(reader) as person:
            holders = await compared.holders(person, collection_ids)
        if not holders:
            return []
        probe = await self.probe(question)
        keys = {
            held_by: await self._key_store.key_or_new(Owner(reader.institution_id, held_by))
            for held_by in set(holders.values())
        }
        readable = list(holders)
        deep = ranking.LEG if among is None else _DEEP
        legs = [
            [each for each in leg if among is None or each[0][0] in among][: ranking.LEG]
            for leg in await self.legs(reader, readable, keys, question, probe, deep)
        ]
        best = ranking.fused(*legs)[:most]
        async with self._database.person(reader) as person:
            rows = await compared.found(person, readable, [key for key, _ in best])
        scores = dict(best)
        return await asyncio.to_thread(
            lambda: [
                opened(row, keys[row.held_by], scores[row.document_id, row.ordinal])
                for row in rows
                if row.held_by in keys
            ]
        )

    async def legs(
        self,
        reader: Owner,
        readable: Sequence[UUID],
        keys: Mapping[UUID, OwnerKey],
        question: str,
        probe: Statement | None,
        deep: int = ranking.LEG,
    ) -> tuple[Ranked, Ranked]:
        """Return what words find and what lies near, each best first, unfused.

        `keys` are the owners' of the `readable` collections; `probe` is the question's vector; at
        most `deep` are found each way.
        """
        asked = [
            compared.by_words(readable, held_by, words, deep)
            for held_by, key in keys.items()
            if (words := query_words(question, key))
        ]
        near = [] if probe is None else [probe_for(probe, readable, deep)]
        if not asked and not near:
            return [], []
        told = await self._database.person_at_once(reader, *asked, *near)
        ranked = [
            [((row["document_id"], row["ordinal"]), float(row["score"])) for row in rows]
            for rows in told
        ]
        by_words = sorted(
            (each for leg in ranked[: len(asked)] for each in leg), key=lambda each: -each[1]
        )
        return by_words[:deep], ranked[-1] if near else []

    async def probe(self, question: str) -> Statement | None:
        """Return the search near `question`, its collections yet to be named; None without."""
        try:
            model = await self._embeddings.model()
            embedded = await self._embeddings.embed([question], "query")
        except ArgoError:
            # Absent or away: what is found by words is better than nothing, and often best.
            return None
        return compared.by_vector((), model.id, model.version, embedded.vectors[0], ranking.LEG)


def probe_for(probe: Statement, readable: Sequence[UUID], deep: int) -> Statement:
    """Return the search by meaning for `deep` passages, among the collections that are readable."""
    return Statement(probe.sql, (list(readable), *probe.params[1:-1], deep))


def query_words(question: str, key: OwnerKey) -> list[str]:
    """Return each word of `question` as a `tsquery` of its stems, hashed for the owner of `key`."""
    groups = dict.fromkeys(tuple(word.stems) for word in lexemes.words(question))
    return [
        "|".join(f"'{lexemes.hashed(stem, key.lexeme_key)}'" for stem in stems) for stems in groups
    ][:64]


def opened(row: FoundRow, key: OwnerKey, score: float) -> Found:
    """Return a passage as its reader sees it; raises `SealBroken`."""
    at = row.document_id
    return Found(
        collection_id=row.collection_id,
        document_id=at,
        document_name=key.open(row.document_name, Place("documents.name", at)),
        ordinal=row.ordinal,
        first_page=row.first_page,
        last_page=row.last_page,
        heading=tuple(
            orjson.loads(key.open(row.heading, Place("passages.heading", at, row.ordinal)))
        ),
        text=key.open(row.text, Place("passages.text", at, row.ordinal)),
        tokens=row.tokens,
        score=round(score, 4),
    )
