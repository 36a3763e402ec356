"""Sign in, stay signed in, be recognised, end it: the verbs of accounts."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from argo.accounts import names, store
from argo.accounts.devices import device_words
from argo.accounts.errors import (
    InvalidApiKey,
    KeyUnknown,
    LinkUnknown,
    NotSignedIn,
    SessionUnknown,
    TooManyKeys,
)
from argo.accounts.types import (
    MOST_KEYS,
    SESSION_LASTS_IDLE,
    SIGN_IN_FRESH,
    Caller,
    Invitation,
    Key,
    Scope,
    Session,
    SignedIn,
)
from argo.clock import Clock
from argo.errors import Language
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from argo.storage.types import Owner

FIRST_EMAIL = "admin@localhost"
FIRST_NAME = "Administrator"
KEY_START = "argo-"
_KEY = re.compile(r"argo-[A-Za-z0-9_-]{43}")
_PREFIX_LENGTH = 13


class Accounts:
    """People's ways in. Nothing is cached: what is revoked is refused at the next request."""

    def __init__(self, database: Database, secrets: Secrets, clock: Clock) -> None:
        """Know the people in `database`; tokens are kept as hashes keyed by `secrets`."""
        self._database, self._secrets, self._clock = database, secrets, clock

    async def look(self, token: str) -> Invitation:
        """Return what a sign-in link opens, without using it up; raises `LinkUnknown`."""
        async with self._database.sign_in() as gate:
            found = await store.link_looked(gate, self._secrets.hashed("link", token))
        if found is None:
            raise LinkUnknown
        return found

    async def sign_in(
        self, token: str, user_agent: str, email: str | None = None, name: str | None = None
    ) -> SignedIn:
        """Use a link up and open a session.

        The very first link makes an administrator, named by `email` and `name` if given. Raises
        `LinkUnknown`, `EmailInvalid` or `NameInvalid`; the latter two leave the link as it was.
        """
        called = (
            names.email(email) if email else FIRST_EMAIL,
            names.name(name) if name else FIRST_NAME,
        )
        session = SignedIn(self._clock.token(), self._clock.now() + SESSION_LASTS_IDLE)
        link_hash = self._secrets.hashed("link", token)
        opening = store.Opening(
            session_id=self._clock.new_id(),
            token_hash=self._secrets.hashed("session", session.token),
            device=device_words(user_agent),
            until=session.until,
        )
        async with self._database.sign_in() as gate:
            if await store.link_used(gate, link_hash, opening):
                return session
            user_id = self._clock.new_id()
            if await store.first_link_used(gate, link_hash, user_id, *called, opening):
                return session
        raise LinkUnknown

    async def sign_out(self, token: str) -> None:
        """End the session of this token."""
        async with self._database.sign_in() as gate:
            await store.session_ended(gate, self._secrets.hashed("session", token))

    async def signed_in(self, token: str) -> Caller:
        """Return who is signed in with this session token; raises `NotSignedIn`."""
        token_hash = self._secrets.hashed("session", token)
        caller = await store.caller_of_session(self._database, token_hash)
        if caller is None:
            raise NotSignedIn
        return caller

    async def signed_in_lately(self, caller: Caller) -> bool:
        """Whether the caller's session began within the last half hour."""
        if caller.session_id is None:
            return False
        async with self._database.person(caller.owner) as person:
            began = await store.session_began(person, caller.owner, caller.session_id)
        return began is not None and self._clock.now() - began < SIGN_IN_FRESH

    async def asking(self, key: str) -> Caller:
        """Return in whose name this API key asks; raises `InvalidApiKey`.

        It is looked up by its whole keyed hash, unique and of 256 bits: nothing that a caller
        chose is compared letter by letter, so there is no time to measure, and no hash leaves
        the database. The prefix only tells its owner which key is which.
        """
        if not _KEY.fullmatch(key):
            raise InvalidApiKey
        key_hash = self._secrets.hashed("api key", key)
        caller = await store.caller_of_key(self._database, key_hash)
        if caller is None:
            raise InvalidApiKey
        return caller

    async def sessions(self, owner: Owner) -> list[Session]:
        """Return the sessions of `owner`."""
        async with self._database.person(owner) as person:
            return await store.sessions(person, owner)

    async def end_session(self, owner: Owner, session_id: UUID) -> None:
        """End one session of `owner`; raises `SessionUnknown`."""
        async with self._database.person(owner) as person:
            if not await store.session_deleted(person, owner, session_id):
                raise SessionUnknown

    async def end_all_sessions(self, owner: Owner) -> None:
        """End every session of `owner`."""
        async with self._database.person(owner) as person:
            await store.all_sessions_deleted(person, owner)

    async def keys(self, owner: Owner) -> list[Key]:
        """Return the keys of `owner` that are not revoked."""
        async with self._database.person(owner) as person:
            return await store.keys(person, owner)

    async def create_key(
        self, owner: Owner, name: str, lasts: timedelta | None, scope: Scope | None = None
    ) -> tuple[str, Key]:
        """Make a key that `lasts` so long (None: until revoked); return it, this once, in full.

        Without a `scope` it may do what its owner may. Raises `NameInvalid` or `TooManyKeys`.
        """
        secret = KEY_START + self._clock.token()
        now = self._clock.now()
        key = Key(
            id=self._clock.new_id(),
            name=names.name(name),
            prefix=secret[:_PREFIX_LENGTH],
            created_at=now,
            expires_at=None if lasts is None else now + lasts,
            last_used_at=None,
            **vars(scope or Scope()),
        )
        async with self._database.person(owner) as person:
            await store.person_held(person, owner)
            if await store.keys_counted(person, owner) >= MOST_KEYS:
                raise TooManyKeys(limit=MOST_KEYS)
            await store.key_added(person, owner, key, self._secrets.hashed("api key", secret))
        return secret, key

    async def revoke_key(self, owner: Owner, key_id: UUID) -> None:
        """Revoke a key of `owner`, at once; raises `KeyUnknown`."""
        async with self._database.person(owner) as person:
            if not await store.key_revoked(person, owner, key_id, self._clock.now()):
                raise KeyUnknown

    async def speak(self, owner: Owner, language: Language | None) -> None:
        """Keep the language `owner` reads in; None follows the browser."""
        async with self._database.person(owner) as person:
            await store.language_set(person, owner, language)

    async def rename(self, owner: Owner, name: str) -> None:
        """Keep the name `owner` goes by; raises `NameInvalid`."""
        called = names.name(name)
        async with self._database.person(owner) as person:
            await store.name_set(person, owner, called)
