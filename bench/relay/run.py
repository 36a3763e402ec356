"""CPU a relayed token: ARGO's relay and nginx as a bare pass-through, side by side, one engine.

    .venv/bin/python bench/relay/run.py [--streams 200] [--rounds 3]

Prints each round and the ratio of the medians. nginx is Debian's (apt install nginx-light).
Measured is the relay (engine's stream to caller), without authentication, quota and ledger: their
cost is a question's, not a token's.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

TOKENS = 300
RATE = 50
HERE = Path(__file__).parent
NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 20000; }}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream engine {{ server 127.0.0.1:{engine}; keepalive 64; }}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://engine;
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }} }}
"""
QUESTION = b'{"model":"simulated","stream":true,"max_tokens":300,"messages":[{"role":"user","content":"hello"}]}'


class Reader(asyncio.Protocol):
    """One caller: asks, reads to the end, keeps nothing."""

    def __init__(self) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {len(QUESTION)}\r\n\r\n"
        transport.write(head.encode() + QUESTION)  # type: ignore[attr-defined]
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.tail = (self.tail + data)[-64:]
        if b"[DONE]" in self.tail and not self.done.done():
            self.transport.close()
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError("a stream ended early"))


def cpu_seconds(pid: int) -> float:
    """Return the CPU that a process and its threads have used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measured(port: int, pid: int, streams: int) -> float:
    """Return the microseconds of CPU of `pid` a token, over `streams` answers."""
    loop = asyncio.get_running_loop()
    before, readers = cpu_seconds(pid), []
    for number in range(streams):
        _, reader = await loop.create_connection(Reader, "127.0.0.1", port)
        readers.append(reader)
        if number % 10 == 0:
            await asyncio.sleep(0.005)
    await asyncio.gather(*(reader.done for reader in readers))
    return (cpu_seconds(pid) - before) / (streams * TOKENS) * 1e6


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def listening(port: int) -> None:
    """Wait until somebody takes connections at `port`."""
    for _ in range(200):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nobody listens on {port}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    engine, argo, passing = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        settings = Path(folder) / "nginx.conf"
        settings.write_text(NGINX.format(folder=folder, engine=engine, port=passing))
        commands = (
            [sys.executable, str(HERE / "engine.py"), str(engine), str(RATE), str(TOKENS)],
            [sys.executable, str(HERE / "relaying.py"), str(argo), str(engine)],
            [nginx, "-c", str(settings), "-p", folder],
        )
        started = []
        for command in commands:
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            started.append(process.pid)
        for port in (engine, argo, passing):
            listening(port)
        children = Path(f"/proc/{started[2]}/task/{started[2]}/children").read_text().split()
        rounds: dict[str, list[float]] = {"ARGO": [], "nginx": []}
        for number in range(args.rounds):
            for name, port, pid in (
                ("ARGO", argo, started[1]),
                ("nginx", passing, int(children[0])),
            ):
                cost = asyncio.run(measured(port, pid, args.streams))
                rounds[name].append(cost)
                print(f"round {number + 1}: {name} {cost:.1f} us of CPU a token", flush=True)
        argo_median, nginx_median = (statistics.median(rounds[name]) for name in rounds)
        print(f"ARGO / nginx = {argo_median / nginx_median:.2f} (medians of {args.rounds})")


if __name__ == "__main__":
    main()
