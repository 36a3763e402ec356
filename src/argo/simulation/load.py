"""The load generator: so many questions over so many seconds, against one address only."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, median

from argo.simulation.asker import Asker
from argo.simulation.target import Target
from argo.simulation.words import answer_words

CONNECTING_AT_ONCE = 256
"""Connections being opened at a time: more would only overflow the listener's queue."""


@dataclass(frozen=True)
class LoadPlan:
    """What every question of a load test has in common."""

    target: Target
    keys: tuple[str, ...]
    """Used in turn."""
    model: str
    answer_tokens: int = 300
    window_seconds: float = 50.0
    """The questions are spread evenly over it; 0 asks all at once."""
    limit_seconds: float = 900.0
    """A question without its whole answer by then has failed."""
    sample_seconds: float = 1.0
    """How often progress is told and the running answers' speed is taken."""


@dataclass(frozen=True)
class Row:
    """One line of the load table."""

    questions: int
    answered: int
    total_tokens: int
    seconds: float
    """From the first question to the last answer's end."""
    each_median: float
    """Tokens a second within an answer, from its first token to its last: the median."""
    each_over_time: float
    """Tokens a second that a running answer gets, averaged over the seconds of the test."""
    first_token_p50_seconds: float
    first_token_p99_seconds: float
    complete_mean_seconds: float
    late_seconds: float
    """How far behind its plan the generator asked, at worst: large means it was too slow."""
    failures: dict[str, int]
    estimate_error_median: float | None
    """Of announced waits, how far the truth lay off, as a part of the estimate."""

    @property
    def answered_percent(self) -> float:
        """Return the part of the questions that got a finished answer, in percent."""
        return 100.0 * self.answered / self.questions

    @property
    def total_tokens_per_second(self) -> float:
        """Return the tokens a second over the whole test."""
        return self.total_tokens / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Progress:
    """A load test while it runs."""

    questions: int
    asked: int
    streaming: int
    over: int
    failed: int
    tokens_per_second: float


class LoadTest:
    """One row: asks `questions` as `plan` says and counts."""

    def __init__(self, plan: LoadPlan, questions: int) -> None:
        """Prepare; `run` does it."""
        self._plan = plan
        self._questions = questions
        self._asked: list[Asker] = []
        self._streaming: set[Asker] = set()
        self._over: list[Asker] = []
        self._all_over = asyncio.Event()
        self._late_seconds = 0.0
        self._speeds: list[float] = []

    async def run(self, progress: Callable[[Progress], None]) -> Row:
        """Ask everything, tell `progress` each sample, and return the row."""
        loop = asyncio.get_running_loop()
        started_at = loop.time()
        sampler = loop.create_task(self._sample(progress))
        try:
            async with asyncio.timeout(self._plan.window_seconds + self._plan.limit_seconds):
                await self._ask_all(started_at)
                await self._all_over.wait()
        except TimeoutError:
            for asker in [asker for asker in self._asked if asker.over_at_seconds is None]:
                asker.give_up("no whole answer in time")
        finally:
            sampler.cancel()
        return self._row(started_at)

    async def _ask_all(self, started_at: float) -> None:
        loop = asyncio.get_running_loop()
        opening = asyncio.Semaphore(CONNECTING_AT_ONCE)
        apart = self._plan.window_seconds / self._questions
        async with asyncio.TaskGroup() as connecting:
            for number in range(self._questions):
                due_at = started_at + number * apart
                if due_at > loop.time():
                    await asyncio.sleep(due_at - loop.time())
                asker = self._asker(number, due_at)
                self._asked.append(asker)
                connecting.create_task(self._connect(asker, opening))

    def _asker(self, number: int, due_at: float) -> Asker:
        plan = self._plan
        key = plan.keys[number % len(plan.keys)]
        text = f"{number + 1}. " + "".join(answer_words(str(number), 20))
        request = plan.target.question(key, plan.model, text, plan.answer_tokens)
        loop = asyncio.get_running_loop()
        return Asker(request, due_at, loop.time, self._streaming.add, self._ended)

    async def _connect(self, asker: Asker, opening: asyncio.Semaphore) -> None:
        async with opening:
            try:
                await self._plan.target.connect(asker)
            except OSError:
                asker.give_up("no connection")
                return
        late = asyncio.get_running_loop().time() - asker.asked_at_seconds
        self._late_seconds = max(self._late_seconds, late)

    def _ended(self, asker: Asker) -> None:
        self._streaming.discard(asker)
        self._over.append(asker)
        if len(self._over) == self._questions:
            self._all_over.set()

    async def _sample(self, progress: Callable[[Progress], None]) -> None:
        """Each time: how much each answer that ran all through it got; and say how it goes."""
        apart = self._plan.sample_seconds
        before: dict[Asker, int] = {}
        total_before = 0
        while True:
            await asyncio.sleep(apart)
            now = {asker: asker.deltas for asker in self._streaming}
            got = [count - before[asker] for asker, count in now.items() if asker in before]
            if got:
                self._speeds.append(fmean(got) / apart)
            total = sum(asker.deltas for asker in self._asked)
            progress(
                Progress(
                    questions=self._questions,
                    asked=len(self._asked),
                    streaming=len(self._streaming),
                    over=len(self._over),
                    failed=sum(asker.failure is not None for asker in self._over),
                    tokens_per_second=(total - total_before) / apart,
                )
            )
            before, total_before = now, total

    def _row(self, started_at: float) -> Row:
        answered = [asker for asker in self._over if asker.failure is None]
        speeds = [speed for asker in answered if (speed := _speed(asker)) is not None]
        tokens = sum(asker.tokens for asker in self._over)
        deltas = sum(asker.deltas for asker in self._over)
        each = fmean(self._speeds) * tokens / deltas if self._speeds and deltas else 0.0
        firsts = sorted(
            asker.first_at_seconds - asker.asked_at_seconds
            for asker in answered
            if asker.first_at_seconds is not None
        )
        waits = [asker.last_at_seconds - asker.asked_at_seconds for asker in answered]
        errors = [error for asker in answered if (error := _estimate_error(asker)) is not None]
        return Row(
            questions=self._questions,
            answered=len(answered),
            total_tokens=tokens,
            seconds=max((asker.last_at_seconds for asker in self._over), default=0.0) - started_at,
            each_median=median(speeds) if speeds else 0.0,
            each_over_time=each or (fmean(speeds) if speeds else 0.0),
            first_token_p50_seconds=_percentile(firsts, 0.50),
            first_token_p99_seconds=_percentile(firsts, 0.99),
            complete_mean_seconds=fmean(waits) if waits else 0.0,
            late_seconds=self._late_seconds,
            failures=dict(Counter(asker.failure for asker in self._over if asker.failure)),
            estimate_error_median=median(errors) if errors else None,
        )


def _speed(asker: Asker) -> float | None:
    if asker.first_at_seconds is None or asker.tokens < 2:
        return None
    seconds = asker.last_at_seconds - asker.first_at_seconds
    return (asker.tokens - 1) / seconds if seconds > 0 else None


def _estimate_error(asker: Asker) -> float | None:
    if not asker.promised_seconds or asker.first_at_seconds is None:
        return None
    waited = asker.first_at_seconds - asker.promised_at_seconds
    return abs(waited - asker.promised_seconds) / asker.promised_seconds


def _percentile(rising: list[float], part: float) -> float:
    return rising[min(len(rising) - 1, int(part * len(rising)))] if rising else 0.0
