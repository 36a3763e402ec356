"""Collections: sets of documents, who may read them, and what hybrid search compares."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from argo.migrations import isolation

revision = "0014"
down_revision = "0013"

_INSTANT = sa.DateTime(timezone=True)
_DIMENSIONS = (384, 768, 1024)
_HERE = "institution_id = (SELECT argo_institution()) AND (SELECT argo_owner()) IS NOT NULL"


class _HalfVector(sa.types.UserDefinedType[object]):
    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "halfvec"


def upgrade() -> None:
    """Make the tables, open shared collections to their readers, and make the two searches."""
    # A collection may be a unit's or the institution's: its documents are then theirs.
    op.drop_constraint("fk_documents_institution_id_owner_id_users", "documents")
    op.create_index("ix_passages_lexemes", "passages", ["lexemes"], postgresql_using="gin")
    _collections()
    _compared()
    for table, grants in (
        ("collections", "SELECT (id, institution_id, owner_id, shared, deleted_at)"),
        ("collection_readers", "SELECT"),
        ("collection_documents", "SELECT (collection_id, document_id)"),
        ("documents", "SELECT (id, owner_id, name, state, passages, tokens, deleted_at)"),
        ("passages", "SELECT"),
        ("passage_vectors", "SELECT"),
        ("word_counts", "SELECT"),
    ):
        isolation.search_reads(table, grants)
    _readable()
    for signature, body in (_BY_WORDS, _BY_VECTOR):
        isolation.search_function(signature, body, language="plpgsql")
    isolation.search_function(*_FOUND)


def _collections() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_owned(),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("attributes", sa.LargeBinary),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=False),
        sa.Column("expires_after_days", sa.Integer),
        sa.Column("deleted_at", _INSTANT),
        sa.UniqueConstraint("institution_id", "owner_id", "id", name="uq_collections_id"),
    )
    op.create_index(
        "ix_collections_created_at", "collections", ["institution_id", "owner_id", "created_at"]
    )
    isolation.person_table("collections")
    op.create_table(
        "collection_readers",
        *_owned(),
        sa.Column("collection_id", sa.Uuid, nullable=False),
        sa.Column("reader_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "reader_id", name="pk_collection_readers"),
        _of_collection("collection_readers"),
    )
    op.create_index("ix_collection_readers_reader_id", "collection_readers", ["reader_id"])
    isolation.person_table("collection_readers")
    op.create_table(
        "collection_documents",
        *_owned(),
        sa.Column("collection_id", sa.Uuid, nullable=False),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("attributes", sa.LargeBinary),
        sa.Column("added_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "document_id", name="pk_collection_documents"),
        _of_collection("collection_documents"),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id", "document_id"],
            ["documents.institution_id", "documents.owner_id", "documents.id"],
            name="fk_collection_documents_document",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_collection_documents_document_id", "collection_documents", ["document_id"])
    isolation.person_table("collection_documents")
    isolation.house_reads(
        "collection_documents", "SELECT (institution_id, owner_id, collection_id, document_id)"
    )


def _compared() -> None:
    op.create_table(
        "passage_vectors",
        *_owned(),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("dimension", sa.Integer, nullable=False),
        sa.Column("embedding", _HalfVector, nullable=False),
        sa.PrimaryKeyConstraint(
            "document_id", "ordinal", "model", "version", name="pk_passage_vectors"
        ),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id", "document_id", "ordinal"],
            [
                "passages.institution_id",
                "passages.owner_id",
                "passages.document_id",
                "passages.ordinal",
            ],
            name="fk_passage_vectors_passage",
            ondelete="CASCADE",
        ),
    )
    for dimension in _DIMENSIONS:
        op.execute(
            f"CREATE INDEX ix_passage_vectors_{dimension} ON passage_vectors USING hnsw "
            f"((embedding::halfvec({dimension})) halfvec_ip_ops) WHERE dimension = {dimension}"
        )
    isolation.person_table("passage_vectors")
    isolation.house_reads("passage_vectors", "SELECT (document_id, model, version)")
    op.create_table(
        "word_counts",
        *_owned(),
        sa.Column("lexeme", sa.Text, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("institution_id", "owner_id", "lexeme", name="pk_word_counts"),
    )
    isolation.person_table("word_counts")
    op.create_table(
        "counted_documents",
        *_owned(),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_counted_documents"),
        sa.ForeignKeyConstraint(
            ["institution_id", "owner_id", "document_id"],
            ["documents.institution_id", "documents.owner_id", "documents.id"],
            name="fk_counted_documents_document",
            ondelete="CASCADE",
        ),
    )
    isolation.person_table("counted_documents")


def _readable() -> None:
    """Who may read what is decided here alone, at each search and each list."""
    isolation.search_function(
        "argo_readable(wanted uuid[]) RETURNS TABLE (collection_id uuid, held_by uuid)",
        "SELECT id, owner_id FROM collections WHERE (wanted IS NULL OR id = ANY (wanted)) "
        "AND institution_id = argo_institution() AND deleted_at IS NULL "
        "AND (owner_id = argo_owner() OR shared OR EXISTS (SELECT FROM collection_readers "
        "WHERE collection_readers.collection_id = id AND reader_id = argo_owner()))",
    )
    op.execute(
        f"CREATE POLICY collections_of_readers ON collections FOR SELECT TO argo_person "
        f"USING ({_HERE} AND id IN (SELECT collection_id FROM argo_readable(NULL)))"
    )


_DOCUMENTS = """
    SELECT array_agg(DISTINCT documents.id), sum(documents.passages), sum(documents.tokens)
    INTO allowed, total, length
    FROM (
        SELECT DISTINCT document_id FROM argo_readable(wanted) AS readable
        JOIN collection_documents USING (collection_id)
        WHERE holder IS NULL OR readable.held_by = holder
    ) AS held
    JOIN documents ON documents.id = held.document_id
    WHERE documents.state = 'ready' AND documents.deleted_at IS NULL;
