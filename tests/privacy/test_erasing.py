"""Erasure is done once, whatever breaks in between, and a restored backup changes nothing."""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg
import pytest

from argo.privacy.jobs import Erasing
from argo.privacy.subjects import Subjects
from argo.privacy.types import ERASE_ACCOUNT
from argo.schema import metadata
from argo.storage.errors import KeyStoreAway
from argo.storage.types import Job
from tests.conversations.talk import begun
from tests.documents.paper import minutes, sent_and_read
from tests.fixtures import NewPerson, Serve, Service, api_key, signed_in
from tests.privacy.leaving import events, files_of, finished, looked_up, traces
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses

REMAINS = {"receipts"}
# Rows that refer to a person and do not go with them by themselves: privacy asks their subjects.
ASKED = {"conversations", "projects"}


def erasing(service: Service) -> Erasing:
    """Return the eraser by itself, so that a test says when it runs."""
    argo = service.argo
    return Erasing(
        Subjects(
            database=argo.database,
            key_store=argo.ground.key_store,
            clock=argo.ground.clock,
            journal=argo.ground.journal,
            people=argo.entrance.people,
            conversations=argo.subjects.conversations,
            projects=argo.subjects.projects,
            collections=argo.library.collections,
            documents=argo.library.documents,
            ledger=argo.heart.ledger,
            quotas=argo.heart.quotas,
            generations=argo.heart.generations,
        )
    )


def test_no_table_keeps_a_person_from_being_erased() -> None:
    held = set()
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table.name == "users" and constraint.ondelete != "CASCADE":
                held.add(table.name)
    assert held == ASKED, "a new table must go with the person, or be erased in privacy/jobs.py"


async def test_an_erasure_that_broke_goes_on_and_is_done_once(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine, addresses: Addresses
) -> None:
    ada = await new_person()
    async with serve() as service:
        await service.argo.ground.jobs.close()
        async with signed_in(service, ada) as browser:
            engine.says("La lune.")
            await (await begun(browser)).told("Pourquoi ?")
            sent = {"email": f"{ada.owner_id.hex}@example.org"}
            receipt = (await browser.post("/api/my-data/delete-account", sent)).body
        job = Job(UUID(receipt["id"]), ERASE_ACCOUNT, ada, UUID(receipt["id"]), 1)
        # The key store fails in the middle: the rows are gone, the receipt is not.
        blocked = service.argo.ground.settings.data / "keys" / "erased" / str(ada.institution_id)
        blocked.parent.mkdir(exist_ok=True)
        blocked.write_text("not a folder")
        with pytest.raises(KeyStoreAway):
            await erasing(service).account(job)
        assert "users" in traces(addresses, ada)
        assert "conversations" not in traces(addresses, ada)
        assert events(addresses, receipt["id"]) == ["account.erasure_begun"]
        blocked.unlink()
        # Two runners that both believe to hold the lease.
        await asyncio.gather(*(erasing(service).account(job) for _ in range(2)))
        await erasing(service).account(job)
    assert set(traces(addresses, ada)) <= REMAINS | {"jobs"}
    assert events(addresses, receipt["id"]) == ["account.erasure_begun", "account.erased"]


async def test_a_restored_backup_is_swept_before_it_serves(
    serve: Serve, new_person: NewPerson, addresses: Addresses
) -> None:
    ada = await new_person()
    async with serve() as service, signed_in(service, ada) as browser:
        await begun(browser)
        sent = {"email": f"{ada.owner_id.hex}@example.org"}
        receipt = (await browser.post("/api/my-data/delete-account", sent)).body
        await finished(addresses, receipt["id"])
        secret = "argo-" + "x" * 43
        secrets = service.argo.ground.secrets
    # The database of before: Ada is in it, with a key, and nothing says that she left.
    with psycopg.connect(addresses.superuser) as connection:
        connection.execute("DELETE FROM receipts WHERE owner_id = %s", (ada.owner_id,))
        connection.execute(
            "INSERT INTO users (id, institution_id, owner_id, email, name, role) "
            "VALUES (%(id)s, %(institution)s, %(id)s, 'ada@example.org', 'Ada', 'member')",
            {"id": ada.owner_id, "institution": ada.institution_id},
        )
        connection.execute(
            "INSERT INTO api_keys (id, institution_id, owner_id, prefix, key_hash, name, "
            "created_at) VALUES (gen_random_uuid(), %s, %s, 'argo-xxxx', %s, 'x', now())",
            (ada.institution_id, ada.owner_id, secrets.hashed("api key", secret)),
        )
    async with serve() as service, Browser(service.url) as program:
        bearer = f"Bearer {secret}"
        assert (await program.get("/v1/models", authorization=bearer)).status == 401
        again = looked_up(
            addresses, "SELECT id::text FROM receipts WHERE owner_id = %s", ada.owner_id
        )
        await finished(addresses, again[0][0])
    assert set(traces(addresses, ada)) <= REMAINS
    assert events(addresses, again[0][0]) == ["account.erased_again", "account.erased"]


