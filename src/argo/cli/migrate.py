"""`argo migrate`: bring the database to this version's schema."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from argo import migrations, settings
from argo.commanding import database_for_command


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "migrate",
        help="bring the database to this version's schema",
        description="Bring the database to this version's schema. `argo serve` does it by itself "
        "on the embedded database.",
        epilog="example: argo migrate --config /etc/argo/argo.toml",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Migrate; returns the exit status."""
    return asyncio.run(_migrate(settings.load(args.config, args.data)))


async def _migrate(loaded: settings.Settings) -> int:
    async with database_for_command(loaded) as address:
        await asyncio.to_thread(
            migrations.upgrade, address.owner, service_role=address.service_role
        )
    print("The database is at this version's schema.", file=sys.stderr)
    return 0
