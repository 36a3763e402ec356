"""A scripted engine over real HTTP: what every test of the heart relies on.

    async with scripted_engine() as engine:
        engine.says("Bonjour", " le", " monde")        # the next question's answer, token by token
        engine.says("Un", " deux").breaks_after(1)     # the one after: cut after a token
        ...                                            # point the service at engine.url
        question = await engine.asked(1)               # the first question it got
        assert question.body["messages"][0]["content"] == "Bonjour"

A question without a script gets the simulated answer (`argo.simulation.words.answer_words`).
Nothing here sleeps: a test waits for what happens, at most `PATIENCE_SECONDS`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import orjson

from argo.simulation.answers import Answer, Call
from argo.simulation.engine import Scripted, SimulatedEngine, with_models
from argo.simulation.faults import Does, Fault
from argo.simulation.metrics import EngineState
from argo.simulation.question import Question
from argo.simulation.stream import Stream
from argo.simulation.types import FAST, Profile
from argo.simulation.wire import Request
from argo.simulation.words import split_tokens

PATIENCE_SECONDS = 10.0


class Script:
    """One answer as a test writes it; every verb returns the script, so that they chain."""

    def __init__(self, answer: Answer | None) -> None:
        """Begin with `answer`; None is the simulated one."""
        self._answer = answer
        self._faults: list[Fault] = []

    def thinking(self, *tokens: str) -> Script:
        """Reason first, in these tokens."""
        self._answer = replace(self._answer or Answer(), thoughts=tokens)
        return self

    def calls(self, name: str, **arguments: object) -> Script:
        """Call a tool, after what is said and after earlier calls."""
        return self.calls_with(name, orjson.dumps(arguments).decode())

    def calls_with(self, name: str, arguments: str) -> Script:
        """Call a tool with exactly this text for arguments, JSON or not."""
        answer = self._answer or Answer()
        call = Call(name, tuple(split_tokens(arguments)))
        self._answer = replace(answer, calls=(*answer.calls, call), finish_reason="tool_calls")
        return self

    def finishes_because(self, reason: str) -> Script:
        """End with this `finish_reason`."""
        self._answer = replace(self._answer or Answer(), finish_reason=reason)
        return self

    def breaks_after(self, tokens: int) -> Script:
        """Break the connection after so many tokens."""
        return self.does("cuts", after_tokens=tokens)

    def holds_after(self, tokens: int) -> Script:
        """Stop writing after so many tokens, until `engine.releases()`."""
        return self.does("stalls", after_tokens=tokens)

    def does(self, fault: Does, **details: Any) -> Script:
        """Have any fault of `argo.simulation.faults`, with its fields as `details`."""
        self._faults.append(Fault(fault, **details))
        return self

    def scripted(self, question: Question) -> Scripted:
        """Return what the engine needs of the script for `question`."""
        answers = (self._answer,) * question.n if self._answer is not None else ()
        return answers, tuple(self._faults)


class ScriptedEngine:
    """An engine that says what a test tells it, and remembers what it was asked."""

    def __init__(
        self, profile: Profile, faults: tuple[Fault, ...], patience_seconds: float
    ) -> None:
        """Prepare; `scripted_engine` starts and closes it."""
        self.requests: list[Stream] = []
        """Every question in order: `.body`, `.headers`, `.state`, `.tokens_sent`."""
        self.probes: list[Request] = []
        """Every other request: models, health, metrics, embeddings, unknown paths."""
        self.simulated = SimulatedEngine(
            profile,
            faults,
            script=self._take,
            on_change=self._changes,
            on_other=self._probed,
        )
        self._patience_seconds = patience_seconds
        self._scripts: list[Script] = []
        self._changed = asyncio.Event()
        self._holding = False

    @property
    def url(self) -> str:
        """Return the address of its API, with `/v1`."""
        return self.simulated.url

    # -- what it will do: each of these is for the next question that has no script yet ---------

    def says(self, *tokens: str) -> Script:
        """Answer in exactly these tokens."""
        return self._enqueue(Script(Answer(words=tuple(token for token in tokens if token))))

    def thinks(self, *tokens: str) -> Script:
        """Reason in these tokens, and say nothing unless the script goes on."""
        return self._enqueue(Script(Answer(thoughts=tokens)))

    def calls(self, name: str, **arguments: object) -> Script:
        """Call a tool."""
        return self._enqueue(Script(Answer())).calls(name, **arguments)

    def answers(self) -> Script:
        """Give the simulated answer: a script to hang a fault on."""
        return self._enqueue(Script(None))

    def breaks_after(self, tokens: int) -> Script:
        """Give the simulated answer and break the connection after so many tokens."""
        return self.answers().breaks_after(tokens)

    def holds_after(self, tokens: int) -> Script:
        """Give so many tokens of the simulated answer, the others after `releases()`."""
        return self.answers().holds_after(tokens)

    def does(self, fault: Does, **details: Any) -> Script:
        """Have a fault of `argo.simulation.faults` (`hangs`, `html_500`, `garbage`…)."""
        return self.answers().does(fault, **details)

    # -- what it does now -----------------------------------------------------------------------

    def holds(self) -> None:
        """Write no token of any answer until `releases()`; questions are still taken."""
        self._holding = True
        self.simulated.hold()

    def releases(self) -> None:
        """Write on, where answers are held; what has not come to its hold yet would stay there."""
        held = any(stream.state == "held" for stream in self.requests)
        assert self._holding or held, "nothing is held: wait for `held()` first"
        self._holding = False
        self.simulated.release()

    def goes_away(self) -> None:
        """Die: break every connection and refuse new ones."""
        self.simulated.go_away()

    async def comes_back(self) -> None:
        """Listen again on the same port."""
        await self.simulated.come_back()

    # -- what it saw ----------------------------------------------------------------------------

    @property
    def unused(self) -> int:
        """Return how many scripts no question has taken."""
        return len(self._scripts)

    def state(self) -> EngineState:
        """Return who runs and who waits at this moment."""
        return self.simulated.state()

    async def asked(self, count: int = 1) -> Stream:
        """Wait until `count` questions have come; return the last of these."""
        return await self._until("asked", count, lambda stream: True)

    async def started(self, count: int = 1) -> Stream:
        """Wait until `count` questions have got a place; return the last of these."""
        placed = ("running", "held", "complete")
        return await self._until("running", count, lambda stream: stream.state in placed)

    async def held(self, count: int = 1) -> Stream:
        """Wait until `count` answers are held where their scripts say; return the last of these."""
        return await self._until("held", count, lambda stream: stream.state == "held")

    async def aborted(self, count: int = 1) -> Stream:
        """Wait until the clients of `count` questions have left; return the last of these."""
        return await self._until("aborted", count, lambda stream: stream.state == "aborted")

    async def completed(self, count: int = 1) -> Stream:
        """Wait until `count` answers are whole; return the last of these."""
        return await self._until("complete", count, lambda stream: stream.state == "complete")

    async def _until(self, what: str, count: int, fits: Callable[[Stream], bool]) -> Stream:
        try:
            async with asyncio.timeout(self._patience_seconds):
                while len(found := [stream for stream in self.requests if fits(stream)]) < count:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            seen = self.requests or "nothing"
            raise AssertionError(f"waited for {count} questions {what}; saw {seen}") from None
        return found[count - 1]

    # -- what the simulation tells --------------------------------------------------------------

    def _enqueue(self, script: Script) -> Script:
        self._scripts.append(script)
        return script

    def _take(self, number: int, question: Question) -> Scripted:
        return self._scripts.pop(0).scripted(question) if self._scripts else ((), ())

    def _changes(self, stream: Stream) -> None:
        if stream.number > len(self.requests):
            self.requests.append(stream)
        self._changed.set()

    def _probed(self, request: Request) -> None:
        self.probes.append(request)


@asynccontextmanager
async def scripted_engine(
    *,
    models: tuple[str, ...] = ("simulated",),
    reasoning_models: tuple[str, ...] = (),
    places: int | None = None,
    profile: Profile = FAST,
    faults: tuple[Fault, ...] = (),
    patience_seconds: float = PATIENCE_SECONDS,
) -> AsyncIterator[ScriptedEngine]:
    """Run a scripted engine on a free loopback port for as long as the block lasts.

    `places` limits the sequences it runs at once; `faults` strike besides what is scripted;
    `patience_seconds` is how long `asked`, `aborted` and their like wait before they fail.
    """
    profile = with_models(profile, models, reasoning_models)
    if places is not None:
        profile = replace(profile, running_sequences=places)
    engine = ScriptedEngine(profile, faults, patience_seconds)
    await engine.simulated.start()
    try:
        yield engine
    finally:
        await engine.simulated.close()
