"""One question's way through the engine, and what a test or a measurement reads of it."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from argo.simulation.answers import Answer
from argo.simulation.faults import Fault
from argo.simulation.frames import Frames
from argo.simulation.question import Question
from argo.simulation.wire import Connection, Request

State = Literal["waiting", "running", "held", "complete", "aborted", "broken", "refused"]
"""`held`: has its place, but is not written on. `aborted`: the client left. `broken`: a fault
ended it. `refused`: a fault answered instead."""


class Stream:
    """A question and how far its answer is; changed by the engine alone."""

    __slots__ = (
        "answers",
        "asked_at_seconds",
        "body",
        "connection",
        "faults",
        "first_at_seconds",
        "frames",
        "number",
        "question",
        "request",
        "state",
        "steps",
        "timer",
    )

    def __init__(
        self,
        number: int,
        connection: Connection,
        request: Request,
        body: dict[str, Any],
        question: Question,
        asked_at_seconds: float,
    ) -> None:
        """Begin waiting; `number` counts the engine's questions from 1."""
        self.number = number
        self.connection = connection
        self.request = request
        self.body = body
        self.question = question
        self.asked_at_seconds = asked_at_seconds
        self.first_at_seconds: float | None = None
        self.faults: tuple[Fault, ...] = ()
        self.answers: tuple[Answer, ...] = ()
        self.frames: Frames = iter(())
        self.state: State = "waiting"
        self.steps = 0
        self.timer: asyncio.Handle | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Return the request's headers, their names in lower case."""
        return self.request.headers

    @property
    def tokens_sent(self) -> int:
        """Return the tokens written so far, over all choices."""
        return self.steps * self.question.n

    def fault(self, does: str) -> Fault | None:
        """Return the fault of this kind that struck the question, if one did."""
        return next((fault for fault in self.faults if fault.does == does), None)

    def __repr__(self) -> str:
        """Say which question this is and how it stands."""
        return f"<question {self.number}: {self.state}, {self.tokens_sent} tokens sent>"
