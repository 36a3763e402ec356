"""Who is asking: one way for the page (a cookie), one for programs (a key), never both."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from argo.accounts.errors import (
    CrossSiteRefused,
    FreshSignInNeeded,
    InvalidApiKey,
    ModelNotOfKey,
    NotAdministrator,
    NotSignedIn,
    TermsNotAccepted,
)
from argo.accounts.service import Accounts
from argo.accounts.sign_on import BEGUN_LASTS
from argo.accounts.types import SESSION_LASTS, Caller, SignedIn
from argo.errors import Language
from argo.http.edge import ASKER
from argo.http.errors import language_of

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_ADMINISTRATORS = ("admin", "platform")
_USUAL_PORTS = {"https": 443, "http": 80}


class Guard:
    """Recognises callers; every route names which of its methods lets people in."""

    def __init__(
        self, accounts: Accounts, public_url: str | None, *, behind_proxy: bool = False
    ) -> None:
        """Recognise the people of `accounts` at `public_url`.

        Without one ARGO is reached over plain http on loopback, or `behind_proxy` over the https
        of a proxy whose name only the requests tell.
        """
        self._accounts = accounts
        self._origin = None if public_url is None else _origin(public_url)
        self._secure = behind_proxy if self._origin is None else self._origin.startswith("https:")
        self.cookie = "__Host-argo" if self._secure else "argo"
        self._begun_cookie = f"{self.cookie}-sign-on"

    async def session(self, request: Request) -> Caller:
        """Return who is signed in on the page that sent `request`.

        Raises `CrossSiteRefused` when a request that changes something lacks proof that the page
        itself sent it, `NotSignedIn` without a valid session.
        """
        self.own_page(request)
        token = request.cookies.get(self.cookie)
        if not token:
            raise NotSignedIn
        return _known(request, await self._accounts.signed_in(token))

    async def administrator(self, request: Request) -> Caller:
        """Like `session`, for administrators of their institution; raises `NotAdministrator`."""
        caller = await self.session(request)
        if caller.role not in _ADMINISTRATORS:
            raise NotAdministrator
        return caller

    async def fresh_administrator(self, request: Request) -> Caller:
        """Like `administrator`, for what matters; raises `FreshSignInNeeded` half an hour on."""
        caller = await self.administrator(request)
        if not await self._accounts.signed_in_lately(caller):
            raise FreshSignInNeeded
        return caller

    async def key(self, request: Request) -> Caller:
        """Return in whose name the program asks that sent `request`; raises `InvalidApiKey`.

        One `Authorization: Bearer argo-…` and nothing else counts.
        """
        scheme, _, key = (_only(request, "authorization") or "").partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidApiKey
        return _known(request, await self._accounts.asking(key.strip()))

    async def key_either_way(self, request: Request) -> Caller:
        """Like `key`, for Anthropic's clients, whose key may also come as `x-api-key`.

        One of the two and once: raises `InvalidApiKey` when there are both.
        """
        if "x-api-key" not in request.headers:
            return await self.key(request)
        key = _only(request, "x-api-key")
        if key is None or "authorization" in request.headers:
            raise InvalidApiKey
        return _known(request, await self._accounts.asking(key.strip()))

    async def asking(self, request: Request) -> Caller:
        """Like `session`, for who asks a question; raises `TermsNotAccepted` besides."""
        return self._accepted(request, await self.session(request))

    async def asking_key(self, request: Request) -> Caller:
        """Like `key`, for who asks a question; raises `TermsNotAccepted` besides."""
        return self._accepted(request, await self.key(request))

    async def asking_key_either_way(self, request: Request) -> Caller:
        """Like `key_either_way`, for who asks a question; raises `TermsNotAccepted` besides."""
        return self._accepted(request, await self.key_either_way(request))

    def own_page(self, request: Request) -> None:
        """Let through what only reads, or comes from ARGO's own page.

        Browsers say so in `Sec-Fetch-Site` (W3C Fetch Metadata); one that does not must name the
        service's own `Origin`. Raises `CrossSiteRefused`.
        """
        if request.method in _SAFE_METHODS:
            return
        if "sec-fetch-site" in request.headers:
            if _only(request, "sec-fetch-site") != "same-origin":
                raise CrossSiteRefused
            return
        origin = _only(request, "origin")
        if origin is None or origin != self._own_origin(request):
            raise CrossSiteRefused

    def open_session(self, response: Response, session: SignedIn) -> None:
        """Put the session into the cookie of `response`.

        The cookie stays as long as a session ever may; the database alone says whether it holds.
        """
        response.set_cookie(
            self.cookie,
            session.token,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def close_session(self, response: Response) -> None:
        """Take the session out of the cookie of `response`."""
        response.delete_cookie(
            self.cookie, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def begin_sign_on(self, response: Response, browser: str) -> None:
        """Put what binds a sign-on to this browser into a cookie of `response`."""
        response.set_cookie(
            self._begun_cookie,
            browser,
            max_age=int(BEGUN_LASTS.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def begun(self, request: Request) -> str:
        """Return what `begin_sign_on` put into this browser's cookie, "" without."""
        return request.cookies.get(self._begun_cookie, "")

    def end_sign_on(self, response: Response) -> None:
        """Take what `begin_sign_on` put out of the cookie of `response`."""
        response.delete_cookie(
            self._begun_cookie, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def origin(self, request: Request) -> str:
        """Return the service's origin as this request reached it; raises `CrossSiteRefused`.

        Without `public_url`, a name that may be anybody's is refused.
        """
        origin = self._own_origin(request)
        if origin is None:
            raise CrossSiteRefused
        return origin

    def _accepted(self, request: Request, caller: Caller) -> Caller:
        if not caller.accepted:
            raise TermsNotAccepted(address=f"{self._own_origin(request) or ''}/charter")
        return caller

    def _own_origin(self, request: Request) -> str | None:
        """Return the service's origin, None where the request's `Host` may be anybody's name.

        A name that somebody points at this machine (DNS rebinding) is not loopback.
        """
        if self._origin is not None:
            return self._origin
        host = _only(request, "host") or ""
        if self._secure:
            return _origin(f"https://{host}")
        return _origin(f"http://{host}") if _is_loopback(host) else None


def _known(request: Request, caller: Caller) -> Caller:
    """Leave word of who asks, for the journal of refused accesses."""
    request.scope[ASKER] = (caller.institution_id, caller.user_id)
    return caller


def _only(request: Request, name: str) -> str | None:
    """Return the header `name`, None when it is absent or there twice."""
    sent = request.headers.getlist(name)
    return sent[0] if len(sent) == 1 else None


def _origin(url: str) -> str | None:
    """Return the origin of `url` as browsers write it (RFC 6454, 6.2), None if it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = port is None or port == _USUAL_PORTS.get(parts.scheme)
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def may_ask(caller: Caller, model: str) -> bool:
    """Whether the caller's key may ask what `/v1/models` calls `model`."""
    return caller.key_models is None or model in caller.key_models


def allowed(caller: Caller, model: str) -> None:
    """Raise `ModelNotOfKey` when the caller's key may not ask `model`."""
    if not may_ask(caller, model):
        raise ModelNotOfKey(param="model")


def reading(caller: Caller, request: Request) -> Language:
    """Return the language this person reads in: their own choice, else their browser's."""
    return caller.language or language_of(request.headers.get("accept-language", ""))
