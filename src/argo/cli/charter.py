"""`argo charter`: publish an institution's charter, or withdraw it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from argo import settings
from argo.charter.errors import CharterUnfit
from argo.charter.service import text_of
from argo.charter.types import MOST_BYTES
from argo.commanding import commanding


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    charter = subparsers.add_parser(
        "charter",
        help="publish or withdraw the charter that people accept",
        epilog="example: argo charter publish charter.fr.md charter.en.md",
    )
    verbs = charter.add_subparsers(dest="verb", required=True)
    publish = verbs.add_parser("publish", help="put a new version in force; all accept it anew")
    publish.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar="FILE",
        help="FILE.fr.md FILE.en.md; none: the charter that ships",
    )
    withdraw = verbs.add_parser("withdraw", help="withdraw it; the version before holds again")
    for verb in (publish, withdraw):
        verb.add_argument("--institution", metavar="SLUG")
    charter.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Publish or withdraw; returns the exit status."""
    texts = None
    if args.verb == "publish" and args.files:
        french, english = args.files[0], args.files[-1]
        texts = _text(french, ".fr.md"), _text(english, ".en.md")
    return asyncio.run(_run(args, settings.load(args.config, args.data), texts))


async def _run(
    args: argparse.Namespace, loaded: settings.Settings, texts: tuple[str, str] | None
) -> int:
    async with commanding(loaded) as house:
        if texts is not None:
            version = await house.charters.publish(*texts, args.institution)
            print(f"Version {version} is in force.", file=sys.stderr)
        elif args.verb == "publish":
            version = await house.charters.take_shipped(args.institution)
            print(f"Version {version}, the one that ships, is in force.", file=sys.stderr)
        else:
            version = await house.charters.withdraw(args.institution)
            print(f"Version {version} is withdrawn.", file=sys.stderr)
    return 0


def _text(path: Path, ending: str) -> str:
    try:
        content = path.read_bytes()
    except OSError:
        raise CharterUnfit(file=str(path), ending=ending, limit=MOST_BYTES) from None
    return text_of(content, path.name, ending)
