"""A key is shown once, known by its first letters, and dead the moment it is revoked."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from argo.accounts.errors import InvalidApiKey, NameInvalid, TooManyKeys
from argo.accounts.service import Accounts
from argo.accounts.types import MOST_KEYS
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from tests.accounts.conftest import Execute, Standing
from tests.accounts.wire import SAME_ORIGIN, Reply, asked
from tests.fixtures import NewPerson, Service, api_key
from tests.support.browser import Browser
from tests.support.waiting import soon

ROUTES = [
    ("GET", "/api/keys", None),
    ("POST", "/api/keys", {"name": "x"}),
    ("DELETE", f"/api/keys/{uuid4()}", None),
]
LAPTOP = {"name": "laptop", "expires_in_days": 90}


async def models(service: Service, key: str) -> Reply:
    """Ask with `key`."""
    return await asked(service.url, "GET", "/v1/models", ("authorization", f"Bearer {key}"))


async def test_a_key_is_shown_once_and_opens_the_api(service: Service, visitor: Browser) -> None:
    made = await visitor.post("/api/keys", LAPTOP)
    assert made.status == 201
    key = made.body["key"]
    assert re.fullmatch(r"argo-[A-Za-z0-9_-]{43}", key)
    assert key.startswith(made.body["prefix"])
    assert len(made.body["prefix"]) == 13
    assert made.headers["cache-control"] == "no-store"
    assert (await models(service, key)).status == 200
    listed = await visitor.get("/api/keys")
    (shown,) = listed.body["keys"]
    told = {"id", "name", "prefix", "created_at", "expires_at", "last_used_at", "models", "lane"}
    assert set(shown) == told | {"requests_per_minute", "concurrent_requests", "tokens_per_day"}
    assert key not in str(listed.body)
    assert shown["last_used_at"] is not None
    lasts = datetime.fromisoformat(shown["expires_at"]) - datetime.fromisoformat(
        shown["created_at"]
    )
    assert lasts == timedelta(days=90)


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_nobody_reaches_keys_without_a_session(
    service: Service, new_person: NewPerson, method: str, path: str, body: Any
) -> None:
    key = await api_key(service, await new_person())
    for more in ((), (("authorization", f"Bearer {key}"),), (("x-api-key", key),)):
        answer = await asked(service.url, method, path, SAME_ORIGIN, *more, body=body)
        assert (answer.status, answer.code) == (401, "not_signed_in")


async def test_a_stranger_neither_sees_nor_revokes_anothers_key(
    service: Service, visitor: Browser, stranger: Browser
) -> None:
    made = (await visitor.post("/api/keys", LAPTOP)).body
    assert (await stranger.get("/api/keys")).body == {"keys": []}
    answer = await stranger.delete(f"/api/keys/{made['id']}")
    assert (answer.status, answer.code) == (404, "key_unknown")
    assert (await models(service, made["key"])).status == 200


@pytest.mark.parametrize("name", ["x", "1", "%00", str(uuid4()) + "0"])
async def test_a_malformed_id_is_refused(visitor: Browser, name: str) -> None:
    answer = await visitor.delete(f"/api/keys/{name}")
    assert (answer.status, answer.code) == (400, "request_invalid")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "request_invalid"),
        ({"name": ""}, "request_invalid"),
        ({"name": "   "}, "request_invalid"),
        ({"name": "x" * 101}, "request_invalid"),
        ({"name": 7}, "request_invalid"),
        ({"name": "x", "expires_in_days": 0}, "request_invalid"),
        ({"name": "x", "expires_in_days": -1}, "request_invalid"),
        ({"name": "x", "expires_in_days": 3651}, "request_invalid"),
        ({"name": "x", "expires_in_days": "90"}, "request_invalid"),
        ({"name": "x", "expires_in_days": True}, "request_invalid"),
        ({"name": "x", "expires_in_days": 1.5}, "request_invalid"),
        ({"name": "x", "owner_id": str(uuid4())}, "request_invalid"),
        ({"name": "a\x00b"}, "name_invalid"),
        ({"name": "a\nb"}, "name_invalid"),
        ({"name": "\x1b[31mred"}, "name_invalid"),
    ],
    ids=repr,
)
async def test_a_wish_beyond_the_limits_is_refused(
    visitor: Browser, body: dict[str, Any], code: str
) -> None:
    answer = await visitor.post("/api/keys", body)
    assert (answer.status, answer.code) == (400, code)
    assert (await visitor.get("/api/keys")).body == {"keys": []}


async def test_a_person_has_fifty_keys_at_most_however_fast_they_ask(
    accounts: Accounts, new_person: NewPerson
) -> None:
    owner, other = await new_person(), await new_person()
    made = await asyncio.gather(
        *(accounts.create_key(owner, f"key {number}", None) for number in range(MOST_KEYS + 10)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, TooManyKeys) for each in made) == 10
    keys = await accounts.keys(owner)
    assert len(keys) == MOST_KEYS
    await accounts.create_key(other, "not theirs", None)
    await accounts.revoke_key(owner, keys[0].id)
    await accounts.create_key(owner, "room again", None)


async def test_a_revoked_key_is_refused_at_the_very_next_request(
    service: Service, visitor: Browser
) -> None:
    made = (await visitor.post("/api/keys", LAPTOP)).body
    assert (await models(service, made["key"])).status == 200
    assert (await visitor.delete(f"/api/keys/{made['id']}")).status == 204
    answer = await models(service, made["key"])
    assert (answer.status, answer.code) == (401, "invalid_api_key")
    assert (await visitor.delete(f"/api/keys/{made['id']}")).code == "key_unknown"
    assert (await visitor.get("/api/keys")).body == {"keys": []}


async def test_a_disabled_account_has_no_key(
    accounts: Accounts, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    key, _ = await accounts.create_key(owner, "laptop", None)
    assert (await accounts.asking(key)).owner == owner
    await execute("UPDATE users SET disabled_at = now() WHERE id = %s", owner.owner_id)
    with pytest.raises(InvalidApiKey):
        await accounts.asking(key)


async def test_a_key_expires_when_it_was_said_to(
    accounts: Accounts, database: Database, secrets: Secrets, new_person: NewPerson
) -> None:
    owner = await new_person()
    earlier = Accounts(database, secrets, Standing(timedelta(hours=-2)))
    gone, _ = await earlier.create_key(owner, "an hour", timedelta(hours=1))
    here, _ = await earlier.create_key(owner, "three hours", timedelta(hours=3))
    with pytest.raises(InvalidApiKey):
        await accounts.asking(gone)
    assert (await accounts.asking(here)).owner == owner
    used = {each.name: each.last_used_at is not None for each in await accounts.keys(owner)}
    assert used == {"an hour": False, "three hours": True}


async def test_last_use_is_written_once_a_minute(
    accounts: Accounts, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    key, _ = await accounts.create_key(owner, "laptop", None)

    async def last_used() -> datetime | None:
        return (await accounts.keys(owner))[0].last_used_at

    assert await last_used() is None
    caller = await accounts.asking(key)
    first = await last_used()
    assert first is not None
    await asyncio.gather(*(accounts.asking(key) for _ in range(20)))
    assert await last_used() == first
    await execute(
        "UPDATE api_keys SET last_used_at = now() - interval '61 seconds' WHERE id = %s",
        caller.key_id,
    )
    await asyncio.gather(*(accounts.asking(key) for _ in range(20)))
    again = await last_used()
    assert again is not None
    assert again > datetime.now(UTC) - timedelta(seconds=30)


async def test_a_key_tells_in_whose_name_it_asks(
    accounts: Accounts, new_person: NewPerson, institution: UUID
) -> None:
    owner = await new_person()
    key, made = await accounts.create_key(owner, "laptop", None)
    caller = await accounts.asking(key)
    assert (caller.owner, caller.key_id, caller.session_id) == (owner, made.id, None)
    assert (caller.role, caller.name, caller.language) == ("member", "Ada", None)
    assert caller.institution_slug == f"i-{institution.hex}"
    assert caller.signed_in_until is None


async def test_a_key_without_a_name_is_not_made(accounts: Accounts, new_person: NewPerson) -> None:
    owner = await new_person()
    with pytest.raises(NameInvalid):
        await accounts.create_key(owner, " ", None)
    assert await accounts.keys(owner) == []


async def test_a_key_keeps_to_its_models_lane_and_limits(
    service: Service, visitor: Browser
) -> None:
    scope = {"models": ["small-model"], "lane": "batch", "tokens_per_day": 5000}
    made = await visitor.post("/api/keys", {**LAPTOP, **scope, "requests_per_minute": 1})
    assert made.status == 201
    assert {name: made.body[name] for name in scope} == scope
    key = made.body["key"]
    async with Browser(service.url) as program:
        bearer = {"authorization": f"Bearer {key}"}
        listed = await program.get("/v1/models", **bearer)
        assert [each["id"] for each in listed.body["data"]] == ["small-model"]
        for path in ("/v1/models/large-model", "/v1/models/nothing-at-all"):
            assert (await program.get(path, **bearer)).status == 404
        question = {"model": "large-model", "messages": [{"role": "user", "content": "Bonjour"}]}
        refused = await program.post("/v1/chat/completions", question, **bearer)
        assert (refused.status, refused.body["error"]["code"]) == (404, "model_not_found")
        asked = await program.post(
            "/v1/chat/completions", {**question, "model": "small-model"}, **bearer
        )
        assert asked.status == 200
        assert asked.headers["x-ratelimit-limit-requests"] == "1"
        assert asked.headers["x-ratelimit-limit-tokens"] == "5000"
        again = await program.post(
            "/v1/chat/completions", {**question, "model": "small-model"}, **bearer
        )
    assert (again.status, again.body["error"]["code"]) == (429, "rate_limit_exceeded")
    assert "This key" in again.body["error"]["message"]
    assert int(again.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "wish",
    [
        {"models": []},
        {"models": [""]},
        {"lane": "interactive"},
        {"requests_per_minute": -1},
        {"tokens_per_day": 2**31},
    ],
)
async def test_a_scope_that_cannot_be_is_refused(visitor: Browser, wish: dict[str, Any]) -> None:
    assert (await visitor.post("/api/keys", {**LAPTOP, **wish})).status == 400


async def test_the_page_tells_what_each_key_used(service: Service, visitor: Browser) -> None:
    made = await visitor.post("/api/keys", LAPTOP)
    assert (await visitor.get("/api/keys/usage")).body == {"keys": []}
    question = {"model": "small-model", "messages": [{"role": "user", "content": "Bonjour"}]}
    async with Browser(service.url) as program:
        bearer = {"authorization": f"Bearer {made.body['key']}"}
        assert (await program.post("/v1/chat/completions", question, **bearer)).status == 200
    await soon(lambda: _used(visitor))
    (used,) = (await visitor.get("/api/keys/usage")).body["keys"]
    assert used["key_id"] == made.body["id"]
    assert used["questions_today"] == used["questions_of_30_days"] == 1
    assert used["tokens_today"] == used["tokens_of_30_days"] > 0


async def _used(visitor: Browser) -> bool:
    return bool((await visitor.get("/api/keys/usage")).body["keys"])
