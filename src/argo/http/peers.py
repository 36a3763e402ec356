"""Who really calls, and whether from an allowed network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from argo.http.errors import NetworkRefused
from argo.http.types import ServerSettings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Headers = Iterable[tuple[bytes, bytes]]

_FORWARDING = frozenset(
    {
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-real-ip",
        b"x-client-ip",
        b"true-client-ip",
        b"cf-connecting-ip",
    }
)


class Peers:
    """Tells callers apart by their true address; only a trusted proxy may speak for another."""

    def __init__(self, settings: ServerSettings) -> None:
        """Allow loopback and the networks of `settings`."""
        self._allowed = _networks(settings.allowed_networks)
        self._proxies = _networks(settings.trusted_proxies)
        self._metrics = _networks(settings.metrics_networks)

    def caller(self, peer: str, headers: Headers) -> Address:
        """Return the caller's address.

        Raises `NetworkRefused` when a peer that is no trusted proxy carries a forwarding header,
        or a trusted one carries none that can be read.
        """
        address = _plain(peer)
        said = [(name, value) for name, value in headers if name in _FORWARDING]
        if not _within(address, self._proxies):
            if said:
                raise NetworkRefused
            return address
        hops = b",".join(value for name, value in said if name == b"x-forwarded-for")
        for hop in reversed([part.strip() for part in hops.decode("latin-1").split(",")]):
            try:
                address = _plain(hop)
            except ValueError:
                raise NetworkRefused from None
            if not _within(address, self._proxies):
                return address
        return address

    def allow(self, caller: Address) -> None:
        """Let `caller` in, or raise `NetworkRefused`."""
        if not (caller.is_loopback or _within(caller, self._allowed)):
            raise NetworkRefused

    def allow_metrics(self, caller: Address) -> None:
        """Let `caller` read the metrics, or raise `NetworkRefused`."""
        if not (caller.is_loopback or _within(caller, self._metrics)):
            raise NetworkRefused


def _plain(text: str) -> Address:
    """Return the address, an IPv4 one written inside IPv6 as IPv4."""
    address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _networks(texts: Sequence[str]) -> tuple[Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
