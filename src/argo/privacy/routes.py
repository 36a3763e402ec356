"""My data, for the page."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from argo.accounts.guards import Guard
from argo.accounts.types import Caller
from argo.privacy.service import MyData
from argo.privacy.types import Held, Receipt, What


class AccountSent(BaseModel):
    """A wish to be erased: the account's own address, typed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: Annotated[str, StringConstraints(min_length=1, max_length=320)]


class ReceiptShown(BaseModel):
    """What was erased, in counts; `finished_at` is absent while it is under way."""

    id: UUID
    what: What
    counts: dict[str, int]
    begun_at: datetime
    finished_at: datetime | None


class ConversationsHeld(BaseModel):
    """Conversations that are not deleted."""

    count: int
    messages: int
    since: datetime | None


class FilesHeld(BaseModel):
    """Files that are not deleted; those `being_erased` are out of reach already."""

    count: int
    bytes: int
    being_erased: int


class SessionsHeld(BaseModel):
    """Browsers signed in; `until` is when the last one ends by itself."""

    count: int
    until: datetime | None


class KeysHeld(BaseModel):
    """API keys that hold, and those revoked."""

    count: int
    revoked: int


class UsageHeld(BaseModel):
    """Days (UTC) with questions, and how many questions."""

    days: int
    questions: int


class MyDataShown(BaseModel):
    """Everything held about the person who asks."""

    email: str
    name: str
    since: datetime
    conversations: ConversationsHeld
    projects: int
    collections: int
    files: FilesHeld
    sessions: SessionsHeld
    keys: KeysHeld
    usage: UsageHeld


class ReceiptsShown(BaseModel):
    """Receipts, newest first."""

    receipts: list[ReceiptShown]


def routes(my_data: MyData, guard: Guard) -> APIRouter:
    """Return the routes of my data; each is about the person who asks, and nobody else."""
    router = APIRouter(prefix="/api/my-data", tags=["privacy"])

    @router.get("")
    async def held(caller: Annotated[Caller, Depends(guard.session)]) -> MyDataShown:
        """Say what is held about this person, in counts."""
        return _shown(caller, await my_data.held(caller.owner))

    @router.get("/receipts")
    async def receipts(caller: Annotated[Caller, Depends(guard.session)]) -> ReceiptsShown:
        """List what this person had erased, in counts."""
        found = await my_data.receipts(caller.owner)
        return ReceiptsShown(receipts=[_receipt(each) for each in found])

    @router.delete("/conversations", status_code=202)
    async def delete_conversations(
        caller: Annotated[Caller, Depends(guard.session)],
    ) -> ReceiptShown:
        """Delete all conversations, for good."""
        return _receipt(await my_data.delete_conversations(caller.owner))

    @router.post("/delete-account", status_code=202)
    async def delete_account(
        sent: AccountSent, response: Response, caller: Annotated[Caller, Depends(guard.session)]
    ) -> ReceiptShown:
        """Delete the account, for good, and sign this browser out."""
        receipt = await my_data.delete_account(caller, sent.email)
        guard.close_session(response)
        return _receipt(receipt)

    return router


def _shown(caller: Caller, held: Held) -> MyDataShown:
    talks, files, ways, others = held.conversations, held.documents, held.ways, held.others
    return MyDataShown(
        email=caller.email,
        name=caller.name,
        since=ways.since,
        conversations=ConversationsHeld(
            count=talks.conversations, messages=talks.messages, since=talks.since
        ),
        projects=others["projects"],
        collections=others["collections"],
        files=FilesHeld(count=files.files, bytes=files.bytes, being_erased=files.being_erased),
        sessions=SessionsHeld(count=ways.sessions, until=ways.sessions_until),
        keys=KeysHeld(count=ways.keys, revoked=ways.keys_revoked),
        usage=UsageHeld(days=others["days"], questions=others["questions"]),
    )


def _receipt(receipt: Receipt) -> ReceiptShown:
    return ReceiptShown(**vars(receipt))
