"""My data: what is held, and the beginning of its erasure."""

from __future__ import annotations

from argo.accounts.people import People
from argo.accounts.types import Caller
from argo.journal.types import Actor, Event
from argo.privacy import store
from argo.privacy.errors import ConfirmationWrong
from argo.privacy.subjects import Subjects
from argo.privacy.types import ERASE_ACCOUNT, ERASE_CONVERSATIONS, Held, Receipt, What
from argo.storage import jobs
from argo.storage.database import Connection
from argo.storage.types import Owner


class MyData:
    """One person's data at a time: each subject counts its own."""

    def __init__(self, subjects: Subjects) -> None:
        """Ask these subjects; receipts stand in their database."""
        self._subjects = subjects
        self._database, self._clock = subjects.database, subjects.clock

    async def held(self, owner: Owner) -> Held:
        """Return everything held about `owner`."""
        async with self._database.person(owner) as person:
            return await self._held(person, owner)

    async def receipts(self, owner: Owner) -> list[Receipt]:
        """Return the receipts of what `owner` had erased, newest first."""
        async with self._database.person(owner) as person:
            return await store.own(person)

    async def delete_conversations(self, owner: Owner) -> Receipt:
        """Delete all conversations: unreachable at once, erased for good by a job."""
        async with self._database.person(owner) as person:
            held = await self._held(person, owner)
            receipt = self._receipt("conversations", held)
            await store.begun(person, owner, receipt)
            await self._subjects.conversations.delete_all(person, owner)
            await jobs.queue(person, owner, ERASE_CONVERSATIONS, receipt.id, urgent=True)
            await self._subjects.journal.record(
                person, event(owner, "conversations.erasure_begun", receipt)
            )
        await self._subjects.generations.stop_all(owner)
        return receipt

    async def delete_account(self, caller: Caller, typed: str) -> Receipt:
        """Delete the account of `caller`, who `typed` its address to say so.

        From the commit on nothing opens: sessions, links and keys are void, and running answers
        are stopped. A job erases the rest. Raises `ConfirmationWrong`.
        """
        if typed.strip().lower() != caller.email.lower():
            raise ConfirmationWrong(param="email")
        owner = caller.owner
        receipt = self._receipt("account", await self.held(owner))
        async with self._database.house() as house:
            await shut(house, self._subjects.people, owner, receipt)
            await self._subjects.journal.record(
                house, event(owner, "account.erasure_begun", receipt)
            )
        await self._subjects.generations.stop_all(owner)
        return receipt

    async def _held(self, person: Connection, owner: Owner) -> Held:
        asked = self._subjects
        counted = (asked.ledger.counted, asked.projects.counted, asked.collections.counted)
        return Held(
            ways=await self._subjects.people.held(person, owner),
            conversations=await self._subjects.conversations.held(person),
            documents=await self._subjects.documents.held(person),
            others=await store.counted(person, *counted),
        )

    def _receipt(self, what: What, held: Held) -> Receipt:
        return Receipt(self._clock.new_id(), what, held.counts(what), self._clock.now(), None)


async def shut(house: Connection, people: People, owner: Owner, receipt: Receipt) -> bool:
    """Let a person in no more and have their account erased; False when that has begun already.

    In the caller's transaction.
    """
    if not await store.begun(house, owner, receipt):
        return False
    await people.shut(house, owner)
    await jobs.queue(house, owner, ERASE_ACCOUNT, receipt.id, urgent=True)
    return True


def event(owner: Owner, action: str, receipt: Receipt) -> Event:
    """Return the journal's event of what a person had erased."""
    actor = Actor("person", owner.institution_id, owner.owner_id)
    return Event(actor, action, "receipt", str(receipt.id))
