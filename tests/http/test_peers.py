"""Who calls is who really calls: only a trusted proxy may speak for another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from argo.clock import Clock
from argo.http.errors import NetworkRefused
from argo.http.peers import Peers
from argo.http.types import ServerSettings
from tests.accounts.wire import asked
from tests.fixtures import Serve, Service

SITE = ServerSettings(
    allowed_networks=("10.1.0.0/16", "2001:db8:1::/48"),
    trusted_proxies=("10.0.0.0/24",),
    metrics_networks=("10.9.0.0/24",),
)


def caller(peer: str, *hops: str, settings: ServerSettings = SITE) -> str:
    """Return who is taken to call."""
    headers = [(b"x-forwarded-for", each.encode()) for each in hops]
    return str(Peers(settings).caller(peer, headers))


@pytest.mark.parametrize(
    "name",
    [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
    ],
)
def test_nobody_else_may_carry_a_forwarding_header(name: str) -> None:
    with pytest.raises(NetworkRefused):
        Peers(SITE).caller("10.1.2.3", [(name.encode(), b"127.0.0.1")])


def test_without_a_proxy_the_peer_is_the_caller() -> None:
    assert caller("10.1.2.3") == "10.1.2.3"


@pytest.mark.parametrize(
    ("hops", "who"),
    [
        (("10.1.2.3",), "10.1.2.3"),
        (("127.0.0.1, 10.1.2.3",), "10.1.2.3"),
        (("127.0.0.1", "10.1.2.3"), "10.1.2.3"),
        (("127.0.0.1, 203.0.113.9, 10.0.0.7",), "203.0.113.9"),
        (("10.0.0.9, 10.0.0.7",), "10.0.0.9"),
        ((" 2001:db8:1::5 ",), "2001:db8:1::5"),
        (("::ffff:10.1.2.3",), "10.1.2.3"),
    ],
)
def test_a_trusted_proxy_is_believed_up_to_the_first_hop_that_is_none(
    hops: tuple[str, ...], who: str
) -> None:
    assert caller("10.0.0.7", *hops) == who


@pytest.mark.parametrize("hops", [(), ("",), ("somebody",), ("10.1.2.3, ",), ("10.1.2.3:80",)])
def test_a_proxy_that_says_nothing_readable_is_refused(hops: tuple[str, ...]) -> None:
    with pytest.raises(NetworkRefused):
        caller("10.0.0.7", *hops)


def test_an_ipv4_address_written_inside_ipv6_is_that_address() -> None:
    assert caller("::ffff:10.1.2.3") == "10.1.2.3"
    assert caller("::ffff:10.0.0.7", "10.1.2.3") == "10.1.2.3"
    with pytest.raises(NetworkRefused):
        caller("::ffff:203.0.113.9", "10.1.2.3")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.255.255", "2001:db8:1:ff::1"])
def test_the_institute_and_this_machine_are_let_in(address: str) -> None:
    peers = Peers(SITE)
    peers.allow(peers.caller(address, []))


@pytest.mark.parametrize("address", ["10.2.0.1", "203.0.113.9", "2001:db8:2::1", "::ffff:8.8.8.8"])
def test_everybody_else_is_not(address: str) -> None:
    peers = Peers(SITE)
    with pytest.raises(NetworkRefused):
        peers.allow(peers.caller(address, []))


def test_metrics_are_for_their_networks_alone() -> None:
    peers = Peers(SITE)
    peers.allow_metrics(peers.caller("10.9.0.1", []))
    with pytest.raises(NetworkRefused):
        peers.allow_metrics(peers.caller("10.1.2.3", []))


@pytest.fixture
async def proxied(serve: Serve) -> AsyncIterator[Service]:
    """A service behind a proxy on this machine, open to one network."""
    server = ServerSettings(allowed_networks=("10.1.0.0/16",), trusted_proxies=("127.0.0.1/32",))
    async with serve(Clock(), server=server) as service:
        yield service


async def test_behind_a_proxy_the_network_decides(proxied: Service) -> None:
    inside = await asked(proxied.url, "GET", "/api/me", ("x-forwarded-for", "10.1.2.3"))
    assert (inside.status, inside.code) == (401, "not_signed_in")
    for hops in ("203.0.113.9", "10.1.2.3, 203.0.113.9", "unknown"):
        for path in ("/api/me", "/", "/v1/models", "/metrics", "/nowhere"):
            outside = await asked(proxied.url, "GET", path, ("x-forwarded-for", hops))
            assert (outside.status, outside.code) == (403, "network_refused"), (hops, path)


async def test_a_forged_header_is_refused_where_there_is_no_proxy(service: Service) -> None:
    for name in ("X-Forwarded-For", "x-real-ip", "Forwarded"):
        answer = await asked(service.url, "GET", "/api/me", (name, "127.0.0.1"))
        assert (answer.status, answer.code) == (403, "network_refused")


async def test_health_is_open_to_whoever_watches(proxied: Service) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = await asked(proxied.url, "GET", path, ("x-forwarded-for", "203.0.113.9"))
        assert answer.status == 200
