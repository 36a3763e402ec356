"""Charters over the real database."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from argo.charter.service import Charters
from argo.clock import Clock
from argo.journal.service import Journal
from argo.storage.database import Database
from tests.support.postgres import Addresses


@pytest.fixture
def charters(database: Database, clock: Clock, journal: Journal) -> Charters:
    """The verbs of the charter, as the commands have them."""
    return Charters(database, clock, journal)


@pytest.fixture
def slug(institution: UUID) -> str:
    """The slug of the test's institution."""
    return f"i-{institution.hex}"


@pytest.fixture
async def elsewhere(addresses: Addresses, clock: Clock) -> str:
    """The slug of another institution."""
    slug = f"e-{clock.new_id().hex}"
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        await connection.execute(
            "INSERT INTO institutions (id, slug, name) VALUES (%s, %s, 'Elsewhere')",
            (clock.new_id(), slug),
        )
    return slug
