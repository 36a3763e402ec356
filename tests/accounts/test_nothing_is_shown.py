"""No token, key or hash stands in what a log or a traceback would show of our values."""

from __future__ import annotations

from argo.accounts.people import People
from argo.accounts.service import Accounts
from argo.accounts.store import Opening
from argo.clock import Clock
from argo.storage.secrets import Secrets
from tests.fixtures import NewPerson


async def test_values_show_no_secret(
    accounts: Accounts, people: People, secrets: Secrets, new_person: NewPerson, clock: Clock
) -> None:
    owner = await new_person()
    link = await people.link(owner)
    session = await accounts.sign_in(link, "")
    key, made = await accounts.create_key(owner, "laptop", None)
    opening = Opening(clock.new_id(), secrets.hashed("session", session.token), "?", clock.now())
    values = [
        accounts,
        people,
        secrets,
        session,
        made,
        opening,
        await accounts.signed_in(session.token),
        await accounts.asking(key),
        await accounts.keys(owner),
        await accounts.sessions(owner),
    ]
    for purpose, secret in (("link", link), ("session", session.token), ("api key", key)):
        hashed = secrets.hashed(purpose, secret)
        for shown in (secret, hashed.hex(), repr(hashed)[2:-1]):
            assert shown not in repr(values)
    assert secrets.pepper.hex() not in repr(values)


async def test_the_same_token_has_another_hash_for_another_purpose(secrets: Secrets) -> None:
    hashes = {secrets.hashed(purpose, "x" * 43) for purpose in ("link", "session", "api key")}
    assert len(hashes) == 3
