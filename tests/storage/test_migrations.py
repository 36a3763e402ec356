"""Every earlier schema, with people's data in it, comes to this version's without a loss."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from argo import migrations
from tests.support.postgres import Addresses, Cluster

VERSIONS = Path(migrations.__file__).parent / "versions"
REVISIONS = sorted(file.name[:4] for file in VERSIONS.glob("0*.py"))
# What people had at a revision: the table, and a row of it. Grows with every migration.
ROWS = {
    "0002": (
        "users",
        (
            "INSERT INTO users (id, institution_id, owner_id, email, name, role) "
            "SELECT %(user)s, id, %(user)s, 'ada@example.org', 'Ada', 'member' FROM institutions"
        ),
    ),
    "0003": (
        "usage_days",
        (
            "INSERT INTO usage_days (institution_id, owner_id, day, questions, prompt_tokens, "
            "completion_tokens) SELECT institution_id, id, '2026-11-24', 3, 40, 50 FROM users"
        ),
    ),
    "0004": (
        "generations",
        (
            "INSERT INTO generations (answer_id, institution_id, owner_id, worker_id, started_at) "
            "SELECT gen_random_uuid(), institution_id, id, gen_random_uuid(), now() FROM users"
        ),
    ),
    "0005": (
        "conversations",
        (
            "INSERT INTO conversations (id, institution_id, owner_id, title, title_by_user, "
            "assistant_id, size, pinned, created_at, updated_at) SELECT gen_random_uuid(), "
            "institution_id, id, '\\x01', true, 'generalist', 'small', false, now(), now() FROM users"
        ),
    ),
    "0006": (
        "messages",
        (
            "INSERT INTO messages (id, institution_id, owner_id, conversation_id, role, text, state, "
            "last_event, created_at, lexemes) SELECT gen_random_uuid(), institution_id, owner_id, id, "
            "'user', '\\x01', 'complete', 0, now(), 'abcdefgh:1' FROM conversations"
        ),
    ),
    "0007": (
        "journal",
        (
            "INSERT INTO journal (number, at, actor_kind, action, target_kind, target_id, outcome, "
            "count, hash) VALUES (1, now(), 'command', 'user.added', 'user', '', 'done', 1, '\\x01')"
        ),
    ),
    "0008": (
        "jobs",
        (
            "INSERT INTO jobs (id, institution_id, owner_id, kind, about_id, urgent, attempts, "
            "due_at) SELECT gen_random_uuid(), institution_id, id, 'documents.read', "
            "gen_random_uuid(), false, 0, now() FROM users"
        ),
    ),
    "0009": (
        "quota_limits",
        (
            "INSERT INTO quota_limits (institution_id, kind, subject_id, tokens_per_day) "
            "SELECT institution_id, 'user', id, 5000 FROM users"
        ),
    ),
    "0010": (
        "documents",
        (
            "INSERT INTO documents (id, institution_id, owner_id, purpose, name, state, size_bytes, "
            "created_at) SELECT gen_random_uuid(), institution_id, id, 'conversation', '\\x01', "
            "'ready', 0, now() FROM users"
        ),
    ),
    "0011": (
        "message_documents",
        (
            "INSERT INTO message_documents (institution_id, owner_id, message_id, document_id, "
            "position) SELECT documents.institution_id, documents.owner_id, messages.id, "
            "documents.id, 0 FROM documents, messages"
        ),
    ),
    "0012": (
        "workers",
        "INSERT INTO workers (id, address, seen_at) VALUES (gen_random_uuid(), '127.0.0.1:1', now())",
    ),
    "0013": (
        "projects",
        (
            "INSERT INTO projects (id, institution_id, owner_id, name, instructions, colour, "
            "created_at) SELECT gen_random_uuid(), institution_id, id, '\\x01', '\\x01', 'teal', "
            "now() FROM users"
        ),
    ),
    "0014": (
        "collections",
        (
            "INSERT INTO collections (id, institution_id, owner_id, purpose, name, shared, created_at, "
            "used_at) SELECT gen_random_uuid(), institution_id, id, 'collection', '\\x01', false, "
            "now(), now() FROM users"
        ),
    ),
    "0015": (
        "identities",
        (
            "INSERT INTO identities (issuer, subject, institution_id, owner_id, created_at) "
            "SELECT 'https://idp.example.org', 'ada', institution_id, id, now() FROM users"
        ),
    ),
    "0016": (
        "charter_acceptances",
        (
            "INSERT INTO charter_acceptances (institution_id, owner_id, version, accepted_at) "
            "SELECT institution_id, id, 1, now() FROM users"
        ),
    ),
    "0017": (
        "self_checks",
        (
            "INSERT INTO self_checks (institution_id, owner_id, version, done_at) "
            "SELECT institution_id, id, 1, now() FROM users"
        ),
    ),
    "0018": (
        "receipts",
        (
            "INSERT INTO receipts (id, institution_id, owner_id, what, counts, begun_at) "
            "SELECT gen_random_uuid(), institution_id, id, 'conversations', '{}', now() FROM users"
        ),
    ),
}


def test_every_migration_says_what_people_had_at_it() -> None:
    assert set(REVISIONS) - {"0001"} == set(ROWS), "a new migration needs its row here"


@pytest.mark.parametrize("revision", REVISIONS)
def test_data_of_an_earlier_schema_is_kept(cluster: Cluster, revision: str) -> None:
    addresses = cluster.new_database()
    migrations.upgrade(addresses.owner, service_role="argo_service", revision=revision)
    user_id, filled = uuid4(), []
    with psycopg.connect(addresses.superuser) as connection:
        for at, (table, insert) in ROWS.items():
            if at <= revision:
                connection.execute(insert, {"user": user_id})
                filled.append(table)
    before = rows(addresses, filled)
    migrations.upgrade(addresses.owner, service_role="argo_service")
    after = rows(addresses, filled)
    assert {table: len(found) for table, found in after.items()} == dict.fromkeys(filled, 1)
    for table, found in before.items():
        assert found[0].items() <= after[table][0].items()


def test_migrating_twice_changes_nothing(addresses: Addresses) -> None:
    migrations.upgrade(addresses.owner, service_role="argo_service")
    with psycopg.connect(addresses.superuser) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert found == [(REVISIONS[-1],)]


def rows(addresses: Addresses, tables: list[str]) -> dict[str, list[dict[str, object]]]:
    """Return all rows of `tables`, as the intruder reads them."""
    with psycopg.connect(addresses.superuser, row_factory=psycopg.rows.dict_row) as connection:
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
