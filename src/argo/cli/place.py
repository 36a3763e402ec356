"""Where the service listens: a port that is free, one queue for all workers, and safe to use."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from argo.errors import ArgoError
from argo.http.types import ServerSettings

_LIVE_SECONDS = 30.0
_PORT_SECONDS = 1.0
_PROBE_SECONDS = 0.05
_BACKLOG = 4096


class PortTaken(ArgoError):
    """Another process listens where the service shall."""

    code = "port_taken"
    kind = "refused"
    english = "Port {port} on {host} is taken. Stop what listens there, or give another --port."
    french = (
        "Le port {port} de {host} est pris. Arrêtez ce qui y écoute, ou donnez un autre --port."
    )


class HostUnfit(ArgoError):
    """The host to listen on is not one of this machine's."""

    code = "host_unfit"
    kind = "invalid"
    english = "ARGO cannot listen on {host}: {fault}."
    french = "ARGO ne peut pas écouter sur {host} : {fault}."


class PlainHttp(ArgoError):
    """The service would be reached over plain http from other machines."""

    code = "plain_http"
    kind = "invalid"
    english = (
        "{host} is reached from other machines, and plain http would show them what people write. "
        'Put a TLS proxy before ARGO and set server.public_url = "https://…" or '
        "server.trusted_proxies, or leave server.host at 127.0.0.1."
    )
    french = (
        "{host} est joignable d'autres machines, et http en clair leur montrerait ce que les gens "
        'écrivent. Placez un proxy TLS devant ARGO et réglez server.public_url = "https://…" ou '
        "server.trusted_proxies, ou laissez server.host à 127.0.0.1."
    )


class NoAnswer(ArgoError):
    """The workers listen, but `/health/live` does not say 200."""

    code = "no_answer"
    kind = "unavailable"
    english = "The service started but {url}/health/live answers {fault}."
    french = "Le service a démarré mais {url}/health/live répond {fault}."


@dataclass(frozen=True)
class Place:
    """Where the service listens: what people type, what it binds to, and the socket itself.

    The workers take their connections from this one socket: what waits there when a worker is
    replaced, or dies, is taken by the others.
    """

    host: str
    address: str
    port: int
    socket: socket.socket = field(repr=False)

    def close(self) -> None:
        """Let nobody new in, once the workers have closed theirs too."""
        self.socket.close()

    @property
    def url(self) -> str:
        """The address as it is printed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


@asynccontextmanager
async def listening_place(server: ServerSettings) -> AsyncIterator[Place]:
    """Find where to listen, and listen; the workers take the connections.

    Raises `PortTaken`, `HostUnfit` or `PlainHttp`.
    """
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise HostUnfit(host=server.host, fault=error.strerror) from error
    family, _, _, _, address = found[0]
    declared = server.secure or server.trusted_proxies
    if not ipaddress.ip_address(address[0]).is_loopback and not declared:
        raise PlainHttp(host=server.host)
    with await _free(family, address, server.host) as held:
        yield Place(server.host, str(address[0]), held.getsockname()[1], held)


async def _free(family: int, address: Any, host: str) -> socket.socket:
    """Return a socket that listens at `address`, which is nobody else's.

    The workers of a service that was killed a moment ago may need that moment to be gone.
    """
    deadline = time.monotonic() + _PORT_SECONDS
    while True:
        held = socket.socket(family, socket.SOCK_STREAM)
        try:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(address)
            held.listen(_BACKLOG)
        except OSError as error:
            held.close()
            if error.errno != errno.EADDRINUSE:
                raise HostUnfit(host=host, fault=error.strerror) from error
            if time.monotonic() > deadline:
                raise PortTaken(port=address[1], host=host) from error
            await asyncio.sleep(_PROBE_SECONDS)
        else:
            return held


async def answers(place: Place) -> None:
    """Return when the service answers `/health/live`; raises `NoAnswer`."""
    wanted = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(place.address, place.address)
    request = f"GET /health/live HTTP/1.1\r\nhost: {wanted}\r\nconnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(_LIVE_SECONDS):
            reader, writer = await asyncio.open_connection(wanted, place.port)
            writer.write(request.encode())
            status = (await reader.readline()).decode("latin-1").strip()
            writer.close()
    except (OSError, TimeoutError) as error:
        raise NoAnswer(url=place.url, fault="nothing") from error
    if " 200" not in status:
        raise NoAnswer(url=place.url, fault=status or "nothing")
