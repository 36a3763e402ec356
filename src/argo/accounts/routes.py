"""Sign-in, sign-out, sessions and keys, for the page."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from argo.accounts.guards import Guard
from argo.accounts.service import Accounts
from argo.accounts.types import Caller, Key, Scope, Session

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_Limit = Annotated[int, Field(ge=0, le=2**31 - 1)] | None


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class LinkSent(_Sent):
    """A sign-in link's token."""

    token: Annotated[str, StringConstraints(max_length=200)]


class SignInSent(LinkSent):
    """A sign-in; the very first one may name its administrator."""

    email: Annotated[str, StringConstraints(max_length=320)] | None = None
    name: _Line | None = None


class KeySent(_Sent):
    """A wish for a key."""

    name: _Line
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    models: (
        Annotated[
            list[Annotated[str, StringConstraints(min_length=1, max_length=256)]],
            Field(min_length=1, max_length=64),
        ]
        | None
    ) = None
    lane: Literal["api", "batch"] = "api"
    requests_per_minute: _Limit = None
    concurrent_requests: _Limit = None
    tokens_per_day: _Limit = None

    def scope(self) -> Scope:
        """Return what the key shall be held to."""
        return Scope(
            models=self.models,
            lane=self.lane,
            requests_per_minute=self.requests_per_minute,
            concurrent_requests=self.concurrent_requests,
            tokens_per_day=self.tokens_per_day,
        )


class InvitationShown(BaseModel):
    """What a sign-in link opens; `first` makes the first administrator."""

    email: str | None
    name: str | None
    institution_name: str
    first: bool


class SessionShown(BaseModel):
    """One browser that is signed in; `current` is the one that asks."""

    id: UUID
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class SessionsShown(BaseModel):
    """All sessions of a person."""

    sessions: list[SessionShown]


class KeyShown(BaseModel):
    """A key, without itself."""

    id: UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    models: list[str] | None
    lane: Literal["api", "batch"]
    requests_per_minute: int | None
    concurrent_requests: int | None
    tokens_per_day: int | None


class KeyMade(KeyShown):
    """A new key, shown in full this once."""

    key: str


class KeysShown(BaseModel):
    """All keys of a person."""

    keys: list[KeyShown]


def routes(accounts: Accounts, guard: Guard) -> APIRouter:
    """Return the routes of accounts."""
    router = APIRouter(prefix="/api", tags=["accounts"])
    _sign_in_routes(router, accounts, guard)
    _session_routes(router, accounts, guard)
    _key_routes(router, accounts, guard)
    return router


def _sign_in_routes(router: APIRouter, accounts: Accounts, guard: Guard) -> None:
    async def own_page(request: Request) -> None:
        guard.own_page(request)

    @router.post("/sign-in/look", dependencies=[Depends(own_page)])
    async def look(sent: LinkSent) -> InvitationShown:
        """Say what a link opens, without using it up."""
        found = await accounts.look(sent.token)
        return InvitationShown(
            email=found.email,
            name=found.name,
            institution_name=found.institution_name,
            first=found.email is None,
        )

    @router.post("/sign-in", status_code=204, dependencies=[Depends(own_page)])
    async def sign_in(sent: SignInSent, request: Request, response: Response) -> None:
        """Use a link up and sign this browser in."""
        agent = request.headers.get("user-agent", "")
        session = await accounts.sign_in(sent.token, agent, sent.email, sent.name)
        # A browser holds one session: the one before would be listed and out of anyone's reach.
        if before := request.cookies.get(guard.cookie):
            await accounts.sign_out(before)
        guard.open_session(response, session)

    @router.post("/sign-out", status_code=204, dependencies=[Depends(own_page)])
    async def sign_out(request: Request, response: Response) -> None:
        """Sign this browser out."""
        if token := request.cookies.get(guard.cookie):
            await accounts.sign_out(token)
        guard.close_session(response)


def _session_routes(router: APIRouter, accounts: Accounts, guard: Guard) -> None:
    @router.get("/sessions")
    async def sessions(caller: Annotated[Caller, Depends(guard.session)]) -> SessionsShown:
        """List the browsers this person is signed in with."""
        found = await accounts.sessions(caller.owner)
        return SessionsShown(sessions=[_session(each, caller.session_id) for each in found])

    @router.delete("/sessions/{session_id}", status_code=204)
    async def end(session_id: UUID, caller: Annotated[Caller, Depends(guard.session)]) -> None:
        """Sign one browser out."""
        await accounts.end_session(caller.owner, session_id)

    @router.delete("/sessions", status_code=204)
    async def end_all(
        response: Response, caller: Annotated[Caller, Depends(guard.session)]
    ) -> None:
        """Sign out everywhere, here too."""
        await accounts.end_all_sessions(caller.owner)
        guard.close_session(response)


def _key_routes(router: APIRouter, accounts: Accounts, guard: Guard) -> None:
    @router.get("/keys")
    async def keys(caller: Annotated[Caller, Depends(guard.session)]) -> KeysShown:
        """List this person's keys."""
        return KeysShown(keys=[_key(each) for each in await accounts.keys(caller.owner)])

    @router.post("/keys", status_code=201)
    async def create(sent: KeySent, caller: Annotated[Caller, Depends(guard.session)]) -> KeyMade:
        """Make a key and show it in full, this once."""
        lasts = None if sent.expires_in_days is None else timedelta(days=sent.expires_in_days)
        secret, key = await accounts.create_key(caller.owner, sent.name, lasts, sent.scope())
        return KeyMade(key=secret, **vars(key))

    @router.delete("/keys/{key_id}", status_code=204)
    async def revoke(key_id: UUID, caller: Annotated[Caller, Depends(guard.session)]) -> None:
        """Revoke a key, at once."""
        await accounts.revoke_key(caller.owner, key_id)


def _session(session: Session, current: UUID | None) -> SessionShown:
    return SessionShown(**vars(session), current=session.id == current)


def _key(key: Key) -> KeyShown:
    return KeyShown(**vars(key))
