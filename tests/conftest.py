"""What every test run loads: the service's event loop, no internet, and each test's ring."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import uvloop

pytest_plugins = ["tests.fixtures"]

FIXTURES = {
    "browser": {"chromium", "page"},
    "database": {"cluster"},
    "engine": {"engine", "wheel"},
}
"""The fixtures that put a test into a ring; a test with none of them is pure."""

FOLDERS = {"tests/browser/": "browser", "tests/embedded/": "engine", "tests/simulation/": "engine"}
"""Where tests start processes and servers themselves."""


def pytest_asyncio_loop_factories(config: Any, item: Any) -> Mapping[str, Callable[..., Any]]:
    """Run the tests on the loop that the service runs on."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_configure(config: pytest.Config) -> None:
    """Close the way out for this process. There is no way to open it again."""
    sys.addaudithook(refuse_the_internet)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its ring, so that `scripts/test -m pure` runs in seconds."""
    for item in items:
        item.add_marker(ring(item.nodeid, set(getattr(item, "fixturenames", ()))))


def ring(test: str, fixtures: set[str]) -> str:
    """Return the ring of a test that asks for `fixtures`."""
    for folder, name in FOLDERS.items():
        if test.startswith(folder):
            return name
    return next((name for name, marks in FIXTURES.items() if fixtures & marks), "pure")


def refuse_the_internet(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise when a socket of Python's is about to leave this machine, or a name is looked up."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not stays_here(host):
        raise InternetRefused(f"a test tried to reach {host!r}")


def stays_here(host: str | bytes | None) -> bool:
    """Tell whether `host` is this machine; None stands for a Unix socket or any address."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


class InternetRefused(Exception):
    """No test needs the internet: what leaves the machine in a test would leave it in service."""
