"""Who there is: what the command line and administration do, without a look at content."""

from __future__ import annotations

from collections.abc import Sequence

from argo.accounts import names, store
from argo.accounts.errors import (
    EmailAmbiguous,
    EmailTaken,
    InstitutionUnknown,
    UserDisabled,
    UserUnknown,
)
from argo.accounts.types import LINK_LASTS, Role, User, Ways
from argo.clock import Clock
from argo.journal.service import Journal
from argo.journal.types import COMMAND, Actor, Event
from argo.storage.database import Connection, Database
from argo.storage.secrets import Secrets
from argo.storage.types import Owner

DEFAULT_INSTITUTION = "institute"


class People:
    """Adds, lists and disables users, and makes their links."""

    def __init__(
        self, database: Database, secrets: Secrets, clock: Clock, journal: Journal
    ) -> None:
        """Work on the people in `database`; what changes stands in `journal`."""
        self._database, self._secrets, self._clock = database, secrets, clock
        self._journal = journal

    async def add(
        self,
        email: str,
        name: str | None,
        institution: str | None,
        role: Role,
        *,
        by: Actor = COMMAND,
    ) -> Owner:
        """Add a user; raises `EmailInvalid`, `NameInvalid`, `EmailTaken` or `InstitutionUnknown`.

        Without a `name` they are called by the part of the address before the @.
        """
        email = names.email(email)
        called = names.name(name if name is not None else email.partition("@")[0])
        slug = institution or DEFAULT_INSTITUTION
        async with self._database.house() as house:
            institution_id = await store.institution_named(house, slug)
            if institution_id is None:
                raise InstitutionUnknown(slug=slug)
            owner = Owner(institution_id, self._clock.new_id())
            if not await store.user_added(house, owner, email, called, role):
                raise EmailTaken(email=email)
            await self._journal.record(house, _event(by, "user.added", owner))
        return owner

    async def find(self, email: str, institution: str | None = None) -> Owner:
        """Return the user with this address, who may be let in.

        `institution` is a slug, needed when several know the address. Raises `UserUnknown`,
        `EmailAmbiguous` or `UserDisabled`.
        """
        user = await self._found(email, institution)
        if user.disabled_at is not None:
            raise UserDisabled(email=email)
        return user.owner

    async def link(self, owner: Owner, *, by: Actor = COMMAND) -> str:
        """Return the token of a new sign-in link: once, for 15 minutes."""
        token = self._clock.token()
        async with self._database.house() as house:
            await store.link_added(
                house,
                self._clock.new_id(),
                owner,
                self._secrets.hashed("link", token),
                self._clock.now() + LINK_LASTS,
            )
            await self._journal.record(house, _event(by, "user.link_made", owner))
        return token

    async def first_link(self) -> str | None:
        """Return the token of the link that makes the first administrator, None once there is one.

        Any first link made before stops working.
        """
        token = self._clock.token()
        async with self._database.house() as house:
            if await store.any_user(house):
                return None
            await store.first_link_made(
                house, self._secrets.hashed("link", token), self._clock.now() + LINK_LASTS
            )
        return token

    async def list(self) -> list[User]:
        """Return everybody."""
        async with self._database.house() as house:
            return await store.users(house)

    async def disable(
        self, email: str, institution: str | None = None, *, by: Actor = COMMAND
    ) -> None:
        """Disable a user: sessions end, links are void, keys are revoked, all at once.

        Raises `UserUnknown` or `EmailAmbiguous`.
        """
        owner = (await self._found(email, institution)).owner
        async with self._database.house() as house:
            await self.shut(house, owner)
            await self._journal.record(house, _event(by, "user.disabled", owner))

    async def shut(self, house: Connection, owner: Owner) -> None:
        """Let a person in no more, from the commit of the caller's transaction on."""
        now = self._clock.now()
        await store.user_disabled(house, owner, now)
        await store.sessions_ended(house, owner)
        await store.links_voided(house, owner)
        await store.keys_revoked(house, owner, now)

    async def held(self, person: Connection, owner: Owner) -> Ways:
        """Count a person's ways in, in the caller's transaction."""
        return await store.ways_counted(person, owner)

    async def erase(self, house: Connection, owner: Owner) -> None:
        """Erase a person whose erasure has begun, in the caller's transaction."""
        await store.person_erased(house, owner)

    async def those_there(self, house: Connection, owners: Sequence[Owner]) -> Sequence[Owner]:
        """Return those of `owners` who have an account, in the caller's transaction."""
        return await store.those_there(house, owners)

    async def sweep(self, house: Connection) -> None:
        """Forget sessions and links that have expired: they open nothing any more."""
        await store.expired_sessions_deleted(house)
        await store.expired_links_deleted(house)

    async def _found(self, email: str, institution: str | None) -> User:
        async with self._database.house() as house:
            users = await store.users_with(house, email, institution)
        if not users:
            raise UserUnknown(email=email)
        if len(users) > 1:
            raise EmailAmbiguous(email=email)
        return users[0]


def _event(by: Actor, action: str, owner: Owner) -> Event:
    """Return what `by` did to `owner`; it stands with the person's institution."""
    actor = Actor(by.kind, owner.institution_id, by.person_id)
    return Event(actor, action, "user", str(owner.owner_id))
