"""ARGO's relay alone, on granian: relaying.py PORT ENGINE_PORT."""

from __future__ import annotations

import sys
from typing import Any

import orjson
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

from argo.completions import frames, relay
from argo.engines.client import EngineClient
from argo.engines.types import EngineSettings, Replica

CLIENT = EngineClient(EngineSettings())
REPLICA = Replica(f"http://127.0.0.1:{sys.argv[2]}/v1", None, None)
PACE = relay.Pace()
HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream")],
}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    message = await receive()
    question = orjson.loads(message["body"])
    async with CLIENT.stream(REPLICA, "chat/completions", question) as stream:
        await send(HEAD)
        envelope = frames.Envelope("a", "m", 1)
        async for batch in relay.batches(stream, PACE):
            if frame := b"".join(map(envelope.rebuilt, batch)):
                await send({"type": "http.response.body", "body": frame, "more_body": True})
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n", "more_body": False})


async def main() -> None:
    await Server(
        app,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=4096,
        backpressure=65536,
        log_enabled=False,
    ).serve()


uvloop.run(main())
