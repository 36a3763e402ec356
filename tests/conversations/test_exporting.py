"""A conversation, or one answer, leaves as a file with the mark of its origin."""

from __future__ import annotations

import json

import pytest

from argo.export.origin import verified
from argo.export.types import FORMATS, Format
from tests.conversations.talk import Sent, Talk, begun, new_id
from tests.fixtures import NewPerson, Service, dump, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses


async def told(visitor: Browser, engine: ScriptedEngine) -> tuple[Talk, Sent]:
    engine.says("Une **réponse**.").thinking("penséesecrète")
    talk = await begun(visitor, title="Marées d'été", size="large")
    return talk, await talk.told("Quelle question ?")


async def file_of(browser: Browser, path: str, body: object = None) -> tuple[bytes, str]:
    """Return a downloaded file and the name it has."""
    method = "GET" if body is None else "POST"
    answer = await browser._client.request(method, path, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-argo-ai-generated"] == "true"
    return answer.content, answer.headers["content-disposition"]


@pytest.mark.parametrize("form", FORMATS)
async def test_a_branch_is_exported_in_every_format(
    visitor: Browser, engine: ScriptedEngine, form: Format
) -> None:
    talk, sent = await told(visitor, engine)
    path = f"{talk.path}/export?format={form}&leaf_id={sent.answer_id}"
    file, name = await file_of(visitor, path)
    assert name.endswith(f"Mar%C3%A9es-d-%C3%A9t%C3%A9.{form}")
    key = (await visitor.get("/api/origin-key")).body["public_key"]
    mark = verified(file, key, "x")
    assert (mark["models"], mark["source"]) == (["Large"], "saved")
    assert "penséesecrète".encode() not in file


async def test_one_answer_is_exported_alone(visitor: Browser, engine: ScriptedEngine) -> None:
    talk, sent = await told(visitor, engine)
    path = f"{talk.path}/export?format=json&leaf_id={sent.answer_id}"
    file, _ = await file_of(visitor, f"{path}&alone=true")
    assert [each["text"] for each in json.loads(file)["messages"]] == ["Une **réponse**."]
    file, _ = await file_of(visitor, path)
    assert len(json.loads(file)["messages"]) == 2


async def test_strangers_and_odd_wishes_get_nothing(
    service: Service, visitor: Browser, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    talk, sent = await told(visitor, engine)
    path = f"{talk.path}/export?format=md&leaf_id={sent.answer_id}"
    async with signed_in(service, await new_person()) as stranger:
        assert (await stranger.get(path)).status == 404
    async with Browser(service.url) as nobody:
        assert (await nobody.get(path)).code == "not_signed_in"
        assert (await nobody.get("/api/origin-key")).code == "not_signed_in"
    assert (await visitor.get(f"{talk.path}/export?format=md&leaf_id={new_id()}")).status == 404
    assert (await visitor.get(f"{talk.path}/export?format=exe&leaf_id={sent.id}")).status == 400
    assert (await visitor.get(f"{talk.path}/export?format=md&leaf_id=7")).status == 400
    alone = f"{talk.path}/export?format=md&leaf_id={sent.id}&alone=true"
    assert (await visitor.get(alone)).code == "message_unknown"


@pytest.mark.parametrize("form", ["md", "docx", "pdf"])
async def test_a_temporary_conversation_is_exported_and_not_kept(
    service: Service, visitor: Browser, addresses: Addresses, form: Format
) -> None:
    body = {
        "format": form,
        "title": "lamantinroux",
        "messages": [
            {"role": "user", "text": "lamantinbleu ?"},
            {"role": "assistant", "text": "lamantinvert.", "model": "Small"},
        ],
    }
    file, _ = await file_of(visitor, "/api/temporary/exports", body)
    assert verified(file, service.argo.subjects.exports.public_key, "x")["source"] == "temporary"
    found = dump(addresses)
    assert "lamantin" not in found
    async with Browser(service.url) as nobody:
        assert (await nobody.post("/api/temporary/exports", body)).code == "not_signed_in"
    wrong = await visitor.post("/api/temporary/exports", {**body, "messages": []})
    assert wrong.status == 400


async def test_what_is_too_long_is_refused_in_words(visitor: Browser) -> None:
    messages = [{"role": "user", "text": "x" * 399_999}] * 6
    answer = await visitor.post("/api/temporary/exports", {"format": "md", "messages": messages})
    assert answer.code in ("export_too_long", "body_too_large")
