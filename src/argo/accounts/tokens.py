"""What must hold of a provider's token once its signature does. Nothing here asks anybody."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEEWAY_SECONDS = 60
"""How far a provider's clock may be off."""

LOGOUT_LASTS_SECONDS = 300
"""How old a logout token may be."""

_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_MOST_LETTERS = 255

Claims = Mapping[str, Any]


class TokenUnfit(Exception):
    """A token does not hold; its text is one word for the log, never a part of the token."""


@dataclass(frozen=True)
class Logout:
    """Whose sessions end: all of a subject's, those of one session, or both named."""

    subject: str | None
    provider_session: str | None
    token_id: str
    expires_at: float


def check_identity(claims: Claims, issuer: str, client_id: str, nonce: str, now: float) -> None:
    """See that an id token is from `issuer`, for us, for this sign-in and still good.

    OpenID Connect Core 1.0, 3.1.3.7. Raises `TokenUnfit`.
    """
    _check_addressed(claims, issuer, client_id)
    _check_instants(claims, now)
    sent = claims.get("nonce")
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), nonce.encode()):
        raise TokenUnfit("nonce")
    if line(claims.get("sub")) is None:
        raise TokenUnfit("subject")


def check_logout(claims: Claims, issuer: str, client_id: str, now: float) -> Logout:
    """Return whom a logout token signs out; raises `TokenUnfit`.

    OpenID Connect Back-Channel Logout 1.0, 2.6: like an id token, with the event and no nonce.
    """
    _check_addressed(claims, issuer, client_id)
    issued = _check_instants(claims, now)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT), dict):
        raise TokenUnfit("event")
    if "nonce" in claims:
        raise TokenUnfit("nonce")
    if now - issued > LOGOUT_LASTS_SECONDS + LEEWAY_SECONDS:
        raise TokenUnfit("old")
    subject, session = line(claims.get("sub")), line(claims.get("sid"))
    token_id = line(claims.get("jti"))
    if token_id is None or (subject is None and session is None):
        raise TokenUnfit("subject")
    return Logout(subject, session, token_id, issued + 2 * LOGOUT_LASTS_SECONDS)


def line(value: object) -> str | None:
    """Return a text of 1 to 255 characters as it stands, None for anything else."""
    if isinstance(value, str) and 1 <= len(value) <= _MOST_LETTERS and "\x00" not in value:
        return value
    return None


def _check_addressed(claims: Claims, issuer: str, client_id: str) -> None:
    if claims.get("iss") != issuer:
        raise TokenUnfit("issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise TokenUnfit("audience")
    party = claims.get("azp")
    if (len(audiences) > 1 or party is not None) and party != client_id:
        raise TokenUnfit("party")


def _check_instants(claims: Claims, now: float) -> float:
    issued, expires = (_instant(claims.get(name)) for name in ("iat", "exp"))
    if issued is None or expires is None:
        raise TokenUnfit("instants")
    if expires + LEEWAY_SECONDS <= now:
        raise TokenUnfit("expired")
    begins = _instant(claims.get("nbf"))
    if max(issued, begins or 0.0) > now + LEEWAY_SECONDS:
        raise TokenUnfit("early")
    return issued


def _instant(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 2**40 else None
