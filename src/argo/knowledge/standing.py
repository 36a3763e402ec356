"""The collection that each institution has by itself: ARGO's guide, kept as this version says it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from argo.accounts import institutions
from argo.knowledge.errors import CollectionUnknown
from argo.knowledge.service import Collections
from argo.storage import jobs
from argo.storage.database import Connection
from argo.storage.jobs import Runner
from argo.storage.types import Job, Owner

INSTITUTE = "institute"
KEEP = "knowledge.standing"


@dataclass(frozen=True)
class StandingFile:
    """One file of the collection."""

    name: str
    content: bytes

    @property
    def version(self) -> str:
        """What changes with the file."""
        return hashlib.sha256(self.name.encode() + b"\0" + self.content).hexdigest()


class Standing:
    """Keeps the collection named `institute` of each institution."""

    def __init__(
        self,
        collections: Collections,
        files: Iterable[StandingFile],
        is_wanted: Callable[[], bool],
    ) -> None:
        """Keep `files` in it, while an assistant of the settings `is_wanted` to read it."""
        self._collections, self._is_wanted = collections, is_wanted
        self._files = {each.version: each for each in files}

    def does(self, runner: Runner) -> None:
        """Tell the runner of jobs what is done here in the background."""
        runner.does(KEEP, self.job)

    async def sweep(self, house: Connection) -> None:
        """Have the collection of each institution looked after."""
        if self._is_wanted():
            for institution_id in await institutions.every(house):
                owner = Owner(institution_id, institution_id)
                await jobs.queue(house, owner, KEEP, institution_id)

    async def job(self, job: Job) -> None:
        """Make the collection, add what is new and take out what is old; twice comes to the same."""
        owner = job.owner
        # The same id for all who make it at once.
        collection_id = uuid5(owner.institution_id, INSTITUTE)
        try:
            await self._collections.one(owner, collection_id)
        except CollectionUnknown:
            await self._collections.make(owner, INSTITUTE, shared=True, collection_id=collection_id)
        held = set()
        for member in await self._collections.members(owner, collection_id):
            version = member.attributes.get("version")
            # Two workers at once may have sent the same page twice.
            if version in self._files and version not in held and member.state != "failed":
                held.add(version)
            else:
                await self._collections.remove(owner, collection_id, member.document_id)
        for version, file in self._files.items():
            if version not in held:
                await self._add(owner, collection_id, file)

    async def _add(self, owner: Owner, collection_id: UUID, file: StandingFile) -> None:
        document = await self._collections.upload(
            owner, collection_id, file.name, _pieces(file.content)
        )
        attributes = {"version": file.version}
        await self._collections.describe(owner, collection_id, document.id, attributes)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content
