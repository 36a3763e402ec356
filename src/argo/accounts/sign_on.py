"""Sign-on by OpenID Connect: begin at the provider, come back with a code, be signed out by it.

Nothing is stored while a person is at the provider: state, nonce and verifier all follow from a
random cookie of their browser under a key of ours, so that every worker can finish what another
began, and a stranger's thousand beginnings leave nothing behind.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from argo.accounts import identities, tokens
from argo.accounts.devices import device_words
from argo.accounts.errors import (
    AccountShut,
    LogoutRefused,
    NotAdmitted,
    ProviderAway,
    ProviderUnknown,
    SignOnExpired,
    SignOnGivenUp,
    SignOnRefused,
)
from argo.accounts.identities import Entered
from argo.accounts.outward import ProviderSilent
from argo.accounts.profiles import profile
from argo.accounts.provider import Provider
from argo.accounts.providers import IdentityProviderSettings, Profile
from argo.accounts.store import Opening
from argo.accounts.tokens import TokenUnfit
from argo.accounts.types import SESSION_LASTS_IDLE, SignedIn
from argo.clock import Clock
from argo.journal.service import Journal
from argo.journal.types import HOUSE, Actor, Event
from argo.storage.database import Connection, Database
from argo.storage.secrets import Secrets

BEGUN_LASTS = timedelta(minutes=10)
_MOST_CODE_LETTERS = 4096


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and the cookie it comes back with."""

    address: str
    browser: str = field(repr=False)


@dataclass(frozen=True)
class Returned:
    """What the browser brings back from the provider."""

    state: str = ""
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str | None = None


