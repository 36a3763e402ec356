"""`argo unit`: add and list the units of an institution."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from argo import settings
from argo.accounts.people import DEFAULT_INSTITUTION
from argo.commanding import commanding


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    unit = subparsers.add_parser(
        "unit",
        help="add and list units of an institution",
        epilog="example: argo unit add optics 'Optics' --institution physics",
    )
    verbs = unit.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("add", help="add a unit")
    new.add_argument("slug")
    new.add_argument("name")
    listed = verbs.add_parser("list", help="list the units, with how many members each has")
    for verb in (new, listed):
        verb.add_argument("--institution", metavar="SLUG", default=DEFAULT_INSTITUTION)
    unit.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns the exit status."""
    return asyncio.run(_run(args, settings.load(args.config, args.data)))


async def _run(args: argparse.Namespace, loaded: settings.Settings) -> int:
    async with commanding(loaded) as house:
        if args.verb == "add":
            await house.administration.add_unit_of(args.institution, args.slug, args.name)
        else:
            for unit in await house.administration.units_of(args.institution):
                print(f"{unit.slug}\t{unit.name}\t{unit.members}")
    return 0
