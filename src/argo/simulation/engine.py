"""The simulated engine: OpenAI's API without a model, at a profile's speed, over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from argo.simulation.answers import Answer, compose
from argo.simulation.bodies import whole
from argo.simulation.chunks import streamed
from argo.simulation.decode import Places
from argo.simulation.decoder import Decoder
from argo.simulation.faults import Fault, FaultScript
from argo.simulation.metrics import EngineState, Tallies, metrics_text
from argo.simulation.mishaps import refusal, spoil_answer, spoil_steps
from argo.simulation.question import Kind, Question, Refusal, read_question
from argo.simulation.routes import json_body, route
from argo.simulation.shape import Shape
from argo.simulation.stream import State, Stream
from argo.simulation.types import Profile
from argo.simulation.wire import Connection, Reply, Request, stream_head

CLOSING_TURNS = 1_000
"""Turns of the event loop that closing waits for its connections, at most."""

QUESTIONS: dict[str, Kind] = {"/v1/chat/completions": "chat", "/v1/completions": "text"}

Scripted = tuple[tuple[Answer, ...], tuple[Fault, ...]]
"""What a test has the engine say (nothing: what the engine would say) and the faults with it."""


class SimulatedEngine:
    """One engine on one port: questions wait, run, and are written token by token."""

    def __init__(
        self,
        profile: Profile,
        faults: tuple[Fault, ...] = (),
        *,
        script: Callable[[int, Question], Scripted] | None = None,
        on_change: Callable[[Stream], None] | None = None,
        on_other: Callable[[Request], None] | None = None,
    ) -> None:
        """Prepare an engine of `profile`; `start` opens it.

        `script` decides what a question gets before `faults` are looked at; `on_change` is told
        of every question's states, `on_other` of every request that is no question.
        """
        self.profile = profile
        self._fault_script = FaultScript(faults)
        self._script = script
        self._on_change = on_change
        self._on_other = on_other
        self._started_at = int(time.time())
        self._tallies = Tallies()
        self._places: Places[Stream] = Places(profile.running_sequences)
        self._decoder = Decoder(self._rate, self._tell, self._end)
        self._streams: dict[Connection, Stream] = {}
        self._connections: set[Connection] = set()
        self._questions = 0
        self._absence: asyncio.Task[None] | None = None
        self._server: asyncio.Server | None = None
        self._address = ("127.0.0.1", 0)

    # -- opening and closing ------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on `host` and `port` (0: any free one).

        Raises `OSError` when the port is taken.
        """
        self._address = (host, port)
        await self.come_back()

    @property
    def url(self) -> str:
        """Return the address of the OpenAI API, with `/v1`."""
        return f"http://{self._address[0]}:{self._address[1]}/v1"

    async def come_back(self) -> None:
        """Listen again after `go_away`, on the same port."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                self._connection, *self._address, backlog=4_096, reuse_address=True
            )
            self._address = self._server.sockets[0].getsockname()[:2]

    def go_away(self) -> None:
        """Refuse connections and break those there are, as a process that died."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self._connections):
            self._end(connection, "broken")
            connection.abort()

    async def _stay_away(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.come_back()

    async def close(self) -> None:
        """Stop listening, break every connection and stop the clock."""
        self.go_away()
        self._decoder.stop()
        if self._absence is not None:
            self._absence.cancel()
        for _ in range(CLOSING_TURNS):
            if not self._connections:
                return
            await asyncio.sleep(0)

    def _connection(self) -> Connection:
        connection = Connection(self)
        self._connections.add(connection)
        return connection

    def state(self) -> EngineState:
        """Return the engine as it stands."""
        writing = sum(stream.tokens_sent for stream in self._streams.values())
        return EngineState(
            model=self.profile.models[0],
            running=self._places.running,
            waiting=self._places.waiting,
            places_taken=self._places.taken,
            places=self._places.capacity,
            prompt_tokens=self._tallies.prompt_tokens,
            generation_tokens=self._tallies.generation_tokens + writing,
            questions=self._questions,
        )

    # -- a question's way ---------------------------------------------------------------------

    def answer(self, connection: Connection, request: Request) -> None:
        """Answer a request: a question in its turn, anything else at once."""
        kind = QUESTIONS.get(request.path) if request.method == "POST" else None
        try:
            if kind is not None:
                self._ask(connection, request, kind)
                return
            if self._on_other is not None:
                self._on_other(request)
            connection.reply(self._other(request))
        except Refusal as fault:
            connection.reply(Reply(fault.status, fault.body()))

    def left(self, connection: Connection) -> None:
        """Give back the place of a client that is gone."""
        self._connections.discard(connection)
        self._end(connection, "aborted")

    def _rate(self) -> float:
        return self.profile.rate(self._places.taken)

    def _other(self, request: Request) -> Reply:
        if request.path == "/metrics":
            text = metrics_text(self.state(), self._tallies)
            return Reply(200, text.encode(), "text/plain; version=0.0.4; charset=utf-8")
        doors_open = any(fault.does == "open_doors" for fault in self._fault_script.faults)
        return route(request, self.profile, self._started_at, doors_open=doors_open)

    def _ask(self, connection: Connection, request: Request, kind: Kind) -> None:
        body = json_body(request)
        question = read_question(kind, body, self.profile)
        if self._on_change is None:  # nobody looks: thousands of long prompts need not be kept
            body, request = {}, replace(request, body=b"")
        self._questions += 1
        now = asyncio.get_running_loop().time()
        stream = Stream(self._questions, connection, request, body, question, now)
        answers, faults = self._script(stream.number, question) if self._script else ((), ())
        stream.answers = answers
        stream.faults = (*faults, *self._fault_script.strike(stream.number, question))
        self._streams[connection] = stream
        self._tallies.prompt_tokens += question.prompt_tokens
        self._tell(stream)
        self._receive(stream)

    def _receive(self, stream: Stream) -> None:
        """Refuse, ignore or accept a question, as its faults will have it."""
        refused = next((reply for fault in stream.faults if (reply := refusal(fault))), None)
        if refused is not None:
            self._end(stream.connection, "refused")
            stream.connection.reply(refused)
        elif away := stream.fault("refuses_connections"):
            self.go_away()
            self._absence = asyncio.create_task(self._stay_away(away.seconds or 1.0))
        elif hangs := stream.fault("hangs"):
            if hangs.seconds is not None:
                self._later(stream, hangs.seconds, self._open)
        else:
            self._open(stream)

    def _open(self, stream: Stream) -> None:
        """Send the head of a stream, as vLLM does before a place is free, and take a place."""
        if stream.question.stream:
            wrong = stream.fault("wrong_content_type")
            head = stream_head("text/html" if wrong else "text/event-stream; charset=utf-8")
            slow = stream.fault("slow_headers")
            if slow is not None:
                self._drip(stream, head, slow.seconds or 1.0)
                return
            stream.connection.send_raw(head)
        self._queue(stream)

    def _drip(self, stream: Stream, head: bytes, seconds: float) -> None:
        """Send a head in ten parts over `seconds`."""
        part = -(-len(head) // 10)
        stream.connection.send_raw(head[:part])
        if len(head) > part:
            rest, pause = head[part:], seconds / 10
            self._later(stream, pause, lambda _: self._drip(stream, rest, seconds - pause))
        else:
            self._queue(stream)

    def _queue(self, stream: Stream) -> None:
        if self._places.ask(stream, stream.question.n):
            self._start(stream)

    def _start(self, stream: Stream) -> None:
        stream.state = "running"
        self._tell(stream)
        self._later(stream, self.profile.first_token_seconds, self._first)

    def _later(self, stream: Stream, seconds: float, act: Callable[[Stream], object]) -> None:
        stream.timer = asyncio.get_running_loop().call_later(seconds, act, stream)

    def _first(self, stream: Stream) -> None:
        """Compose the answer and write its first token."""
        stream.timer = None
        question = stream.question
        answers = stream.answers or tuple(
            compose(question, self.profile, choice) for choice in range(question.n)
        )
        for fault in stream.faults:
            answers = tuple(spoil_answer(answer, fault) for answer in answers)
        shape = Shape(
            question=question,
            ident=("chatcmpl-" if question.kind == "chat" else "cmpl-") + uuid4().hex,
            created=int(time.time()),
            reasoning_field=self.profile.reasoning_field,
            tokens_per_frame=self.profile.tokens_per_frame,
        )
        frames = streamed(shape, answers) if question.stream else whole(shape, answers)
        for fault in stream.faults:
            frames = spoil_steps(frames, fault, shape)
        stream.answers, stream.frames = answers, frames
        self._decoder.write(stream)

    # -- holding, ending ------------------------------------------------------------------------

    def hold(self) -> None:
        """Write no further token of any answer until `release`."""
        self._decoder.hold()

    def release(self) -> None:
        """Write on, where answers were held or had stalled."""
        self._decoder.release()

    def _end(self, connection: Connection, state: State) -> None:
        """Give back a question's place, exactly once, and let the next one start."""
        stream = self._streams.pop(connection, None)
        if stream is None:
            return
        if stream.timer is not None:
            stream.timer.cancel()
            stream.timer = None
        self._decoder.leave(stream)
        stream.state = state
        self._count(stream)
        for admitted in self._places.leave(stream):
            self._start(admitted)
        self._tell(stream)

    def _count(self, stream: Stream) -> None:
        now = asyncio.get_running_loop().time()
        self._tallies.generation_tokens += stream.tokens_sent
        reasons = {"aborted": "abort", "broken": "error", "refused": "error"}
        finish = stream.answers[0].finish_reason if stream.answers else "stop"
        self._tallies.finished[reasons.get(stream.state, finish)] += 1
        if stream.first_at_seconds is not None:
            self._tallies.first_token.observe(stream.first_at_seconds - stream.asked_at_seconds)
            self._tallies.whole.observe(now - stream.asked_at_seconds)

    def _tell(self, stream: Stream) -> None:
        if self._on_change is not None:
            self._on_change(stream)


def with_models(profile: Profile, models: tuple[str, ...], reasoning: tuple[str, ...]) -> Profile:
    """Return `profile` serving `models` and `reasoning`, the latter with reasoning first."""
    every = (*models, *(model for model in reasoning if model not in models))
    return replace(profile, models=every or profile.models, reasoning_models=reasoning)
