"""Read, accept, publish, withdraw: the verbs of the charter."""

from __future__ import annotations

from functools import cache
from importlib import resources

from argo.accounts.errors import InstitutionUnknown
from argo.charter import store
from argo.charter.errors import CharterChanged, CharterUnfit, NothingPublished
from argo.charter.types import MOST_BYTES, SHIPPED, Charter, CharterRead
from argo.clock import Clock
from argo.journal.service import Journal
from argo.journal.types import COMMAND, Actor, Event
from argo.storage.database import Database
from argo.storage.types import Owner

DEFAULT_INSTITUTION = "institute"


class Charters:
    """The charters of every institution, and who accepted which."""

    def __init__(self, database: Database, clock: Clock, journal: Journal) -> None:
        """Keep charters and acceptances in `database`; what is published stands in `journal`."""
        self._database, self._clock, self._journal = database, clock, journal

    async def read(self, owner: Owner) -> CharterRead:
        """Return the charter in force for `owner`, and whether they accepted it."""
        async with self._database.person(owner) as person:
            charter = await store.in_force(person, owner.institution_id) or shipped()
            accepted_at = await store.accepted_at(person, owner, charter.version)
        return CharterRead(charter, accepted_at)

    async def accept(self, owner: Owner, version: int) -> None:
        """Keep that `owner` accepted `version`; the first time counts.

        Raises `CharterChanged` when another version is in force.
        """
        async with self._database.person(owner) as person:
            if not await store.acceptance_added(person, owner, version, self._clock.now()):
                raise CharterChanged

    async def take_shipped(self, institution: str | None = None, *, by: Actor = COMMAND) -> int:
        """Put the charter that ships in force and return its number; raises `InstitutionUnknown`."""
        slug = institution or DEFAULT_INSTITUTION
        async with self._database.house() as house:
            institution_id = await store.institution_held(house, slug)
            if institution_id is None:
                raise InstitutionUnknown(slug=slug)
            if await store.shipped_taken(house, institution_id, taken=True):
                actor = Actor(by.kind, institution_id, by.person_id)
                await self._journal.record(
                    house, Event(actor, "charter.published", "charter", str(SHIPPED))
                )
        return SHIPPED

    async def publish(
        self, french: str, english: str, institution: str | None = None, *, by: Actor = COMMAND
    ) -> int:
        """Put a new version in force and return its number: everybody must accept it anew.

        `institution` is a slug. Raises `InstitutionUnknown`.
        """
        slug = institution or DEFAULT_INSTITUTION
        async with self._database.house() as house:
            institution_id = await store.institution_held(house, slug)
            if institution_id is None:
                raise InstitutionUnknown(slug=slug)
            now = self._clock.now()
            version = await store.charter_added(house, institution_id, french, english, now)
            actor = Actor(by.kind, institution_id, by.person_id)
            await self._journal.record(
                house, Event(actor, "charter.published", "charter", str(version))
            )
        return version

    async def withdraw(self, institution: str | None = None, *, by: Actor = COMMAND) -> int:
        """Withdraw the version in force and return its number: the one before holds again.

        After the one that ships there is none.

        Who accepted the one before need not do so again. Raises `InstitutionUnknown` or
        `NothingPublished`.
        """
        slug = institution or DEFAULT_INSTITUTION
        async with self._database.house() as house:
            institution_id = await store.institution_held(house, slug)
            if institution_id is None:
                raise InstitutionUnknown(slug=slug)
            version = await store.charter_withdrawn(house, institution_id, self._clock.now())
            if version is None:
                if not await store.shipped_taken(house, institution_id, taken=False):
                    raise NothingPublished(slug=slug)
                version = SHIPPED
            actor = Actor(by.kind, institution_id, by.person_id)
            await self._journal.record(
                house, Event(actor, "charter.withdrawn", "charter", str(version))
            )
        return version


@cache
def shipped() -> Charter:
    """Return the charter that ships with ARGO."""
    folder = resources.files("argo.charter")
    french = (folder / "charter.fr.md").read_text(encoding="utf-8")
    english = (folder / "charter.en.md").read_text(encoding="utf-8")
    return Charter(SHIPPED, french, english)


def text_of(content: bytes, name: str, ending: str) -> str:
    """Return the charter's text in `content`, of a file called `name`; raises `CharterUnfit`.

    Its name must end in `ending`, so that two languages are not taken for each other.
    """
    unfit = CharterUnfit(file=name, ending=ending, limit=MOST_BYTES)
    if not name.endswith(ending) or len(content) > MOST_BYTES:
        raise unfit
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise unfit from None
    if not text or "\0" in text:
        raise unfit
    return text
