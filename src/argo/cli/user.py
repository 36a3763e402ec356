"""`argo user`: add, link, list and disable people."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from argo import settings
from argo.accounts.types import ROLES
from argo.commanding import commanding


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    user = subparsers.add_parser(
        "user",
        help="add, link, list and disable people",
        epilog="example: argo user add ada@institute.example --name 'Ada' --role member",
    )
    verbs = user.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("add", help="add a person; prints a single-use sign-in link")
    new.add_argument("email")
    new.add_argument("--name")
    new.add_argument("--institution", metavar="SLUG")
    new.add_argument("--role", choices=ROLES, default="member")
    for verb, help_ in (("link", "print a new sign-in link"), ("disable", "shut a person out")):
        existing = verbs.add_parser(verb, help=help_)
        existing.add_argument("email", metavar="EMAIL_OR_ID")
        existing.add_argument("--institution", metavar="SLUG")
    for verb, value, help_ in (
        ("role", "role", "give a person another role"),
        ("unit", "slug", "put a person into a unit; '' takes them out"),
    ):
        placed = verbs.add_parser(verb, help=help_)
        placed.add_argument("email", metavar="EMAIL_OR_ID")
        placed.add_argument(value, choices=ROLES if value == "role" else None)
        placed.add_argument("--institution", metavar="SLUG")
    listed = verbs.add_parser("list", help="list everybody")
    listed.add_argument("--ids", action="store_true", help="with their ids")
    user.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns the exit status."""
    return asyncio.run(_run(args, settings.load(args.config, args.data)))


async def _run(args: argparse.Namespace, loaded: settings.Settings) -> int:
    async with commanding(loaded) as house:
        match args.verb:
            case "add":
                owner = await house.people.add(args.email, args.name, args.institution, args.role)
                print(house.link(await house.people.link(owner)))
            case "link":
                owner = await house.people.find(args.email, args.institution)
                print(house.link(await house.people.link(owner)))
            case "disable":
                await house.people.disable(args.email, args.institution)
                print(f"{args.email} is disabled.", file=sys.stderr)
            case "role":
                owner = await house.people.find(args.email, args.institution)
                await house.administration.place(owner, role=args.role, unit_slug=None)
            case "unit":
                owner = await house.people.find(args.email, args.institution)
                await house.administration.place(owner, role=None, unit_slug=args.slug)
            case _:
                for user in await house.people.list():
                    state = "disabled" if user.disabled_at else user.role
                    line = f"{user.institution_slug}\t{user.email}\t{user.name}\t{state}"
                    print(f"{line}\t{user.id}" if args.ids else line)
    return 0
