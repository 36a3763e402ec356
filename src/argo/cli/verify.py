"""`argo verify`: whether an exported file is as it was exported, and which model wrote it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from argo import settings
from argo.export.errors import OriginBroken
from argo.export.origin import Signing, verified
from argo.storage import secrets

_CHANGED = 1


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    verify = subparsers.add_parser(
        "verify",
        help="check the mark of AI origin of an exported file",
        description="Tells whether an exported file is unchanged, which model wrote it and when.",
        epilog="example: argo verify answer.docx --key 'PUBLIC KEY'",
    )
    verify.add_argument("file", nargs="?", type=Path, metavar="FILE")
    verify.add_argument(
        "--key", metavar="BASE64", help="the public key of the ARGO that exported it (its own)"
    )
    verify.add_argument("--public-key", action="store_true", help="print this ARGO's public key")
    verify.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify the file; returns 0 when it is whole, 1 when it is not."""
    if not args.public_key and args.file is None:
        print("argo: name a file, or ask for --public-key", file=sys.stderr)
        return 2
    key = args.key or _own_key(args)
    if args.public_key:
        print(key)
        return 0
    try:
        told = verified(args.file.read_bytes(), key, args.file.name)
    except OSError as error:
        print(f"argo: {args.file}: {error.strerror}", file=sys.stderr)
        return 2
    except OriginBroken as error:
        print(f"argo: {error.text('en')}", file=sys.stderr)
        return _CHANGED
    models = ", ".join(told["models"]) or "no model"
    print(f"{args.file.name}: unchanged. Written by AI ({models}).")
    print(f"Exported {told['exported_at']} by ARGO of {told['institution']}.")
    if told["source"] == "temporary":
        print("From a temporary conversation: the text is what the page sent.")
    return 0


def _own_key(args: argparse.Namespace) -> str:
    loaded = settings.load(args.config, args.data)
    root = secrets.read(loaded.secrets.directory or loaded.data / "secrets")
    return Signing.of(root.derived("origin")).public
