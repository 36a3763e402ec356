"""One identity provider as the service knows it: its addresses, its keys, its tokens.

State: what it last said of itself, kept an hour, and its keys, read again when a token names one
that is not among them (a rotation), at most every ten seconds.
"""

from __future__ import annotations

import asyncio
import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from argo.accounts.outward import Outward, ProviderSilent
from argo.accounts.providers import IdentityProviderSettings
from argo.accounts.tokens import Claims, TokenUnfit
from argo.clock import Clock

_KEPT_SECONDS = 3600.0
_KEYS_AGAIN_SECONDS = 10.0
_ANSWER_SECONDS = 5.0
_MOST_TOKEN_LETTERS = 64 * 1024
_MOST_KEYS = 64
_MOST_HEADER_LETTERS = 8192
_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_LEAST_RSA_LETTERS = 342
"""A modulus of 2048 bits in base64url."""

_FORM = {"content-type": "application/x-www-form-urlencoded"}

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """What a provider says of itself, as far as the settings let it."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    secret_in_body: bool


@dataclass(frozen=True)
class Tokens:
    """What a code was exchanged for."""

    id_token: str
    access_token: str


class Provider:
    """Speaks OpenID Connect with one provider. Each verb raises `ProviderSilent` or `TokenUnfit`."""

    def __init__(
        self, settings: IdentityProviderSettings, secret: str | None, clock: Clock
    ) -> None:
        """Know the provider of `settings`; `secret` is ours with it, None for a public client."""
        self.settings = settings
        self._secret, self._clock = secret, clock
        self._outward = Outward(seconds=_ANSWER_SECONDS, ca_file=settings.ca_file)
        self._said: Said | None = None
        self._keys: tuple[Json, ...] = ()
        self._said_at = self._keys_at = -math.inf
        self._asking = asyncio.Lock()

    async def entrance(self, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:
        """Return the address that a browser goes to, to be asked who sits before it."""
        said = await self.said()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(dict.fromkeys(("openid", *self.settings.scopes))),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in said.authorization_endpoint else "?"
        return said.authorization_endpoint + joint + urlencode(asked)

    async def exchange(self, code: str, redirect_uri: str, verifier: str) -> Tokens:
        """Exchange the code for tokens."""
        said, headers = await self.said(), dict(_FORM)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        if self._secret is None or said.secret_in_body:
            form["client_id"] = self.settings.client_id
        if self._secret is not None and said.secret_in_body:
            form["client_secret"] = self._secret
        elif self._secret is not None:
            # Each part is encoded as in a form first (RFC 6749, 2.3.1).
            pair = f"{quote(self.settings.client_id, '')}:{quote(self._secret, '')}"
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        answer = await self._json("POST", said.token_endpoint, headers, urlencode(form).encode())
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str):
            raise TokenUnfit("absent")
        return Tokens(id_token, access_token if isinstance(access_token, str) else "")

    async def person(self, access_token: str, subject: str) -> Json:
        """Return what the provider's own door says of `subject`, {} where there is no door."""
        said = await self.said()
        if said.userinfo_endpoint is None or not access_token:
            return {}
        headers = {"authorization": f"Bearer {access_token}"}
        found = await self._json("GET", said.userinfo_endpoint, headers)
        # Another's answer must not be taken for this person's (OpenID Connect Core, 5.3.2).
        if found.get("sub") != subject:
            raise TokenUnfit("subject")
        return found

    async def signed(self, token: str) -> Claims:
        """Return the claims of a token that one of the provider's present keys has signed."""
        header = _header(token)
        algorithm = header.get("alg")
        if algorithm not in self.settings.algorithms:
            raise TokenUnfit("algorithm")
        key = await self._key(str(algorithm), header.get("kid"))
        registry = jws.JWSRegistry(algorithms=[str(algorithm)], strict_check_header=False)
        registry.max_header_length = _MOST_HEADER_LETTERS
        try:
            return jwt.decode(token, key, registry=registry).claims
        except (JoseError, ValueError, TypeError) as error:
            raise TokenUnfit("signature") from error

    async def said(self) -> Said:
        """Return what the provider says of itself; what it said before counts while it is away."""
        async with self._asking:
            if self._clock.monotonic() - self._said_at > _KEPT_SECONDS:
                try:
                    self._said = await self._read_said()
                    self._said_at = self._clock.monotonic()
                except ProviderSilent:
                    if self._said is None:
                        raise
            assert self._said is not None
            return self._said

    async def _read_said(self) -> Said:
        issuer = self.settings.issuer
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        found = await self._json("GET", url, {})
        if found.get("issuer") != issuer:
            raise TokenUnfit("issuer")
        door = found.get("userinfo_endpoint")
        ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        in_body = "client_secret_basic" not in ways and "client_secret_post" in ways
        return Said(
            authorization_endpoint=self._reachable(found.get("authorization_endpoint")),
            token_endpoint=self._reachable(found.get("token_endpoint")),
            jwks_uri=self._reachable(found.get("jwks_uri")),
            userinfo_endpoint=None if door is None else self._reachable(door),
            secret_in_body=in_body,
        )

    def _reachable(self, address: object) -> str:
        """Return an address that the settings let the provider name."""
        if not isinstance(address, str) or not self.settings.may_reach(address):
            raise TokenUnfit("addresses")
        return address

    async def _key(self, algorithm: str, kid: object) -> jwk.Key:
        """Return the one key a token names; a name that is not known has the keys read again."""
        for oldest in (_KEPT_SECONDS, _KEYS_AGAIN_SECONDS):
            fitting = [
                each
                for each in await self._keys_within(oldest)
                if each.get("kty") == _KEY_TYPES[algorithm[:2]]
                and each.get("use", "sig") == "sig"
                and each.get("alg", algorithm) == algorithm
                and (kid is None or each.get("kid") == kid)
            ]
            if len(fitting) == 1:
                return _imported(fitting[0])
        raise TokenUnfit("key")

    async def _keys_within(self, oldest_seconds: float) -> tuple[Json, ...]:
        said = await self.said()
        async with self._asking:
            if self._clock.monotonic() - self._keys_at > oldest_seconds:
                found = (await self._json("GET", said.jwks_uri, {})).get("keys")
                if not isinstance(found, list):
                    raise TokenUnfit("key")
                self._keys = tuple(each for each in found[:_MOST_KEYS] if isinstance(each, dict))
                self._keys_at = self._clock.monotonic()
            return self._keys

    async def _json(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Json:
        reply = await self._outward.ask(method, url, headers, body)
        if reply.status >= 500:
            raise ProviderSilent
        if reply.status != 200:
            raise TokenUnfit("answer")
        try:
            found = orjson.loads(reply.body)
        except orjson.JSONDecodeError as error:
            raise TokenUnfit("answer") from error
        if not isinstance(found, dict):
            raise TokenUnfit("answer")
        return found


def _header(token: str) -> Json:
    if len(token) > _MOST_TOKEN_LETTERS or token.count(".") != 2:
        raise TokenUnfit("form")
    first = token.partition(".")[0]
    try:
        header = orjson.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except ValueError as error:
        raise TokenUnfit("form") from error
    if not isinstance(header, dict):
        raise TokenUnfit("form")
    return header


def _imported(found: Json) -> jwk.Key:
    """Return a public key; raises `TokenUnfit` for one that is broken or too short."""
    if found.get("kty") == "RSA" and len(str(found.get("n"))) < _LEAST_RSA_LETTERS:
        raise TokenUnfit("key")
    try:
        return jwk.import_key(dict(found))
    except (JoseError, ValueError, TypeError) as error:
        raise TokenUnfit("key") from error
