"""`argo engine simulate`: an engine without a model, for load, fault and capacity work."""

from __future__ import annotations

import argparse
import asyncio
import resource
import signal
import sys
from dataclasses import replace

import uvloop

from argo.simulation.engine import SimulatedEngine, with_models
from argo.simulation.faults import faults_in
from argo.simulation.types import PROFILES, profile_named

EXAMPLE = "example: argo engine simulate --port 9000 --profile seed-2026"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `argo engine` and its one verb to the command line."""
    engine = subparsers.add_parser("engine", help="run a simulated engine", epilog=EXAMPLE)
    verbs = engine.add_subparsers(dest="verb", required=True)
    simulate = verbs.add_parser(
        "simulate",
        help="an OpenAI-compatible engine without a model",
        description="Serve OpenAI's API at a profile's speed, without a model, until Ctrl-C.",
        epilog=EXAMPLE,
    )
    simulate.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    simulate.add_argument("--port", type=int, default=9000, help="port (%(default)s; 0: any free)")
    simulate.add_argument(
        "--profile",
        default="seed-2026",
        metavar="NAME|FILE.toml",
        help=f"{', '.join(PROFILES)}, or a TOML file of what differs from seed-2026",
    )
    simulate.add_argument("--faults", metavar="FILE.toml", help="what goes wrong, and when")
    simulate.add_argument(
        "--models", default="", metavar="ID,…", help="model ids to serve (the profile's)"
    )
    simulate.add_argument(
        "--reasoning-models", default="", metavar="ID,…", help="those that reason before answering"
    )
    simulate.add_argument(
        "--answer-tokens", type=int, metavar="N", help="length of an answer (the profile's)"
    )
    simulate.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes; the address is printed when the engine answers."""
    profile = profile_named(args.profile)
    if args.models or args.reasoning_models:
        profile = with_models(profile, _ids(args.models), _ids(args.reasoning_models))
    if args.answer_tokens:
        profile = replace(profile, answer_tokens=max(1, args.answer_tokens))
    faults = faults_in(args.faults) if args.faults else ()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, hard), hard))
    try:
        uvloop.run(_serve(SimulatedEngine(profile, faults), args.host, args.port))
    except OSError as fault:
        print(f"argo engine simulate: {fault}", file=sys.stderr)
        return 2
    return 0


async def _serve(engine: SimulatedEngine, host: str, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await engine.start(host, port)
    print(f"Simulated engine ready: {engine.url}", flush=True)
    await stop.wait()
    await engine.close()


def _ids(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
