"""What the way through ARGO costs, beside nginx as a bare pass-through, on one engine.

    .venv/bin/python -m bench.relay.run [--streams 200] [--rounds 3] [--with vllm-router,litellm]

ARGO is one worker of `argo serve` with keys, quota, ledger and rebuilt requests; PostgreSQL's CPU
is apart. nginx is Debian's (apt install nginx-light). CPU is the worker's, user and system; a
token's is the difference between long answers and answers of one token. The rounds of all sides
are interleaved; given are medians with least and most.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.relay.callers import begin, call, end, hang_up
from bench.relay.figures import cpu_seconds, memory_kb, share, spread
from bench.relay.sides import Bench, Side, peers

_IDLE_SECONDS = 2.0
_ARRIVAL_TOKENS = 50


@dataclass
class Figures:
    """One side's, a value a round."""

    token_us: list[float] = field(default_factory=list)
    question_us: list[float] = field(default_factory=list)
    tokens_a_second: list[float] = field(default_factory=list)
    first_token_ms: list[float] = field(default_factory=list)
    first_token_p99_ms: list[float] = field(default_factory=list)
    burst_ms: list[float] = field(default_factory=list)
    burst_p99_ms: list[float] = field(default_factory=list)
    refused: int = 0


class Measuring:
    """Asks through one side and reads what that cost."""

    def __init__(self, args: argparse.Namespace, direct: Side) -> None:
        self._args, self._direct = args, direct
        self._idle: dict[str, float] = {}

    async def round(self, side: Side, figures: Figures) -> None:
        """Measure one round of `side`."""
        args = self._args
        if side.name not in self._idle:
            await call(side.target, 50, 2, 1)
            self._idle[side.name] = await self._idling(side)
        asked = max(args.streams, round(args.rate * args.seconds))
        window = asked / args.rate
        one, _ = await self._cost(side, figures, asked, 1, window)
        figures.question_us.append(one / asked * 1e6)
        short, _ = await self._cost(side, figures, args.streams, 1, args.ramp)
        long, seconds = await self._cost(side, figures, args.streams, args.tokens, args.ramp)
        figures.token_us.append((long - short) / (args.streams * (args.tokens - 1)) * 1e6)
        figures.tokens_a_second.append(args.streams * args.tokens / seconds)
        await self._waits(side, figures, asked, window)

    async def _waits(self, side: Side, figures: Figures, asked: int, window: float) -> None:
        """Measure the first tokens, at a steady rate and in a burst, beyond the engine's own."""
        for questions, over, medians, worst in (
            (asked, window, figures.first_token_ms, figures.first_token_p99_ms),
            (self._args.burst, 0.0, figures.burst_ms, figures.burst_p99_ms),
        ):
            if not questions:
                continue
            bare = await call(self._direct.target, questions, _ARRIVAL_TOKENS, over)
            through = await call(side.target, questions, _ARRIVAL_TOKENS, over)
            figures.refused += through.refused
            for part, into in ((0.5, medians), (0.99, worst)):
                added = share(through.first_token_seconds, part)
                added -= share(bare.first_token_seconds, part)
                into.append(added * 1e3)

    async def _cost(
        self, side: Side, figures: Figures, questions: int, tokens: int, window: float
    ) -> tuple[float, float]:
        """Return the CPU seconds that `questions` cost, idling apart, and how long they took."""
        began, before = time.monotonic(), cpu_seconds(side.pids)
        heard = await call(side.target, questions, tokens, window)
        # What a question leaves to do (ledger, leases) is its cost too.
        await asyncio.sleep(0.3)
        figures.refused += heard.refused
        used, took = cpu_seconds(side.pids) - before, time.monotonic() - began
        return used - self._idle[side.name] * took, heard.seconds

    async def _idling(self, side: Side) -> float:
        """Return the CPU a second that `side` uses when nobody asks."""
        await asyncio.sleep(0.5)
        before = cpu_seconds(side.pids)
        await asyncio.sleep(_IDLE_SECONDS)
        return (cpu_seconds(side.pids) - before) / _IDLE_SECONDS


