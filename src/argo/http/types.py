"""`[server]`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field


def _network(text: str) -> str:
    ip_network(text, strict=False)
    return text


Network = Annotated[str, AfterValidator(_network)]


@dataclass(frozen=True)
class ServerSettings:
    """`[server]`: where ARGO listens, who may reach it, how large a request may be."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] | None = None
    public_url: str | None = None
    allowed_networks: tuple[Network, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    metrics_networks: tuple[Network, ...] = ()
    drain_seconds: Annotated[float, Field(ge=0)] = 30.0
    max_body_bytes: Annotated[int, Field(ge=1024)] = 4 * 1024 * 1024
    link_host: str = "127.0.0.1"
    """Where this machine's workers listen for the others' (sealed and authenticated)."""

    @property
    def secure(self) -> bool:
        """Whether people reach ARGO over https."""
        return (self.public_url or "").startswith("https://")
