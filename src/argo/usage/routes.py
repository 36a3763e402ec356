"""What each of one's own keys used, for the page; counts alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from argo.accounts.guards import Guard
from argo.accounts.types import Caller
from argo.usage.service import Ledger


class KeyUsageShown(BaseModel):
    """What one key used: today (UTC), and in the last 30 days, today among them."""

    key_id: UUID
    questions_today: int
    tokens_today: int
    questions_of_30_days: int
    tokens_of_30_days: int


class KeysUsageShown(BaseModel):
    """What a person's keys used; one that was not used is left out."""

    keys: list[KeyUsageShown]


def routes(ledger: Ledger, guard: Guard) -> APIRouter:
    """Return the routes of usage."""
    router = APIRouter(prefix="/api", tags=["usage"])

    @router.get("/keys/usage")
    async def used(caller: Annotated[Caller, Depends(guard.session)]) -> KeysUsageShown:
        """Say what each key of this person used."""
        found = await ledger.usage_by_key(caller.owner)
        return KeysUsageShown(keys=[KeyUsageShown(**vars(each)) for each in found])

    return router
