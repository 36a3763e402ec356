"""An OpenID Connect provider of our own, over real HTTP, that lies exactly as a test asks.

async with provider() as idp:
    ...                                       # the service gets idp.settings()
    idp.knows(sub="ada", email="ada@example.org")
    answer = await idp.sign_on(browser)       # there and back again
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwk, jwt

from argo.accounts.providers import ClaimSettings, IdentityProviderSettings, ProviderName
from tests.support.browser import Answer, Browser

CLIENT, SECRET = "argo-client", "a secret: of/two parts"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Provider:
    """What it knows, how it lies, and what it was asked."""

    port: int = 0
    key: jwk.RSAKey = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one"}))
    published: list[dict[str, Any]] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    door: dict[str, Any] | None = None
    said: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    """The id token to hand out, whatever was asked; None: a good one."""
    raw: dict[str, bytes] = field(default_factory=dict)
    """A path's whole answer, head and all."""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, **more: Any) -> IdentityProviderSettings:
        return IdentityProviderSettings(
            **{
                "id": "idp",
                "name": ProviderName(fr="L'institut", en="The institute"),
                "issuer": self.issuer,
                "client_id": CLIENT,
                "client_secret_env": "IDP_SECRET",
                **more,
            }
        )

    def knows(self, **claims: Any) -> None:
        """Have this person sit before every browser from here on."""
        self.claims = {"name": "Ada", **claims}

    def rotates(self, kid: str) -> None:
        """Sign with a new key, and publish it alone."""
        self.key = jwk.RSAKey.generate_key(2048, {"kid": kid})
        self.publishes()

    def publishes(self) -> None:
        self.published = [self.key.as_dict(private=False)]

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        named = {"alg": "RS256", "kid": self.key.kid, **header}
        return jwt.encode(named, claims, self.key)

    def id_claims(self, nonce: str, /, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        base = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        return {**base, **self.claims, **more}

    def logout_token(self, header: dict[str, Any] | None = None, **more: Any) -> str:
        now = int(time.time())
        base = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120}
        base |= {"jti": f"j{time.monotonic_ns()}", "events": {LOGOUT: {}}}
        return self.signed({**base, **more}, typ="logout+jwt", **(header or {}))

    async def begun(self, browser: Browser, **sent: str) -> dict[str, str]:
        """Begin, and return what the browser brings here."""
        answer = await browser.post("/api/sign-on", sent or {"provider": "idp"})
        assert answer.status == 200, answer.body
        address = urlsplit(answer.body["address"])
        assert f"{address.scheme}://{address.netloc}" == self.issuer
        return {name: values[0] for name, values in parse_qs(address.query).items()}

    def code(self, asked: dict[str, str]) -> str:
        """Let the person through: a code for what the browser brought."""
        code = f"c{secrets.token_hex(8)}"
        self.codes[code] = asked
        return code

    async def sign_on(self, browser: Browser) -> Answer:
        """There and back again."""
        asked = await self.begun(browser)
        return await self.back(browser, code=self.code(asked), state=asked["state"])

    async def back(self, browser: Browser, **query: str) -> Answer:
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return await browser.get(f"/api/sign-on/callback/idp?{words}")

    async def answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                int(line.split(":")[1])
                for line in head.split("\r\n")
                if line.startswith("content-length")
            )
            body = (await reader.readexactly(length)).decode()
            path = head.split()[1]
            self.asked.append(path)
            raw = self.raw.get(path)
            if raw is None:
                status, found = self._found(path, head, body)
                text = json.dumps(found).encode()
                raw = f"HTTP/1.1 {status} X\r\ncontent-length: {len(text)}\r\n\r\n".encode() + text
            writer.write(raw)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    def _found(self, path: str, head: str, body: str) -> tuple[int, object]:
        here = self.issuer
        match path:
            case "/.well-known/openid-configuration":
                endpoints = {
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "jwks_uri": f"{here}/keys",
                }
                if self.door is not None:
                    endpoints["userinfo_endpoint"] = f"{here}/person"
                return 200, {"issuer": here, **endpoints, **self.said}
            case "/keys":
                return 200, {"keys": self.published}
            case "/token":
                return self._exchanged(head, parse_qs(body))
            case "/person" if self.door is not None and "bearer opened" in head.lower():
                return 200, self.door
        return 404, {}

    def _exchanged(self, head: str, form: dict[str, list[str]]) -> tuple[int, object]:
        asked = self.codes.pop(form["code"][0], None)
        sent = head.lower().partition("authorization: basic ")[0]
        pair = base64.b64decode(head[len(sent) :].split()[2]).decode()
        client, _, secret = pair.partition(":")
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None:
            return 400, {"error": "invalid_grant"}
        good = (
            (unquote(client), unquote(secret)) == (CLIENT, SECRET)
            and challenge == asked["code_challenge"]
            and form["redirect_uri"][0] == asked["redirect_uri"]
        )
        if not good:
            return 400, {"error": "invalid_grant"}
        token = self.token or self.signed(self.id_claims(asked["nonce"]))
        return 200, {"id_token": token, "access_token": "opened", "token_type": "Bearer"}


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """Run a provider on loopback."""
    idp = Provider()
    idp.publishes()
    server = await asyncio.start_server(idp.answers, "127.0.0.1", 0)
    idp.port = server.sockets[0].getsockname()[1]
    try:
        yield idp
    finally:
        server.close()
        await server.wait_closed()


def claims(**named: Any) -> ClaimSettings:
    return ClaimSettings(**named)
