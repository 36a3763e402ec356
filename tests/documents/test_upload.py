"""Sending a file: stored whole or not at all, read in the background, of its owner alone."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

import pytest

from argo.extraction.types import ExtractionSettings
from tests.documents.paper import minutes, send, sent_and_read, settled
from tests.fixtures import NewPerson, Serve, Service, dump, signed_in
from tests.support.browser import Browser
from tests.support.postgres import Addresses


async def test_a_file_is_read_and_says_what_it_is(visitor: Browser) -> None:
    sent = await send(visitor, minutes(), "Compte rendu n° 3 — « été ».md")
    assert sent.status == 201
    assert sent.body["state"] == "reading"
    found = await settled(visitor, sent.body["id"])
    assert found["state"] == "ready"
    assert found["name"] == "Compte rendu n° 3 — « été ».md"
    assert found["kind"] == "md"
    assert found["tokens"] > 10
    assert found["size_bytes"] == len(minutes())
    text = await visitor.get(f"/api/documents/{found['id']}/text")
    assert "The cost of mission2 was 2 thousand euros." in text.body


async def test_it_comes_back_byte_for_byte_and_never_runs_in_the_page(visitor: Browser) -> None:
    content = b"<html><script>alert(1)</script><p>Hello there, a page.</p></html>"
    found = await sent_and_read(visitor, content, "été.html")
    answer = await visitor._client.get(f"/api/documents/{found['id']}/content")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert (
        answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%A9t%C3%A9.html"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_my_files_are_listed_newest_first(visitor: Browser) -> None:
    ids = [(await send(visitor, minutes(), f"{number}.md")).body["id"] for number in range(3)]
    first = await visitor.get("/api/documents?limit=2")
    assert [each["id"] for each in first.body["documents"]] == ids[:0:-1]
    rest = await visitor.get(f"/api/documents?limit=2&before={quote(first.body['next'])}")
    assert [each["id"] for each in rest.body["documents"]] == ids[:1]
    assert rest.body["next"] is None


async def test_what_cannot_be_read_says_why_in_both_languages(visitor: Browser) -> None:
    sent = await send(visitor, bytes(range(256)) * 40, "thing.pdf")
    found = await settled(visitor, sent.body["id"])
    assert (found["state"], found["failure"]["code"]) == ("failed", "file_kind_unknown")
    assert found["failure"]["message"].startswith("What is in this file cannot be read")
    french = await visitor.get(f"/api/documents/{found['id']}", accept_language="fr")
    assert french.body["failure"]["message"].startswith("Le contenu de ce fichier")


async def test_a_failed_file_is_read_again_on_demand_and_no_other(visitor: Browser) -> None:
    sent = await send(visitor, b"   ", "empty.txt")
    found = await settled(visitor, sent.body["id"])
    assert found["failure"]["code"] == "file_empty"
    again = await visitor.post(f"/api/documents/{found['id']}/retry", {})
    assert (again.status, again.body["state"]) == (202, "reading")
    assert (await settled(visitor, found["id"]))["state"] == "failed"
    ready = await sent_and_read(visitor, minutes())
    refused = await visitor.post(f"/api/documents/{ready['id']}/retry", {})
    assert refused.code == "document_not_failed"


async def test_a_retry_with_a_password_is_not_written_anywhere(
    visitor: Browser, addresses: Addresses
) -> None:
    sent = await send(visitor, b"   ", "empty.txt")
    await settled(visitor, sent.body["id"])
    body = {"password": "correct-horse-battery"}
    again = await visitor.post(f"/api/documents/{sent.body['id']}/retry", body)
    assert again.status == 202
    assert (await settled(visitor, sent.body["id"]))["state"] == "failed"
    assert "correct-horse-battery" not in dump(addresses)


async def test_too_large_is_said_before_and_while_it_comes(serve: Serve, new_person) -> None:
    owner = await new_person()
    async with serve(extraction=ExtractionSettings(max_file_bytes=1000)) as service:
        async with signed_in(service, owner) as browser:
            assert (await send(browser, b"x" * 1001)).code == "document_too_large"

            async def coming():
                for _ in range(3):
                    yield b"x" * 400

            found = await browser._client.post(
                "/api/documents/upload", content=coming(), headers={"x-file-name": "a.txt"}
            )
            assert found.json()["error"]["code"] == "document_too_large"
            assert (await browser.get("/api/documents")).body["documents"] == []
        orphans = await service.argo.library.documents.orphans()
        assert orphans.files_without_document == 0


@pytest.mark.parametrize("name", ["", "%20%20", "%00%01", "a" * 256])
async def test_a_name_that_cannot_be_shown_is_refused(visitor: Browser, name: str) -> None:
    found = await visitor._client.post(
        "/api/documents/upload", content=b"x", headers={"x-file-name": name}
    )
    assert found.status_code == 400


async def test_a_conversation_holds_ten_files(visitor: Browser) -> None:
    conversation = uuid4()
    for number in range(10):
        assert (await send(visitor, minutes(), f"{number}.md", conversation)).status == 201
    refused = await send(visitor, minutes(), "more.md", conversation)
    assert refused.code == "too_many_files_in_conversation"
    assert "10" in refused.body["error"]["message"]


async def test_nobody_else_finds_it(
    service: Service, visitor: Browser, new_person: NewPerson
) -> None:
    found = await sent_and_read(visitor, minutes())
    path = f"/api/documents/{found['id']}"
    async with signed_in(service, await new_person()) as stranger:
        for answer in (
            await stranger.get(path),
            await stranger.get(f"{path}/text"),
            await stranger.get(f"{path}/content"),
            await stranger.post(f"{path}/retry", {}),
            await stranger.delete(path),
        ):
            assert (answer.status, answer.code) == (404, "document_unknown")
        assert (await stranger.get("/api/documents")).body["documents"] == []
    assert (await visitor.get(path)).status == 200


async def test_without_signing_in_nothing_is_shown_or_taken(
    service: Service, visitor: Browser
) -> None:
    found = await sent_and_read(visitor, minutes())
    path = f"/api/documents/{found['id']}"
    async with Browser(service.url) as nobody:
        for answer in (
            await nobody.get("/api/documents"),
            await nobody.get("/api/documents/limits"),
            await nobody.get(path),
            await nobody.get(f"{path}/text"),
            await nobody.get(f"{path}/content"),
            await nobody.post(f"{path}/retry", {}),
            await nobody.delete(path),
            await send(nobody, minutes()),
        ):
            assert answer.status == 401


async def test_an_id_that_is_none_is_refused(visitor: Browser) -> None:
    assert (await visitor.get("/api/documents/nothing")).status == 400
    assert (await visitor.get("/api/documents?before=nothing")).status == 404


async def test_a_dump_reads_nothing_of_it(visitor: Browser, addresses: Addresses) -> None:
    await sent_and_read(visitor, b"The zebrafish genome costs xylophone money.", "zebra-plan.txt")
    told = dump(addresses)
    for word in ("zebra", "genome", "xylophone"):
        assert word not in told
