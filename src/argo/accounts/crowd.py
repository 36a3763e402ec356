"""Test people: a crowd for load tests, in an institution of its own, erased without a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

from argo.accounts import store
from argo.accounts.service import Accounts
from argo.clock import Clock
from argo.journal.service import Journal
from argo.journal.types import COMMAND, Event
from argo.storage.database import Connection, Database
from argo.storage.types import Owner

INSTITUTION = "loadtest"
_AT_A_TIME = 500


class Crowd:
    """Makes and erases test people."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        journal: Journal,
        clock: Clock,
        welcome: Callable[[Owner], Awaitable[None]],
        forget: Callable[[Connection, UUID], Awaitable[None]],
    ) -> None:
        """Work in `database`; keys come from `accounts`, what changes stands in `journal`.

        `welcome` does for a new person what lets them ask; `forget` erases what the subjects above hold of an institution's people.
        """
        self._database, self._accounts = database, accounts
        self._journal, self._clock, self._forget = journal, clock, forget
        self._welcome = welcome

    async def prepare(self, count: int) -> AsyncIterator[str]:
        """Make `count` test people in place of those there are, and yield a key of each."""
        await self.erase()
        async with self._database.house() as house:
            institution_id = await store.institution_made(
                house, self._clock.new_id(), INSTITUTION, "Load test"
            )
            event = Event(COMMAND, "test_people.made", "institution", INSTITUTION, count=count)
            await self._journal.record(house, event)
        people = [Owner(institution_id, self._clock.new_id()) for _ in range(count)]
        for first in range(0, count, _AT_A_TIME):
            some = people[first : first + _AT_A_TIME]
            async with self._database.house() as house:
                for number, owner in enumerate(some, first + 1):
                    email = f"loadtest-{number}@loadtest.invalid"
                    await store.user_added(house, owner, email, f"Test {number}", "member")
            for owner in some:
                await self._welcome(owner)
                secret, _ = await self._accounts.create_key(owner, "load test", None)
                yield secret

    async def erase(self) -> int:
        """Erase every test person, their keys and their usage; returns how many there were."""
        async with self._database.house() as house:
            institution_id = await store.institution_named(house, INSTITUTION)
            if institution_id is None:
                return 0
            await self._forget(house, institution_id)
            erased = await store.people_erased(house, institution_id)
            if erased:
                event = Event(
                    COMMAND, "test_people.erased", "institution", INSTITUTION, count=erased
                )
                await self._journal.record(house, event)
        return erased
