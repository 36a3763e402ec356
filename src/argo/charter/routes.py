"""The charter and the self-check, for the page: read it, accept it; say that it is done."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from argo.accounts.guards import Guard
from argo.accounts.types import Caller
from argo.charter.self_checks import SelfChecks
from argo.charter.service import Charters
from argo.charter.types import SelfCheckDone


class CharterShown(BaseModel):
    """The charter in force, in both languages, and when its reader accepted it."""

    version: int
    fr: str
    en: str
    published_at: datetime | None
    accepted_at: datetime | None


class AcceptanceSent(BaseModel):
    """Which version was read and is accepted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class SelfCheckSent(BaseModel):
    """Which version of the self-check was done."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: Annotated[int, Field(ge=1, le=1000)]


class SelfCheckShown(BaseModel):
    """The newest version of the self-check this person did, and when; None for none."""

    version: int | None
    done_at: datetime | None


def routes(charters: Charters, self_checks: SelfChecks, guard: Guard) -> APIRouter:
    """Return the routes of the charter and of the self-check."""
    router = APIRouter(prefix="/api", tags=["charter"])
    _charter_routes(router, charters, guard)
    _self_check_routes(router, self_checks, guard)
    return router


def _charter_routes(router: APIRouter, charters: Charters, guard: Guard) -> None:
    @router.get("/charter")
    async def read(caller: Annotated[Caller, Depends(guard.session)]) -> CharterShown:
        """Show the charter in force."""
        found = await charters.read(caller.owner)
        return CharterShown(
            version=found.charter.version,
            fr=found.charter.french,
            en=found.charter.english,
            published_at=found.charter.published_at,
            accepted_at=found.accepted_at,
        )

    @router.post("/charter/acceptances", status_code=204)
    async def accept(
        sent: AcceptanceSent, caller: Annotated[Caller, Depends(guard.session)]
    ) -> None:
        """Accept the charter in force."""
        await charters.accept(caller.owner, sent.version)


def _self_check_routes(router: APIRouter, self_checks: SelfChecks, guard: Guard) -> None:
    @router.get("/self-check")
    async def last(caller: Annotated[Caller, Depends(guard.session)]) -> SelfCheckShown:
        """Say whether this person did the self-check."""
        return _self_check(await self_checks.last(caller.owner))

    @router.post("/self-check")
    async def record(
        sent: SelfCheckSent, caller: Annotated[Caller, Depends(guard.session)]
    ) -> SelfCheckShown:
        """Keep that the self-check was done; how it went stays in the page."""
        return _self_check(await self_checks.record(caller.owner, sent.version))


def _self_check(done: SelfCheckDone | None) -> SelfCheckShown:
    return SelfCheckShown(
        version=done.version if done else None, done_at=done.done_at if done else None
    )
