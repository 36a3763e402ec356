"""What the tests of accounts share: the service's verbs without a web, and clocks that lie."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.clock import Clock
from argo.journal.service import Journal
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from tests.fixtures import NewPerson, Service
from tests.support.browser import Browser
from tests.support.postgres import Addresses

Execute = Callable[..., Awaitable[list[tuple[Any, ...]]]]


class Standing(Clock):
    """A clock that stands still, `ahead` of the present (or behind it)."""

    def __init__(self, ahead: timedelta) -> None:
        self._stands_at = super().now() + ahead

    def now(self) -> datetime:
        return self._stands_at


@pytest.fixture
def accounts(database: Database, secrets: Secrets, clock: Clock) -> Accounts:
    """The verbs of accounts."""
    return Accounts(database, secrets, clock)


@pytest.fixture
def people(database: Database, secrets: Secrets, clock: Clock, journal: Journal) -> People:
    """The verbs of the command line."""
    return People(database, secrets, clock, journal)


@pytest.fixture
def execute(addresses: Addresses) -> Execute:
    """Runs a statement as nobody in the service can, to make time pass or look at rows."""

    async def execute(statement: Any, *values: object) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []

    return execute


@pytest.fixture
async def stranger(service: Service, new_person: NewPerson) -> AsyncIterator[Browser]:
    """Somebody else's browser, signed in, of the same institution."""
    async with entered(service, await service.people.link(await new_person())) as browser:
        yield browser


@asynccontextmanager
async def entered(service: Service, token: str) -> AsyncIterator[Browser]:
    """Open a browser and sign in with a link's token."""
    async with Browser(service.url) as browser:
        assert (await browser.post("/api/sign-in", {"token": token})).status == 204
        yield browser