class SignOn:
    """The identity providers of the settings, and the accounts they open."""

    def __init__(
        self,
        providers: Sequence[IdentityProviderSettings],
        client_secrets: Mapping[str, str],
        database: Database,
        secrets: Secrets,
        clock: Clock,
        journal: Journal,
    ) -> None:
        """Know `providers`; `client_secrets` are ours with them, by their `secret_name`."""
        self._database, self._secrets, self._clock = database, secrets, clock
        self._journal = journal
        self.replace(providers, client_secrets)

    def replace(
        self, providers: Sequence[IdentityProviderSettings], client_secrets: Mapping[str, str]
    ) -> None:
        """Take new providers; a sign-on under way ends with those there are when it comes back."""
        self._providers = {
            each.id: Provider(each, client_secrets.get(each.secret_name or ""), self._clock)
            for each in providers
        }

    @property
    def providers(self) -> list[IdentityProviderSettings]:
        """Every provider, in the order of the settings."""
        return [each.settings for each in self._providers.values()]

    def provider_for(self, email: str) -> str:
        """Return the id of the provider that serves this address; raises `ProviderUnknown`."""
        for each in self._providers.values():
            if each.settings.serves(email):
                return each.settings.id
        raise ProviderUnknown

    async def begin(self, provider_id: str, redirect_uri: str) -> Begun:
        """Begin a sign-on; raises `ProviderUnknown`, `ProviderAway` or `SignOnRefused`."""
        provider = self._provider(provider_id)
        browser = self._clock.token()
        until = int((self._clock.now() + BEGUN_LASTS).timestamp())
        words = self._words(provider_id, browser, until)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(words.verifier.encode()).digest())
        try:
            address = await provider.entrance(
                redirect_uri, words.state, words.nonce, challenge.rstrip(b"=").decode()
            )
        except ProviderSilent:
            raise _away(provider) from None
        except TokenUnfit as fault:
            raise SignOnRefused(fault=str(fault)) from None
        return Begun(address, browser)

    async def finish(
        self,
        provider_id: str,
        returned: Returned,
        browser: str,
        redirect_uri: str,
        user_agent: str,
    ) -> SignedIn:
        """Open a session for whom the provider names; `browser` is the cookie of `begin`.

        Raises `SignOnExpired` for what was not begun here, is too old or was used,
        `SignOnGivenUp` when the person was not let through there, `ProviderAway`, and
        `SignOnRefused`, `NotAdmitted`, `ProfileIncomplete` or `AccountShut` for what it says.
        """
        provider = self._provider(provider_id)
        words = self._begun(provider_id, returned.state, browser)
        # A provider may say who it is: another's answer is not taken for its (RFC 9207).
        if returned.issuer not in (None, provider.settings.issuer):
            raise SignOnRefused(fault="issuer")
        if returned.error or not 1 <= len(returned.code) <= _MOST_CODE_LETTERS:
            raise SignOnGivenUp(name=provider.settings.name.en)
        try:
            found = await self._person(provider, returned.code, redirect_uri, words)
        except ProviderSilent:
            raise _away(provider) from None
        except TokenUnfit as fault:
            raise SignOnRefused(fault=str(fault)) from None
        return await self._enter(found, returned.state, user_agent)

    async def logout(self, provider_id: str, token: str) -> None:
        """End the sessions that a provider's logout token names; raises `LogoutRefused`.

        Raises `ProviderUnknown`, or `ProviderAway` when its keys cannot be had.
        """
        provider = self._provider(provider_id)
        settings = provider.settings
        try:
            found = tokens.check_logout(
                await provider.signed(token), settings.issuer, settings.client_id, self._seconds()
            )
        except ProviderSilent:
            raise _away(provider) from None
        except TokenUnfit:
            raise LogoutRefused from None
        once = self._secrets.hashed("logout token", f"{settings.issuer} {found.token_id}")
        until = datetime.fromtimestamp(found.expires_at, UTC)
        async with self._database.sign_in() as gate:
            ended = await identities.signed_off(
                gate,
                once,
                until,
                settings.issuer,
                provider_id,
                found.subject,
                found.provider_session,
            )
        if ended < 0:
            raise LogoutRefused

    async def sweep(self, house: Connection) -> None:
        """Forget what was used once and is too old to be used again."""
        await identities.used_tokens_forgotten(house)

    async def _person(
        self, provider: Provider, code: str, redirect_uri: str, words: _Words
    ) -> Profile:
        settings = provider.settings
        got = await provider.exchange(code, redirect_uri, words.verifier)
        claims = await provider.signed(got.id_token)
        tokens.check_identity(
            claims, settings.issuer, settings.client_id, words.nonce, self._seconds()
        )
        asked = settings.claims
        wanted = (asked.email, asked.institution, asked.unit, asked.role)
        if any(name and name not in claims for name in wanted):
            # What the id token says itself is signed, and comes before what the door says.
            claims = {**await provider.person(got.access_token, claims["sub"]), **claims}
        return profile(settings, claims)

    async def _enter(self, found: Profile, state: str, user_agent: str) -> SignedIn:
        session = SignedIn(self._clock.token(), self._clock.now() + SESSION_LASTS_IDLE)
        opening = Opening(
            session_id=self._clock.new_id(),
            token_hash=self._secrets.hashed("session", session.token),
            device=device_words(user_agent),
            until=session.until,
        )
        once = self._secrets.hashed("sign-on state", state)
        until = self._clock.now() + 2 * BEGUN_LASTS
        async with self._database.sign_in() as gate:
            entered = await identities.signed_on(
                gate, once, until, found, self._clock.new_id(), opening
            )
            for event in _events(entered):
                await self._journal.record(gate, event)
        match entered.verdict:
            case "used":
                raise SignOnExpired
            case "nowhere" | "elsewhere":
                raise NotAdmitted(name=found.institution_slug)
            case "disabled":
                raise AccountShut
        return session

    def _begun(self, provider_id: str, state: str, browser: str) -> _Words:
        """Return the words of the sign-on that `state` and `browser` both belong to."""
        until, _, _ = state.partition(".")
        if not browser or not until.isascii() or not until.isdecimal() or len(until) > 12:
            raise SignOnExpired
        words = self._words(provider_id, browser, int(until))
        if not hmac.compare_digest(words.state.encode(), state.encode("utf-8", "replace")):
            raise SignOnExpired
        if int(until) <= self._seconds():
            raise SignOnExpired
        return words

    def _words(self, provider_id: str, browser: str, until: int) -> _Words:
        def word(purpose: str) -> str:
            mac = self._secrets.hashed(f"sign-on {purpose}", f"{provider_id} {until} {browser}")
            return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

        return _Words(f"{until}.{word('state')}", word("nonce"), word("verifier"))

    def _provider(self, provider_id: str) -> Provider:
        provider = self._providers.get(provider_id)
        if provider is None:
            raise ProviderUnknown
        return provider

    def _seconds(self) -> float:
        return self._clock.now().timestamp()


@dataclass(frozen=True, repr=False)
class _Words:
    """What binds one sign-on to one browser."""

    state: str
    nonce: str
    verifier: str


def _away(provider: Provider) -> ProviderAway:
    return ProviderAway(name=provider.settings.name.en, retry_after=60)


def _events(entered: Entered) -> list[Event]:
    """Return what the journal shall know: an account made, a role or a unit that changed."""
    actor = Actor(HOUSE.kind, entered.institution_id)
    target = str(entered.user_id)
    changes = [
        ("user.added", entered.verdict == "made"),
        ("user.role_changed", bool(entered.role_changed)),
        ("user.unit_changed", bool(entered.unit_changed)),
    ]
    return [Event(actor, action, "user", target, reason="claims") for action, did in changes if did]
