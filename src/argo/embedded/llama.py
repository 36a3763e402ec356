"""The child process that runs llama.cpp's own HTTP server; nothing else imports llama.cpp.

Started as a module with its orders as JSON on standard input. It loads what it needs while it
still may read everything, then drops its rights, then listens; once it listens it says so and
closes its log, for what llama.cpp writes later can hold what people wrote.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass

from xllamacpp import CommonParams, Server

from argo.embedded import launch
from argo.embedded.part import READY

_WARNINGS = 2


@dataclass(frozen=True)
class Orders:
    """What the parent wants: which model, where to listen, how much at once, as whom."""

    parent: int
    user: int | None
    group: int | None
    file: str
    alias: str
    port: int
    key: str
    context_tokens: int
    answers_at_once: int
    threads: int
    template: str


def main() -> None:
    """Serve until a signal ends the process."""
    orders = Orders(**json.load(sys.stdin))
    # Opened now, read later: the unprivileged user need not reach the folder it lies in.
    weights = os.open(orders.file, os.O_RDONLY)
    launch.bind(orders.parent, signal.SIGKILL, orders.user, orders.group)
    os.chdir("/")
    # Pages go before answers: on two cores the model would otherwise take both.
    os.nice(5)
    server = Server(_parameters(orders, f"/proc/self/fd/{weights}"))
    print(READY, flush=True)
    launch.close_log()
    signal.pause()
    del server


def _parameters(orders: Orders, file: str) -> CommonParams:
    params = CommonParams()
    params.model.path = file
    # The name that answers carry; without it they would carry the path.
    params.model_alias = {orders.alias}
    params.hostnames = ["127.0.0.1"]
    params.port = orders.port
    params.api_keys = [orders.key]
    params.n_ctx = orders.context_tokens * orders.answers_at_once
    params.n_parallel = orders.answers_at_once
    params.cpuparams.n_threads = orders.threads
    params.cpuparams_batch.n_threads = orders.threads
    # No prompt stays in memory once another took its place.
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.use_jinja = True
    if orders.template:
        params.chat_template = orders.template
    params.offline = True
    params.ui = False
    params.endpoint_metrics = True
    params.endpoint_slots = False
    params.endpoint_props = False
    params.cors_origins = ""
    params.verbosity = _WARNINGS
    return params


if __name__ == "__main__":
    main()
