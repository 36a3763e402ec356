"""`argo journal`: verify the chain of events, or print its head to note elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from argo import settings
from argo.commanding import commanding
from argo.journal.errors import HeadUnfit
from argo.journal.service import Journal
from argo.journal.types import Head

_WRONG = {
    "altered": "is not as it was written",
    "missing": "is missing",
    "checkpoint": "is the end of a cut that is not ours",
}


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    journal = subparsers.add_parser(
        "journal",
        help="verify the journal of changes and refused accesses",
        epilog="example: argo journal verify --head 1042:9f86d081884c7d65…",
    )
    verbs = journal.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help="name each event altered, missing or out of order")
    verify.add_argument("--head", metavar="NUMBER:HASH", help="a head noted earlier")
    verbs.add_parser("head", help="print the head, for a second host to note")
    journal.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify or print; returns 0 when the chain holds, else 1."""
    return asyncio.run(_run(args, settings.load(args.config, args.data)))


async def _run(args: argparse.Namespace, loaded: settings.Settings) -> int:
    noted = None if args.verb == "head" or args.head is None else _head(args.head)
    async with commanding(loaded) as house:
        if args.verb == "head":
            head = await house.journal.head()
            print(f"{head.number}:{head.hash.hex()}")
            return 0
        return await _verify(house.journal, noted)


async def _verify(journal: Journal, noted: Head | None) -> int:
    verdict = await journal.verify(noted)
    for fault in verdict.faults:
        print(f"event {fault.number} {_WRONG[fault.what]}")
    print(
        f"{verdict.events} events from number {verdict.first} on, {len(verdict.faults)} at fault",
        file=sys.stderr,
    )
    return 1 if verdict.faults else 0


def _head(text: str) -> Head:
    number, _, digest = text.partition(":")
    try:
        head = Head(int(number), bytes.fromhex(digest))
    except ValueError:
        raise HeadUnfit from None
    if len(head.hash) != 32:
        raise HeadUnfit
    return head
