"""What is measured: one engine, and before it ARGO, nginx and, on request, other gateways."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from argo import settings
from argo.charter.types import SHIPPED
from argo.commanding import commanding
from bench.relay.callers import Target
from bench.relay.figures import children, command

PEOPLE = 200
_ARGO = """
[server]
workers = 1
[quotas]
requests_per_minute = 2000
concurrent_requests = 200
tokens_per_day = 1000000000
"""
_MODEL = """
[[models]]
id = "{name}"
[[models.replicas]]
url = "http://127.0.0.1:{engine}/v1"
capacity = {capacity}
"""
_NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 20000; }}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream engine {{ server 127.0.0.1:{engine}; keepalive 64; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ proxy_pass http://engine;
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }} }}
"""
_ENGINE = """
total_tokens_per_second = 1e9
stream_tokens_per_second = {rate}
running_sequences = 1000000
answer_tokens = 1000
first_token_seconds = 0.0
models = ["simulated", "narrow"]
"""
_LITELLM = """
model_list:
  - model_name: simulated
    litellm_params: {{model: openai/simulated, api_base: "http://127.0.0.1:{engine}/v1", api_key: none}}
"""


@dataclass(frozen=True)
class Side:
    """One way to the engine: where it answers, and which processes do the work."""

    name: str
    target: Target
    pids: tuple[int, ...]


class Bench:
    """Starts processes and ends them."""

    def __init__(self, stack: ExitStack, folder: Path, environments: Path, rate: float) -> None:
        self._stack, self._folder, self._environments = stack, folder, environments
        self.engine = self._engine(rate)
        """The engine's port."""

    def _engine(self, rate: float) -> int:
        port, profile = free_port(), self._folder / "steady.toml"
        profile.write_text(_ENGINE.format(rate=rate))
        verbs = ["engine", "simulate", "--port", str(port), "--profile", str(profile)]
        self._start([*_argo(), *verbs], port)
        return port

    def argo(self) -> Side:
        """One worker of `argo serve`: keys, quota, ledger and rebuilt requests as in service."""
        port, data = free_port(), self._folder / f"argo-{time.monotonic_ns()}"
        data.mkdir()
        config = data / "argo.toml"
        models = (("simulated", 1_000_000), ("narrow", 1))
        config.write_text(
            _ARGO
            + "".join(
                _MODEL.format(name=name, capacity=capacity, engine=self.engine)
                for name, capacity in models
            )
        )
        places = ["--config", str(config), "--data", str(data / "data")]
        serving = [*_argo(), "serve", *places, "--port", str(port)]
        process = self._start(serving, port, "/health/ready")
        keys = asyncio.run(_keys(settings.load(config, data / "data")))
        workers = [pid for pid in children(process.pid) if "argo.cli.worker" in command(pid)]
        return Side("ARGO", Target(port, keys), tuple(workers))

    def nginx(self) -> Side:
        """Debian's nginx (apt install nginx-light) as a bare pass-through."""
        port, folder = free_port(), self._folder / "nginx"
        folder.mkdir()
        config = folder / "nginx.conf"
        config.write_text(_NGINX.format(folder=folder, engine=self.engine, port=port))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        process = self._start([nginx, "-c", str(config), "-p", str(folder)], port)
        return Side("nginx", Target(port), tuple(children(process.pid)))

    def vllm_router(self) -> Side:
        """The router of the vLLM project, from PyPI."""
        port, python = free_port(), self._environment("vllm-router")
        engine = f"http://127.0.0.1:{self.engine}"
        arguments = ["--host", "127.0.0.1", "--port", str(port), "--worker-urls", engine]
        module = ["-m", "vllm_router.launch_router", "--prometheus-port", str(free_port())]
        return self._peer("vllm-router", [str(python), *module, *arguments], port)

    def litellm(self) -> Side:
        """LiteLLM's proxy, from PyPI."""
        port, python = free_port(), self._environment("litellm[proxy]")
        config = self._folder / "litellm.yaml"
        config.write_text(_LITELLM.format(engine=self.engine))
        arguments = ["--host", "127.0.0.1", "--port", str(port), "--config", str(config)]
        return self._peer("litellm", [str(python.parent / "litellm"), *arguments], port)

    def _peer(self, name: str, command_line: Sequence[str], port: int) -> Side:
        process = self._start(command_line, port)
        return Side(name, Target(port), (process.pid, *children(process.pid)))

    def _environment(self, package: str) -> Path:
        folder = self._environments / package.partition("[")[0]
        python = folder / "bin" / "python"
        if python.exists():
            return python
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command_line = [str(python), "-m", "pip", "--quiet", "install", package]
        subprocess.run(command_line, check=True, stderr=subprocess.DEVNULL)
        return python

    def _start(
        self, command_line: Sequence[str], port: int, ready: str | None = None
    ) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command_line, stdout=quiet, stderr=quiet, stdin=quiet)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        _listening(port, ready, process)
        return process


def peers(bench: Bench) -> dict[str, Callable[[], Side]]:
    """Return what can be measured beside ARGO and nginx, by its name on the command line."""
    return {"vllm-router": bench.vllm_router, "litellm": bench.litellm}


def _argo() -> list[str]:
    return [sys.executable, "-m", "argo"]


async def _keys(loaded: settings.Settings) -> tuple[str, ...]:
    """Make people, each with a key."""
    keys = []
    async with commanding(loaded) as house:
        for number in range(PEOPLE):
            owner = await house.people.add(f"p{number}@bench.example", None, None, "member")
            await house.charters.accept(owner, SHIPPED)
            keys.append((await house.accounts.create_key(owner, "bench", None))[0])
    return tuple(keys)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _listening(port: int, ready: str | None, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody takes connections at `port`, and `ready` is a 200."""
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                tried.sendall(f"GET {ready or '/'} HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n".encode())
                if ready is None or b" 200 " in tried.recv(64):
                    return
        time.sleep(0.1)
    raise SystemExit(f"nobody listens on {port}")
