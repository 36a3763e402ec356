"""A session is one browser: seen by its person alone, ended at once, and never for ever."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from argo.accounts.errors import NotSignedIn
from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.accounts.types import SESSION_LASTS, SESSION_LASTS_IDLE
from argo.http.types import ServerSettings
from tests.accounts.conftest import Execute, entered
from tests.accounts.wire import SAME_ORIGIN, asked
from tests.fixtures import NewPerson, Serve, Service
from tests.support.browser import Browser

ROUTES = [
    ("GET", "/api/me"),
    ("GET", "/api/sessions"),
    ("DELETE", "/api/sessions"),
    ("DELETE", f"/api/sessions/{uuid4()}"),
]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


async def listed(browser: Browser) -> list[dict[str, Any]]:
    """Return the sessions a browser shows."""
    answer = await browser.get("/api/sessions")
    assert answer.status == 200
    sessions: list[dict[str, Any]] = answer.body["sessions"]
    return sessions


async def test_people_see_where_they_are_signed_in(service: Service, new_person: NewPerson) -> None:
    owner = await new_person()
    await service.accounts.sign_in(await service.people.link(owner), FIREFOX)
    async with entered(service, await service.people.link(owner)) as browser:
        here, there = await listed(browser)
        me = (await browser.get("/api/me")).body
    assert (here["current"], there["current"]) == (True, False)
    assert there["device"] == "Firefox, Linux"
    assert here["id"] == me["session_id"]
    assert here["expires_at"] == me["signed_in_until"]
    assert set(here) == {"id", "device", "created_at", "last_seen_at", "expires_at", "current"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nobody_is_let_in_without_a_session(service: Service, method: str, path: str) -> None:
    cookies: list[tuple[str, str]] = [
        ("cookie", "argo="),
        ("cookie", "argo=wrong"),
        ("cookie", "argo=" + "é" * 20),
        ("cookie", ";;;=;argo"),
    ]
    for cookie in [(), *((each,) for each in cookies)]:
        answer = await asked(service.url, method, path, SAME_ORIGIN, *cookie)
        assert (answer.status, answer.code) == (401, "not_signed_in")


async def test_a_stranger_cannot_end_anothers_session(visitor: Browser, stranger: Browser) -> None:
    mine = (await listed(visitor))[0]["id"]
    answer = await stranger.delete(f"/api/sessions/{mine}")
    assert (answer.status, answer.code) == (404, "session_unknown")
    assert mine not in {each["id"] for each in await listed(stranger)}
    assert (await visitor.get("/api/me")).status == 200
    assert (await stranger.delete("/api/sessions")).status == 204
    assert (await visitor.get("/api/me")).status == 200


@pytest.mark.parametrize("name", ["x", "1", "%00", "' OR 1=1", str(uuid4()) + "0"])
async def test_a_malformed_id_is_refused(visitor: Browser, name: str) -> None:
    answer = await visitor.delete(f"/api/sessions/{name}")
    assert (answer.status, answer.code) == (400, "request_invalid")


async def test_an_ended_session_is_refused_at_the_very_next_request(
    service: Service, new_person: NewPerson
) -> None:
    owner = await new_person()
    async with (
        entered(service, await service.people.link(owner)) as here,
        entered(service, await service.people.link(owner)) as there,
    ):
        ended = next(each["id"] for each in await listed(here) if not each["current"])
        assert (await here.delete(f"/api/sessions/{ended}")).status == 204
        assert (await there.get("/api/me")).code == "not_signed_in"
        assert (await here.delete(f"/api/sessions/{ended}")).code == "session_unknown"
        assert len(await listed(here)) == 1


async def test_signing_out_everywhere_ends_this_one_too(
    service: Service, new_person: NewPerson
) -> None:
    owner = await new_person()
    async with (
        entered(service, await service.people.link(owner)) as here,
        entered(service, await service.people.link(owner)) as there,
    ):
        assert (await here.delete("/api/sessions")).status == 204
        assert not here.cookies
        assert (await there.get("/api/me")).code == "not_signed_in"
    assert await service.accounts.sessions(owner) == []


async def test_signing_out_ends_the_session_and_not_only_the_cookie(
    service: Service, visitor: Browser
) -> None:
    token = visitor.cookies["argo"]
    assert (await visitor.post("/api/sign-out")).status == 204
    assert not visitor.cookies
    answer = await asked(service.url, "GET", "/api/me", ("cookie", f"argo={token}"))
    assert answer.code == "not_signed_in"
    assert (await visitor.post("/api/sign-out")).status == 204


async def test_a_disabled_account_is_out_at_the_very_next_request(
    service: Service, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    async with entered(service, await service.people.link(owner)) as browser:
        assert (await browser.get("/api/me")).status == 200
        # Whoever disables an account, by whatever way: its sessions need not be gone.
        await execute("UPDATE users SET disabled_at = now() WHERE id = %s", owner.owner_id)
        assert (await browser.get("/api/me")).code == "not_signed_in"


async def test_a_role_counts_as_it_is_now(
    service: Service, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    async with entered(service, await service.people.link(owner)) as browser:
        await execute("UPDATE users SET role = 'referent' WHERE id = %s", owner.owner_id)
        assert (await browser.get("/api/me")).body["user"]["role"] == "referent"


async def test_use_keeps_a_session_alive_up_to_ninety_days(
    accounts: Accounts, people: People, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    token = (await accounts.sign_in(await people.link(owner), FIREFOX)).token
    first = await accounts.signed_in(token)
    again = await accounts.signed_in(token)
    assert first == again
    assert lasts(first.signed_in_until) == SESSION_LASTS_IDLE
    for age, left in ((10, SESSION_LASTS_IDLE), (80, timedelta(days=10))):
        await execute(
            "UPDATE sessions SET created_at = now() - make_interval(days => %s), "
            "last_seen_at = now() - interval '2 minutes', expires_at = now() + interval '1 hour' "
            "WHERE owner_id = %s",
            age,
            owner.owner_id,
        )
        assert lasts((await accounts.signed_in(token)).signed_in_until) == left
    assert timedelta(days=80) + left == SESSION_LASTS


async def test_being_seen_is_written_once_a_minute(
    accounts: Accounts, people: People, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    token = (await accounts.sign_in(await people.link(owner), FIREFOX)).token
    versions = set()
    for seconds in (0, 30, 61, 0):
        await execute(
            "UPDATE sessions SET last_seen_at = last_seen_at - make_interval(secs => %s) "
            "WHERE owner_id = %s AND %s > 0",
            seconds,
            owner.owner_id,
            seconds,
        )
        before = await execute("SELECT xmin FROM sessions WHERE owner_id = %s", owner.owner_id)
        await asyncio.gather(*(accounts.signed_in(token) for _ in range(10)))
        after = await execute("SELECT xmin FROM sessions WHERE owner_id = %s", owner.owner_id)
        versions.add((seconds, before != after))
    assert versions == {(0, False), (30, False), (61, True)}


async def test_an_expired_session_is_refused_and_not_listed(
    accounts: Accounts, people: People, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    token = (await accounts.sign_in(await people.link(owner), FIREFOX)).token
    await execute("UPDATE sessions SET expires_at = now() WHERE owner_id = %s", owner.owner_id)
    with pytest.raises(NotSignedIn):
        await accounts.signed_in(token)
    assert await accounts.sessions(owner) == []


@pytest.mark.parametrize("agent", ["", FIREFOX, "evil\tagent " + "x" * 4000])
async def test_of_a_browser_two_words_are_kept(
    service: Service, new_person: NewPerson, execute: Execute, agent: str
) -> None:
    owner = await new_person()
    await service.accounts.sign_in(await service.people.link(owner), agent)
    kept = await execute("SELECT device FROM sessions WHERE owner_id = %s", owner.owner_id)
    assert kept == [("Firefox, Linux" if agent == FIREFOX else "?, ?",)]


async def cookie(service: Service, new_person: NewPerson) -> str:
    """Return the cookie that a sign-in sets."""
    token = await service.people.link(await new_person())
    answer = await asked(service.url, "POST", "/api/sign-in", SAME_ORIGIN, body={"token": token})
    assert answer.status == 204
    (found,) = answer.all("set-cookie")
    return found


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    service: Service, new_person: NewPerson
) -> None:
    name, *attributes = (await cookie(service, new_person)).split("; ")
    assert name.startswith("argo=")
    # As long as a session may ever last: the database says when it ends.
    assert set(attributes) == {"HttpOnly", "Max-Age=7776000", "Path=/", "SameSite=lax"}


async def test_over_https_the_cookie_belongs_to_this_host_alone(
    serve: Serve, new_person: NewPerson
) -> None:
    async with serve(server=ServerSettings(public_url="https://argo.example")) as service:
        name, *attributes = (await cookie(service, new_person)).split("; ")
        assert name.startswith("__Host-argo=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} < set(attributes)
        assert not [each for each in attributes if each.lower().startswith("domain")]
        # The name without its promise is no session.
        plain = ("cookie", name.removeprefix("__Host-"))
        assert (await asked(service.url, "GET", "/api/me", plain)).code == "not_signed_in"
        assert (await asked(service.url, "GET", "/api/me", ("cookie", name))).status == 200


def lasts(until: datetime | None) -> timedelta:
    """Return how long it is until `until`, to the minute."""
    assert until is not None
    left = until - datetime.now(UTC)
    return timedelta(minutes=round(left.total_seconds() / 60))
