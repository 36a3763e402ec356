"""Administration of people and units, for administrators of an institution."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from argo.accounts.administration import PAGE, Administration
from argo.accounts.guards import Guard
from argo.accounts.types import Caller, Person, Role, Standing, Unit

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Place = Annotated[str | None, Query(max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
_Search = Annotated[str, Query(max_length=100)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StandingSent(_Sent):
    """A person's role, state and unit."""

    role: Role
    disabled: bool
    unit_id: UUID | None = None

    def standing(self) -> Standing:
        """Return it as accounts know it."""
        return Standing(self.role, self.disabled, self.unit_id)


class ChangeSent(_Sent):
    """How a person stood when the asker looked, and how they shall stand."""

    was: StandingSent
    becomes: StandingSent


class UnitSent(_Sent):
    """A new unit."""

    slug: Annotated[str, StringConstraints(max_length=40)]
    name: _Line


class UnitRenamed(_Sent):
    """A unit's name when the asker looked, and its new one."""

    was: _Line
    name: _Line


class PersonShown(BaseModel):
    """A person as administrators see them; `local` are let in by links alone."""

    id: UUID
    email: str
    name: str
    role: Role
    disabled: bool
    local: bool
    unit_id: UUID | None
    unit_name: str | None


class PeopleShown(BaseModel):
    """A page of people; `more` when others follow the last."""

    people: list[PersonShown]
    more: bool


class ReferentShown(BaseModel):
    """A referent of a unit."""

    id: UUID
    name: str


class UnitShown(BaseModel):
    """A unit."""

    id: UUID
    slug: str
    name: str
    members: int
    referents: list[ReferentShown]


class UnitsShown(BaseModel):
    """All units of an institution."""

    units: list[UnitShown]


class Made(BaseModel):
    """The id of what was added."""

    id: UUID


def routes(administration: Administration, guard: Guard) -> APIRouter:
    """Return the routes of administration; platform administrators may name an institution."""
    router = APIRouter(prefix="/api/admin", tags=["administration"])
    _people_routes(router, administration, guard)
    _unit_routes(router, administration, guard)
    return router


def _people_routes(router: APIRouter, administration: Administration, guard: Guard) -> None:
    @router.get("/people")
    async def people(
        caller: Annotated[Caller, Depends(guard.administrator)],
        institution: Place = None,
        search: _Search = "",
        after: UUID | None = None,
    ) -> PeopleShown:
        """List people by address, fifty at a time, whose name or address holds `search`."""
        # PostgreSQL keeps no such letter: nobody is called so.
        wanted = search.replace("\x00", "\ufffd")
        found = await administration.people(
            caller, institution, wanted, None if after is None else str(after)
        )
        return PeopleShown(people=[_person(each) for each in found], more=len(found) == PAGE)

    @router.patch("/people/{user_id}", status_code=204)
    async def change(
        user_id: UUID,
        sent: ChangeSent,
        caller: Annotated[Caller, Depends(guard.fresh_administrator)],
        institution: Place = None,
    ) -> None:
        """Give a person another role, unit or state."""
        await administration.change(
            caller, institution, user_id, sent.was.standing(), sent.becomes.standing()
        )

    @router.post("/people/{user_id}/revoke", status_code=204)
    async def revoke(
        user_id: UUID,
        caller: Annotated[Caller, Depends(guard.fresh_administrator)],
        institution: Place = None,
    ) -> None:
        """End a person's sessions, and revoke their keys and links."""
        await administration.revoke(caller, institution, user_id)


def _unit_routes(router: APIRouter, administration: Administration, guard: Guard) -> None:
    @router.get("/units")
    async def units(
        caller: Annotated[Caller, Depends(guard.administrator)], institution: Place = None
    ) -> UnitsShown:
        """List the units."""
        found = await administration.units(caller, institution)
        return UnitsShown(units=[_unit(each) for each in found])

    @router.post("/units", status_code=201)
    async def add(
        sent: UnitSent,
        caller: Annotated[Caller, Depends(guard.administrator)],
        institution: Place = None,
    ) -> Made:
        """Add a unit."""
        return Made(id=await administration.add_unit(caller, institution, sent.slug, sent.name))

    @router.patch("/units/{unit_id}", status_code=204)
    async def rename(
        unit_id: UUID,
        sent: UnitRenamed,
        caller: Annotated[Caller, Depends(guard.administrator)],
        institution: Place = None,
    ) -> None:
        """Rename a unit."""
        await administration.rename_unit(caller, institution, unit_id, sent.was, sent.name)

    @router.put("/units/{unit_id}/referents/{user_id}", status_code=204)
    async def add_referent(
        unit_id: UUID,
        user_id: UUID,
        caller: Annotated[Caller, Depends(guard.fresh_administrator)],
        institution: Place = None,
    ) -> None:
        """Make a person a referent of a unit."""
        await administration.referent(caller, institution, unit_id, user_id, is_one=True)

    @router.delete("/units/{unit_id}/referents/{user_id}", status_code=204)
    async def remove_referent(
        unit_id: UUID,
        user_id: UUID,
        caller: Annotated[Caller, Depends(guard.fresh_administrator)],
        institution: Place = None,
    ) -> None:
        """Have a person be a referent of a unit no more."""
        await administration.referent(caller, institution, unit_id, user_id, is_one=False)


def _person(person: Person) -> PersonShown:
    return PersonShown(**vars(person))


def _unit(unit: Unit) -> UnitShown:
    referents = [
        ReferentShown(id=user_id, name=name)
        for user_id, name in zip(unit.referent_ids, unit.referent_names, strict=True)
    ]
    return UnitShown(
        id=unit.id, slug=unit.slug, name=unit.name, members=unit.members, referents=referents
    )
