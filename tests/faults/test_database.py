"""While the database is away ARGO says so at once, and is back by itself."""

from __future__ import annotations

from psycopg import AsyncConnection

from tests.conversations.talk import Sent, Talk, begun, followed, text_of
from tests.fixtures import Service
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses
from tests.support.waiting import soon


class Gate:
    """Closes the test's database to the service, and opens it again."""

    def __init__(self, addresses: Addresses) -> None:
        self._superuser = addresses.superuser

    async def closes(self) -> None:
        """Refuse new connections of the service and break those it has."""
        async with await AsyncConnection.connect(self._superuser, autocommit=True) as connection:
            await connection.execute("ALTER ROLE argo_service NOLOGIN")
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename = 'argo_service' AND datname = current_database()"
            )

    async def opens(self) -> None:
        """Let the service in again."""
        async with await AsyncConnection.connect(self._superuser, autocommit=True) as connection:
            await connection.execute("ALTER ROLE argo_service LOGIN")


async def test_a_database_that_goes_is_said_and_one_that_comes_back_is_found(
    service: Service, visitor: Browser, engine: ScriptedEngine, addresses: Addresses
) -> None:
    gate = Gate(addresses)
    engine.says("un", " deux").holds_after(1)
    talk: Talk = await begun(visitor)
    sent = await talk.ask()
    await engine.held()
    await gate.closes()
    try:
        for path in ("/api/me", "/api/conversations", talk.path):
            answer = await visitor.get(path)
            assert (answer.status, answer.code) == (503, "database_away")
            assert int(answer.headers["retry-after"]) >= 1
            assert "Nothing is lost" in answer.body["error"]["message"]
        assert (await talk.send(Sent())).status == 503
        assert (await visitor.get("/health/live")).status == 200
        assert (await visitor.get("/health/ready")).status == 503
        # What the engine says meanwhile is kept in memory.
        engine.releases()
        await engine.completed()
    finally:
        await gate.opens()

    async def back() -> bool:
        return (await visitor.get("/api/me")).status == 200

    await soon(back, 20)

    async def written() -> bool:
        return bool((await talk.opened())[sent.answer_id]["state"] == "complete")

    await soon(written, 20)
    assert (await talk.opened())[sent.answer_id]["text"] == "un deux"
    engine.says("Voilà")
    after = await talk.ask("Encore", sent.answer_id)
    assert text_of(await followed(visitor, after.answer_id)) == "Voilà"