async def held_kb(side: Side, streams: int, model: str) -> float:
    """Return what each of `streams` questions holds of the worker's memory, in kB."""
    target = side.target
    target = type(target)(target.port, target.keys, model)
    await call(side.target, 100, 5, 0.5)
    before = memory_kb(side.pids)
    callers = await begin(target, streams, 1000, 2)
    await asyncio.sleep(5)
    held = memory_kb(side.pids) - before
    hang_up(callers)
    await end(callers)
    return held / streams


def told(name: str, figures: Figures) -> None:
    """Print one side's figures."""
    print(f"\n{name}")
    print(f"  CPU a token, us                         {spread(figures.token_us)}")
    print(f"  CPU a question, us                      {spread(figures.question_us, 0)}")
    print(f"  tokens a second                         {spread(figures.tokens_a_second, 0)}")
    print(f"  added to the first token, ms: median    {spread(figures.first_token_ms)}")
    print(f"                                p99       {spread(figures.first_token_p99_ms)}")
    if figures.burst_ms:
        print(f"  in the burst, ms:             median    {spread(figures.burst_ms, 0)}")
        print(f"                                p99       {spread(figures.burst_p99_ms, 0)}")
    if figures.refused:
        print(f"  ended without [DONE]                    {figures.refused}")


def compared(all_figures: dict[str, Figures]) -> None:
    """Print all sides' figures, and ARGO's as ratios."""
    for name, figures in all_figures.items():
        told(name, figures)
    ours = all_figures["ARGO"]
    print()
    for name, theirs in list(all_figures.items())[1:]:
        print(f"ARGO / {name}, CPU a token     {ratio(ours.token_us, theirs.token_us)}")
        print(f"ARGO / {name}, CPU a question  {ratio(ours.question_us, theirs.question_us)}")


def ratio(ours: list[float], theirs: list[float]) -> str:
    """Return the median of the rounds' ratios, with least and most."""
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True) if other], 2)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int, default=200, help="at once, for the token's CPU")
    parser.add_argument("--tokens", type=int, default=300, help="of a long answer")
    parser.add_argument("--speed", type=float, default=50, help="tokens a second of a stream")
    parser.add_argument("--ramp", type=float, default=1, help="seconds in which the streams begin")
    parser.add_argument("--rate", type=float, default=50, help="questions a second")
    parser.add_argument("--seconds", type=float, default=8, help="of questions at that rate")
    parser.add_argument("--burst", type=int, default=0, help="questions at once (0: no burst)")
    parser.add_argument("--memory", type=int, default=0, help="streams to weigh (0: none)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--with", dest="others", default="", metavar="NAME,...",
                        help="vllm-router, litellm: installed from PyPI into a scratch environment")  # fmt: skip
    parser.add_argument("--environments", type=Path, help="where those are kept for next time")
    return parser.parse_args()


def sides(bench: Bench, others: str) -> list[Side]:
    """Start the sides; one that cannot be installed is said and left out."""
    found = [bench.argo(), bench.nginx()]
    for name in filter(None, others.split(",")):
        try:
            found.append(peers(bench)[name]())
        except (KeyError, OSError, subprocess.CalledProcessError, SystemExit) as error:
            print(f"{name} is not measured: {type(error).__name__} {error}")
    return found


def main() -> None:
    args = arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="argo-bench-")))
        # ARGO's embedded PostgreSQL runs under a user of its own, who must reach its files.
        folder.chmod(0o755)
        bench = Bench(stack, folder, args.environments or folder, args.speed)
        measured = sides(bench, args.others)
        direct = Side("engine", type(measured[0].target)(bench.engine), ())
        measuring = Measuring(args, direct)
        all_figures = {side.name: Figures() for side in measured}
        for number in range(args.rounds):
            for side in measured:
                uvloop.run(measuring.round(side, all_figures[side.name]))
                cost = all_figures[side.name]
                print(
                    f"round {number + 1}: {side.name} {cost.token_us[-1]:.1f} us a token, "
                    f"{cost.question_us[-1]:.0f} us a question",
                    flush=True,
                )
        if args.rounds:
            compared(all_figures)
        if args.memory:
            # A worker of its own for each: what one question frees the next one uses.
            for model, held in (("simulated", "running"), ("narrow", "waiting")):
                weighed = uvloop.run(held_kb(bench.argo(), args.memory, model))
                print(f"memory, kB a {held} question: {weighed:.1f}")


if __name__ == "__main__":
    main()
