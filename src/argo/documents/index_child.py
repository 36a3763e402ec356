"""The child that turns texts into vectors of hashed stems, a line of JSON in, a line out.

Stemming a long document takes a second of CPU: too long for a process that relays answers.
"""

from __future__ import annotations

import signal
import sys

import orjson

from argo.embedded import launch
from argo.storage import lexemes


def main() -> None:
    """Answer until the input ends, or the parent dies."""
    first = orjson.loads(sys.stdin.buffer.readline())
    launch.bind(first["parent"], signal.SIGKILL, None, None)
    key = bytes.fromhex(first["key"])
    for line in sys.stdin.buffer:
        vectors = [lexemes.vector(text, key) for text in orjson.loads(line)]
        sys.stdout.buffer.write(orjson.dumps(vectors) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
