"""A whole ARGO of several processes, engines without a model, and people who ask all the time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from argo.clock import Clock
from argo.embedded.attach import attached
from argo.storage.database import Database
from tests.conversations.talk import Sent, Talk, new_id
from tests.embedded.families import ARGO, descendants, soon
from tests.fixtures import free_port
from tests.support.browser import Browser

MODEL = "simulated"
_PATIENCE_SECONDS = 90.0
_PROFILE = """
total_tokens_per_second = 4000.0
stream_tokens_per_second = 100.0
running_sequences = 64
answer_tokens = 60
first_token_seconds = 0.02
"""


async def moment(seconds: float = 0.1) -> None:
    """Let other processes go on for a moment: they have no event for us."""
    await asyncio.sleep(seconds)


class EngineProcess:
    """`argo engine simulate` on a port of its own, started again when it is killed."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._profile = folder / "engine.toml"
        self._profile.write_text(_PROFILE)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        place = ["--port", str(self.port), "--profile", str(self._profile)]
        self._process = subprocess.Popen(
            [*ARGO, "engine", "simulate", *place], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline()

    def kill(self) -> None:
        """Kill it as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


@dataclass
class House:
    """The running service and what it stands on."""

    process: subprocess.Popen[str]
    url: str
    place: list[str]
    said: Path
    data: Path
    engines: list[EngineProcess]
    keys: list[str] = field(default_factory=list)

    def workers(self) -> list[int]:
        """Return the worker processes."""
        return sorted(
            pid for pid in descendants(self.process.pid) if b"argo.cli.worker" in _words(pid)
        )

    def command(self, *words: str) -> str:
        """Run a command on the service's data folder and return what it printed."""
        done = subprocess.run(
            [*ARGO, *words, *self.place], capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout.strip()

    def renew(self) -> None:
        """Ask for new workers."""
        self.process.send_signal(signal.SIGUSR2)


@contextmanager
def house(folder: Path, *, engines: int, people: int, capacity: int = 8) -> Iterator[House]:
    """Run everything in `folder` with two workers; at the end it is stopped."""
    running = [EngineProcess(folder) for _ in range(engines)]
    for engine in running:
        engine.start()
    replicas = "".join(
        f'[[models.replicas]]\nurl = "http://127.0.0.1:{engine.port}/v1"\ncapacity = {capacity}\n'
        for engine in running
    )
    config, said = folder / "argo.toml", folder / "stderr.txt"
    config.write_text(
        "[quotas]\nrequests_per_minute = 0\nconcurrent_requests = 0\n"
        f'[engines]\nprobe_seconds = 1.0\n[[models]]\nid = "{MODEL}"\n{replicas}'
    )
    place = ["--config", str(config), "--data", str(folder / "data")]
    with said.open("w") as stderr:
        process = subprocess.Popen(
            [*ARGO, "serve", *place, "--port", "0", "--workers", "2"],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("ARGO ready: "), said.read_text()
        found = House(process, line.split()[-1], place, said, folder / "data", running)
        found.keys = found.command("loadtest", "prepare", str(people)).split()
        yield found
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()
        for engine in running:
            engine.kill()


@dataclass
class Crowd:
    """People who ask through the API, each one question after the other."""

    house: House
    ends: Counter[str] = field(default_factory=Counter)
    longest_seconds: float = 0.0
    _leaving: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Crowd]:
        """Have everybody ask for as long as the block lasts, and finish what they began."""
        async with aiohttp.ClientSession(self.house.url) as http, asyncio.TaskGroup() as people:
            for key in self.house.keys:
                people.create_task(self._person(http, key))
            try:
                yield self
            finally:
                self._leaving.set()

    async def answered(self, count: int) -> None:
        """Return once so many questions have been answered."""
        while self.ends["answered"] < count:
            await moment()

    async def _person(self, http: aiohttp.ClientSession, key: str) -> None:
        while not self._leaving.is_set():
            began = time.monotonic()
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    self.ends[await self._question(http, key)] += 1
            except TimeoutError:
                self.ends["hung"] += 1
            self.longest_seconds = max(self.longest_seconds, time.monotonic() - began)

    async def _question(self, http: aiohttp.ClientSession, key: str) -> str:
        """Ask once; returns how it ended."""
        body = {
            "model": MODEL,
            "messages": [{"role": "user", "content": "Bonjour"}],
            "stream": True,
            "max_tokens": random.randrange(5, 60),
        }
        headers = {"authorization": f"Bearer {key}"}
        try:
            async with http.post("/v1/chat/completions", json=body, headers=headers) as answer:
                text = await answer.text()
        except aiohttp.ClientError:
            await moment(0.1)
            return "cut"
        if answer.status != 200 or '{"error"' in text:
            await moment(0.1)
            return "told"
        return "answered" if "data: [DONE]" in text and '"finish_reason":"' in text else "half"


class Writer:
    """A person on the page: what was acknowledged must be there, once, with an answer that ended."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.acknowledged: list[Sent] = []
        self.conversation_id = new_id()
        self._cookies: dict[str, str] = {}

    async def sign_in(self) -> None:
        """Come in by a link, while nothing is killed yet."""
        link = self._house.command("user", "add", "ada@example.org")
        async with Browser(self._house.url) as browser:
            token = link.rpartition("/")[2]
            assert (await browser.post("/api/sign-in", {"token": token})).status == 204
            accepted = await browser.post("/api/charter/acceptances", {"version": 1})
            assert accepted.status == 204
            self._cookies = browser.cookies

    async def write(self, stop: asyncio.Event) -> None:
        """Ask one question after the other, each until it is acknowledged."""
        async with Browser(self._house.url) as browser:
            browser.remember(self._cookies)
            body = {"id": self.conversation_id, "assistant_id": "generalist", "size": "small"}
            await self._until(browser, "/api/conversations", body, (201, 200, 409))
            talk, parent = Talk(browser, self.conversation_id), None
            while not stop.is_set():
                sent = Sent(text=f"Question {len(self.acknowledged)}", parent_id=parent)
                await self._until(browser, f"{talk.path}/questions", sent.body, (202, 200))
                self.acknowledged.append(sent)
                parent = await self._ended(talk, sent)
            await self._check(talk)

    async def _until(
        self, browser: Browser, path: str, body: object, taken: tuple[int, ...]
    ) -> None:
        for _ in range(600):
            with contextlib.suppress(Exception):
                if (await browser.post(path, body)).status in taken:
                    return
            await moment(0.1)
        raise AssertionError(f"{path} was never taken")

    async def _ended(self, talk: Talk, sent: Sent) -> str | None:
        """Wait until the answer has ended somehow; the next question follows a complete one."""
        for _ in range(600):
            with contextlib.suppress(Exception):
                answer = (await talk.opened())[sent.answer_id]
                if answer["state"] not in ("waiting", "running"):
                    return sent.answer_id
            await moment(0.1)
        raise AssertionError(f"the answer {sent.answer_id} never ended")

    async def _check(self, talk: Talk) -> None:
        for _ in range(100):
            with contextlib.suppress(Exception):
                messages = await talk.opened()
                break
            await moment(0.1)
        texts = Counter(each["text"] for each in messages.values() if each["role"] == "user")
        assert texts == Counter(sent.text for sent in self.acknowledged)
        for sent in self.acknowledged:
            assert messages[sent.answer_id]["state"] in (
                "complete",
                "interrupted",
                "failed",
                "stopped",
            )


async def kill_at_random(house: House, kills: int, pause_seconds: float) -> Counter[str]:
    """Kill workers and engines as a power cut does, and return how often each."""
    killed: Counter[str] = Counter()
    for _ in range(kills):
        await moment(random.uniform(0.2, 1.8) * pause_seconds)
        workers = house.workers()
        if workers and random.random() < 0.6:
            os.kill(random.choice(workers), signal.SIGKILL)
            killed["worker"] += 1
        else:
            engine = random.choice(house.engines)
            engine.kill()
            await asyncio.to_thread(engine.start)
            killed["engine"] += 1
    return killed


async def scheduler(house: House) -> int:
    """Return the worker that holds the model's queue: who listens where its lease says."""
    async with attached(house.data, print, Clock()) as found:
        database = Database(found.address.service, connections=2)
        await database.open()
        async with database.house() as connection:
            cursor = await connection.execute("SELECT address FROM schedulers")
            row = await cursor.fetchone()
        await database.close()
    assert row is not None
    port = f":{int(row[0].rpartition(':')[2]):04X} "
    for pid in house.workers():
        table = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()
        listening = {line.split()[9] for line in table if port in line and " 0A " in line}
        links = (os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir())
        if listening & {link[8:-1] for link in links if link.startswith("socket:")}:
            return pid
    raise AssertionError("nobody holds the queue")


async def asked_once(house: House, places: dict[int, int]) -> list[tuple[float, int]]:
    """Have each person ask one question; returns when whose answer came, of those it came for.

    `places` gets each one's place as it is told.
    """
    ended: list[tuple[float, int]] = []

    async def ask(http: aiohttp.ClientSession, number: int) -> None:
        body = {"model": MODEL, "messages": [{"role": "user", "content": "?"}], "stream": True}
        headers = {"authorization": f"Bearer {house.keys[number]}"}
        try:
            async with http.post("/v1/chat/completions", json=body, headers=headers) as answer:
                async for line in answer.content:
                    if line.startswith(b": queued"):
                        places[number] = int(line.split(b"=")[1].split()[0])
                    if line.startswith(b"data: [DONE]"):
                        ended.append((time.monotonic(), number))
        except aiohttp.ClientError:
            return

    async with aiohttp.ClientSession(house.url) as http, asyncio.TaskGroup() as people:
        for number in range(len(house.keys)):
            people.create_task(ask(http, number))
            # So that they come one after the other, and each knows who was before.
            await moment(0.05)
    return ended


async def at_rest(house: House) -> bool:
    """Return whether queue and engines come to hold nothing: every place was given back."""
    async with aiohttp.ClientSession() as http:
        for _ in range(200):
            if not any([await _busy(http, house.url + "/metrics", "argo_queue_")]) and not any(
                [
                    await _busy(
                        http, f"http://127.0.0.1:{engine.port}/metrics", "vllm:num_requests_"
                    )
                    for engine in house.engines
                ]
            ):
                return True
            await moment(0.1)
    return False


async def _busy(http: aiohttp.ClientSession, url: str, names: str) -> bool:
    try:
        async with http.get(url) as answer:
            text = await answer.text()
    except aiohttp.ClientError:
        return True
    found = [line for line in text.splitlines() if line.startswith(names)]
    return not found or any(float(line.rpartition(" ")[2]) > 0 for line in found)


def all_new(house: House, before: list[int]) -> bool:
    """Return whether the workers become all new ones, two of them."""
    return soon(lambda: len(now := house.workers()) == 2 and not set(now) & set(before), 120)


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
