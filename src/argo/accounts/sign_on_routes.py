"""Sign-on by an identity provider: begin, come back, be signed out by it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import RedirectResponse

from argo.accounts.errors import LogoutRefused
from argo.accounts.guards import Guard
from argo.accounts.providers import IdentityProviderSettings
from argo.accounts.service import Accounts
from argo.accounts.sign_on import Returned, SignOn
from argo.errors import ArgoError
from argo.http.bodies import pieces

_MOST_LOGOUT_BYTES = 64 * 1024


class SignOnSent(BaseModel):
    """Who shall say who one is: the provider by id, or the one of an e-mail address."""

    model_config = ConfigDict(extra="forbid", strict=True)

    provider: Annotated[str, StringConstraints(max_length=40)] | None = None
    email: Annotated[str, StringConstraints(max_length=320)] | None = None


class NameShown(BaseModel):
    """A name in both languages."""

    fr: str
    en: str


class ProviderShown(BaseModel):
    """An identity provider on the sign-in page."""

    id: str
    name: NameShown


class ProvidersShown(BaseModel):
    """Every identity provider; `by_email` when an address can choose one."""

    providers: list[ProviderShown]
    by_email: bool


class SignOnBegun(BaseModel):
    """Where the browser goes next."""

    address: str


def routes(sign_on: SignOn, accounts: Accounts, guard: Guard) -> APIRouter:
    """Return the routes of sign-on, all open to strangers."""
    router = APIRouter(prefix="/api/sign-on", tags=["accounts"])

    @router.get("")
    async def providers() -> ProvidersShown:
        """List the identity providers."""
        return ProvidersShown(
            providers=[_provider(each) for each in sign_on.providers],
            by_email=any(each.email_domains for each in sign_on.providers),
        )

    @router.post("")
    async def begin(sent: SignOnSent, request: Request, response: Response) -> SignOnBegun:
        """Begin a sign-on, and say where the browser goes."""
        guard.own_page(request)
        provider_id = sent.provider or sign_on.provider_for(sent.email or "")
        begun = await sign_on.begin(provider_id, _callback(guard, request, provider_id))
        guard.begin_sign_on(response, begun.browser)
        return SignOnBegun(address=begun.address)

    @router.get("/callback/{provider_id}", response_class=RedirectResponse, status_code=303)
    async def finish(provider_id: str, request: Request) -> Response:
        """Take a browser back from its provider: signed in, or told at the page why not."""
        asked = request.query_params
        returned = Returned(
            asked.get("state", ""), asked.get("code", ""), asked.get("error", ""), asked.get("iss")
        )
        try:
            session = await sign_on.finish(
                provider_id,
                returned,
                guard.begun(request),
                _callback(guard, request, provider_id),
                request.headers.get("user-agent", ""),
            )
        except ArgoError as error:
            refused = RedirectResponse(f"/?refused={quote(error.code)}", 303)
            guard.end_sign_on(refused)
            return refused
        if before := request.cookies.get(guard.cookie):
            await accounts.sign_out(before)
        entered = RedirectResponse("/", 303)
        guard.open_session(entered, session)
        guard.end_sign_on(entered)
        return entered

    @router.post("/logout/{provider_id}")
    async def logout(provider_id: str, request: Request) -> Response:
        """Take a provider's word that somebody signed out there (`logout_token`, a form)."""
        body = b""
        async for piece in pieces(request):
            body += piece
            if len(body) > _MOST_LOGOUT_BYTES:
                raise LogoutRefused
        sent = parse_qs(body.decode("latin-1")).get("logout_token", [])
        if len(sent) != 1:
            raise LogoutRefused
        await sign_on.logout(provider_id, sent[0])
        return Response()

    return router


def _callback(guard: Guard, request: Request, provider_id: str) -> str:
    return f"{guard.origin(request)}/api/sign-on/callback/{quote(provider_id, '')}"


def _provider(settings: IdentityProviderSettings) -> ProviderShown:
    return ProviderShown(id=settings.id, name=NameShown(fr=settings.name.fr, en=settings.name.en))