async def test_a_restored_key_is_destroyed_again(
    serve: Serve, new_person: NewPerson, addresses: Addresses
) -> None:
    ada = await new_person()
    async with serve() as service, signed_in(service, ada) as browser:
        await begun(browser)
        folder = service.argo.ground.settings.data / "keys"
        (key,) = folder.rglob(f"{ada.owner_id}.key")
        kept = key.read_bytes()
        sent = {"email": f"{ada.owner_id.hex}@example.org"}
        receipt = (await browser.post("/api/my-data/delete-account", sent)).body
        await finished(addresses, receipt["id"])
        assert not key.exists()
    # The key store of before: the key is back, and the note of its erasure is not.
    key.write_bytes(kept)
    (note,) = folder.rglob(f"erased/*/{ada.owner_id}")
    note.unlink()
    async with serve():
        assert not key.exists()
        assert note.exists()


async def test_the_house_cannot_erase_or_disown_who_did_not_ask(
    service: Service, new_person: NewPerson, addresses: Addresses
) -> None:
    ada = await new_person()
    async with service.argo.database.house() as house:
        await service.argo.entrance.people.erase(house, ada)
        await service.argo.heart.ledger.disown(house, ada)
    assert traces(addresses, ada)["users"] == 1


async def test_all_conversations_go_and_the_rest_stays(
    service: Service, new_person: NewPerson, engine: ScriptedEngine, addresses: Addresses
) -> None:
    ada, bob = await new_person(), await new_person()
    await api_key(service, ada)
    async with signed_in(service, ada) as browser, signed_in(service, bob) as other:
        theirs = await begun(other)
        for _ in range(2):
            engine.says("La lune.")
            talk = await begun(browser)
            await talk.told("Pourquoi ?")
        await sent_and_read(browser, minutes(), conversation=talk.id)
        kept = await sent_and_read(browser, minutes())
        receipt = (await browser.delete("/api/my-data/conversations")).body
        assert receipt["counts"] == {"conversations": 2, "messages": 4}
        # Unreachable at once; only the file that belongs to no conversation stays.
        assert (await browser.get(talk.path)).status == 404
        assert (await browser.post(f"{talk.path}/restore")).status == 404
        await finished(addresses, receipt["id"])
        assert await files_of(service, ada) == 1
        assert (await browser.get(f"/api/documents/{kept['id']}")).status == 200
        shown = (await browser.get("/api/my-data/receipts")).body["receipts"]
        assert [each["id"] for each in shown] == [receipt["id"]]
        assert shown[0]["finished_at"] is not None
        assert (await other.get("/api/my-data/receipts")).body["receipts"] == []
        assert (await other.get(theirs.path)).status == 200
        held = (await browser.get("/api/my-data")).body
        assert (held["conversations"]["count"], held["keys"]["count"]) == (0, 1)
    assert not {"conversations", "messages"} & set(traces(addresses, ada))
    assert events(addresses, receipt["id"]) == [
        "conversations.erasure_begun",
        "conversations.erased",
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/my-data"),
        ("GET", "/api/my-data/receipts"),
        ("DELETE", "/api/my-data/conversations"),
        ("POST", "/api/my-data/delete-account"),
    ],
)
async def test_nobody_is_let_in_without_a_session(service: Service, method: str, path: str) -> None:
    async with Browser(service.url) as browser:
        answer = await browser.ask(method, path, {"email": "a"} if method == "POST" else None)
        assert (answer.status, answer.code) == (401, "not_signed_in")


@pytest.mark.parametrize("typed", ["someone@example.org", " ", "%"])
async def test_an_account_goes_only_when_its_address_is_typed(visitor: Browser, typed: str) -> None:
    answer = await visitor.post("/api/my-data/delete-account", {"email": typed})
    assert (answer.status, answer.code) == (400, "confirmation_wrong")
    assert (await visitor.get("/api/me")).status == 200
