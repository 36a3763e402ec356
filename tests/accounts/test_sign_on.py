"""People sign on by their institute's provider: once, as who they are there, with least rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tests.accounts.conftest import Execute
from tests.fixtures import Serve, Service
from tests.support.browser import Answer, Browser
from tests.support.provider import SECRET, Provider, claims, provider

SECRETS = {"IDP_SECRET": SECRET}


@pytest.fixture
async def idp() -> AsyncIterator[Provider]:
    async with provider() as idp:
        yield idp


@pytest.fixture
async def slug(institution: UUID) -> str:
    return f"i-{institution.hex}"


@pytest.fixture
async def house(serve: Serve, idp: Provider, slug: str) -> AsyncIterator[Service]:
    """ARGO with one provider, which says role and unit of people."""
    said = claims(role="groups", unit="department", roles={"it-admins": "admin"})
    settings = idp.settings(institution=slug, email_domains=("example.org",), claims=said)
    async with serve(identity_providers=(settings,), client_secrets=SECRETS) as service:
        yield service


async def me(browser: Browser) -> dict[str, str]:
    answer = await browser.get("/api/me")
    assert answer.status == 200
    user: dict[str, str] = answer.body["user"]
    return user


async def test_a_first_sign_on_makes_a_member_and_the_next_finds_them(
    house: Service, idp: Provider, execute: Execute
) -> None:
    idp.knows(sub="ada", email="ada@example.org", name="Ada Lovelace")
    async with Browser(house.url) as browser, Browser(house.url) as other:
        listed = await browser.get("/api/sign-on")
        name = {"fr": "L'institut", "en": "The institute"}
        assert listed.body == {"providers": [{"id": "idp", "name": name}], "by_email": True}
        asked = await idp.begun(browser, email="Ada@EXAMPLE.org")
        assert asked["scope"].split()[0] == "openid"
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        back = await idp.back(browser, code=idp.code(asked), state=asked["state"])
        assert (back.status, back.headers["location"]) == (303, "/")
        found = await me(browser)
        assert (found["name"], found["role"]) == ("Ada Lovelace", "member")
        assert found["email"] == "ada@example.org"
        idp.knows(sub="ada", email="ada.king@example.org")
        assert (await idp.sign_on(other)).headers["location"] == "/"
        again = await me(other)
        assert (again["id"], again["email"]) == (found["id"], "ada.king@example.org")
        assert set(browser.cookies) == {"argo"}
    told = await execute(
        "SELECT action FROM journal WHERE target_id = %s ORDER BY number", found["id"]
    )
    assert told == [("user.added",)]


async def test_two_people_with_one_address_are_two_accounts(
    house: Service, idp: Provider, slug: str
) -> None:
    local = await house.people.add("shared@example.org", None, slug, "admin")
    ids = {str(local.owner_id)}
    for subject in ("one", "two"):
        idp.knows(sub=subject, email="shared@example.org")
        async with Browser(house.url) as browser:
            await idp.sign_on(browser)
            found = await me(browser)
            assert found["role"] == "member"
            ids.add(found["id"])
    assert len(ids) == 3


async def test_fifty_first_sign_ons_at_once_make_one_member(
    house: Service, idp: Provider, execute: Execute
) -> None:
    idp.knows(sub="crowd", email="crowd@example.org")

    async def enter() -> str | None:
        async with Browser(house.url) as browser:
            back = await idp.sign_on(browser)
            if back.headers["location"] == "/":
                return (await me(browser))["id"]
            # A machine that is out of breath turns some away, and says so.
            assert refused(back) in {"provider_away", "database_away"}
            return None

    entered = await asyncio.gather(*(enter() for _ in range(50)))
    assert len(set(entered) - {None}) == 1
    rows = await execute(
        "SELECT role FROM users JOIN identities ON identities.owner_id = users.id WHERE subject = 'crowd'"
    )
    assert rows == [("member",)]


async def test_role_and_unit_follow_the_claims_of_the_settings(
    house: Service, idp: Provider, execute: Execute, institution: UUID
) -> None:
    await execute(
        "INSERT INTO units (id, institution_id, slug, name) "
        "VALUES (gen_random_uuid(), %s, 'physics', 'Physics')",
        institution,
    )
    unit_of = "SELECT slug FROM users LEFT JOIN units ON units.id = unit_id WHERE users.id = %s"
    async with Browser(house.url) as browser:
        for groups, department, role, unit in (
            (["staff", "admin", "platform"], "unheard-of", "member", None),
            (["staff", "it-admins"], ["Unheard-of", "Physics"], "admin", "physics"),
            ("staff", None, "member", None),
        ):
            idp.knows(sub="eve", email="eve@example.org", groups=groups, department=department)
            await idp.sign_on(browser)
            found = await me(browser)
            assert found["role"] == role
            assert await execute(unit_of, found["id"]) == [(unit,)]


async def test_what_the_id_token_leaves_out_is_asked_at_the_providers_door(
    house: Service, idp: Provider
) -> None:
    idp.knows(sub="quiet")
    async with Browser(house.url) as browser:
        idp.door = {"sub": "another", "email": "another@example.org"}
        assert refused(await idp.sign_on(browser)) == "sign_on_refused"
        idp.door = {"sub": "quiet", "name": "Nobody"}
        assert refused(await idp.sign_on(browser)) == "profile_incomplete"
        idp.door = {"sub": "quiet", "email": "quiet@example.org", "iss": "https://evil.example"}
        await idp.sign_on(browser)
        assert (await me(browser))["email"] == "quiet@example.org"


async def test_a_claim_opens_only_the_institutions_that_settings_name(
    serve: Serve, idp: Provider, slug: str
) -> None:
    said = claims(institution="home", institutions={"here": slug, "ghost": "no-such-place"})
    settings = idp.settings(claims=said)
    async with (
        serve(identity_providers=(settings,), client_secrets=SECRETS) as service,
        Browser(service.url) as browser,
    ):
        for home in ("elsewhere", slug, None, "ghost"):
            idp.knows(sub="ada", email="ada@example.org", home=home)
            assert refused(await idp.sign_on(browser)) == "not_admitted"
        idp.knows(sub="ada", email="ada@example.org", home="here")
        await idp.sign_on(browser)
        assert (await browser.get("/api/me")).status == 200


async def test_the_disabled_are_told_so_and_get_nothing(
    house: Service, idp: Provider, slug: str
) -> None:
    idp.knows(sub="gone", email="gone@example.org")
    async with Browser(house.url) as browser:
        await idp.sign_on(browser)
        await house.people.disable((await me(browser))["id"], slug)
        assert (await browser.get("/api/me")).status == 401
        assert refused(await idp.sign_on(browser)) == "account_shut"
        assert (await browser.get("/api/me")).status == 401


async def test_a_provider_that_is_away_shuts_nobody_out_who_is_in(
    house: Service, idp: Provider
) -> None:
    idp.knows(sub="ada", email="ada@example.org")
    async with Browser(house.url) as inside, Browser(house.url) as outside:
        await idp.sign_on(inside)
        asked = await idp.begun(outside)
        idp.raw["/token"] = b"HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n"
        back = await idp.back(outside, code=idp.code(asked), state=asked["state"])
        assert refused(back) == "provider_away"
        assert (await inside.get("/api/me")).status == 200


async def test_a_provider_that_never_answered_is_named_to_who_asks(
    house: Service, idp: Provider
) -> None:
    idp.raw["/.well-known/openid-configuration"] = b""
    async with Browser(house.url) as browser:
        answer = await browser.post("/api/sign-on", {"provider": "idp"})
        assert (answer.status, answer.code) == (503, "provider_away")
        assert answer.body["error"]["message"].startswith("The institute does not answer")


async def test_who_asks_for_no_provider_or_from_elsewhere_is_refused(house: Service) -> None:
    async with Browser(house.url) as browser:
        for sent in ({"provider": "other"}, {"email": "x@other.example"}, {}):
            answer = await browser.post("/api/sign-on", sent)
            assert (answer.status, answer.code) == (404, "provider_unknown")
        answer = await browser.post("/api/sign-on", {"provider": 7})
        assert (answer.status, answer.code) == (400, "request_invalid")
        answer = await browser.ask("POST", "/api/sign-on", {}, sec_fetch_site="cross-site")
        assert (answer.status, answer.code) == (403, "cross_site_refused")
        answer = await browser.get("/api/sign-on/callback/other?code=x&state=1.x")
        assert refused(answer) == "provider_unknown"


def refused(answer: Answer) -> str:
    """Return why a browser that came back was sent to the sign-in page."""
    assert answer.status == 303
    path, _, code = answer.headers["location"].partition("?refused=")
    assert path == "/", answer.headers["location"]
    return str(code)
