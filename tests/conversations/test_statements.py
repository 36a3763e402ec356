"""A page asks the database a handful of things, however long history and conversation are."""

from __future__ import annotations

import re

from psycopg import AsyncConnection

from tests.conversations.talk import begun
from tests.fixtures import NewPerson, Serve, signed_in
from tests.support.postgres import Addresses, Cluster

_LINE = re.compile(r"\[(\d+)\] (?:LOG:  (?:statement|execute [^:]*): (.*)|DETAIL:  (.*))")
_CONTEXT = "SELECT set_config('role'"
_AROUND = ("BEGIN", "COMMIT", _CONTEXT)


async def test_a_page_is_a_handful_of_statements(
    cluster: Cluster, addresses: Addresses, serve: Serve, new_person: NewPerson
) -> None:
    ada = await new_person()
    async with await AsyncConnection.connect(addresses.superuser, autocommit=True) as connection:
        await connection.execute("ALTER ROLE argo_service SET log_statement = 'all'")
        try:
            async with serve() as service, signed_in(service, ada) as browser:
                talks = [await begun(browser) for _ in range(6)]
                parent = None
                for _ in range(3):
                    parent = (await talks[0].told("Encore du seigle", parent)).answer_id
                log = cluster.folder / "log"
                for path in ("/api/me", "/api/conversations", talks[0].path, "/api/my-data"):
                    before = log.stat().st_size
                    assert (await browser.get(path)).status == 200
                    with log.open("rb") as written:
                        written.seek(before)
                        found = asked(written.read().decode())
                    assert 2 <= len(found) <= 5, (path, found)
                before = log.stat().st_size
                hits = (await browser.post("/api/search", {"text": "seigle"})).body["hits"]
                assert [each["conversation_id"] for each in hits] == [talks[0].id]
                with log.open("rb") as written:
                    written.seek(before)
                    found = asked(written.read().decode())
                assert 2 <= len(found) <= 5, found
        finally:
            await connection.execute("ALTER ROLE argo_service RESET log_statement")


def asked(log: str) -> list[str]:
    """Return the statements in a person's or sign-in's name: the house's heart beats besides."""
    counts: dict[str, bool] = {}
    found = []
    for pid, statement, detail in _LINE.findall(log):
        if detail:
            if "argo_house" in detail:
                counts[pid] = False
        elif statement.startswith(_CONTEXT):
            # A transaction in one round trip has neither BEGIN nor COMMIT.
            counts[pid] = True
        elif not statement.startswith(_AROUND) and counts.get(pid, False):
            found.append(statement)
    return found
