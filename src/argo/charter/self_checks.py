"""The self-check on AI literacy: that a person did it and when, never how (AI Act, article 4)."""

from __future__ import annotations

from argo.charter import store
from argo.charter.types import SelfCheckDone
from argo.clock import Clock
from argo.storage.database import Database
from argo.storage.types import Owner


class SelfChecks:
    """Who did which version of the self-check; the page holds its questions and answers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep what was done in `database`."""
        self._database, self._clock = database, clock

    async def last(self, owner: Owner) -> SelfCheckDone | None:
        """Return the newest version `owner` did, None for none."""
        async with self._database.person(owner) as person:
            return await store.self_check(person, owner)

    async def record(self, owner: Owner, version: int) -> SelfCheckDone | None:
        """Keep that `owner` did `version`, and return the newest; the first time counts."""
        async with self._database.person(owner) as person:
            await store.self_check_added(person, owner, version, self._clock.now())
            return await store.self_check(person, owner)
