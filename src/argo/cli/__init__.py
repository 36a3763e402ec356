"""The command line: `argo <command>`, one module a command, imported when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from argo.errors import ArgoError

COMMANDS = {
    "serve": "run the service",
    "user": "add people and make their sign-in links",
    "institution": "add and list institutions",
    "unit": "add and list units of an institution",
    "key": "make API keys",
    "charter": "publish or withdraw the charter that people accept",
    "engine": "run a simulated engine",
    "loadtest": "measure any OpenAI-compatible address under load",
    "doctor": "check settings, database, engines, storage, keys and clock",
    "journal": "verify the journal of changes and refused accesses",
    "verify": "check the mark of AI origin of an exported file",
    "migrate": "bring the database to this version's schema",
}

_INTERRUPTED = 130
_MISTAKE, _FAILURE = 2, 1
_FAILURES = ("unavailable", "busy", "exhausted")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` names (absent: the process's own) and return its exit code.

    0: done; 1: it failed at work; 2: a wrong setting or option; 130: Ctrl-C.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parser(words).parse_args(words)
        code: int = args.run(args)
    except ArgoError as error:
        print(f"argo: {error.text('en')}", file=sys.stderr)
        return _FAILURE if error.kind in _FAILURES else _MISTAKE
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="argo",
        description="The assistant a research institute runs for its own staff.",
        epilog="example: argo serve --data ./.argo   (argo COMMAND --help says more)",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        if importlib.util.find_spec(f"argo.cli.{name}") is None:
            continue
        if name == asked:
            importlib.import_module(f"argo.cli.{name}").add(commands)
            _take_common_options(commands.choices[name])
        else:
            commands.add_parser(name, help=summary, add_help=False)
    return parser


def _take_common_options(parser: argparse.ArgumentParser) -> None:
    """Give a command, or each of its verbs, the options that every command takes."""
    verbs = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for action in verbs:
        for verb in dict.fromkeys(action.choices.values()):
            _take_common_options(verb)
    if verbs:
        return
    for name, metavar, text in (
        ("--config", "FILE", "settings (argo.toml in this folder, when there is one)"),
        ("--data", "DIR", "data folder (./.argo)"),
    ):
        if name not in parser._option_string_actions:
            parser.add_argument(name, type=Path, metavar=metavar, help=text)
