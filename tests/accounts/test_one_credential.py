"""A program shows one key in one way; the page shows one cookie; neither opens the other's door."""

from __future__ import annotations

import pytest

from tests.accounts.wire import SAME_ORIGIN, Reply, asked
from tests.fixtures import NewPerson, Service, api_key
from tests.support.browser import Browser

ASK = {"model": "small-model", "messages": [{"role": "user", "content": "Bonjour"}]}


@pytest.fixture
async def key(service: Service, new_person: NewPerson) -> str:
    """A person's key."""
    return await api_key(service, await new_person())


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_key_works_in_the_documented_way(service: Service, key: str, scheme: str) -> None:
    sent = ("authorization", f"{scheme} {key}")
    assert (await asked(service.url, "GET", "/v1/models", sent)).status == 200
    answer = await asked(service.url, "POST", "/v1/chat/completions", sent, body=ASK)
    assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("x-api-key", "KEY")],
        [("api-key", "KEY")],
        [("cookie", "argo=KEY")],
        [("cookie", "__Host-argo=KEY")],
        [("cookie", "authorization=Bearer KEY")],
        [("proxy-authorization", "Bearer KEY")],
        [("authorization", "KEY")],
        [("authorization", "Basic KEY")],
        [("authorization", "Bearer")],
        [("authorization", "BearerKEY")],
        [("authorization", "Bearer KEY, Bearer KEY")],
        [("authorization", "Bearer KEY KEY")],
        [("authorization", "Bearer KEY"), ("authorization", "Bearer KEY")],
        [("authorization", "Bearer KEY"), ("Authorization", "Bearer argo-nobody")],
        [("authorization", "Basic eDp5"), ("authorization", "Bearer KEY")],
        [("authorization", "Bearer PREFIX")],
        [("authorization", "Bearer KEYx")],
        [("authorization", "Bearer LOUD")],
        [("authorization", "Bearer " + "x" * 20_000)],
        [("authorization", "Bearer argo-é")],
    ],
    ids=str,
)
async def test_a_key_works_in_no_other_way(
    service: Service, key: str, headers: list[tuple[str, str]]
) -> None:
    words = {"KEY": key, "PREFIX": key[:13], "LOUD": key.upper()}
    sent = [(name, _filled(value, words)) for name, value in headers]
    for method, path, body in (
        ("GET", "/v1/models", None),
        ("GET", f"/v1/models?api_key={key}&authorization=Bearer%20{key}", None),
        ("POST", "/v1/chat/completions", ASK),
    ):
        answer = await asked(service.url, method, path, *sent, body=body)
        assert_refused(answer, key)


async def test_nothing_else_that_is_sent_adds_to_a_key(service: Service, key: str) -> None:
    more = [("x-api-key", "argo-other"), ("cookie", "argo=other"), ("api-key", "z")]
    sent = ("authorization", f"Bearer {key}")
    assert (await asked(service.url, "GET", "/v1/models", sent, *more)).status == 200


async def test_a_session_opens_no_program_interface(service: Service, visitor: Browser) -> None:
    token = visitor.cookies["argo"]
    for header in (("cookie", f"argo={token}"), ("authorization", f"Bearer {token}")):
        answer = await asked(service.url, "GET", "/v1/models", SAME_ORIGIN, header)
        assert_refused(answer, token)


async def test_a_key_opens_no_page(service: Service, key: str) -> None:
    for header in (
        ("cookie", f"argo={key}"),
        ("authorization", f"Bearer {key}"),
        ("x-api-key", key),
    ):
        for path in ("/api/me", "/api/sessions", f"/api/keys?key={key}", "/api/conversations"):
            answer = await asked(service.url, "GET", path, SAME_ORIGIN, header)
            assert (answer.status, answer.code) == (401, "not_signed_in")


async def test_a_links_token_is_neither(service: Service, new_person: NewPerson) -> None:
    token = await service.people.link(await new_person())
    page = await asked(service.url, "GET", "/api/me", ("cookie", f"argo={token}"))
    program = await asked(
        service.url, "GET", "/v1/models", ("authorization", f"Bearer argo-{token}")
    )
    assert page.code == "not_signed_in"
    assert_refused(program, token)


def assert_refused(answer: Reply, secret: str) -> None:
    """Fail unless the answer is OpenAI's 401, and silent about what was sent."""
    assert (answer.status, answer.code) == (401, "invalid_api_key")
    assert secret.encode() not in answer.body
    assert secret not in str(answer.headers)


def _filled(value: str, words: dict[str, str]) -> str:
    for word, meant in words.items():
        value = value.replace(word, meant)
    return value
