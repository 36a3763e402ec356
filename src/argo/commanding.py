"""What commands beside `argo serve` work with: its running database, or one for their duration."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from argo import migrations
from argo.accounts.administration import Administration
from argo.accounts.crowd import Crowd
from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.charter.service import Charters
from argo.charter.types import SHIPPED
from argo.clock import Clock
from argo.embedded.attach import attached
from argo.embedded.types import Addresses
from argo.errors import ArgoError
from argo.ground import database_of, journal_of, secrets_of
from argo.journal.service import Journal
from argo.settings import Settings
from argo.storage.database import Database
from argo.usage.service import Ledger


@dataclass(frozen=True)
class Commanding:
    """What the commands on people work with; `base` is the address of the links."""

    people: People
    administration: Administration
    accounts: Accounts
    crowd: Crowd
    charters: Charters
    journal: Journal
    base: str

    def link(self, token: str) -> str:
        """Return the address that signs in with `token`."""
        return f"{self.base}/sign-in/{token}"


@asynccontextmanager
async def commanding(settings: Settings) -> AsyncIterator[Commanding]:
    """Reach accounts for a command beside `argo serve`; raises what storage raises."""
    clock = Clock()
    async with database_for_command(settings) as address:
        root = secrets_of(settings)
        database = Database(address.service, connections=2)
        await database.open()
        try:
            server = settings.server
            here = address.url or f"http://{server.host}:{server.port}"
            base = (server.public_url or here).rstrip("/")
            journal = journal_of(settings, root, database, clock)
            people = People(database, root, clock, journal)
            administration = Administration(database, clock, journal)
            accounts = Accounts(database, root, clock)
            charters = Charters(database, clock, journal)
            crowd = Crowd(
                database,
                accounts,
                journal,
                clock,
                welcome=lambda owner: charters.accept(owner, SHIPPED),
                forget=Ledger(database, clock).forget,
            )
            yield Commanding(people, administration, accounts, crowd, charters, journal, base)
        finally:
            await database.close()


@dataclass(frozen=True)
class CommandDatabase:
    """The database as a command reaches it."""

    service: str = field(repr=False)
    owner: str = field(repr=False)
    service_role: str
    url: str | None = None
    """Where the running ARGO is reached, when it is known."""


@asynccontextmanager
async def database_for_command(settings: Settings) -> AsyncIterator[CommandDatabase]:
    """Give the settings' database, or the embedded one: running, or started and migrated."""
    url = settings.database.url
    if url is not None:
        role = url.partition("://")[2].partition("@")[0].partition(":")[0] or "argo"
        yield CommandDatabase(url, settings.database.owner_url or url, role)
        return
    async with attached(settings.data, _say, Clock()) as found:
        if found.started_here:
            migrations.upgrade(found.address.owner, service_role="argo_service")
        yield CommandDatabase(found.address.service, found.address.owner, "argo_service", found.url)


async def first_link(settings: Settings, addresses: Addresses) -> str | None:
    """Return the token of the link that makes the first administrator, None once there is one."""
    database = database_of(settings, addresses)
    await database.open()
    try:
        root, clock = secrets_of(settings), Clock()
        journal = journal_of(settings, root, database, clock)
        return await People(database, root, clock, journal).first_link()
    except ArgoError:
        return None
    finally:
        await database.close()


def _say(line: str) -> None:
    print(f"argo: {line}", file=sys.stderr, flush=True)
