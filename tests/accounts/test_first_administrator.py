"""While there is nobody, one link makes one administrator; afterwards there is no such link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from argo import migrations
from argo.accounts.errors import EmailInvalid, LinkUnknown, NameInvalid
from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.journal.service import Journal
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from tests.accounts.conftest import Standing
from tests.fixtures import Service
from tests.support.browser import Browser
from tests.support.postgres import Addresses, Cluster


@pytest.fixture
def addresses(cluster: Cluster) -> Addresses:
    """A database in which nobody is yet, for each test."""
    addresses = cluster.new_database()
    migrations.upgrade(addresses.owner, service_role="argo_service")
    return addresses


@pytest.fixture
async def first(people: People) -> AsyncIterator[str]:
    """The first link's token."""
    token = await people.first_link()
    assert token is not None
    yield token


async def test_pressing_without_typing_makes_an_administrator(service: Service) -> None:
    token = await service.people.first_link()
    async with Browser(service.url) as browser:
        seen = await browser.post("/api/sign-in/look", {"token": token})
        assert seen.body == {
            "email": None,
            "name": None,
            "institution_name": "Institute",
            "first": True,
        }
        assert (await browser.post("/api/sign-in", {"token": token})).status == 204
        me = (await browser.get("/api/me")).body
    assert (me["user"]["email"], me["user"]["role"]) == ("admin@localhost", "admin")
    assert me["institution"] == {"slug": "institute", "name": "Institute"}
    assert await service.people.first_link() is None


async def test_the_administrator_may_say_their_name(
    accounts: Accounts, people: People, first: str
) -> None:
    await accounts.sign_in(first, "", " ada@institute.example ", "Ada Lovelace")
    users = await people.list()
    assert [(each.email, each.name, each.role) for each in users] == [
        ("ada@institute.example", "Ada Lovelace", "admin")
    ]


async def test_a_slip_of_the_pen_leaves_the_link_good(
    accounts: Accounts, people: People, first: str
) -> None:
    with pytest.raises(EmailInvalid):
        await accounts.sign_in(first, "", "ada at institute")
    with pytest.raises(NameInvalid):
        await accounts.sign_in(first, "", None, "A\x00da")
    assert await people.list() == []
    assert await accounts.sign_in(first, "")


async def test_of_fifty_presses_at_once_one_makes_one_administrator(
    accounts: Accounts, people: People, first: str
) -> None:
    pressed = await asyncio.gather(
        *(accounts.sign_in(first, "") for _ in range(50)), return_exceptions=True
    )
    assert sum(isinstance(each, LinkUnknown) for each in pressed) == 49
    assert len(await people.list()) == 1


async def test_each_start_makes_the_link_before_worthless(
    accounts: Accounts, people: People, first: str
) -> None:
    again = await people.first_link()
    assert again is not None
    with pytest.raises(LinkUnknown):
        await accounts.sign_in(first, "")
    assert await accounts.sign_in(again, "")


async def test_the_first_link_too_lasts_fifteen_minutes(
    accounts: Accounts, database: Database, secrets: Secrets, journal: Journal
) -> None:
    late = await People(database, secrets, Standing(timedelta(minutes=-16)), journal).first_link()
    assert late is not None
    for use in (accounts.look(late), accounts.sign_in(late, "")):
        with pytest.raises(LinkUnknown):
            await use


async def test_once_somebody_was_added_nobody_becomes_administrator_by_a_link(
    accounts: Accounts, people: People, first: str
) -> None:
    await people.add("ben@institute.example", None, None, "member")
    for use in (accounts.look(first), accounts.sign_in(first, "")):
        with pytest.raises(LinkUnknown):
            await use
    assert await people.first_link() is None
    assert [each.role for each in await people.list()] == ["member"]
