"""Who waits is told where and how long; only a whole answer may be told to come back later."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp

from argo.completions.types import QueueSettings
from argo.engines.types import ModelSettings, ReplicaSettings
from argo.quotas.types import QuotaSettings
from tests.fixtures import NewPerson, Serve, Service, api_key
from tests.openai.asking import HELLO, SMALL
from tests.support.engine import ScriptedEngine, scripted_engine

FREE = QuotaSettings(requests_per_minute=0, concurrent_requests=0)


def busy(engine: ScriptedEngine, capacity: int = 1) -> tuple[ModelSettings, ...]:
    """Return a model that answers few at a time."""
    replica = ReplicaSettings(url=engine.url, capacity=capacity)
    return (ModelSettings(id=SMALL, name="Small", replicas=(replica,)),)


async def client(service: Service, new_person: NewPerson) -> aiohttp.ClientSession:
    headers = {"authorization": f"Bearer {await api_key(service, await new_person())}"}
    return aiohttp.ClientSession(f"{service.url}/v1/", headers=headers)


def question(stream: bool) -> dict[str, object]:
    return {"model": SMALL, "messages": HELLO, "stream": stream}


async def test_a_whole_answer_that_would_wait_too_long_is_told_when_to_come_back(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    settings = {"models": busy(engine), "quotas": FREE}
    queue = QueueSettings(whole_answer_wait_seconds=0.0)
    async with (
        serve(**settings, queue=queue) as service,
        await client(service, new_person) as http,
    ):
        for _ in range(3):
            async with http.post("chat/completions", json=question(False)) as answer:
                assert answer.status == 200, await answer.text()
        engine.holds_after(1)
        async with http.post("chat/completions", json=question(True)) as running:
            await engine.held()
            async with http.post("chat/completions", json=question(True)) as waiting:
                line = await waiting.content.readline()
                while not line.startswith(b": queued"):
                    line = await waiting.content.readline()
                assert line.startswith(b": queued position=1 eta=")
                async with http.post("chat/completions", json=question(False)) as refused:
                    body = await refused.json()
                    assert refused.status == 503, body
                    assert int(refused.headers["retry-after"]) >= 1
                    assert body["error"]["code"] == "wait_too_long"
                assert len(engine.requests) == 4
                engine.releases()
                assert b"[DONE]" in await waiting.read()
            assert b"[DONE]" in await running.read()


async def test_one_who_sends_many_does_not_delay_anothers_single_question(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        serve(models=busy(engine, 2), quotas=FREE) as service,
        await client(service, new_person) as heavy,
        await client(service, new_person) as single,
    ):
        engine.holds()

        async def ask(http: aiohttp.ClientSession, word: str) -> None:
            body = {**question(True), "messages": [{"role": "user", "content": word}]}
            async with http.post("chat/completions", json=body) as answer:
                assert b"[DONE]" in await answer.read()

        many = [asyncio.create_task(ask(heavy, "heavy")) for _ in range(60)]
        await engine.started(2)
        while service.argo.heart.places.desks.held()[SMALL].waiting < 58:
            await asyncio.sleep(0)
        one = asyncio.create_task(ask(single, "single"))
        while service.argo.heart.places.desks.held()[SMALL].waiting < 59:
            await asyncio.sleep(0)
        engine.releases()
        await asyncio.gather(one, *many)
        words = [each.body["messages"][0]["content"] for each in engine.requests]
        assert words.index("single") <= 3


async def test_a_model_that_is_taken_away_tells_those_who_wait_for_it(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        serve(models=busy(engine), quotas=FREE) as service,
        await client(service, new_person) as http,
    ):
        engine.holds_after(1)
        async with http.post("chat/completions", json=question(True)) as running:
            await engine.held()
            waiting = asyncio.create_task(
                http.post("chat/completions", json=question(True)).__aenter__()
            )
            while not service.argo.heart.places.desks.held()[SMALL].waiting:
                await asyncio.sleep(0)
            other = replace(busy(engine)[0], id="other")
            await service.argo.reload(replace(service.argo.ground.settings, models=(other,)))
            answer = await waiting
            assert b"model_not_found" in await answer.read()
            answer.release()
            engine.releases()
            assert b"[DONE]" in await running.read()


async def test_a_replica_is_drained_and_added_without_a_restart(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        scripted_engine(models=(SMALL,)) as second,
        serve(models=busy(engine), quotas=FREE) as service,
        await client(service, new_person) as http,
    ):
        engine.holds_after(1)
        async with http.post("chat/completions", json=question(True)) as running:
            await engine.held()
            model = busy(engine)[0]
            drained = replace(model.replicas[0], draining=True)
            added = ReplicaSettings(url=second.url, capacity=4)
            models = (replace(model, replicas=(drained, added)),)
            await service.argo.reload(replace(service.argo.ground.settings, models=models))
            for number in range(3):
                async with http.post("chat/completions", json=question(True)) as answer:
                    assert b"[DONE]" in await answer.read()
                await second.completed(number + 1)
            assert len(engine.requests) == 1
            engine.releases()
            assert b"[DONE]" in await running.read()


async def test_figures_are_those_of_all_workers(
    serve: Serve, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    async with (
        serve(models=busy(engine), quotas=FREE) as here,
        serve(models=busy(engine), quotas=FREE) as there,
        await client(here, new_person) as ada,
        await client(there, new_person) as bob,
    ):
        engine.holds_after(1)
        async with ada.post("chat/completions", json=question(True)) as running:
            await engine.held()
            waiting = asyncio.create_task(
                bob.post("chat/completions", json=question(True)).__aenter__()
            )
            while not here.argo.heart.places.desks.held()[SMALL].waiting:
                await asyncio.sleep(0)
            seen = [await figures(ada, service) for service in (here, there)]
            for found in seen:
                assert found["argo_workers"] == 2
                assert found[f'argo_queue_running{{model="{SMALL}"}}'] == 1
                assert found[f'vllm:num_requests_waiting{{model_name="{SMALL}"}}'] == 1
                capacity = (
                    f'argo_replica_capacity{{model="{SMALL}",replica="{engine.url}",why="set"}}'
                )
                assert found[capacity] == 1
            engine.releases()
            assert b"[DONE]" in await running.read()
            assert b"[DONE]" in await (await waiting).read()


async def figures(http: aiohttp.ClientSession, service: Service) -> dict[str, float]:
    """Return what /metrics says, by name and labels."""
    async with http.get(f"{service.url}/metrics") as answer:
        lines = [line for line in (await answer.text()).splitlines() if line[:1] != "#"]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}
