"""Reloading, another tab, another worker, a dead worker: the answer is whole, or says it is not."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import pytest

from tests.conversations.talk import Talk, begun, followed, text_of
from tests.fixtures import NewPerson, Serve, signed_in
from tests.support.browser import Browser
from tests.support.engine import ScriptedEngine
from tests.support.postgres import Addresses
from tests.support.waiting import soon

WORDS = ("Un", " deux", " trois", " quatre", " cinq", " six")
WHOLE = "".join(WORDS)


@pytest.mark.parametrize("held", [1, 2, 3, 5])
async def test_cut_anywhere_and_reloaded_the_answer_is_whole(
    visitor: Browser, engine: ScriptedEngine, held: int
) -> None:
    engine.says(*WORDS).holds_after(held)
    talk = await begun(visitor)
    sent = await talk.ask()
    await engine.held()
    # The page follows for a while, is cut, and follows on from what it saw last.
    before = await followed(visitor, sent.answer_id, most=2)
    # A reload: what the page opens with, and from there to the end.
    shown = (await talk.opened())[sent.answer_id]
    assert WHOLE.startswith(shown["text"])
    engine.releases()
    reloaded = await followed(visitor, sent.answer_id, shown["last_event"])
    assert text_of(reloaded, shown["text"]) == WHOLE
    resumed = await followed(visitor, sent.answer_id, before[-1].number)
    assert text_of(resumed, text_of(before)) == WHOLE
    numbers = [each.number for each in [*before, *resumed]]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_from_any_event_on_the_rest_is_the_same(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says(*WORDS)
    talk = await begun(visitor)
    sent = await talk.ask()
    whole = await followed(visitor, sent.answer_id)
    for after in range(len(whole)):
        assert await followed(visitor, sent.answer_id, after) == whole[after:]
    path = f"/api/answers/{sent.answer_id}/events"
    last_two = str(len(whole) - 2)
    resumed = await visitor.get(path, last_event_id=last_two)
    assert resumed.body.count("\nevent: ") == 2
    # A number beyond the end is no reason to wait forever.
    assert text_of(await followed(visitor, sent.answer_id, 10_000), "kept") == "kept"


async def test_asked_on_one_worker_followed_and_stopped_on_another(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    ada = await new_person()
    async with (
        serve() as here,
        serve() as there,
        signed_in(here, ada) as browser,
        signed_in(there, ada) as other,
    ):
        engine.says(*WORDS).holds_after(3)
        sent = await (await begun(browser)).ask()
        await engine.held()
        seen = await followed(other, sent.answer_id, most=3)
        assert WHOLE.startswith(text_of(seen))
        assert (await other.post(f"/api/answers/{sent.answer_id}/stop")).status == 204
        await engine.aborted()
        for each in (browser, other):
            events = await followed(each, sent.answer_id)
            assert events[-1].data["state"] == "stopped"
        talk = Talk(other, (await other.get("/api/conversations")).body["conversations"][0]["id"])
        assert (await talk.opened())[sent.answer_id]["state"] == "stopped"


async def test_followed_on_another_worker_the_answer_is_whole(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    ada = await new_person()
    async with (
        serve() as here,
        serve() as there,
        signed_in(here, ada) as browser,
        signed_in(there, ada) as other,
    ):
        engine.says(*WORDS).holds_after(2)
        sent = await (await begun(browser)).ask()
        await engine.held()
        following = asyncio.create_task(followed(other, sent.answer_id))
        await asyncio.sleep(0)
        engine.releases()
        assert text_of(await following) == WHOLE


async def test_nobody_needs_to_look_for_an_answer_to_be_written(
    visitor: Browser, engine: ScriptedEngine
) -> None:
    engine.says(*WORDS)
    talk = await begun(visitor)
    sent = await talk.ask()

    async def complete() -> bool:
        return bool((await talk.opened())[sent.answer_id]["state"] == "complete")

    await soon(complete)
    assert (await talk.opened())[sent.answer_id]["text"] == WHOLE


WORKER = """
import asyncio, sys
from granian.constants import Interfaces
from granian.server.embed import Server
from argo.app import build
from argo.embedded.types import Addresses
from argo.settings import Settings
from argo.storage.types import DatabaseSettings, SecretsSettings
from pathlib import Path
from tests.fixtures import answering, free_port, two_models

async def main(data, database, engine):
    argo = build(
        Settings(
            data=Path(data),
            database=DatabaseSettings(url=database),
            secrets=SecretsSettings(directory=Path(data) / "secrets"),
            models=two_models(engine),
        ),
        Addresses(),
    )
    await argo.open()
    port = free_port()
    server = Server(argo.asgi, address="127.0.0.1", port=port, interface=Interfaces.ASGINL,
                    websockets=False, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    await answering(port, serving)
    print(port, flush=True)
    await serving

asyncio.run(main(*sys.argv[1:]))
"""


@contextlib.asynccontextmanager
async def another_process(folder: Path, addresses: Addresses, engine: ScriptedEngine):
    """Run a worker in a process of its own; yields the process and its address."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WORKER,
        str(folder),
        addresses.service,
        engine.url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": "src:.", "PATH": "/usr/bin:/bin"},
    )
    try:
        assert worker.stdout is not None
        port = int(await worker.stdout.readline())
        yield worker, f"http://127.0.0.1:{port}"
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()
        worker._transport.close()  # type: ignore[attr-defined]


async def test_what_a_killed_worker_was_writing_is_interrupted_with_all_that_came(
    serve: Serve,
    new_person: NewPerson,
    engine: ScriptedEngine,
    addresses: Addresses,
    tmp_path: Path,
) -> None:
    ada = await new_person()
    async with serve() as here, signed_in(here, ada) as browser:
        talk = await begun(browser)
        async with another_process(tmp_path, addresses, engine) as (worker, url):
            # The piece that is kept for a reload is due after a second or two thousand characters.
            long = "mot " * 600
            engine.says(long, "jamais").holds_after(1)
            async with Browser(url) as other:
                token = await here.people.link(ada)
                assert (await other.post("/api/sign-in", {"token": token})).status == 204
                sent = await Talk(other, talk.id).ask("Une question")
                await engine.held()

                async def kept() -> bool:
                    return bool((await talk.opened())[sent.answer_id]["text"] == long)

                await soon(kept)
                worker.send_signal(signal.SIGKILL)
                await worker.wait()
        async with asyncio.timeout(10):
            events = await followed(browser, sent.answer_id)
        assert events[-1].data["state"] == "interrupted"
        answer = (await talk.opened())[sent.answer_id]
        assert (answer["state"], answer["text"]) == ("interrupted", long)
        assert not (await talk.shown())["running"]
        # And it can be asked for again.
        engine.says("Voilà")
        again = await talk.again(sent.id)
        assert text_of(await followed(browser, again)) == "Voilà"
