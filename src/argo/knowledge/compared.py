"""The SQL of what search compares: words' counts, vectors, and the functions that search."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from argo.storage.at_once import Statement
from argo.storage.database import Connection
from argo.storage.types import Owner

Ranked = list[tuple[tuple[UUID, int], float]]


@dataclass(frozen=True)
class FoundRow:
    """A passage that was found, sealed by `held_by`."""

    held_by: UUID
    collection_id: UUID
    document_id: UUID
    document_name: bytes
    ordinal: int
    first_page: int | None
    last_page: int | None
    tokens: int
    heading: bytes
    text: bytes


async def holders(person: Connection, wanted: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return those of the `wanted` collections that may be read, each with its owner's id."""
    cursor = await person.execute(
        "SELECT collection_id, held_by FROM argo_readable(%s::uuid[])", (list(wanted),)
    )
    return {row[0]: row[1] for row in await cursor.fetchall()}


def by_words(wanted: Sequence[UUID], holder: UUID, words: Sequence[str], most: int) -> Statement:
    """Return the search for `words` (each a `tsquery` of one word's stems) among one owner's."""
    return Statement(
        "SELECT document_id, ordinal, score "
        "FROM argo_passages_by_words($1::uuid[], $2::uuid, $3::text[], $4::int)",
        (list(wanted), holder, list(words), most),
    )


def by_vector(
    wanted: Sequence[UUID], model: str, version: str, vector: array[float], most: int
) -> Statement:
    """Return the search for what lies near `vector`."""
    return Statement(
        "SELECT document_id, ordinal, score "
        "FROM argo_passages_by_vector($1::uuid[], $2::text, $3::text, $4::halfvec, $5::int)",
        (list(wanted), model, version, literal(vector), most),
    )


async def found(
    person: Connection, wanted: Sequence[UUID], keys: Sequence[tuple[UUID, int]]
) -> list[FoundRow]:
    """Return the passages at `keys` that may be read, in their order."""
    cursor = person.cursor(row_factory=class_row(FoundRow))
    await cursor.execute(
        "SELECT held_by, collection_id, document_id, document_name, ordinal, first_page, "
        "last_page, tokens, heading, text "
        "FROM argo_passages_found(%s::uuid[], %s::uuid[], %s::int[])",
        (list(wanted), [key[0] for key in keys], [key[1] for key in keys]),
    )
    return await cursor.fetchall()


async def counted(person: Connection, owner: Owner, document_id: UUID) -> None:
    """Count the words of a document's passages, once; in the order of words, against deadlocks."""
    await person.execute(
        "WITH new AS (INSERT INTO counted_documents (institution_id, owner_id, document_id) "
        "VALUES (%(institution)s, %(owner)s, %(document)s) ON CONFLICT DO NOTHING "
        "RETURNING document_id) "
        "INSERT INTO word_counts AS held (institution_id, owner_id, lexeme, passages) "
        "SELECT %(institution)s, %(owner)s, lexeme, count(*)::int "
        "FROM new JOIN passages USING (document_id), unnest(passages.lexemes) "
        "GROUP BY lexeme ORDER BY lexeme "
        "ON CONFLICT (institution_id, owner_id, lexeme) "
        "DO UPDATE SET passages = held.passages + excluded.passages",
        {
            "institution": owner.institution_id,
            "owner": owner.owner_id,
            "document": document_id,
        },
    )


async def uncounted(person: Connection, document_id: UUID) -> None:
    """Take a document's words out of the counts, and its vectors away."""
    await person.execute(
        "WITH gone AS (DELETE FROM counted_documents WHERE document_id = %s "
        "RETURNING document_id), less AS (SELECT lexeme, count(*)::int AS passages "
        "FROM gone JOIN passages USING (document_id), unnest(passages.lexemes) GROUP BY lexeme) "
        "UPDATE word_counts SET passages = greatest(0, word_counts.passages - less.passages) "
        "FROM less WHERE word_counts.lexeme = less.lexeme",
        (document_id,),
    )
    await person.execute("DELETE FROM passage_vectors WHERE document_id = %s", (document_id,))


async def without_vector(
    person: Connection, document_id: UUID, model: str, version: str, limit: int
) -> list[int]:
    """Return the ordinals of at most `limit` passages that this model has no vector of."""
    cursor = await person.execute(
        "SELECT ordinal FROM passages WHERE document_id = %(document)s AND NOT EXISTS ("
        "SELECT FROM passage_vectors AS made WHERE made.document_id = passages.document_id "
        "AND made.ordinal = passages.ordinal AND model = %(model)s AND version = %(version)s) "
        "ORDER BY ordinal LIMIT %(limit)s",
        {"document": document_id, "model": model, "version": version, "limit": limit},
    )
    return [row[0] for row in await cursor.fetchall()]


async def vectors_added(
    person: Connection,
    owner: Owner,
    document_id: UUID,
    model: str,
    version: str,
    vectors: Sequence[tuple[int, array[float]]],
) -> None:
    """Add the vectors of passages; those that are there already, or whose passage went, are not."""
    await person.execute(
        "INSERT INTO passage_vectors (institution_id, owner_id, document_id, ordinal, model, "
        "version, dimension, embedding) SELECT %s, %s, %s, ordinal, %s, %s, %s, "
        "embedding::halfvec FROM unnest(%s::int[], %s::text[]) AS made (ordinal, embedding) "
        "JOIN passages USING (ordinal) WHERE passages.document_id = %s "
        "ON CONFLICT DO NOTHING",
        (
            owner.institution_id,
            owner.owner_id,
            document_id,
            model,
            version,
            len(vectors[0][1]),
            [ordinal for ordinal, _ in vectors],
            [literal(vector) for _, vector in vectors],
            document_id,
        ),
    )


async def others_dropped(person: Connection, document_id: UUID, model: str, version: str) -> None:
    """Drop what other models made of a document that this one has wholly embedded."""
    await person.execute(
        "DELETE FROM passage_vectors WHERE document_id = %s AND (model, version) <> (%s, %s)",
        (document_id, model, version),
    )


async def stale(
    house: Connection, model: str, version: str, limit: int
) -> list[tuple[Owner, UUID]]:
    """Return documents of collections of which this model has made no vector at all."""
    cursor = await house.execute(
        "SELECT DISTINCT institution_id, owner_id, document_id FROM collection_documents AS member "
        "WHERE NOT EXISTS (SELECT FROM passage_vectors AS made WHERE "
        "made.document_id = member.document_id AND model = %s AND version = %s) LIMIT %s",
        (model, version, limit),
    )
    return [(Owner(row[0], row[1]), row[2]) for row in await cursor.fetchall()]


def literal(vector: array[float]) -> str:
    """Return `vector` as pgvector reads it; six digits are more than 16 bits hold."""
    return "[" + ",".join(f"{each:.6g}" for each in vector) + "]"
