"""What cannot be asked is refused in OpenAI's form, at once, before any engine hears of it."""

from __future__ import annotations

import time
from io import BytesIO
from typing import Any

import aiohttp
import orjson
import pytest
from openai import AsyncOpenAI, AuthenticationError, BadRequestError, NotFoundError

from argo.openai.lists import REFUSED
from tests.fixtures import Service
from tests.openai.asking import HELLO, SMALL
from tests.support.engine import ScriptedEngine

ASK = {"model": SMALL, "messages": HELLO}
ROUTES = [("GET", "models"), ("GET", f"models/{SMALL}"), ("POST", "chat/completions")]

WITHOUT_A_KEY: list[dict[str, str]] = [
    {},
    {"authorization": "Bearer argo-wrong"},
    {"authorization": "Basic YTpi"},
    {"x-api-key": "argo-wrong"},
    {"cookie": "argo=anything"},
]


async def refused(answer: aiohttp.ClientResponse, status: int, code: str | None = None) -> Any:
    """Return the error of a refusal, which has OpenAI's form and `status`."""
    body = orjson.loads(await answer.read())
    assert answer.status == status, body
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert code is None or body["error"]["code"] == code
    assert answer.headers["x-request-id"]
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    return body["error"]


async def test_without_a_valid_key_nothing_is_told(service: Service) -> None:
    for method, path in ROUTES:
        for headers in WITHOUT_A_KEY:
            async with (
                aiohttp.ClientSession() as session,
                session.request(method, f"{service.url}/v1/{path}", headers=headers) as answer,
            ):
                await refused(answer, 401, "invalid_api_key")


async def test_the_sdk_raises_its_own_errors(client: AsyncOpenAI) -> None:
    with pytest.raises(NotFoundError) as unknown:
        await client.chat.completions.create(model="gpt-9", messages=HELLO)
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(BadRequestError) as unfit:
        await client.chat.completions.create(model=SMALL, messages=HELLO, n=9)
    assert (unfit.value.code, unfit.value.param) == ("invalid_value", "n")
    stranger = client.with_options(api_key="argo-nobody")
    with pytest.raises(AuthenticationError):
        await stranger.models.list()


async def test_a_dangerous_field_never_reaches_an_engine(
    http: aiohttp.ClientSession, engine: ScriptedEngine
) -> None:
    for name in REFUSED:
        async with http.post("chat/completions", json={**ASK, name: "x"}) as answer:
            error = await refused(answer, 400, "unsupported_parameter")
        assert error["param"] == name
    assert not engine.requests


BAD_BODIES = {
    "nothing": b"",
    "not JSON": b"{",
    "not UTF-8": b'{"model":"\xff"}',
    "an array": b"[]",
    "a name twice": b'{"model":"a","model":"b","messages":[]}',
    "NaN": b'{"model":"a","messages":[],"temperature":NaN}',
    "half a surrogate": b'{"model":"a","messages":[{"role":"user","content":"\\ud800"}]}',
    "10,000 levels": b'{"messages":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "a million names": b"{" + b",".join(b'"%d":1' % n for n in range(300_000)) + b"}",
    "a huge integer": b'{"model":"a","messages":[],"seed":' + b"9" * 400 + b"}",
}


async def test_a_malformed_body_is_refused_at_once(
    http: aiohttp.ClientSession, engine: ScriptedEngine
) -> None:
    headers = {"content-type": "application/json"}
    for name, body in BAD_BODIES.items():
        began = time.monotonic()
        async with http.post("chat/completions", data=BytesIO(body), headers=headers) as answer:
            error = await refused(answer, 400)
        assert time.monotonic() - began < 1, name
        assert error["type"] == "invalid_request_error", name
    assert not engine.requests


async def test_a_body_of_another_kind_or_too_large_is_refused(http: aiohttp.ClientSession) -> None:
    async with http.post("chat/completions", data={"model": "x"}) as answer:
        await refused(answer, 415)
    huge = b'{"model":"' + b"x" * 5_000_000 + b'"}'
    headers = {"content-type": "application/json"}
    async with http.post("chat/completions", data=BytesIO(huge), headers=headers) as answer:
        await refused(answer, 413)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": HELLO}, "model"),
        ({"model": SMALL}, "messages"),
        ({"model": SMALL, "messages": []}, "messages"),
        ({**ASK, "messages": [{"role": "user", "content": ""}]}, "messages[0].content"),
        (
            {**ASK, "messages": [*HELLO, {"role": "tool", "tool_call_id": "a", "content": "b"}]},
            "messages[1].tool_call_id",
        ),
        ({**ASK, "max_tokens": 10**9}, "max_tokens"),
        ({**ASK, "unheard_of": 1}, "unheard_of"),
    ],
)
async def test_what_is_wrong_is_named(
    http: aiohttp.ClientSession, body: dict[str, Any], param: str
) -> None:
    async with http.post("chat/completions", json=body) as answer:
        error = await refused(answer, 400)
    assert error["param"] == param
    assert param in error["message"]
    assert error["type"] == "invalid_request_error"


async def test_a_refused_request_costs_no_quota(http: aiohttp.ClientSession) -> None:
    for _ in range(12):
        async with http.post("chat/completions", json={**ASK, "n": 0}) as answer:
            await refused(answer, 400)
    async with http.post("chat/completions", json=ASK) as answer:
        assert answer.headers["x-ratelimit-remaining-requests"] == "9"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "chat/completions", 405), ("DELETE", "models", 405), ("GET", "engines", 404)],
)
async def test_other_methods_and_addresses_are_refused_in_the_same_form(
    http: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with http.request(method, path) as answer:
        await refused(answer, status)
