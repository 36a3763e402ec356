"""What changes something comes from ARGO's own page; another site's page gets nowhere."""

from __future__ import annotations

from uuid import uuid4

import pytest

from argo.http.types import ServerSettings
from tests.accounts.wire import asked
from tests.fixtures import NewPerson, Serve, Service
from tests.support.browser import Browser

UNSAFE = [
    ("POST", "/api/sign-in/look", {"token": "x"}),
    ("POST", "/api/sign-in", {"token": "x"}),
    ("POST", "/api/sign-out", None),
    ("PATCH", "/api/me", {"name": "Eve"}),
    ("DELETE", "/api/sessions", None),
    ("DELETE", f"/api/sessions/{uuid4()}", None),
    ("POST", "/api/keys", {"name": "Eve's"}),
    ("DELETE", f"/api/keys/{uuid4()}", None),
    ("POST", "/api/conversations", {}),
]
HOSTILE: list[list[tuple[str, str]]] = [
    [],
    [("origin", "null")],
    [("origin", "")],
    [("origin", "https://evil.example")],
    [("origin", "http://127.0.0.1.evil.example:PORT")],
    [("origin", "http://127.0.0.1")],
    [("origin", "http://127.0.0.1:1")],
    [("origin", "http://localhost:PORT")],
    [("origin", "https://127.0.0.1:PORT")],
    [("origin", "http://127.0.0.1:PORT/")],
    [("origin", "http://127.0.0.1:PORT, http://evil.example")],
    [("origin", "http://127.0.0.1:PORT"), ("origin", "http://evil.example")],
    [("referer", "http://127.0.0.1:PORT/")],
    [("sec-fetch-site", "cross-site")],
    [("sec-fetch-site", "same-site")],
    [("sec-fetch-site", "none")],
    [("sec-fetch-site", "")],
    [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
    [("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:PORT")],
    [("x-requested-with", "XMLHttpRequest")],
]


def on(url: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers with the port of `url` in them."""
    port = url.rpartition(":")[2]
    return [(name, value.replace("PORT", port)) for name, value in headers]


@pytest.mark.parametrize("headers", HOSTILE, ids=str)
async def test_another_sites_page_changes_nothing(
    service: Service, visitor: Browser, headers: list[tuple[str, str]]
) -> None:
    cookie = ("cookie", f"argo={visitor.cookies['argo']}")
    for method, path, body in UNSAFE:
        sent = [cookie, *on(service.url, headers)]
        answer = await asked(service.url, method, path, *sent, body=body)
        assert (answer.status, answer.code) == (403, "cross_site_refused"), (method, path)
        assert not answer.all("access-control-allow-origin")
        assert not answer.all("access-control-allow-credentials")
        assert not answer.all("set-cookie")
    assert (await visitor.get("/api/me")).body["user"]["name"] == "Ada"
    assert (await visitor.get("/api/keys")).body == {"keys": []}


@pytest.mark.parametrize(
    "headers",
    [
        [("sec-fetch-site", "same-origin")],
        [("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:PORT")],
        [("origin", "http://127.0.0.1:PORT")],
        [("origin", "http://localhost:PORT"), ("host", "localhost:PORT")],
        [("origin", "http://[::1]:PORT"), ("host", "[::1]:PORT")],
    ],
    ids=str,
)
async def test_the_own_page_is_known_by_either_sign(
    service: Service, visitor: Browser, headers: list[tuple[str, str]]
) -> None:
    cookie = ("cookie", f"argo={visitor.cookies['argo']}")
    sent = [cookie, *on(service.url, headers)]
    answer = await asked(service.url, "POST", "/api/keys", *sent, body={"name": "mine"})
    assert answer.status == 201


@pytest.mark.parametrize("host", ["evil.example:PORT", "127.0.0.1.evil.example", "10.0.0.1", "["])
async def test_a_name_pointed_at_this_machine_is_not_the_own_page(
    service: Service, new_person: NewPerson, host: str
) -> None:
    token = await service.people.link(await new_person())
    sent = on(service.url, [("host", host), ("origin", f"http://{host}")])
    answer = await asked(service.url, "POST", "/api/sign-in", *sent, body={"token": token})
    assert (answer.status, answer.code) == (403, "cross_site_refused")


@pytest.mark.parametrize(
    ("public_url", "own"),
    [
        ("https://argo.example", "https://argo.example"),
        ("https://argo.example/", "https://argo.example"),
        ("https://ARGO.example:443", "https://argo.example"),
        ("https://argo.example:8443", "https://argo.example:8443"),
    ],
)
async def test_behind_a_public_address_only_that_counts(
    serve: Serve, new_person: NewPerson, public_url: str, own: str
) -> None:
    async with serve(server=ServerSettings(public_url=public_url)) as service:
        token = await service.people.link(await new_person())
        for origin in (
            service.url,
            "http://argo.example",
            "https://argo.example.evil.example",
            "https://evil.argo.example",
            "https://argo.example:444",
        ):
            sent = (("origin", origin), ("host", "argo.example"))
            answer = await asked(service.url, "POST", "/api/sign-in", *sent, body={"token": token})
            assert (answer.status, answer.code) == (403, "cross_site_refused"), origin
        answer = await asked(
            service.url, "POST", "/api/sign-in", ("origin", own), body={"token": token}
        )
        assert answer.status == 204


async def test_reading_needs_no_proof_and_gives_none_to_other_sites(visitor: Browser) -> None:
    answer = await visitor.get(
        "/api/me", sec_fetch_site="cross-site", origin="https://evil.example"
    )
    assert answer.status == 200
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_browser_that_asks_first_is_told_nothing(service: Service) -> None:
    sent = (
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization"),
    )
    for path in ("/api/keys", "/v1/chat/completions"):
        answer = await asked(service.url, "OPTIONS", path, *sent)
        assert answer.status == 405
        assert not [name for name, _ in answer.headers if name.startswith("access-control")]


async def test_a_form_of_another_kind_is_no_json(service: Service, visitor: Browser) -> None:
    cookie = ("cookie", f"argo={visitor.cookies['argo']}")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = await asked(
            service.url,
            "POST",
            "/api/keys",
            cookie,
            ("sec-fetch-site", "same-origin"),
            ("content-type", kind),
            body={"name": "x"},
        )
        assert 400 <= answer.status < 500, kind
    assert (await visitor.get("/api/keys")).body == {"keys": []}
