"""Who there is: what the command line and administration do, without a look at content."""

from __future__ import annotations

import re

from argo.accounts import store
from argo.accounts.errors import EmailInvalid, EmailTaken, InstitutionUnknown, UserUnknown
from argo.accounts.types import LINK_LASTS, Role, User
from argo.clock import Clock
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from argo.storage.types import Owner

DEFAULT_INSTITUTION = "institute"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


class People:
    """Adds, lists and disables users, and makes their links."""

    def __init__(self, database: Database, secrets: Secrets, clock: Clock) -> None:
        """Work on the people in `database`."""
        self._database, self._secrets, self._clock = database, secrets, clock

    async def add(self, email: str, name: str | None, institution: str | None, role: Role) -> Owner:
        """Add a user; raises `EmailInvalid`, `EmailTaken` or `InstitutionUnknown`."""
        if not _EMAIL.fullmatch(email):
            raise EmailInvalid(email=email)
        slug = institution or DEFAULT_INSTITUTION
        async with self._database.house() as house:
            institution_id = await store.institution_named(house, slug)
            if institution_id is None:
                raise InstitutionUnknown(slug=slug)
            owner = Owner(institution_id, self._clock.new_id())
            called = name or email.partition("@")[0]
            if not await store.user_added(house, owner, email, called, role):
                raise EmailTaken(email=email)
        return owner

    async def find(self, email: str) -> Owner:
        """Return the user with this address; raises `UserUnknown`."""
        async with self._database.house() as house:
            owner = await store.user_with(house, email)
        if owner is None:
            raise UserUnknown(email=email)
        return owner

    async def link(self, owner: Owner) -> str:
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

    async def disable(self, email: str) -> None:
        """Disable a user: sessions end, keys are refused; raises `UserUnknown`."""
        owner = await self.find(email)
        async with self._database.house() as house:
            await store.user_disabled(house, owner, self._clock.now())
