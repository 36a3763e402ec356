"""`argo key create`: a new API key for a person."""

from __future__ import annotations

import argparse
import asyncio
import re
from datetime import timedelta
from typing import Any

from argo import settings
from argo.accounts.types import Scope
from argo.commanding import commanding

_MOST_DIGITS = 9
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    key = subparsers.add_parser(
        "key",
        help="make API keys",
        epilog="example: argo key create --user ada@institute.example --name laptop --expires 90d",
    )
    create = key.add_subparsers(dest="verb", required=True).add_parser(
        "create", help="print a new key, this once"
    )
    create.add_argument("--user", required=True, metavar="EMAIL")
    create.add_argument("--institution", metavar="SLUG")
    create.add_argument("--name", required=True)
    create.add_argument("--expires", type=_duration, metavar="90d", help="hours h, days d, weeks w")
    create.add_argument(
        "--model",
        action="append",
        dest="models",
        metavar="ID",
        help="a name of /v1/models that it may ask; may be repeated (all)",
    )
    create.add_argument("--lane", choices=("api", "batch"), default="api", help="its queue (api)")
    create.add_argument("--requests-per-minute", type=_count, metavar="N", help="0: its owner's")
    create.add_argument("--concurrent-requests", type=_count, metavar="N", help="0: its owner's")
    create.add_argument("--tokens-per-day", type=_count, metavar="N", help="0: its owner's")
    key.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the key; returns the exit status."""
    return asyncio.run(_run(args, settings.load(args.config, args.data)))


async def _run(args: argparse.Namespace, loaded: settings.Settings) -> int:
    async with commanding(loaded) as house:
        owner = await house.people.find(args.user, args.institution)
        secret, _ = await house.accounts.create_key(owner, args.name, args.expires, _scope(args))
        print(secret)
    return 0


def _scope(args: argparse.Namespace) -> Scope:
    return Scope(
        models=args.models,
        lane=args.lane,
        requests_per_minute=args.requests_per_minute,
        concurrent_requests=args.concurrent_requests,
        tokens_per_day=args.tokens_per_day,
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError("write a whole number, 0 or more")
    return int(text)


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,4})([hdw])", text)
    if match is None:
        raise argparse.ArgumentTypeError("write a number and h, d or w, like 90d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
