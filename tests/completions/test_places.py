"""One queue for all workers: whoever waits is told the place, and gets it when it is free."""

from __future__ import annotations

import asyncio
from typing import Any

from argo.engines.types import ModelSettings, ReplicaSettings
from tests.conversations.talk import begun, followed, text_of
from tests.fixtures import NewPerson, Serve, signed_in
from tests.support.engine import ScriptedEngine


def one_place(engine: ScriptedEngine) -> dict[str, Any]:
    """Return settings with a model that answers one question at a time."""
    replicas = (ReplicaSettings(url=engine.url, capacity=1),)
    model = ModelSettings(id="small-model", name="Small", size="small", replicas=replicas)
    return {"models": (model,)}


async def test_questions_of_two_workers_share_one_place(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        serve(**one_place(engine)) as here,
        serve(**one_place(engine)) as there,
        signed_in(here, await new_person()) as adas,
        signed_in(there, await new_person()) as bobs,
    ):
        engine.says("un", " deux").holds_after(1)
        first = await (await begun(adas)).ask()
        await engine.held()
        engine.says("trois")
        second = await (await begun(bobs)).ask()
        (queued,) = await followed(bobs, second.answer_id, most=1)
        assert (queued.name, queued.data["position"]) == ("queued", 1)
        assert len(engine.requests) == 1

        following = asyncio.create_task(followed(bobs, second.answer_id))
        engine.releases()
        assert text_of(await followed(adas, first.answer_id)) == "un deux"
        assert text_of(await following) == "trois"


async def test_who_stops_waiting_makes_room_for_the_next(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        serve(**one_place(engine)) as service,
        signed_in(service, await new_person()) as browser,
    ):
        engine.says("un", " deux").holds_after(1)
        running = await (await begun(browser)).ask()
        await engine.held()
        waiting = await (await begun(browser)).ask("Un")
        await followed(browser, waiting.answer_id, most=1)
        assert (await browser.post(f"/api/answers/{waiting.answer_id}/stop")).status == 204
        done = (await followed(browser, waiting.answer_id))[-1]
        assert done.data["state"] == "stopped"
        engine.says("trois")
        last = await (await begun(browser)).ask("Deux")
        (queued,) = await followed(browser, last.answer_id, most=1)
        assert queued.data["position"] == 1
        assert (await browser.post(f"/api/answers/{running.answer_id}/stop")).status == 204
        assert text_of(await followed(browser, last.answer_id)) == "trois"
        assert len(engine.requests) == 2
