"""Test people are made and erased by command; nobody else can be erased that way."""

from __future__ import annotations

import pytest

from argo.storage.database import Database
from tests.accounts.conftest import Execute
from tests.accounts.test_people_commands import Argo, argo, email, token, within
from tests.fixtures import NewPerson

__all__ = ["argo", "email", "within"]


def test_prepare_prints_a_key_of_each_and_clean_erases_them(argo: Argo, email: str) -> None:
    assert token(argo("user", "add", email)[1])
    status, out, _ = argo("loadtest", "prepare", "3")
    keys = out.split()
    assert status == 0
    assert len({key for key in keys if key.startswith("argo-")}) == 3
    assert len(argo("loadtest", "prepare", "2")[1].split()) == 2
    listed = argo("user", "list")[1]
    assert listed.count("loadtest-") == 2
    status, out, said = argo("loadtest", "clean")
    assert (status, out) == (0, "")
    assert "2 test people erased" in said
    listed = argo("user", "list")[1]
    assert email in listed
    assert "loadtest-" not in listed


@pytest.mark.parametrize("words", [("prepare",), ("clean", "3"), ("prepare", "0")])
def test_a_mistake_is_said(argo: Argo, words: tuple[str, ...]) -> None:
    assert argo("loadtest", *words)[0] == 2


async def test_the_database_lets_nobody_else_be_erased(
    database: Database, new_person: NewPerson, execute: Execute
) -> None:
    owner = await new_person()
    async with database.house() as house:
        gone = await house.execute("DELETE FROM users WHERE id = %s", (owner.owner_id,))
        assert gone.rowcount == 0
    assert await execute("SELECT 1 FROM users WHERE id = %s", owner.owner_id)
