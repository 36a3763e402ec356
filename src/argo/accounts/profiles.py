"""From a provider's claims to a profile, by the settings alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argo.accounts import names
from argo.accounts.errors import EmailInvalid, NameInvalid, NotAdmitted, ProfileIncomplete
from argo.accounts.providers import IdentityProviderSettings, Profile
from argo.accounts.tokens import line
from argo.accounts.types import ROLES, Role

_MOST_VALUES = 500


def profile(settings: IdentityProviderSettings, claims: Mapping[str, Any]) -> Profile:
    """Return what verified `claims` say of a person.

    Raises `NotAdmitted` when a value that the settings ask for opens no institution,
    `ProfileIncomplete` without an e-mail address.
    """
    asked = settings.claims
    try:
        email = names.email(str(claims.get(asked.email) or ""))
    except EmailInvalid:
        raise ProfileIncomplete(name=settings.name.en) from None
    return Profile(
        issuer=settings.issuer,
        subject=claims["sub"],
        provider_id=settings.id,
        provider_session=line(claims.get("sid")),
        institution_slug=_institution(settings, claims),
        email=email,
        name=_name(claims.get(asked.name), email),
        role=_role(settings, claims),
        unit_slugs=_units(settings, claims),
    )


def _name(sent: object, email: str) -> str:
    """Return the name, or what stands before the @, so that an odd name shuts nobody out."""
    try:
        return names.name(sent if isinstance(sent, str) else "")
    except NameInvalid:
        return email.partition("@")[0]


def _institution(settings: IdentityProviderSettings, claims: Mapping[str, Any]) -> str:
    asked = settings.claims
    if asked.institution is None:
        return settings.institution
    for value in _values(claims, asked.institution):
        if value in asked.institutions:
            return asked.institutions[value]
    raise NotAdmitted(name=settings.name.en)


def _role(settings: IdentityProviderSettings, claims: Mapping[str, Any]) -> Role | None:
    asked = settings.claims
    if asked.role is None:
        return None
    given = {asked.roles[value] for value in _values(claims, asked.role) if value in asked.roles}
    return max(given, key=ROLES.index, default="member")


def _units(settings: IdentityProviderSettings, claims: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return slugs of units, most wanted first; one that is not there counts for nothing."""
    asked = settings.claims
    if asked.unit is None:
        return None
    return tuple(asked.units.get(value, value.lower()) for value in _values(claims, asked.unit))


def _values(claims: Mapping[str, Any], path: str) -> list[str]:
    """Return the texts of a claim; a dot goes one level down ("realm_access.roles")."""
    found: object = claims
    if path in claims:
        found = claims[path]
    else:
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return [text for value in values[:_MOST_VALUES] if (text := line(value)) is not None]
