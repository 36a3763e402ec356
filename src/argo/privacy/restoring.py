"""Holds what a backup brought back against the erasure journal, before anybody is served.

The journal of erasures lies beside the keys, the receipts in the database: each is restored
alone, so each is held against the other.
"""

from __future__ import annotations

import contextlib

from argo.completions.worker import Worker
from argo.errors import ArgoError
from argo.journal.types import HOUSE, Actor, Event
from argo.privacy import store
from argo.privacy.service import shut
from argo.privacy.subjects import Subjects
from argo.privacy.types import Receipt
from argo.storage.database import Connection
from argo.storage.types import Owner

_SWEEP_BEATS = 300


class Restoring:
    """Erases again whom a restored backup brought back."""

    def __init__(self, subjects: Subjects) -> None:
        """Compare the people in the database with the erasure journal of the key store."""
        self._subjects = subjects

    async def open(self, worker: Worker) -> None:
        """Sweep before serving, and now and then; a database that is away is swept when back."""
        with contextlib.suppress(ArgoError):
            async with self._subjects.database.house() as house:
                await self.sweep(house)
        worker.at_each_beat(self.sweep, every=_SWEEP_BEATS)

    async def sweep(self, house: Connection) -> None:
        """Let nobody in who was erased, and have them erased again.

        Keys that a restored key store brought back are destroyed again. Raises `KeyStoreAway`.
        """
        buried = await self._subjects.key_store.buried()
        for owner in await store.erased_accounts(house) - buried:
            await self._subjects.key_store.bury(owner)
        back = await self._subjects.people.those_there(house, list(buried))
        for owner in back:
            receipt = Receipt(
                self._subjects.clock.new_id(), "account", {}, self._subjects.clock.now(), None
            )
            if await shut(house, self._subjects.people, owner, receipt):
                await self._subjects.journal.record(house, _back(owner, receipt))


def _back(owner: Owner, receipt: Receipt) -> Event:
    actor = Actor(HOUSE.kind, owner.institution_id)
    return Event(actor, "account.erased_again", "receipt", str(receipt.id))
