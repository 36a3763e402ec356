"""`argo institution`: add and list institutions."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from argo import settings
from argo.commanding import commanding


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    institution = subparsers.add_parser(
        "institution",
        help="add and list institutions",
        epilog="example: argo institution add physics 'Institute of Physics'",
    )
    verbs = institution.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("add", help="add an institution")
    new.add_argument("slug")
    new.add_argument("name")
    verbs.add_parser("list", help="list every institution")
    institution.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns the exit status."""
    return asyncio.run(_run(args, settings.load(args.config, args.data)))


async def _run(args: argparse.Namespace, loaded: settings.Settings) -> int:
    async with commanding(loaded) as house:
        if args.verb == "add":
            await house.administration.add_institution(args.slug, args.name)
        else:
            for slug, name in await house.administration.institutions():
                print(f"{slug}\t{name}")
    return 0
