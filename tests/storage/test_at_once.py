"""A transaction in one round trip keeps what the others keep: context, all or nothing, the pool."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from argo.storage.at_once import Statement
from argo.storage.database import Database
from argo.storage.errors import DatabaseAway
from tests.fixtures import NewPerson
from tests.support.postgres import Addresses

WHO = Statement(
    "SELECT current_user::text AS role, current_setting('argo.owner_id', true) AS owner"
)


async def test_the_context_holds_for_the_statements_and_no_longer(
    database: Database, new_person: NewPerson
) -> None:
    ada, bob = await new_person(), await new_person()
    for owner in (ada, bob, ada):
        ((told,),) = await database.person_at_once(owner, WHO)
        assert told == {"role": "argo_person", "owner": str(owner.owner_id)}
    ((told,),) = await database.house_at_once(WHO)
    assert (told["role"], told["owner"]) == ("argo_house", "")


async def test_a_role_may_not_more_than_in_its_own_transactions(
    database: Database, new_person: NewPerson
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await database.sign_in_at_once(Statement("SELECT id FROM users"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await database.house_at_once(Statement("SELECT id FROM messages"))
    # The connection that was refused serves on.
    assert await database.person_at_once(await new_person(), WHO)


async def test_what_fails_undoes_what_came_before_it(
    database: Database, new_person: NewPerson
) -> None:
    owner = await new_person()
    begun = Statement(
        "UPDATE users SET name = 'Changed' WHERE institution_id = $1 AND owner_id = $2",
        (owner.institution_id, owner.owner_id),
    )
    with pytest.raises(psycopg.errors.DivisionByZero):
        await database.person_at_once(owner, begun, Statement("SELECT 1 / $1::int", (0,)))
    ((name,),) = await database.person_at_once(
        owner, Statement("SELECT name FROM users WHERE owner_id = $1", (owner.owner_id,))
    )
    assert name["name"] != "Changed"


async def test_several_answers_come_back_in_their_order(
    database: Database, new_person: NewPerson
) -> None:
    counting = Statement("SELECT n FROM generate_series(1, $1::int) AS n", (3,))
    for _ in range(2):
        first, second, third = await database.person_at_once(
            await new_person(), counting, Statement("SELECT 'x' AS n WHERE false"), counting
        )
        assert [row["n"] for row in first] == [row["n"] for row in third] == [1, 2, 3]
        assert second == []


async def test_more_than_a_socket_holds_goes_both_ways(
    database: Database, new_person: NewPerson
) -> None:
    much = "é" * 3_000_000
    ((row,), (again,)) = await database.person_at_once(
        await new_person(),
        Statement("SELECT $1::text AS said", (much,)),
        Statement("SELECT $1::text || '!' AS said", (much,)),
    )
    assert row["said"] == much
    assert again["said"] == much + "!"


async def test_who_leaves_costs_nobody_elses_answer(
    database: Database, new_person: NewPerson
) -> None:
    owner = await new_person()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await database.person_at_once(owner, Statement("SELECT pg_sleep(30)"))
    answers = await asyncio.gather(*(database.person_at_once(owner, WHO) for _ in range(8)))
    assert {rows[0]["owner"] for (rows,) in answers} == {str(owner.owner_id)}


async def test_statements_that_the_database_forgot_are_prepared_again(
    database: Database, new_person: NewPerson
) -> None:
    owner = await new_person()
    await database.person_at_once(owner, WHO)
    await database.person_at_once(owner, Statement("DEALLOCATE ALL"))
    assert await database.person_at_once(owner, WHO)


async def test_a_statement_that_cannot_be_prepared_says_so_and_hurts_no_other(
    database: Database, new_person: NewPerson
) -> None:
    owner = await new_person()
    for _ in range(2):
        with pytest.raises(psycopg.errors.UndefinedTable):
            await database.person_at_once(owner, Statement("SELECT * FROM nowhere"))
    assert await database.person_at_once(owner, WHO)


async def test_many_at_a_time_each_hear_their_own(
    database: Database, new_person: NewPerson
) -> None:
    owners = [await new_person() for _ in range(20)]

    async def told(number: int) -> object:
        owner = owners[number % len(owners)]
        if number % 7 == 0:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await database.person_at_once(owner, Statement("SELECT 1 / $1::int", (0,)))
        ((row,), (mine,)) = await database.person_at_once(
            owner, WHO, Statement("SELECT $1::int AS n", (number,))
        )
        return row["owner"], mine["n"]

    found = await asyncio.gather(*map(told, range(300)))
    assert found == [(str(owners[n % len(owners)].owner_id), n) for n in range(300)]


async def test_a_connection_that_broke_is_made_again(
    database: Database, new_person: NewPerson, addresses: Addresses
) -> None:
    owner = await new_person()
    await database.person_at_once(owner, WHO)
    waiting = asyncio.create_task(
        database.person_at_once(owner, Statement("SELECT pg_sleep(30)::text"))
    )
    async with await psycopg.AsyncConnection.connect(addresses.superuser, autocommit=True) as other:
        ended = 0
        while not ended:
            cursor = await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'SELECT pg_sleep(30)::text%' AND state = 'active'"
            )
            ended = cursor.rowcount
    with pytest.raises(DatabaseAway):
        await waiting
    for _ in range(8):
        assert await database.person_at_once(owner, WHO)