"""

# A word says the more, the fewer passages have it (the inverse document frequency of BM25), and
# the less, the more often it comes again (ts_rank's own saturation). Which passages are looked at
# is decided by the rarest words: those that together stand in at most five thousand, one at least.
_BY_WORDS = (
    (
        "argo_passages_by_words(wanted uuid[], holder uuid, words text[], most int) "
        "RETURNS TABLE (document_id uuid, ordinal int, score float8)"
    ),
    f"""
#variable_conflict use_column
DECLARE
    allowed uuid[]; total float8; length float8; must tsquery; asked tsquery[]; weights float8[];
BEGIN
    {_DOCUMENTS}
    IF total IS NULL OR total = 0 THEN RETURN; END IF;
    WITH counted AS (
        SELECT word, word::tsquery AS query, coalesce((
            SELECT max(word_counts.passages) FROM word_counts
            WHERE institution_id = argo_institution() AND owner_id = holder
            AND lexeme = ANY (string_to_array(replace(word, '''', ''), '|'))
        ), 0)::float8 AS passages FROM unnest(words) AS word
    ), summed AS (
        SELECT word, query, least(passages, total) AS passages,
            sum(passages) OVER (ORDER BY passages, word) AS so_far,
            row_number() OVER (ORDER BY passages, word) AS rank
        FROM counted WHERE passages > 0
    )
    SELECT string_agg(word, '|') FILTER (WHERE so_far <= 5000 OR rank = 1)::tsquery,
        array_agg(query), array_agg(ln(1 + (total - passages + 0.5) / (passages + 0.5)))
    INTO must, asked, weights FROM summed;
    IF must IS NULL THEN RETURN; END IF;
    RETURN QUERY
        SELECT passages.document_id, passages.ordinal, (
            SELECT sum(weight * ts_rank(passages.lexemes, query))
            FROM unnest(asked, weights) AS each (query, weight)
        ) / (0.7 + 0.3 * passages.tokens * total / greatest(length, 1)) AS score
        FROM passages
        WHERE passages.lexemes @@ must AND passages.document_id = ANY (allowed)
        ORDER BY score DESC, passages.document_id, passages.ordinal LIMIT most;
END
""",
)

# Vectors have length 1, so the inner product is the cosine. Few passages are compared one by one;
# of many the index is asked, which goes on until it has found enough that may be read.
_BY_VECTOR = (
    (
        "argo_passages_by_vector(wanted uuid[], by_model text, by_version text, probe halfvec, "
        "most int) RETURNS TABLE (document_id uuid, ordinal int, score float8)"
    ),
    f"""
#variable_conflict use_column
DECLARE
    allowed uuid[]; total float8; length float8; holder uuid := NULL; size int := vector_dims(probe);
BEGIN
    {_DOCUMENTS}
    IF total IS NULL THEN RETURN; END IF;
    IF total <= 20000 OR size NOT IN (384, 768, 1024) THEN
        RETURN QUERY
            SELECT v.document_id, v.ordinal, -(v.embedding <#> probe) AS score
            FROM passage_vectors AS v
            WHERE v.document_id = ANY (allowed) AND v.model = by_model AND v.version = by_version
            ORDER BY v.embedding <#> probe LIMIT most;
        RETURN;
    END IF;
    PERFORM set_config('hnsw.iterative_scan', 'strict_order', true);
    PERFORM set_config('hnsw.ef_search', '64', true);
    RETURN QUERY EXECUTE format(
        'SELECT v.document_id, v.ordinal, -(v.embedding::halfvec(%1$s) <#> $4) '
        'FROM passage_vectors AS v WHERE v.dimension = %1$s AND v.document_id = ANY ($1) '
        'AND v.model = $2 AND v.version = $3 '
        'ORDER BY v.embedding::halfvec(%1$s) <#> $4 LIMIT $5', size
    ) USING allowed, by_model, by_version, probe, most;
END
""",
)

_FOUND = (
    (
        "argo_passages_found(wanted uuid[], of_documents uuid[], at_ordinals int[]) RETURNS TABLE ("
        "held_by uuid, collection_id uuid, document_id uuid, document_name bytea, ordinal int, "
        "first_page int, last_page int, tokens int, heading bytea, text bytea)"
    ),
    (
        "SELECT DISTINCT ON (asked.place) readable.held_by, readable.collection_id, passages.document_id, "
        "documents.name, passages.ordinal, passages.first_page, passages.last_page, passages.tokens, "
        "passages.heading, passages.text "
        "FROM unnest(of_documents, at_ordinals) WITH ORDINALITY AS asked (document, number, place) "
        "JOIN passages ON passages.document_id = asked.document AND passages.ordinal = asked.number "
        "JOIN documents ON documents.id = asked.document AND documents.deleted_at IS NULL "
        "JOIN collection_documents AS member ON member.document_id = asked.document "
        "JOIN argo_readable(wanted) AS readable ON readable.collection_id = member.collection_id "
        "ORDER BY asked.place, readable.collection_id"
    ),
)


def _owned() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("institution_id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False),
    )


def _of_collection(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["institution_id", "owner_id", "collection_id"],
        ["collections.institution_id", "collections.owner_id", "collections.id"],
        name=f"fk_{table}_collection",
        ondelete="CASCADE",
    )


def downgrade() -> None:
    """Migrations only go forward: a backup is the way back."""
    raise NotImplementedError
