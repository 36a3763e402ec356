"""`argo loadtest`: the seed's load table against any OpenAI-compatible address."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import uvloop

from argo import settings
from argo.commanding import commanding
from argo.simulation.load import LoadPlan, LoadTest, Progress, Row
from argo.simulation.plot import load_plot
from argo.simulation.table import SEED_ROWS, load_record, load_table, seed_comparison
from argo.simulation.target import target_at

EXAMPLE = """example: argo loadtest prepare 4000 > keys
         argo loadtest http://127.0.0.1:8000 --keys keys --questions 500,1000
         argo loadtest clean"""
PREPARE, CLEAN = "prepare", "clean"
_MOST_PEOPLE = 20_000


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `argo loadtest` to the command line."""
    loadtest = subparsers.add_parser(
        "loadtest",
        help="the load table against any OpenAI-compatible address",
        description="Ask many questions at once and print how they were answered.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    loadtest.add_argument(
        "url",
        help="the API's address; /v1 is added when it is missing. Or: prepare N makes N test "
        "people and prints a key of each; clean erases them",
    )
    loadtest.add_argument("count", nargs="?", type=_people, metavar="N", help=argparse.SUPPRESS)
    keys = loadtest.add_mutually_exclusive_group()
    keys.add_argument("--key", default="", help="the API key of every question")
    keys.add_argument("--keys", metavar="FILE", help="a file with one key a line, used in turn")
    loadtest.add_argument("--model", default="", help="the model (the first the API shows)")
    loadtest.add_argument(
        "--questions",
        type=_numbers,
        default=tuple(seed.questions for seed in SEED_ROWS),
        metavar="N,…",
        help="simultaneous questions, a row each (500,1000,2000,3000,4000)",
    )
    loadtest.add_argument(
        "--tokens", type=int, default=300, metavar="T", help="tokens an answer (%(default)s)"
    )
    loadtest.add_argument(
        "--window",
        type=float,
        default=50.0,
        metavar="SECONDS",
        help="time over which a row's questions are spread; 0 is a burst (%(default)s)",
    )
    loadtest.add_argument(
        "--limit",
        type=float,
        default=900.0,
        metavar="SECONDS",
        help="a question without its answer by then has failed (%(default)s)",
    )
    loadtest.add_argument("--json", action="store_true", help="print JSON instead of the table")
    loadtest.add_argument("--plot", metavar="FILE.svg", help="also draw the table")
    loadtest.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run every row and print the table; 1 when a question went unanswered."""
    if args.url in (PREPARE, CLEAN):
        if (args.count is None) == (args.url == PREPARE):
            print("argo loadtest: say prepare N, or clean", file=sys.stderr)
            return 2
        return asyncio.run(_crowd(args.count, settings.load(args.config, args.data)))
    if args.count is not None:
        print("argo loadtest: one address at a time", file=sys.stderr)
        return 2
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, hard), hard))
    if max(args.questions) + 200 > hard:
        print(f"argo loadtest: only {hard} open files are allowed here", file=sys.stderr)
        return 2
    try:
        keys = tuple(Path(args.keys).read_text("utf-8").split()) if args.keys else (args.key,)
    except OSError as fault:
        print(f"argo loadtest: {fault}", file=sys.stderr)
        return 2
    rows = uvloop.run(_rows(args, keys or ("",)))
    if args.plot:
        Path(args.plot).write_text(load_plot(rows), "utf-8")
    if args.json:
        facts = {"url": args.url, "tokens": args.tokens, "window_seconds": args.window}
        print(json.dumps(load_record(rows, **facts), indent=2))
    else:
        print("\n\n".join(part for part in (load_table(rows), seed_comparison(rows)) if part))
    return 0 if all(row.answered == row.questions for row in rows) else 1


async def _rows(args: argparse.Namespace, keys: tuple[str, ...]) -> list[Row]:
    target = await target_at(args.url)
    plan = LoadPlan(
        target=target,
        keys=keys,
        model=args.model or await target.first_model(keys[0]),
        answer_tokens=args.tokens,
        window_seconds=args.window,
        limit_seconds=args.limit,
    )
    return [await LoadTest(plan, count).run(_teller()) for count in args.questions]


async def _crowd(count: int | None, loaded: settings.Settings) -> int:
    """Make `count` test people and print their keys, or (None) erase those there are."""
    async with commanding(loaded) as house:
        if count is None:
            print(f"{await house.crowd.erase():,} test people erased", file=sys.stderr)
            return 0
        async for key in house.crowd.prepare(count):
            print(key, flush=sys.stdout.isatty())
    return 0


def _teller() -> Callable[[Progress], None]:
    """Return what says on standard error how a row goes: in place on a terminal, else rarely."""
    live = sys.stderr.isatty()
    told = 0

    def tell(progress: Progress) -> None:
        nonlocal told
        told += 1
        if live or told % 10 == 0:
            print(
                f"{progress.questions:,} questions: {progress.asked:,} asked, "
                f"{progress.streaming:,} streaming, {progress.over:,} over, "
                f"{progress.failed:,} failed, {progress.tokens_per_second:,.0f} tokens/s",
                end="\033[K\r" if live else "\n",
                file=sys.stderr,
                flush=True,
            )

    return tell


def _people(text: str) -> int:
    count = int(text)
    if not 0 < count <= _MOST_PEOPLE:
        raise argparse.ArgumentTypeError(f"must be from 1 to {_MOST_PEOPLE}")
    return count


def _numbers(text: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in text.replace("_", "").split(","))
    if not all(0 < number <= 20_000 for number in numbers):
        raise argparse.ArgumentTypeError("each must be from 1 to 20000")
    return numbers
