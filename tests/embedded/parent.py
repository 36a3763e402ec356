"""A parent of embedded parts, as `argo serve` is one, for tests that kill it.

`python parent.py DATA [engine]` prints one line of JSON when the parts answer, and stops them on
SIGTERM. Exits 2 like a command when the data folder is taken.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from argo.clock import Clock
from argo.embedded.attach import serving
from argo.embedded.engine import Engine
from argo.embedded.postgres import Postgres
from argo.embedded.types import LocalModel
from argo.errors import ArgoError


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def main(data: Path, *, with_engine: bool) -> None:
    """Run the parts until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with serving(data) as served:
        parts = (served.folder, served.identity, _say, Clock())
        postgres = Postgres(served.folder, served.sockets, *parts[1:])
        address = await postgres.start()
        told = {"service": address.service, "owner": address.owner}
        pids = {"postgres": postgres.part.state().pid}
        engine = None
        if with_engine:
            engine = Engine(LocalModel("small", None, 2048, 4), 0, *parts)
            engine.part.start()
            await engine.part.answers()
            told |= {"url": engine.address.url, "key": engine.address.key}
            pids["engine"] = engine.part.state().pid
        print(json.dumps({**told, "pids": pids}), flush=True)
        await stop.wait()
        if engine is not None:
            await engine.stop()
        await postgres.stop()


if __name__ == "__main__":
    try:
        asyncio.run(main(Path(sys.argv[1]), with_engine="engine" in sys.argv[2:]))
    except ArgoError as error:
        _say(error.text("en"))
        sys.exit(2)
