"""Nobody asks before they accepted the charter; everything else stays open to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from openai import AsyncOpenAI, PermissionDeniedError

from argo.charter.service import Charters
from argo.storage.types import Owner
from tests.conversations.talk import GENERALIST, begun, new_id
from tests.fixtures import NewPerson, Service, api_key, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine

SOMETHING = {"model": "small-model", "messages": [{"role": "user", "content": "Bonjour"}]}
QUESTIONS_OF_V1: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": SOMETHING,
    "/v1/completions": {"model": "small-model", "prompt": "Bonjour"},
    "/v1/responses": {"model": "small-model", "input": "Bonjour"},
    "/v1/messages": {**SOMETHING, "max_tokens": 5},
    "/v1/embeddings": {"model": "multilingual-e5-small", "input": "Bonjour"},
    "/v1/rerank": {"model": "reranker", "query": "Bonjour", "documents": ["Bonsoir"]},
}


@pytest.fixture
async def newcomer(new_person: NewPerson) -> Owner:
    """A person who has accepted nothing yet."""
    return await new_person(accepts=False)


@pytest.fixture
async def page(service: Service, newcomer: Owner) -> AsyncIterator[Browser]:
    """The newcomer's browser, signed in."""
    async with signed_in(service, newcomer) as browser:
        yield browser


async def accepted(page: Browser) -> None:
    """Read the charter in force and press the button."""
    version = (await page.get("/api/charter")).body["version"]
    assert (await page.post("/api/charter/acceptances", {"version": version})).status == 204


@pytest.mark.parametrize("path", QUESTIONS_OF_V1)
async def test_a_program_is_told_where_to_accept(
    service: Service, newcomer: Owner, engine: ScriptedEngine, path: str
) -> None:
    bearer = f"Bearer {await api_key(service, newcomer)}"
    async with Browser(service.url) as program:
        refused = await program.post(path, QUESTIONS_OF_V1[path], authorization=bearer)
        assert refused.status == 403
        assert f"{service.url}/charter" in refused.body["error"]["message"]
        if path != "/v1/messages":  # Anthropic's error body has no code
            assert refused.code == "terms_not_accepted"
        for open_ in ("/v1/models", "/v1/usage"):
            assert (await program.get(open_, authorization=bearer)).status == 200


async def test_the_official_sdk_raises_what_it_raises_for_a_refusal(
    service: Service, newcomer: Owner, engine: ScriptedEngine, page: Browser
) -> None:
    key = await api_key(service, newcomer)
    async with AsyncOpenAI(base_url=f"{service.url}/v1", api_key=key, max_retries=0) as client:
        with pytest.raises(PermissionDeniedError, match="accept the charter") as refused:
            await client.chat.completions.create(**SOMETHING)  # type: ignore[call-overload]
        assert refused.value.code == "terms_not_accepted"
        await accepted(page)
        engine.says("Bonjour.")
        answer = await client.chat.completions.create(**SOMETHING)  # type: ignore[call-overload]
        assert answer.choices[0].message.content == "Bonjour."


async def test_the_page_asks_nothing_until_the_button_is_pressed(
    page: Browser, engine: ScriptedEngine
) -> None:
    assert (await page.get("/api/me")).body["accepted"] is False
    talk = await begun(page, title="Marées")
    message = {"role": "user", "text": "Bonjour"}
    temporary = {"conversation_id": new_id(), "messages": [message], **GENERALIST}
    ask = {"id": new_id(), "answer_id": new_id(), "text": "Bonjour", "parent_id": None}
    answered = new_id()
    for path, body in (
        (f"{talk.path}/questions", ask),
        (f"{talk.path}/answers", {"question_id": new_id(), "answer_id": answered}),
        (f"/api/answers/{answered}/continue", {}),
        (f"{talk.path}/summaries", {"id": new_id(), "leaf_id": new_id()}),
        ("/api/temporary/answers", temporary),
        ("/api/temporary/summaries", temporary),
    ):
        refused = await page.post(path, body)
        assert (refused.status, refused.code) == (403, "terms_not_accepted"), path
    assert (await page.get("/api/conversations")).status == 200
    assert (await page.get(talk.path)).status == 200
    await accepted(page)
    assert (await page.get("/api/me")).body["accepted"] is True
    engine.says("Bonjour.")
    assert (await page.post(f"{talk.path}/questions", ask)).status == 202


async def test_the_charter_is_read_in_both_languages_and_its_moment_is_told(page: Browser) -> None:
    before = (await page.get("/api/charter")).body
    assert before["fr"].startswith("# Charte")
    assert before["en"].startswith("# Charter")
    assert (before["version"], before["published_at"], before["accepted_at"]) == (1, None, None)
    await accepted(page)
    once = (await page.get("/api/charter")).body["accepted_at"]
    await accepted(page)
    assert (await page.get("/api/charter")).body["accepted_at"] == once is not None


@pytest.mark.parametrize("body", [{}, {"version": "1"}, {"version": 0}, {"version": 2**40}])
async def test_an_acceptance_that_names_no_version_is_refused(page: Browser, body: Any) -> None:
    assert (await page.post("/api/charter/acceptances", body)).status == 400


async def test_who_is_not_signed_in_neither_reads_nor_accepts(service: Service) -> None:
    async with Browser(service.url) as stranger:
        assert (await stranger.get("/api/charter")).status == 401
        assert (await stranger.post("/api/charter/acceptances", {"version": 1})).status == 401


async def test_another_institutions_charter_is_not_theirs(
    service: Service, page: Browser, charters: Charters, elsewhere: str
) -> None:
    await charters.publish("# Ailleurs", "# Elsewhere", elsewhere)
    assert (await page.get("/api/charter")).body["version"] == 1
    refused = await page.post("/api/charter/acceptances", {"version": 2})
    assert (refused.status, refused.code) == (400, "charter_changed")
