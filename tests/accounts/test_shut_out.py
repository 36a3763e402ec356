"""Who is disabled loses what runs for them, not only what they ask next."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import orjson

from tests.fixtures import NewPerson, Service, api_key
from tests.support.engine import ScriptedEngine


async def test_a_stream_of_the_disabled_breaks_off_and_others_go_on(
    service: Service, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    shut, other = await new_person(), await new_person()
    answers = []
    for number, owner in enumerate((shut, other), 1):
        engine.says("un", " deux", " trois").holds_after(2)
        answers.append(await asked(service, await api_key(service, owner)))
        await engine.held(number)
    for reader, _ in answers:
        await reader.readuntil(b"deux")
    await service.people.disable(str(shut.owner_id))
    async with service.argo.database.house() as house:
        await service.argo.entrance.shutting.beat(house)
    engine.releases()
    cut, whole = [await reader.read() for reader, _ in answers]
    assert b"[DONE]" not in cut
    assert b"trois" not in cut
    assert b"[DONE]" in whole
    for _, writer in answers:
        writer.close()


async def asked(service: Service, key: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask over a connection of its own, and return both its ends."""
    address = urlsplit(service.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    body = orjson.dumps(
        {
            "model": "small-model",
            "messages": [{"role": "user", "content": "Bonjour"}],
            "stream": True,
        }
    )
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: argo\r\nauthorization: Bearer {key}\r\n"
        f"connection: close\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer
