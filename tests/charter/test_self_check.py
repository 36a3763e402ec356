"""That somebody did the self-check is kept, with its version and moment, and never how it went."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.fixtures import NewPerson, Service, signed_in
from tests.support.browser import Browser
from tests.support.postgres import Addresses


async def test_the_first_time_is_kept_and_a_newer_version_takes_its_place(
    visitor: Browser, addresses: Addresses
) -> None:
    nothing = (await visitor.get("/api/self-check")).body
    assert nothing == {"version": None, "done_at": None}
    first = await visitor.post("/api/self-check", {"version": 1})
    assert (first.status, first.body["version"]) == (200, 1)
    again = await visitor.post("/api/self-check", {"version": 1})
    assert again.body == first.body
    assert (await visitor.post("/api/self-check", {"version": 2})).body["version"] == 2
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        cursor = await connection.execute("SELECT * FROM self_checks LIMIT 0")
        columns = [each.name for each in cursor.description or ()]
    assert columns == ["institution_id", "owner_id", "version", "done_at"]


async def test_it_is_nobody_elses(
    visitor: Browser, service: Service, new_person: NewPerson
) -> None:
    await visitor.post("/api/self-check", {"version": 1})
    async with signed_in(service, await new_person()) as ben:
        assert (await ben.get("/api/self-check")).body["version"] is None


@pytest.mark.parametrize("body", [{}, {"version": 0}, {"version": "1"}, {"version": 1, "score": 6}])
async def test_anything_but_a_version_is_refused(visitor: Browser, body: Any) -> None:
    assert (await visitor.post("/api/self-check", body)).status == 400


async def test_who_is_not_signed_in_did_nothing(service: Service) -> None:
    async with Browser(service.url) as stranger:
        assert (await stranger.get("/api/self-check")).status == 401
        assert (await stranger.post("/api/self-check", {"version": 1})).status == 401
