"""What administrators do with people and units of an institution; nobody's content is in reach.

Whoever asks is an administrator already (guards.py). Others' institutions are as if they were
not there, except to platform administrators. Each change is one event of the journal.
"""

from __future__ import annotations

import re
from uuid import UUID

from argo.accounts import names, people_store, store
from argo.accounts.errors import (
    ChangedMeanwhile,
    InstitutionUnknown,
    OwnAccount,
    PlatformOnly,
    SlugInvalid,
    SlugTaken,
    UnitUnknown,
    UserUnknown,
)
from argo.accounts.types import Caller, Person, Role, Standing, Unit
from argo.clock import Clock
from argo.journal.service import Journal
from argo.journal.types import COMMAND, Actor, Event
from argo.storage.database import Connection, Database
from argo.storage.types import Owner

PAGE = 50
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Administration:
    """People, units and institutions, by administrators and by commands."""

    def __init__(self, database: Database, clock: Clock, journal: Journal) -> None:
        """Work in the house context of `database`; what changes stands in `journal`."""
        self._database, self._clock, self._journal = database, clock, journal

    async def people(
        self, caller: Caller, slug: str | None, search: str, after: str | None
    ) -> list[Person]:
        """Return up to 50 people by address, whose name or address holds `search`.

        `after` is the last id of the page before. Raises `InstitutionUnknown`.
        """
        async with self._database.house() as house:
            place = await self._place(house, caller, slug)
            return await people_store.people(house, place, search, after, PAGE)

    async def change(
        self, caller: Caller, slug: str | None, user_id: UUID, was: Standing, becomes: Standing
    ) -> None:
        """Give a person another role, unit or state, if they stand as the asker saw them.

        Raises `UserUnknown`, `UnitUnknown`, `OwnAccount`, `PlatformOnly` or `ChangedMeanwhile`.
        """
        async with self._database.house() as house:
            owner = Owner(await self._place(house, caller, slug), user_id)
            if user_id == caller.user_id and (was.role, was.disabled) != (
                becomes.role,
                becomes.disabled,
            ):
                raise OwnAccount
            stands = await people_store.standing_held(house, owner)
            if stands is None:
                raise UserUnknown(email=user_id)
            if "platform" in (stands.role, becomes.role) and caller.role != "platform":
                raise PlatformOnly
            if stands != was:
                raise ChangedMeanwhile
            await self._becomes(house, owner, was, becomes, _actor(caller))

    async def revoke(self, caller: Caller, slug: str | None, user_id: UUID) -> None:
        """End a person's sessions and revoke their keys and links; raises `UserUnknown`."""
        async with self._database.house() as house:
            owner = Owner(await self._place(house, caller, slug), user_id)
            stands = await people_store.standing_held(house, owner)
            if stands is None:
                raise UserUnknown(email=user_id)
            if stands.role == "platform" and caller.role != "platform":
                raise PlatformOnly
            await self._shut_out(house, owner)
            await self._record(house, _actor(caller), owner.institution_id, "user.revoked", user_id)

    async def units(self, caller: Caller, slug: str | None) -> list[Unit]:
        """Return the units by name, with their members counted and their referents named."""
        async with self._database.house() as house:
            return await people_store.units(house, await self._place(house, caller, slug))

    async def add_unit(self, caller: Caller, slug: str | None, unit_slug: str, name: str) -> UUID:
        """Add a unit; raises `SlugInvalid`, `NameInvalid` or `SlugTaken`."""
        async with self._database.house() as house:
            place = await self._place(house, caller, slug)
            return await self._add_unit(house, _actor(caller), place, unit_slug, name)

    async def rename_unit(
        self, caller: Caller, slug: str | None, unit_id: UUID, was: str, name: str
    ) -> None:
        """Rename a unit that is called as the asker saw it.

        Raises `NameInvalid`, `UnitUnknown` or `ChangedMeanwhile`.
        """
        called = names.name(name)
        async with self._database.house() as house:
            place = await self._place(house, caller, slug)
            if not await people_store.unit_there(house, place, unit_id):
                raise UnitUnknown
            if not await people_store.unit_renamed(house, place, unit_id, was, called):
                raise ChangedMeanwhile
            await self._record(
                house, _actor(caller), place, "unit.renamed", unit_id, target_kind="unit"
            )

    async def referent(
        self, caller: Caller, slug: str | None, unit_id: UUID, user_id: UUID, *, is_one: bool
    ) -> None:
        """Make a person a referent of a unit, or no more; raises `UnitUnknown`, `UserUnknown`."""
        async with self._database.house() as house:
            place = await self._place(house, caller, slug)
            if not await people_store.unit_there(house, place, unit_id):
                raise UnitUnknown
            if await people_store.standing_held(house, Owner(place, user_id)) is None:
                raise UserUnknown(email=user_id)
            if not await people_store.referent_set(house, place, unit_id, user_id, is_one=is_one):
                return
            action = "unit.referent_added" if is_one else "unit.referent_removed"
            await self._record(house, _actor(caller), place, action, user_id)

    # ── by command ───────────────────────────────────────────────────────────────────────────

    async def add_institution(self, slug: str, name: str) -> None:
        """Add an institution; raises `SlugInvalid`, `NameInvalid` or `SlugTaken`."""
        called = names.name(name)
        institution_id = self._clock.new_id()
        async with self._database.house() as house:
            if not await people_store.institution_added(house, institution_id, _slug(slug), called):
                raise SlugTaken(slug=slug)
            await self._record(
                house,
                COMMAND,
                institution_id,
                "institution.added",
                institution_id,
                target_kind="institution",
            )

    async def institutions(self) -> list[tuple[str, str]]:
        """Return every institution's slug and name."""
        async with self._database.house() as house:
            return await people_store.institutions(house)

    async def add_unit_of(self, institution: str, unit_slug: str, name: str) -> None:
        """Like `add_unit`, by command; raises `InstitutionUnknown` besides."""
        async with self._database.house() as house:
            place = await _named(house, institution)
            await self._add_unit(house, COMMAND, place, unit_slug, name)

    async def units_of(self, institution: str) -> list[Unit]:
        """Return the units of an institution; raises `InstitutionUnknown`."""
        async with self._database.house() as house:
            return await people_store.units(house, await _named(house, institution))

    async def place(self, owner: Owner, *, role: Role | None, unit_slug: str | None) -> None:
        """Give a person a role, or a unit by its slug ("" for none); raises `UnitUnknown`."""
        async with self._database.house() as house:
            was = await people_store.standing_held(house, owner)
            if was is None:
                raise UserUnknown(email=owner.owner_id)
            unit_id = was.unit_id
            if unit_slug is not None:
                unit_id = await people_store.unit_named(house, owner.institution_id, unit_slug)
                if unit_id is None and unit_slug:
                    raise UnitUnknown
            becomes = Standing(role or was.role, was.disabled, unit_id)
            await self._becomes(house, owner, was, becomes, COMMAND)

    # ── steps ────────────────────────────────────────────────────────────────────────────────

    async def _place(self, house: Connection, caller: Caller, slug: str | None) -> UUID:
        """Return the institution that `caller` may administer under this slug, or their own."""
        if slug is None or slug == caller.institution_slug:
            return caller.institution_id
        if caller.role != "platform":
            raise InstitutionUnknown(slug=slug)
        return await _named(house, slug)

    async def _becomes(
        self, house: Connection, owner: Owner, was: Standing, becomes: Standing, by: Actor
    ) -> None:
        place = owner.institution_id
        if becomes.unit_id is not None and not await people_store.unit_there(
            house, place, becomes.unit_id
        ):
            raise UnitUnknown
        at = self._clock.now()
        await people_store.standing_set(house, owner, becomes, at)
        if becomes.disabled and not was.disabled:
            await self._shut_out(house, owner)
        changes = (
            ("user.role_changed", was.role != becomes.role),
            ("user.unit_changed", was.unit_id != becomes.unit_id),
            ("user.disabled", becomes.disabled and not was.disabled),
            ("user.enabled", was.disabled and not becomes.disabled),
        )
        for action, did in changes:
            if did:
                await self._record(house, by, place, action, owner.owner_id)

    async def _shut_out(self, house: Connection, owner: Owner) -> None:
        await store.sessions_ended(house, owner)
        await store.links_voided(house, owner)
        await store.keys_revoked(house, owner, self._clock.now())

    async def _add_unit(
        self, house: Connection, by: Actor, place: UUID, unit_slug: str, name: str
    ) -> UUID:
        called, unit_id = names.name(name), self._clock.new_id()
        if not await people_store.unit_added(house, place, unit_id, _slug(unit_slug), called):
            raise SlugTaken(slug=unit_slug)
        await self._record(house, by, place, "unit.added", unit_id, target_kind="unit")
        return unit_id

    async def _record(
        self,
        house: Connection,
        by: Actor,
        place: UUID,
        action: str,
        target: UUID,
        target_kind: str = "user",
    ) -> None:
        actor = Actor(by.kind, by.institution_id or place, by.person_id)
        await self._journal.record(house, Event(actor, action, target_kind, str(target)))


def _actor(caller: Caller) -> Actor:
    return Actor("person", caller.institution_id, caller.user_id)


def _slug(sent: str) -> str:
    if not _SLUG.fullmatch(sent):
        raise SlugInvalid(param="slug")
    return sent


async def _named(house: Connection, slug: str) -> UUID:
    institution_id = await store.institution_named(house, slug)
    if institution_id is None:
        raise InstitutionUnknown(slug=slug)
    return institution_id
