"""A new version is accepted anew; one published by mistake is withdrawn; both are journaled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from argo.accounts.errors import InstitutionUnknown
from argo.charter.errors import CharterChanged, CharterUnfit, NothingPublished
from argo.charter.service import Charters, shipped, text_of
from argo.cli import main
from argo.storage.database import Database
from argo.storage.types import Owner
from tests.fixtures import NewPerson, Service, api_key, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses

SOMETHING = {"model": "small-model", "messages": [{"role": "user", "content": "Bonjour"}]}


async def test_a_new_version_stops_questions_until_it_is_accepted(
    service: Service,
    new_person: NewPerson,
    engine: ScriptedEngine,
    charters: Charters,
    slug: str,
) -> None:
    ada = await new_person()
    bearer = f"Bearer {await api_key(service, ada)}"

    async with Browser(service.url) as program, signed_in(service, ada) as page:

        async def asked() -> int:
            engine.says("Bonjour.")
            path = "/v1/chat/completions"
            return (await program.post(path, SOMETHING, authorization=bearer)).status

        assert await asked() == 200
        assert await charters.publish("# Deux", "# Two", slug) == 2
        assert await asked() == 403
        assert (await page.get("/api/charter")).body["en"] == "# Two"
        # Who had the page open with the version before cannot accept what they did not read.
        late = await page.post("/api/charter/acceptances", {"version": 1})
        assert (late.status, late.code) == (400, "charter_changed")
        # Published by mistake: the one before holds again, and nobody accepts it twice.
        assert await charters.withdraw(slug) == 2
        assert await asked() == 200
        # A number is never used again: who accepted the withdrawn one has not accepted this.
        assert await charters.publish("# Trois", "# Three", slug) == 3
        assert await asked() == 403
        assert (await page.post("/api/charter/acceptances", {"version": 3})).status == 204
        assert await asked() == 200


async def test_an_acceptance_is_a_version_and_a_moment(
    charters: Charters, new_person: NewPerson, addresses: Addresses, slug: str
) -> None:
    ada, ben = await new_person(accepts=False), await new_person(accepts=False)
    await charters.publish("# Deux", "# Two", slug)
    await charters.accept(ada, 2)
    with pytest.raises(CharterChanged):
        await charters.accept(ben, 1)
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        cursor = await connection.execute(
            "SELECT * FROM charter_acceptances WHERE owner_id IN (%s, %s)",
            (ada.owner_id, ben.owner_id),
        )
        columns = [each.name for each in cursor.description or ()]
        (row,) = await cursor.fetchall()
    assert columns == ["institution_id", "owner_id", "version", "accepted_at"]
    assert row[:3] == (ada.institution_id, ada.owner_id, 2)


async def test_nobody_accepts_in_anothers_name_or_takes_it_back(
    database: Database, new_person: NewPerson
) -> None:
    ada, ben = await new_person(), await new_person(accepts=False)
    for statement in (
        f"INSERT INTO charter_acceptances VALUES ('{ben.institution_id}', '{ben.owner_id}', 1, now())",
        "DELETE FROM charter_acceptances",
        "UPDATE charter_acceptances SET version = 9",
        "UPDATE charters SET withdrawn_at = now()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.person(ada) as person:
                await person.execute(statement)
    assert await accepted_versions(database, ben) == []


async def accepted_versions(database: Database, owner: Owner) -> list[int]:
    """Return which versions a person accepted."""
    async with database.person(owner) as person:
        found = await person.execute("SELECT version FROM charter_acceptances")
        return [row[0] for row in await found.fetchall()]


async def test_both_stand_in_the_journal(
    charters: Charters, addresses: Addresses, new_person: NewPerson, slug: str
) -> None:
    await charters.publish("# Deux", "# Two", slug)
    await charters.withdraw(slug)
    institution_id = (await new_person()).institution_id
    async with await psycopg.AsyncConnection.connect(addresses.superuser) as connection:
        found = await connection.execute(
            "SELECT action, actor_kind, target_kind, target_id FROM journal "
            "WHERE institution_id = %s ORDER BY number",
            (institution_id,),
        )
        assert await found.fetchall() == [
            ("charter.published", "command", "charter", "2"),
            ("charter.withdrawn", "command", "charter", "2"),
        ]


async def test_an_institution_asks_for_a_charter_when_it_has_one(
    service: Service,
    new_person: NewPerson,
    engine: ScriptedEngine,
    charters: Charters,
    slug: str,
) -> None:
    bearer = f"Bearer {await api_key(service, await new_person(accepts=False))}"
    async with Browser(service.url) as program:

        async def asked() -> int:
            engine.says("Bonjour.")
            path = "/v1/chat/completions"
            return (await program.post(path, SOMETHING, authorization=bearer)).status

        assert await charters.withdraw(slug) == 1
        assert await asked() == 200
        assert await charters.take_shipped(slug) == 1
        assert await asked() == 403


async def test_two_who_publish_at_once_make_two_versions(charters: Charters, slug: str) -> None:
    made = await asyncio.gather(*(charters.publish("# Un", "# One", slug) for _ in range(5)))
    assert sorted(made) == [2, 3, 4, 5, 6]


async def test_what_cannot_be_published_or_withdrawn_is_said(charters: Charters, slug: str) -> None:
    # The institution of the tests has taken the charter that ships.
    assert await charters.withdraw(slug) == 1
    with pytest.raises(NothingPublished):
        await charters.withdraw(slug)
    for verb in (charters.publish("# Un", "# One", "nowhere"), charters.withdraw("nowhere")):
        with pytest.raises(InstitutionUnknown):
            await verb


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("charter.en.md", b"# Charte"),
        ("charter.fr.md", b" \n"),
        ("charter.fr.md", b"\xff\xfe"),
        ("charter.fr.md", b"a" * 100_001),
        ("charter.fr.md", b"a\0"),
    ],
    ids=["another language", "empty", "not UTF-8", "too long", "a zero byte"],
)
def test_a_file_that_is_no_charter_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(CharterUnfit):
        text_of(content, name, ".fr.md")


def test_the_charter_that_ships_says_what_must_not_be_asked() -> None:
    charter = shipped()
    for word in ("Recrutement", "entretien", "Évaluation", "Notation", "Vérifiez", "Vie privée"):
        assert word in charter.french
    for word in ("Recruitment", "interview", "Evaluating", "Grading", "Verify", "Privacy"):
        assert word in charter.english
    headings = [text.count("\n## ") for text in (charter.french, charter.english)]
    assert headings[0] == headings[1] > 4


def test_the_command_says_which_file_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    french = tmp_path / "charter.fr.md"
    french.write_text("# Charte")
    missing = tmp_path / "charter.en.md"
    assert main(["charter", "publish", str(french), str(missing)]) == 2
    assert str(missing) in capsys.readouterr().err
