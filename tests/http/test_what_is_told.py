"""What answers and log lines tell: enough to act on, and nothing anybody wrote."""

from __future__ import annotations

import json

import pytest
from fastapi import APIRouter

from argo.clock import Clock
from argo.http.application import application
from argo.http.errors import language_of
from argo.http.metrics import Metrics
from argo.http.types import ServerSettings
from tests.conversations.talk import begun, followed
from tests.fixtures import Service
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine


async def test_the_page_may_load_only_from_here(service: Service) -> None:
    async with Browser(service.url) as anyone:
        page = await anyone.get("/")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "<script>" not in page.body
    assert "<style" not in page.body


async def test_a_page_that_did_not_change_keeps_its_policy(service: Service) -> None:
    async with Browser(service.url) as anyone:
        page = await anyone.get("/")
        again = await anyone.get("/", if_none_match=page.headers["etag"])
    assert again.status == 304
    assert "content-security-policy" not in again.headers


@pytest.mark.parametrize("path", ["/", "/api/me", "/v1/models", "/nowhere", "/health/live"])
async def test_every_answer_is_guarded(service: Service, path: str) -> None:
    async with Browser(service.url) as anyone:
        headers = (await anyone.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr", "fr"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.3, fr;q=0.4", "fr"),
        ("de, en;q=0.5, fr;q=0.1", "en"),
        ("", "en"),
        ("fr;q=much", "en"),
    ],
)
def test_an_error_is_read_in_its_readers_language(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


async def test_a_refusal_is_told_in_french_or_in_english(service: Service) -> None:
    for language, beginning in (("fr", "Il n'y a rien"), ("en", "There is nothing")):
        async with Browser(service.url, language=language) as reader:
            error = (await reader.get("/nowhere")).body["error"]
        assert error["message"].startswith(beginning)
        assert set(error) == {"code", "message", "param", "request_id", "retry_after"}


async def test_what_nobody_expected_shows_nothing_of_itself(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    router = APIRouter()

    @router.get("/breaks")
    async def breaks() -> None:
        raise ValueError("the secret is wombat")

    async def ready() -> bool:
        return True

    app = application(
        ServerSettings(),
        [router],
        [],
        metrics=Metrics("test"),
        ready=ready,
        clock=Clock(),
        refused=lambda refusal: None,
        shut=frozenset,
    )
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/breaks",
        "raw_path": b"/breaks",
        "query_string": b"",
        "headers": [(b"accept-language", b"fr")],
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 500
    error = json.loads(sent[1]["body"])["error"]
    assert error["code"] == "unexpected"
    assert error["request_id"] in error["message"]
    written = capfdbinary.readouterr().err
    assert b"wombat" not in sent[1]["body"] + written
    assert error["request_id"].encode() in written
    assert b'"kind":"ValueError"' in written


async def test_log_lines_are_json_and_hold_no_content(
    visitor: Browser, engine: ScriptedEngine, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    engine.says("canari", " dit")
    engine.says("un", " deux").does("cuts", after_tokens=1)
    talk = await begun(visitor, title="canari du titre")
    first = await talk.told("canari de la question")
    await talk.told("canari encore", first.answer_id)
    await visitor.post("/api/keys", {"name": "canari de la clé", "expires_in_days": None})
    await visitor.get("/canari?canari=canari", user_agent="canari")
    await visitor.get(f"/api/conversations/{talk.id}x")
    await visitor.post("/api/sign-in/look", {"token": "canari"})
    await visitor.post("/api/conversations", {"id": "canari"})
    await followed(visitor, first.answer_id)
    captured = capfdbinary.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) > 10
    for line in lines:
        assert json.loads(line)["event"] in {"request", "unexpected", "library", "refused"}
    for each in (b"canari", talk.id.encode(), first.id.encode(), visitor.cookies["argo"].encode()):
        assert each not in captured.err + captured.out
