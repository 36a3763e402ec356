"""A sign-in link shows what it opens, opens it once, and within fifteen minutes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from argo.accounts.errors import LinkUnknown, NotSignedIn
from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.accounts.types import LINK_LASTS
from argo.journal.service import Journal
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from tests.accounts.conftest import Execute, Standing
from tests.accounts.wire import SAME_ORIGIN, asked
from tests.fixtures import NewPerson, Service
from tests.support.browser import Browser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


async def test_looking_tells_who_is_invited_and_uses_nothing_up(
    service: Service, new_person: NewPerson
) -> None:
    owner = await new_person()
    token = await service.people.link(owner)
    async with Browser(service.url) as browser:
        for _ in range(3):
            seen = await browser.post("/api/sign-in/look", {"token": token})
            assert seen.status == 200
            assert seen.body == {
                "email": f"{owner.owner_id.hex}@example.org",
                "name": "Ada",
                "institution_name": "Institute of tests",
                "first": False,
            }
        assert not browser.cookies
        assert (await browser.post("/api/sign-in", {"token": token})).status == 204
        assert (await browser.get("/api/me")).body["user"]["id"] == str(owner.owner_id)


async def test_a_used_link_is_like_one_that_never_was(
    service: Service, new_person: NewPerson
) -> None:
    token = await service.people.link(await new_person())
    async with Browser(service.url) as browser:
        await browser.post("/api/sign-in", {"token": token})
        for path in ("/api/sign-in/look", "/api/sign-in"):
            used, unheard_of = [
                await browser.post(path, {"token": each}) for each in (token, "x" * 43)
            ]
            assert (used.status, used.code) == (404, "link_unknown")
            assert unheard_of.body["error"]["message"] == used.body["error"]["message"]


async def test_of_fifty_presses_at_once_one_signs_in(
    accounts: Accounts, people: People, new_person: NewPerson
) -> None:
    owner = await new_person()
    token = await people.link(owner)
    pressed = await asyncio.gather(
        *(accounts.sign_in(token, FIREFOX) for _ in range(50)), return_exceptions=True
    )
    assert sum(isinstance(each, LinkUnknown) for each in pressed) == 49
    assert len(await accounts.sessions(owner)) == 1


@pytest.mark.parametrize(("minutes", "opens"), [(14, True), (15, False), (16, False)])
async def test_a_link_opens_for_fifteen_minutes(
    accounts: Accounts,
    database: Database,
    secrets: Secrets,
    journal: Journal,
    new_person: NewPerson,
    minutes: int,
    opens: bool,
) -> None:
    earlier = Standing(timedelta(minutes=-minutes))
    token = await People(database, secrets, earlier, journal).link(await new_person())
    for use in (accounts.look(token), accounts.sign_in(token, FIREFOX)):
        if opens:
            assert await use
        else:
            with pytest.raises(LinkUnknown):
                await use
    assert timedelta(minutes=15) == LINK_LASTS


async def test_a_disabled_account_has_no_way_in(
    accounts: Accounts, people: People, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    token = await people.link(owner)
    await execute("UPDATE users SET disabled_at = now() WHERE id = %s", owner.owner_id)
    for use in (accounts.look(token), accounts.sign_in(token, FIREFOX)):
        with pytest.raises(LinkUnknown):
            await use


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": None},
        {"token": 7},
        {"token": ["x"]},
        {"token": "x" * 201},
        {"token": "\ud800"},
        {"token": "x", "role": "admin"},
        [],
        "token",
    ],
    ids=repr,
)
async def test_a_malformed_press_is_refused_by_name(service: Service, body: Any) -> None:
    for path in ("/api/sign-in", "/api/sign-in/look"):
        answer = await asked(service.url, "POST", path, SAME_ORIGIN, body=body)
        assert answer.status == 400
        assert answer.code in ("request_invalid", "body_invalid")


@pytest.mark.parametrize("more", [{"email": "x" * 321}, {"name": ""}, {"name": "x" * 101}])
async def test_a_name_beyond_its_limit_is_refused(
    service: Service, new_person: NewPerson, more: dict[str, str]
) -> None:
    token = await service.people.link(await new_person())
    async with Browser(service.url) as browser:
        answer = await browser.post("/api/sign-in", {"token": token, **more})
        assert (answer.status, answer.code) == (400, "request_invalid")
        assert (await browser.post("/api/sign-in/look", {"token": token})).status == 200


async def test_characters_that_no_database_keeps_are_just_a_wrong_token(service: Service) -> None:
    async with Browser(service.url) as browser:
        for token in ("", "\x00", "é" * 100, "' OR 1=1 --"):
            answer = await browser.post("/api/sign-in", {"token": token})
            assert (answer.status, answer.code) == (404, "link_unknown"), repr(token)


async def test_signing_in_again_leaves_one_session_in_the_browser(
    service: Service, new_person: NewPerson
) -> None:
    ada, ben = await new_person(), await new_person()
    async with Browser(service.url) as browser:
        for owner in (ada, ada, ben):
            token = await service.people.link(owner)
            assert (await browser.post("/api/sign-in", {"token": token})).status == 204
    assert await service.accounts.sessions(ada) == []
    assert len(await service.accounts.sessions(ben)) == 1


async def test_a_wrong_link_leaves_the_session_there_is(service: Service, visitor: Browser) -> None:
    assert (await visitor.post("/api/sign-in", {"token": "x" * 43})).status == 404
    assert (await visitor.get("/api/me")).status == 200


async def test_expired_links_and_sessions_are_forgotten(
    accounts: Accounts,
    people: People,
    database: Database,
    secrets: Secrets,
    journal: Journal,
    new_person: NewPerson,
    execute: Execute,
) -> None:
    owner = await new_person()
    await People(database, secrets, Standing(timedelta(minutes=-16)), journal).link(owner)
    fresh = await people.link(owner)
    long_ago = Accounts(database, secrets, Standing(timedelta(days=-15)))
    gone = await long_ago.sign_in(await people.link(owner), FIREFOX)
    here = await accounts.sign_in(await people.link(owner), FIREFOX)
    with pytest.raises(NotSignedIn):
        await accounts.signed_in(gone.token)
    async with database.house() as house:
        await people.sweep(house)
    kept = "SELECT count(*) FROM {} WHERE owner_id = %s AND expires_at <= now()"
    for table in ("sign_in_links", "sessions"):
        assert await execute(kept.format(table), owner.owner_id) == [(0,)]
    assert await accounts.look(fresh)
    assert await accounts.signed_in(here.token)
