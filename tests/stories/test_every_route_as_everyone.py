"""Every route that ARGO describes, asked by those whom it is not for: none answers."""

from __future__ import annotations

from tests.accounts.conftest import Execute, execute  # noqa: F401 - a fixture
from tests.fixtures import NewPerson, Service, signed_in
from tests.support.browser import Browser

# What a stranger may ask: to sign in or out, which providers there are, the guide.
OPEN = {
    ("get", "/api/guide"),
    ("get", "/api/sign-on"),
    ("get", "/api/sign-on/callback/{provider_id}"),
    ("post", "/api/sign-out"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/metrics"),
}


async def test_no_route_answers_whom_it_is_not_for(
    service: Service,
    new_person: NewPerson,
    execute: Execute,  # noqa: F811 - pytest's way
) -> None:
    """Strangers get nothing; who is signed in gets nothing of another institution's by its id."""
    ((place,),) = await execute(
        "INSERT INTO institutions (id, slug, name) VALUES (gen_random_uuid(), "
        "'r-' || left(gen_random_uuid()::text, 8), 'Other') RETURNING id"
    )
    theirs = str((await new_person(place)).owner_id)
    people = {role: await new_person() for role in ("member", "referent", "admin")}
    for role, owner in people.items():
        await execute("UPDATE users SET role = %s WHERE id = %s", role, owner.owner_id)
    async with (
        Browser(service.url) as stranger,
        signed_in(service, people["member"]) as member,
        signed_in(service, people["referent"]) as referent,
        signed_in(service, people["admin"]) as admin,
    ):
        described = (await stranger.get("/openapi.json")).body["paths"]
        asked = [(method, path) for path, methods in described.items() for method in methods]
        assert len(asked) > 40
        browsers = {"stranger": stranger, "member": member, "referent": referent, "admin": admin}
        for method, path in asked:
            for who, browser in browsers.items():
                if not _closed(method, path, who):
                    continue
                sent: dict[str, str] | None = None if method in {"get", "delete"} else {}
                answer = await browser.ask(method.upper(), _filled(path, theirs), sent)
                assert 400 <= answer.status < 500, (who, method, path, answer.status)
                if path.startswith("/api/admin") and who in {"member", "referent"}:
                    assert answer.code == "not_administrator", (who, method, path)
    left = await execute("SELECT role, disabled_at, unit_id FROM users WHERE id::text = %s", theirs)
    assert left == [("member", None, None)]


def _closed(method: str, path: str, who: str) -> bool:
    """Whether `who` may get nothing there, with ids that are another's."""
    if (method, path) in OPEN:
        return False
    if who == "stranger" or "{" in path:
        return True
    return path.startswith("/api/admin") and who != "admin"


def _filled(path: str, value: str) -> str:
    while "{" in path:
        head, _, tail = path.partition("{")
        path = head + value + tail.partition("}")[2]
    return path
