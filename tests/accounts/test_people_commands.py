"""`argo user` and `argo key`: the result alone on standard output, one clear line for a mistake."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from argo.accounts.errors import InvalidApiKey, LinkUnknown, NotSignedIn
from argo.accounts.service import Accounts
from argo.accounts.types import Caller
from argo.cli import main
from argo.clock import Clock
from argo.storage.database import Database
from argo.storage.secrets import Secrets
from tests.support.postgres import Addresses

LINK = re.compile(r"https://argo\.example/sign-in/([A-Za-z0-9_-]{43})\n")
Argo = Callable[..., tuple[int, str, str]]
Within = Callable[[Callable[[Accounts], Coroutine[Any, Any, Any]]], Any]


@pytest.fixture
def argo(
    addresses: Addresses, secrets: Secrets, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Argo:
    """Runs `argo` with words; returns its exit status, its result and what it said."""
    for name, value in (("root.key", secrets.root), ("pepper.key", secrets.pepper)):
        (tmp_path / name).write_bytes(base64.b64encode(value))
    config = tmp_path / "argo.toml"
    config.write_text(
        '[server]\npublic_url = "https://argo.example/"\n'
        f'[database]\nurl = "{addresses.service}"\n[secrets]\ndirectory = "{tmp_path}"\n'
    )

    def argo(*words: str) -> tuple[int, str, str]:
        try:
            status = main([*words, "--config", str(config), "--data", str(tmp_path / "data")])
        except SystemExit as refused:
            status = int(refused.code or 0)
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return argo


@pytest.fixture
def within(addresses: Addresses, secrets: Secrets) -> Within:
    """Does something with accounts as a running service would."""

    def within(verb: Callable[[Accounts], Coroutine[Any, Any, Any]]) -> Any:
        async def done() -> Any:
            database = Database(addresses.service, connections=2)
            await database.open()
            try:
                return await verb(Accounts(database, secrets, Clock()))
            finally:
                await database.close()

        return asyncio.run(done())

    return within


@pytest.fixture
def email() -> str:
    """An address that nobody has."""
    return f"{uuid4().hex}@institute.example"


def token(out: str) -> str:
    """Return the token of the link that is the whole of `out`."""
    match = LINK.fullmatch(out)
    assert match is not None, out
    return match[1]


def test_adding_a_person_prints_the_link_and_nothing_else(
    argo: Argo, within: Within, email: str
) -> None:
    status, out, err = argo("user", "add", email, "--name", "Ada", "--role", "referent")
    assert (status, err) == (0, "")

    async def signed_in(accounts: Accounts) -> Caller:
        session = await accounts.sign_in(token(out), "")
        return await accounts.signed_in(session.token)

    caller: Caller = within(signed_in)
    assert (caller.email, caller.name, caller.role) == (email, "Ada", "referent")
    assert caller.institution_slug == "institute"


def test_without_a_name_or_role_it_is_a_member_called_by_the_address(
    argo: Argo, email: str
) -> None:
    argo("user", "add", email)
    _, listed, _ = argo("user", "list")
    assert f"institute\t{email}\t{email.partition('@')[0]}\tmember\n" in listed


def test_a_new_link_is_for_the_same_person(argo: Argo, within: Within, email: str) -> None:
    argo("user", "add", email)
    status, out, _ = argo("user", "link", email.upper())
    assert status == 0
    assert within(lambda accounts: accounts.look(token(out))).email == email


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "nobody"), "not an e-mail address"),
        (("user", "add", "a\x1b[31m@b"), "not an e-mail address"),
        (("user", "add", "EMAIL", "--name", "A\nB"), "visible characters"),
        (("user", "add", "EMAIL", "--name", ""), "visible characters"),
        (("user", "add", "EMAIL", "--name", "x" * 101), "visible characters"),
        (("user", "add", "EMAIL", "--institution", "nowhere"), "no institution nowhere"),
        (("user", "link", "EMAIL"), "No user has the address"),
        (("user", "disable", "EMAIL"), "No user has the address"),
        (("key", "create", "--user", "EMAIL", "--name", "x"), "No user has the address"),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_2(
    argo: Argo, email: str, words: tuple[str, ...], said: str
) -> None:
    status, out, err = argo(*(email if word == "EMAIL" else word for word in words))
    assert (status, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert email not in argo("user", "list")[1]


@pytest.mark.parametrize(
    "words",
    [
        ("user",),
        ("user", "add"),
        ("user", "add", "EMAIL", "--role", "root"),
        ("key", "create", "--user", "EMAIL"),
        ("key", "create", "--user", "EMAIL", "--name", "x", "--expires", "soon"),
        ("key", "create", "--user", "EMAIL", "--name", "x", "--expires", "0d"),
        ("key", "create", "--user", "EMAIL", "--name", "x", "--expires", "-1d"),
    ],
)
def test_a_wrong_option_is_exit_2(argo: Argo, email: str, words: tuple[str, ...]) -> None:
    status, out, err = argo(*(email if word == "EMAIL" else word for word in words))
    assert (status, out) == (2, "")
    assert "usage:" in err


def test_nobody_is_added_twice_whatever_the_case(argo: Argo, email: str) -> None:
    assert argo("user", "add", email)[0] == 0
    for same in (email, email.upper(), f" {email} "):
        status, out, err = argo("user", "add", same)
        assert (status, out) == (2, "")
        assert "argo user link" in err


def test_a_key_is_printed_and_nothing_else(argo: Argo, within: Within, email: str) -> None:
    argo("user", "add", email)
    status, out, err = argo(
        "key", "create", "--user", email, "--name", "laptop", "--expires", "90d"
    )
    assert (status, err) == (0, "")
    assert re.fullmatch(r"argo-[A-Za-z0-9_-]{43}\n", out)
    caller: Caller = within(lambda accounts: accounts.asking(out.strip()))
    assert caller.email == email
    (key,) = within(lambda accounts: accounts.keys(caller.owner))
    assert (key.expires_at - key.created_at).days == 90
    assert key.name == "laptop"


def test_disabling_ends_sessions_links_and_keys_at_once(
    argo: Argo, within: Within, email: str
) -> None:
    _, first, _ = argo("user", "add", email)
    session = within(lambda accounts: accounts.sign_in(token(first), ""))
    _, link, _ = argo("user", "link", email)
    _, key, _ = argo("key", "create", "--user", email, "--name", "laptop")
    status, out, _ = argo("user", "disable", email)
    assert (status, out) == (0, "")
    for verb, refusal in (
        (lambda accounts: accounts.signed_in(session.token), NotSignedIn),
        (lambda accounts: accounts.sign_in(token(link), ""), LinkUnknown),
        (lambda accounts: accounts.asking(key.strip()), InvalidApiKey),
    ):
        with pytest.raises(refusal):
            within(verb)
    assert f"\t{email}\t" in argo("user", "list")[1]
    assert argo("user", "list")[1].count("\tdisabled\n") >= 1
    for words in (("user", "link", email), ("key", "create", "--user", email, "--name", "x")):
        status, out, err = argo(*words)
        assert (status, out) == (2, "")
        assert "is disabled" in err
    assert argo("user", "disable", email)[0] == 0


def test_a_disabled_account_that_opens_again_has_none_of_its_old_ways_in(
    argo: Argo, within: Within, addresses: Addresses, email: str
) -> None:
    _, first, _ = argo("user", "add", email)
    session = within(lambda accounts: accounts.sign_in(token(first), ""))
    _, link, _ = argo("user", "link", email)
    _, key, _ = argo("key", "create", "--user", email, "--name", "laptop")
    argo("user", "disable", email)
    with psycopg.connect(addresses.superuser) as connection:
        connection.execute("UPDATE users SET disabled_at = NULL WHERE email = %s", (email,))
    with pytest.raises(NotSignedIn):
        within(lambda accounts: accounts.signed_in(session.token))
    with pytest.raises(LinkUnknown):
        within(lambda accounts: accounts.sign_in(token(link), ""))
    with pytest.raises(InvalidApiKey):
        within(lambda accounts: accounts.asking(key.strip()))


def test_an_address_that_two_institutions_know_needs_its_institution(
    argo: Argo, within: Within, addresses: Addresses, email: str
) -> None:
    slug = f"other-{uuid4().hex}"
    with psycopg.connect(addresses.superuser) as connection:
        connection.execute(
            "INSERT INTO institutions (id, slug, name) VALUES (%s, %s, 'Other')", (uuid4(), slug)
        )
    assert argo("user", "add", email)[0] == 0
    assert argo("user", "add", email, "--institution", slug)[0] == 0
    for verb in ("link", "disable"):
        status, out, err = argo("user", verb, email)
        assert (status, out) == (2, "")
        assert "--institution" in err
    _, link, _ = argo("user", "link", email, "--institution", slug)
    assert within(lambda accounts: accounts.look(token(link))).institution_name == "Other"
    _, key, _ = argo("key", "create", "--user", email, "--institution", slug, "--name", "x")
    assert within(lambda accounts: accounts.asking(key.strip())).institution_slug == slug
    argo("user", "disable", email, "--institution", "institute")
    assert within(lambda accounts: accounts.asking(key.strip())).institution_slug == slug


def test_a_database_that_is_away_is_said_in_one_line(
    argo: Argo, tmp_path: Path, email: str
) -> None:
    config = tmp_path / "argo.toml"
    config.write_text(config.read_text().replace("argo_service@", "nobody_at_all@"))
    status, out, err = argo("user", "add", email)
    assert (status, out) == (1, "")
    assert "database does not answer" in err.splitlines()[-1]


def test_ids_of_institutions_differ_between_installations(addresses: Addresses) -> None:
    with psycopg.connect(addresses.superuser) as connection:
        row = connection.execute("SELECT id FROM institutions WHERE slug = 'institute'").fetchone()
    assert row is not None
    assert isinstance(row[0], UUID)
    assert row[0].version == 4
