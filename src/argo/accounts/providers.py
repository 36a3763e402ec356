"""Identity providers as settings name them, and what one says of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field

from argo.accounts.types import Role
from argo.errors import Language

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures by a key that only the provider has: "none" and shared secrets cannot be set."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _address(text: str) -> str:
    """Return an https address (http on loopback) without user, query or fragment."""
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (
        parts.scheme == "http" and (parts.hostname or "") in _LOOPBACK
    )
    if not secure or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("is not an https address")
    return text


@dataclass(frozen=True)
class ProviderName:
    """What people read on the button, in French and in English."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    fr: str
    en: str

    def text(self, language: Language) -> str:
        """Return the name in `language`."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True)
class ClaimSettings:
    """`[identity_providers.claims]`: which claims say what, and what their values mean.

    `institution`, `unit` and `role` name a claim; absent, the provider says nothing of it. Values
    of `institutions` and `units` are slugs. A role that no value of `roles` gives is "member".
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    email: str = "email"
    name: str = "name"
    institution: str | None = None
    unit: str | None = None
    role: str | None = None
    institutions: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True)
class IdentityProviderSettings:
    """`[[identity_providers]]`: one OpenID Connect provider, and whom it lets in where."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    name: ProviderName
    issuer: Annotated[str, AfterValidator(_address)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret_env: str | None = None
    client_secret_file: Path | None = None
    institution: str = "institute"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    email_domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    ca_file: Path | None = None
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = (
        "RS256",
        "PS256",
        "ES256",
        "EdDSA",
    )
    claims: ClaimSettings = field(default_factory=ClaimSettings)

    @property
    def secret_name(self) -> str | None:
        """Under which name the settings hold our secret with it; None for a public client."""
        if self.client_secret_file is not None:
            return str(self.client_secret_file)
        return self.client_secret_env

    def serves(self, email: str) -> bool:
        """Whether this address belongs to a domain of the provider's."""
        return email.rpartition("@")[2].lower() in {each.lower() for each in self.email_domains}

    def may_reach(self, url: str) -> bool:
        """Whether `url` is where this provider may live: the issuer's own host, or a named one.

        What a provider writes of itself leads nowhere that the settings do not name.
        """
        try:
            _address(url.partition("?")[0])
        except ValueError:
            return False
        return urlsplit(url).netloc in {urlsplit(self.issuer).netloc, *self.hosts}


@dataclass(frozen=True)
class Profile:
    """What a provider says of a person; None where the settings ask it nothing."""

    issuer: str
    subject: str
    provider_id: str
    provider_session: str | None
    institution_slug: str
    email: str
    name: str
    role: Role | None
    unit_slugs: tuple[str, ...] | None
