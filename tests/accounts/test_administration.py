"""Administrators place people of their own institution, and reach nobody's elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from argo.storage.types import Owner
from tests.accounts.conftest import Execute
from tests.fixtures import NewPerson, Service, api_key, signed_in
from tests.support.browser import Answer, Browser

MEMBER = {"role": "member", "disabled": False, "unit_id": None}


@pytest.fixture
async def chief(service: Service, institution: UUID) -> AsyncIterator[Browser]:
    """An administrator of the test's institution, freshly signed in."""
    owner = await service.people.add("chief@example.org", "Chief", f"i-{institution.hex}", "admin")
    async with signed_in(service, owner) as browser:
        yield browser


async def change(browser: Browser, owner: Owner, was: dict[str, Any], **becomes: object) -> Answer:
    sent = {"was": was, "becomes": {**was, **becomes}}
    return await browser.patch(f"/api/admin/people/{owner.owner_id}", sent)


async def test_people_are_listed_and_found_by_name_and_address(
    service: Service, chief: Browser, institution: UUID
) -> None:
    slug = f"i-{institution.hex}"
    for name in ("Émilie du Châtelet", "Marie Curie"):
        await service.people.add(f"{name[0]}@example.org", name, slug, "member")
    people = (await chief.get("/api/admin/people")).body["people"]
    assert {each["name"] for each in people} == {"Chief", "Émilie du Châtelet", "Marie Curie"}
    for search, names in (("curie", ["Marie Curie"]), ("É@exa", ["Émilie du Châtelet"]), ("%", [])):
        found = (await chief.get(f"/api/admin/people?search={search.replace('%', '%25')}")).body
        assert [each["name"] for each in found["people"]] == names
    last = people[-1]["id"]
    assert (await chief.get(f"/api/admin/people?after={last}")).body == {
        "people": [],
        "more": False,
    }
    assert (await chief.get("/api/admin/people?after=x")).status == 400


async def test_a_change_of_role_stands_at_once_and_in_the_journal(
    chief: Browser, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    assert (await change(chief, owner, MEMBER, role="referent")).status == 204
    told = "SELECT action, actor_kind FROM journal WHERE target_id = %s"
    assert await execute(told, str(owner.owner_id)) == [("user.role_changed", "person")]
    second = await change(chief, owner, MEMBER, role="admin")
    assert (second.status, second.code) == (409, "changed_meanwhile")


async def test_nobody_raises_themselves_or_above_themselves(
    chief: Browser, new_person: NewPerson, execute: Execute
) -> None:
    (mine,) = (await chief.get("/api/admin/people?search=chief")).body["people"]
    me = Owner(UUID(int=0), UUID(mine["id"]))
    was = {**MEMBER, "role": "admin"}
    assert (await change(chief, me, was, role="member")).code == "own_account"
    assert (await change(chief, me, was, disabled=True)).code == "own_account"
    owner = await new_person()
    assert (await change(chief, owner, MEMBER, role="platform")).code == "platform_only"
    await execute("UPDATE users SET role = 'platform' WHERE id = %s", owner.owner_id)
    platform = {**MEMBER, "role": "platform"}
    assert (await change(chief, owner, platform, role="member")).code == "platform_only"
    revoked = await chief.post(f"/api/admin/people/{owner.owner_id}/revoke")
    assert revoked.code == "platform_only"


async def test_disabling_and_revoking_end_every_way_in(
    service: Service, chief: Browser, new_person: NewPerson
) -> None:
    for action in ("disable", "revoke"):
        owner = await new_person()
        key = await api_key(service, owner)
        async with signed_in(service, owner) as browser:
            if action == "disable":
                assert (await change(chief, owner, MEMBER, disabled=True)).status == 204
            else:
                path = f"/api/admin/people/{owner.owner_id}/revoke"
                assert (await chief.post(path)).status == 204
            assert (await browser.get("/api/me")).status == 401
            bearer = {"authorization": f"Bearer {key}"}
            assert (await browser.get("/v1/models", **bearer)).status == 401
    assert (await change(chief, owner, MEMBER, disabled=True)).status == 204
    assert (await change(chief, owner, {**MEMBER, "disabled": True}, disabled=False)).status == 204


async def test_units_have_members_and_referents(
    service: Service, chief: Browser, new_person: NewPerson
) -> None:
    owner = await new_person()
    made = await chief.post("/api/admin/units", {"slug": "physics", "name": "Physics"})
    unit = made.body["id"]
    assert made.status == 201
    again = await chief.post("/api/admin/units", {"slug": "physics", "name": "Other"})
    assert (again.status, again.code) == (400, "slug_taken")
    odd = await chief.post("/api/admin/units", {"slug": "Phy sics", "name": "Other"})
    assert (odd.status, odd.code) == (400, "slug_invalid")
    assert (await change(chief, owner, MEMBER, unit_id=unit)).status == 204
    path = f"/api/admin/units/{unit}"
    assert (await chief.ask("PUT", f"{path}/referents/{owner.owner_id}")).status == 204
    renamed = {"was": "Physics", "name": "Physics and astronomy"}
    assert (await chief.patch(path, renamed)).status == 204
    assert (await chief.patch(path, renamed)).code == "changed_meanwhile"
    (shown,) = (await chief.get("/api/admin/units")).body["units"]
    assert shown == {
        "id": unit,
        "slug": "physics",
        "name": "Physics and astronomy",
        "members": 1,
        "referents": [{"id": str(owner.owner_id), "name": "Ada"}],
    }
    assert (await chief.delete(f"{path}/referents/{owner.owner_id}")).status == 204
    assert (await chief.get("/api/admin/units")).body["units"][0]["referents"] == []


async def test_what_matters_asks_for_a_fresh_sign_in(
    chief: Browser, new_person: NewPerson, institution: UUID, execute: Execute
) -> None:
    owner = await new_person()
    await execute(
        "UPDATE sessions SET created_at = now() - interval '31 minutes' WHERE institution_id = %s",
        institution,
    )
    answer = await change(chief, owner, MEMBER, role="admin")
    assert (answer.status, answer.code) == (403, "fresh_sign_in_needed")
    assert (await chief.get("/api/admin/people")).status == 200


async def test_an_administrator_reaches_no_other_institution(
    chief: Browser, new_person: NewPerson, execute: Execute
) -> None:
    ((place, slug),) = await execute(
        "INSERT INTO institutions (id, slug, name) VALUES (gen_random_uuid(), "
        "'o-' || left(gen_random_uuid()::text, 8), 'Other') RETURNING id, slug"
    )
    theirs = await new_person(place)
    assert (await change(chief, theirs, MEMBER, disabled=True)).code == "user_unknown"
    assert (await chief.post(f"/api/admin/people/{theirs.owner_id}/revoke")).status == 404
    for path in ("/api/admin/people", "/api/admin/units"):
        crossed = await chief.get(f"{path}?institution={slug}")
        assert (crossed.status, crossed.code) == (404, "institution_unknown")
    await execute("UPDATE users SET role = 'platform' WHERE email = 'chief@example.org'")
    (found,) = (await chief.get(f"/api/admin/people?institution={slug}")).body["people"]
    assert found["id"] == str(theirs.owner_id)
