"""Deleting a file: unreachable at once, then no row and no byte is left of it."""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg

from argo.storage.types import Owner
from tests.documents.paper import minutes, send, sent_and_read
from tests.fixtures import NewPerson, Service, signed_in
from tests.support.browser import Browser
from tests.support.postgres import Addresses
from tests.support.waiting import soon


def rows_of(addresses: Addresses, document_id: str) -> int:
    with psycopg.connect(addresses.superuser) as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM documents WHERE id = %(id)s) "
            "+ (SELECT count(*) FROM passages WHERE document_id = %(id)s)",
            {"id": document_id},
        ).fetchone()
    assert found is not None
    return int(found[0])


async def files_of(service: Service, document_id: str) -> int:
    standing = service.argo.ground.files.standing()
    return len([each async for each in standing if each.file_id == UUID(document_id)])


async def test_a_deleted_file_is_gone_at_once_and_then_for_good(
    service: Service, visitor: Browser, addresses: Addresses
) -> None:
    found = await sent_and_read(visitor, minutes())
    assert rows_of(addresses, found["id"]) > 1
    assert await files_of(service, found["id"]) == 1
    assert (await visitor.delete(f"/api/documents/{found['id']}")).status == 204
    assert (await visitor.get(f"/api/documents/{found['id']}")).status == 404
    assert (await visitor.get("/api/documents")).body["documents"] == []

    async def erased() -> bool:
        return not rows_of(addresses, found["id"]) and not await files_of(service, found["id"])

    await soon(erased)


async def test_a_cut_upload_leaves_no_row_and_no_byte(service: Service, visitor: Browser) -> None:
    before = await service.argo.library.documents.orphans()
    sent = asyncio.Event()

    async def breaking():
        yield b"x" * 300_000
        sent.set()
        await asyncio.Event().wait()

    request = asyncio.create_task(
        visitor._client.post(
            "/api/documents/upload", content=breaking(), headers={"x-file-name": "big.txt"}
        )
    )
    await sent.wait()
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)

    async def nothing() -> bool:
        return not service.argo.library.documents.uploading

    await soon(nothing)
    assert (await visitor.get("/api/documents")).body["documents"] == []
    assert await service.argo.library.documents.orphans() == before


async def test_an_upload_whose_server_was_killed_is_cleared_away(
    service: Service, new_person: NewPerson, addresses: Addresses
) -> None:
    owner = await new_person()
    async with signed_in(service, owner) as browser:
        sent = await send(browser, minutes())
        assert sent.status == 201
    document_id = sent.body["id"]
    with psycopg.connect(addresses.superuser) as connection:
        # As kill -9 in the middle of it would leave it; then a quarter of an hour passes.
        connection.execute("UPDATE documents SET state = 'uploading' WHERE id = %s", (document_id,))
        connection.execute(
            "UPDATE jobs SET due_at = now() WHERE kind = 'documents.cut' AND about_id = %s",
            (document_id,),
        )
        connection.execute("NOTIFY argo_jobs")

    async def cleared() -> bool:
        return not rows_of(addresses, document_id) and not await files_of(service, document_id)

    await soon(cleared)


async def test_a_reading_whose_server_was_killed_is_done_again(
    service: Service, new_person: NewPerson, addresses: Addresses
) -> None:
    owner: Owner = await new_person()
    async with signed_in(service, owner) as browser:
        found = await sent_and_read(browser, minutes(30))
        with psycopg.connect(addresses.superuser) as connection:
            # Half its passages are written, the lease of the dead runner has run out.
            connection.execute(
                "UPDATE documents SET state = 'reading' WHERE id = %s", (found["id"],)
            )
            connection.execute(
                "INSERT INTO jobs (id, institution_id, owner_id, kind, about_id, urgent, attempts, "
                "due_at, held_by, held_until) VALUES (gen_random_uuid(), %s, %s, 'documents.read', "
                "%s, false, 1, now(), gen_random_uuid(), now() - interval '1 second')",
                (owner.institution_id, owner.owner_id, found["id"]),
            )
            connection.execute("NOTIFY argo_jobs")

        async def ready() -> bool:
            answer = await browser.get(f"/api/documents/{found['id']}")
            return bool(answer.body["state"] == "ready")

        await soon(ready, 30)
