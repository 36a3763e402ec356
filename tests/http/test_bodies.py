"""A malformed body is refused at once, by a code, and nothing believes any of it."""

from __future__ import annotations

import time
from uuid import uuid4

import httpx2 as http
import pytest

from tests.accounts.wire import SAME_ORIGIN, asked
from tests.fixtures import Service
from tests.support.browser import Browser

ID = str(uuid4())
GOOD = f'"id":"{ID}","assistant_id":"generalist","size":"small"'.encode()
MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "two objects": b"{}{}",
    "an array": b"[" + GOOD.partition(b",")[0].partition(b":")[2] + b"]",
    "a text": b'"hello"',
    "null": b"null",
    "bad UTF-8": b"{" + GOOD + b',"x":"\xff"}',
    "half a surrogate": b"{" + GOOD + b',"x":"\\ud800"}',
    "a name twice": b"{" + GOOD + b',"size":"large"}',
    "NaN": b"{" + GOOD + b',"x":NaN}',
    "infinity": b"{" + GOOD + b',"x":-Infinity}',
    "a huge integer": b"{" + GOOD + b',"x":' + b"9" * 5000 + b"}",
    "ten thousand levels": b"{" + GOOD + b',"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "ten thousand unclosed levels": b'{"x":' + b"[" * 10_000,
    "three hundred thousand names": b"{" + b",".join(b'"%d":1' % n for n in range(300_000)) + b"}",
    "an unknown field": b"{" + GOOD + b',"owner_id":"' + ID.encode() + b'"}',
    "a field of another kind": b"{" + GOOD.replace(b'"small"', b"1") + b"}",
}


async def sent(
    browser: Browser, url: str, body: bytes, path: str = "/api/conversations", **headers: str
) -> http.Response:
    """Post these bytes as the page would post its JSON."""
    named = {"sec-fetch-site": "same-origin", "content-type": "application/json", **headers}
    async with http.AsyncClient(base_url=url, cookies=browser.cookies, trust_env=False) as client:
        return await client.post(path, content=body, headers=named)


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_body_is_refused_within_a_second(
    service: Service, visitor: Browser, name: str
) -> None:
    began = time.monotonic()
    answer = await sent(visitor, service.url, MALFORMED[name])
    assert time.monotonic() - began < 1
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] in {"body_invalid", "request_invalid"}
    history = await visitor.get("/api/conversations")
    assert history.body["conversations"] == []


async def test_a_good_body_is_taken(service: Service, visitor: Browser) -> None:
    answer = await sent(visitor, service.url, b"{" + GOOD + b"}")
    assert answer.status_code == 201


async def test_a_body_beyond_the_limit_is_refused_before_it_is_read(
    service: Service, visitor: Browser
) -> None:
    answer = await asked(
        service.url,
        "POST",
        "/api/conversations",
        SAME_ORIGIN,
        ("cookie", f"argo={visitor.cookies['argo']}"),
        ("content-type", "application/json"),
        ("content-length", "5000000"),
    )
    assert (answer.status, answer.code) == (413, "body_too_large")


async def test_a_body_that_does_not_say_its_length_is_cut_off_at_the_limit(
    service: Service, visitor: Browser
) -> None:
    taken = 0

    async def endless():
        nonlocal taken
        while taken < 64_000_000:
            taken += 1_000_000
            yield b"a" * 1_000_000

    named = {"sec-fetch-site": "same-origin", "content-type": "application/json"}
    async with http.AsyncClient(
        base_url=service.url, cookies=visitor.cookies, trust_env=False
    ) as client:
        try:
            answer = await client.post("/api/conversations", content=endless(), headers=named)
        except http.TransportError:
            pass  # the connection was closed on what is sent on
        else:
            assert answer.status_code == 413
    assert (await visitor.get("/health/live")).status == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"]
)
async def test_a_body_that_is_not_called_json_is_refused(
    service: Service, visitor: Browser, content_type: str
) -> None:
    headers = {"content-type": content_type}
    answer = await sent(visitor, service.url, b"{" + GOOD + b"}", **headers)
    assert answer.status_code == 415, answer.text
    assert answer.json()["error"]["code"] == "unsupported_media_type"


async def test_what_is_wrong_is_named_and_never_repeated(
    service: Service, visitor: Browser
) -> None:
    body = b'{"id":"my secret","assistant_id":"generalist","size":"small"}'
    answer = await sent(visitor, service.url, body)
    assert answer.json()["error"]["param"] == "id"
    assert "secret" not in answer.text


async def test_a_visitor_who_is_not_signed_in_is_told_the_same(service: Service) -> None:
    async with Browser(service.url) as anyone:
        for body in (b"[]", b'{"token":"a","token":"b"}', b'{"token":' + b"[" * 10_000):
            answer = await sent(anyone, service.url, body, "/api/sign-in/look")
            assert answer.status_code == 400, body[:40]
