"""A provider that lies, or somebody between, signs nobody on and signs nobody out."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from joserfc import jwk, jwt

from argo.accounts.outward import MOST_ANSWER_BYTES
from tests.accounts.wire import asked
from tests.fixtures import Serve, Service
from tests.support.browser import Browser
from tests.support.provider import CLIENT, SECRET, Provider, provider

NONE = "eyJhbGciOiJub25lIiwia2lkIjoib25lIn0"
FORM = ("content-type", "application/x-www-form-urlencoded")


@pytest.fixture
async def idp() -> AsyncIterator[Provider]:
    async with provider() as idp:
        idp.knows(sub="ada", email="ada@example.org", sid="s1")
        yield idp


@pytest.fixture
async def house(serve: Serve, idp: Provider, institution: UUID) -> AsyncIterator[Service]:
    settings = idp.settings(institution=f"i-{institution.hex}")
    secrets = {"IDP_SECRET": SECRET}
    async with serve(identity_providers=(settings,), client_secrets=secrets) as service:
        yield service


async def signed_in(browser: Browser) -> bool:
    return (await browser.get("/api/me")).status == 200


async def test_no_token_that_lies_signs_anybody_on(house: Service, idp: Provider) -> None:
    now, other = int(time.time()), jwk.RSAKey.generate_key(2048, {"kid": "one"})
    short = {**idp.published[0], "n": idp.published[0]["n"][:170], "kid": "short"}
    idp.published += [short, {"kty": "oct", "k": "AAAA", "kid": "shared"}]
    # The public key as the secret of an HMAC: the oldest of tricks.
    pem = idp.key.as_pem(private=False)
    lies: dict[str, dict[str, Any]] = {
        "wrong issuer": {"iss": "https://evil.example"},
        "issuer with a slash": {"iss": idp.issuer + "/"},
        "wrong audience": {"aud": "another"},
        "many audiences": {"aud": [CLIENT, "another"]},
        "another party": {"azp": "another"},
        "wrong nonce": {"nonce": "x" * 43},
        "no nonce": {"nonce": None},
        "expired": {"exp": now - 61},
        "no end": {"exp": None},
        "an end in words": {"exp": "never"},
        "from tomorrow": {"iat": now + 86400},
        "not before tomorrow": {"nbf": now + 86400},
        "no subject": {"sub": ""},
        "a subject of numbers": {"sub": 7},
    }
    async with Browser(house.url) as browser:
        for lie, changed in lies.items():
            begun = await idp.begun(browser)
            idp.token = idp.signed(idp.id_claims(begun["nonce"], **changed))
            await comes_to_nothing(idp, browser, begun, lie)
        for lie in (
            "none",
            "no signature",
            "HS256",
            "another's key",
            "short",
            "unheard-of",
            "junk",
        ):
            begun = await idp.begun(browser)
            claims = idp.id_claims(begun["nonce"])
            good = idp.signed(claims)
            head, body, _ = good.split(".")
            forged = {
                "none": f"{NONE}.{body}.",
                "no signature": f"{head}.{body}.",
                "HS256": by_secret(body, pem),
                "another's key": jwt.encode({"alg": "RS256", "kid": "one"}, claims, other),
                "short": idp.signed(claims, kid="short"),
                "unheard-of": idp.signed(claims, kid="nobody"),
                "junk": "x.y.z",
            }
            idp.token = forged[lie]
            await comes_to_nothing(idp, browser, begun, lie)
        idp.token = None
        await idp.sign_on(browser)
        assert await signed_in(browser)


def by_secret(body: str, secret: bytes) -> str:
    """Return a token that is signed by a shared secret."""
    head = base64url(b'{"alg":"HS256","kid":"one"}')
    signed = f"{head}.{body}"
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), 'sha256'))}"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def comes_to_nothing(
    idp: Provider, browser: Browser, begun: dict[str, str], lie: str
) -> None:
    back = await idp.back(browser, code=idp.code(begun), state=begun["state"])
    assert back.headers["location"] == "/?refused=sign_on_refused", lie
    assert not await signed_in(browser), lie


async def test_a_state_serves_once_in_its_own_browser(house: Service, idp: Provider) -> None:
    async with Browser(house.url) as ada, Browser(house.url) as eve:
        begun = await idp.begun(ada)
        kept = ada.cookies
        # Eve follows Ada's link, or has Ada follow hers: neither browser began that sign-on.
        for query in (
            {"state": begun["state"]},
            {"state": "9" * 10 + ".x"},
            {"state": ""},
            {"state": begun["state"].replace(".", "0.", 1)},
            {"state": "%C3%A9.%00"},
        ):
            back = await idp.back(eve, code=idp.code(begun), **query)
            assert back.headers["location"] == "/?refused=sign_on_expired", query
        mixed = await idp.back(ada, code="x", state=begun["state"], iss="https://evil.example")
        assert mixed.headers["location"] == "/?refused=sign_on_refused"
        ada.remember(kept)
        denied = await idp.back(ada, error="access_denied", state=begun["state"])
        assert denied.headers["location"] == "/?refused=sign_on_given_up"
        ada.remember(kept)
        await idp.back(ada, code=idp.code(begun), state=begun["state"])
        assert await signed_in(ada)
        eve.remember(kept)
        replayed = await idp.back(eve, code=idp.code(begun), state=begun["state"])
        assert replayed.headers["location"] == "/?refused=sign_on_expired"
        assert not await signed_in(eve)


async def test_a_code_of_another_sign_on_is_refused_by_its_verifier(
    house: Service, idp: Provider
) -> None:
    async with Browser(house.url) as ada, Browser(house.url) as eve:
        stolen = idp.code(await idp.begun(ada))
        begun = await idp.begun(eve)
        back = await idp.back(eve, code=stolen, state=begun["state"])
        assert back.headers["location"] == "/?refused=sign_on_refused"


async def test_a_rotated_key_is_read_again_and_not_for_every_lie(
    house: Service, idp: Provider
) -> None:
    async with Browser(house.url) as browser:
        await idp.sign_on(browser)
        assert idp.asked.count("/keys") == 1
        idp.rotates("two")
        clock = house.argo.entrance.sign_on._providers["idp"]
        clock._keys_at -= 11
        await idp.sign_on(browser)
        assert idp.asked.count("/keys") == 2
        for number in range(5):
            begun = await idp.begun(browser)
            idp.token = idp.signed(idp.id_claims(begun["nonce"]), kid=f"lie{number}")
            await idp.back(browser, code=idp.code(begun), state=begun["state"])
        assert idp.asked.count("/keys") == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (MOST_ANSWER_BYTES + 1),
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
        b"SSH-2.0-hello\r\n\r\n",
    ],
    ids=["redirect", "huge", "cut off", "no object", "no HTTP"],
)
async def test_an_answer_that_is_none_leads_nowhere(
    house: Service, idp: Provider, raw: bytes
) -> None:
    async with Browser(house.url) as browser:
        for path in ("/token", "/keys"):
            begun = await idp.begun(browser)
            idp.raw = {path: raw}
            back = await idp.back(browser, code=idp.code(begun), state=begun["state"])
            assert back.headers["location"].startswith("/?refused=")
            assert not await signed_in(browser)
    assert "/elsewhere" not in idp.asked


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://169.254.169.254/token"},
        {"jwks_uri": "https://evil.example/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "https://evil.example/authorize"},
        {"userinfo_endpoint": 7},
    ],
    ids=repr,
)
async def test_what_a_provider_says_of_itself_leads_only_where_settings_allow(
    house: Service, idp: Provider, said: dict[str, Any]
) -> None:
    idp.said = said
    async with Browser(house.url) as browser:
        answer = await browser.post("/api/sign-on", {"provider": "idp"})
        assert (answer.status, answer.code) == (403, "sign_on_refused")
    assert idp.asked == ["/.well-known/openid-configuration"]


async def test_a_provider_signs_out_whom_it_signed_on(house: Service, idp: Provider) -> None:
    async def told(token: str) -> int:
        reply = await asked(
            house.url,
            "POST",
            "/api/sign-on/logout/idp",
            FORM,
            body=None,
            form=f"logout_token={token}",
        )
        return reply.status

    async with Browser(house.url) as one, Browser(house.url) as two:
        await idp.sign_on(one)
        idp.knows(sub="ada", email="ada@example.org", sid="s2")
        await idp.sign_on(two)
        now = int(time.time())
        lies: tuple[dict[str, Any], ...] = (
            {"sub": "ada", "iss": "https://evil.example"},
            {"sub": "ada", "aud": "another"},
            {"sub": "ada", "exp": now - 61},
            {"sub": "ada", "iat": now - 3600},
            {"sub": "ada", "nonce": "x"},
            {"sub": "ada", "events": {}},
            {"sub": "ada", "jti": None},
            {},
        )
        for lie in lies:
            assert await told(idp.logout_token(**lie)) == 400, lie
        begun = await idp.begun(one)
        assert await told(idp.signed(idp.id_claims(begun["nonce"]))) == 400
        assert await signed_in(one)
        assert await told(idp.logout_token(sub="somebody")) == 200
        first = idp.logout_token(sid="s1")
        assert await told(first) == 200
        assert (await signed_in(one), await signed_in(two)) == (False, True)
        assert await told(first) == 400
        assert await told(idp.logout_token(sub="ada")) == 200
        assert not await signed_in(two)
        assert await told("x" * 70_000) == 400
