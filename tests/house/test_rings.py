"""Each test stands in the ring of what it touches, and none reaches beyond this machine."""

from __future__ import annotations

import asyncio
import socket

import pytest
import uvloop

from tests.conftest import InternetRefused, ring, stays_here


@pytest.mark.parametrize(
    ("test", "fixtures", "expected"),
    [
        ("tests/completions/test_queue.py::test_a", set(), "pure"),
        (
            "tests/openai/test_whole.py::test_a",
            {"client", "service", "engine", "cluster"},
            "database",
        ),
        ("tests/engines/test_client.py::test_a", {"engine"}, "engine"),
        ("tests/embedded/test_command_line.py::test_a", set(), "engine"),
        ("tests/browser/test_stop.py::test_a", {"cluster"}, "browser"),
        ("tests/stories/test_first_day.py::test_a", {"page", "cluster"}, "browser"),
    ],
)
def test_the_dearest_thing_a_test_asks_for_is_its_ring(
    test: str, fixtures: set[str], expected: str
) -> None:
    assert ring(test, fixtures) == expected


def test_this_test_is_pure(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("pure")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "0.0.0.0", None])
def test_this_machine_is_reached(host: str | None) -> None:
    assert stays_here(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "argo.example.org", b"10.0.0.1"])
def test_no_other_is(host: str | bytes) -> None:
    assert not stays_here(host)


def test_a_connection_outwards_fails_before_a_byte_leaves() -> None:
    with socket.socket() as out, pytest.raises(InternetRefused):
        out.connect(("192.0.2.1", 9))
    with pytest.raises(InternetRefused):
        socket.getaddrinfo("argo.example.org", 80)
    with socket.socket(type=socket.SOCK_DGRAM) as out, pytest.raises(InternetRefused):
        out.sendto(b"", ("192.0.2.1", 9))


async def test_tests_run_on_the_services_own_loop() -> None:
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
