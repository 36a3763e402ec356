"""Who is asking: one way for the page (a cookie), one for programs (a key), never both."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from argo.accounts.errors import CrossSiteRefused, InvalidApiKey, NotSignedIn
from argo.accounts.service import Accounts
from argo.accounts.types import Caller, SignedIn

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Recognises callers; every route names which of its methods lets people in."""

    def __init__(self, accounts: Accounts, public_url: str | None) -> None:
        """Recognise the people of `accounts` at `public_url` (None: plain http on loopback)."""
        self._accounts = accounts
        self._public_url = public_url
        self._secure = (public_url or "").startswith("https://")
        self.cookie = "__Host-argo" if self._secure else "argo"

    async def session(self, request: Request) -> Caller:
        """Return who is signed in on the page that sent `request`.

        Raises `CrossSiteRefused` when a request that changes something lacks proof that the page
        itself sent it, `NotSignedIn` without a valid session.
        """
        self.own_page(request)
        token = request.cookies.get(self.cookie)
        if not token:
            raise NotSignedIn
        return await self._accounts.signed_in(token)

    async def key(self, request: Request) -> Caller:
        """Return in whose name the program asks that sent `request`; raises `InvalidApiKey`.

        One `Authorization: Bearer argo-…` and nothing else counts.
        """
        sent = request.headers.getlist("authorization")
        if len(sent) != 1:
            raise InvalidApiKey
        scheme, _, key = sent[0].partition(" ")
        if scheme.lower() != "bearer":
            raise InvalidApiKey
        return await self._accounts.asking(key.strip())

    def own_page(self, request: Request) -> None:
        """Let through what only reads, or comes from ARGO's own page.

        Browsers say so in `Sec-Fetch-Site` (W3C Fetch Metadata); one that does not must name the
        service's own `Origin`. Raises `CrossSiteRefused`.
        """
        if request.method in _SAFE_METHODS:
            return
        site = request.headers.get("sec-fetch-site")
        if site == "same-origin":
            return
        origin = request.headers.get("origin")
        if site is not None or origin is None or origin != self._origin(request):
            raise CrossSiteRefused

    def open_session(self, response: Response, session: SignedIn) -> None:
        """Put the session into the cookie of `response`."""
        response.set_cookie(
            self.cookie,
            session.token,
            expires=session.until,
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

    def _origin(self, request: Request) -> str:
        if self._public_url is not None:
            parts = urlsplit(self._public_url)
            return f"{parts.scheme}://{parts.netloc}"
        return f"http://{request.headers.get('host', '')}"
