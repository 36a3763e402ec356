"""The server's own task that writes one answer, whoever is looking."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from argo.clock import Clock
from argo.completions import events
from argo.completions.answer_log import AnswerLog
from argo.completions.completion import Completion
from argo.completions.seam import Seam
from argo.completions.types import AnswerState, Delta, FinishReason, Usage
from argo.errors import ArgoError

GROWS_SECONDS = 1.0
GROWS_BYTES = 2048


@dataclass(frozen=True)
class Before:
    """What an answer that is continued holds already; `last_event` is the last it was shown."""

    text: str = ""
    reasoning: str = ""
    reasoning_seconds: float = 0.0
    last_event: int = 0


@dataclass(frozen=True)
class Ending:
    """How an answer ended: all of its text and reasoning, and what it cost."""

    state: AnswerState
    text: str
    reasoning: str
    reasoning_seconds: float | None
    last_event: int
    error: ArgoError | None
    usage: Usage | None
    finish_reason: FinishReason | None
    model_id: str | None


class Sink(Protocol):
    """Where a generation writes; its caller decides what is kept."""

    async def started(self, model_id: str) -> None:
        """The first token has come, from `model_id`."""

    async def grew(self, text: str, reasoning: str, last_event: int) -> None:
        """Take what was added since the last call; `last_event` is the newest it contains."""

    async def ended(self, ending: Ending) -> None:
        """Take the end, once."""


class Generation:
    """One answer being written. `write` runs to the end in a task of the server's."""

    def __init__(
        self,
        sink: Sink,
        clock: Clock,
        before: Before | None = None,
        seam: Seam | None = None,
    ) -> None:
        """Write into `sink`, on from what was `before`; `seam` drops what comes twice there."""
        self._before, self._seam = before or Before(), seam
        self.log = AnswerLog(self._before.last_event)
        self._sink, self._clock = sink, clock
        self._text = [self._before.text]
        thoughts = f"{self._before.reasoning}\n\n" if self._before.reasoning else ""
        self._reasoning = [thoughts]
        if before is not None:
            # Whatever a reader has of it: from here all have the same.
            self.log.append("snapshot", {"text": before.text, "reasoning": thoughts})
        self._unsaved = Delta()
        self._saved_at = clock.monotonic()
        self._reasoning_began: float | None = None
        self._reasoning_seconds: float | None = None
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Ask it to stop; what came so far is the answer."""
        self._stopped.set()

    async def write(self, asking: AbstractAsyncContextManager[Completion]) -> None:
        """Ask, relay into log and sink, and end in exactly one of the end states."""
        state: AnswerState = "interrupted"
        error: ArgoError | None = None
        completion: Completion | None = None
        try:
            async with asking as completion:
                state = await self._until_stopped(completion)
        except ArgoError as reason:
            error = reason
            began = (completion is not None and completion.started) or self._before.text
            state = "interrupted" if began else "failed"
        finally:
            await self._end(state, error, completion)

    async def _until_stopped(self, completion: Completion) -> AnswerState:
        """Relay until the end or the stop, whichever comes first."""
        relaying = asyncio.ensure_future(self._relay(completion))
        stopping = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait((relaying, stopping), return_when=asyncio.FIRST_COMPLETED)
            if relaying.done():
                relaying.result()
                return "complete"
            return "stopped"
        finally:
            for task in (relaying, stopping):
                task.cancel()
            await asyncio.gather(relaying, stopping, return_exceptions=True)

    async def _relay(self, completion: Completion) -> None:
        async with aclosing(events.said(completion, self._seam)) as said:
            async for name, data in said:
                self.log.append(name, data)
                if name == "started":
                    await self._sink.started(completion.model_id)
                elif name in ("reasoning", "delta"):
                    self._grow(name, str(data["text"]))
                    await self._save_when_due()

    def _grow(self, name: str, text: str) -> None:
        if name == "reasoning":
            self._reasoning_began = self._reasoning_began or self._clock.monotonic()
            self._reasoning.append(text)
            self._unsaved = replace(self._unsaved, reasoning=self._unsaved.reasoning + text)
            return
        if self._reasoning_began is not None and self._reasoning_seconds is None:
            self._reasoning_seconds = self._clock.monotonic() - self._reasoning_began
        self._text.append(text)
        self._unsaved = replace(self._unsaved, text=self._unsaved.text + text)

    async def _save_when_due(self) -> None:
        size = len(self._unsaved.text) + len(self._unsaved.reasoning)
        now = self._clock.monotonic()
        if size == 0 or (size < GROWS_BYTES and now - self._saved_at < GROWS_SECONDS):
            return
        unsaved, self._unsaved, self._saved_at = self._unsaved, Delta(), now
        await self._sink.grew(unsaved.text, unsaved.reasoning, self.log.last)

    async def _end(
        self, state: AnswerState, error: ArgoError | None, completion: Completion | None
    ) -> None:
        text = "".join(self._text)
        if self._reasoning_began is not None and self._reasoning_seconds is None:
            self._reasoning_seconds = self._clock.monotonic() - self._reasoning_began
        started = completion is not None and completion.started
        usage = completion.usage if completion is not None and started else None
        finish_reason = completion.finish_reason if completion is not None else None
        ending = Ending(
            state=state,
            text=text,
            reasoning="".join(self._reasoning).rstrip(),
            reasoning_seconds=self._thought_seconds(),
            last_event=self.log.last + 1,
            error=error,
            usage=usage,
            finish_reason=finish_reason,
            model_id=completion.model_id if completion is not None and started else None,
        )
        # Kept before it is shown as done: who reloads on "done" reads the whole answer.
        try:
            await self._sink.ended(ending)
        finally:
            self.log.append(
                "done",
                events.done(
                    state,
                    text_length=len(text),
                    finish_reason=finish_reason,
                    error=error,
                    usage=usage,
                ),
            )

    def _thought_seconds(self) -> float | None:
        before = self._before.reasoning_seconds
        if self._reasoning_seconds is None:
            return before or None
        return before + self._reasoning_seconds
