"""The settings of storage, and who a row belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field


@dataclass(frozen=True)
class DatabaseSettings:
    """`[database]`: absent `url` means the embedded PostgreSQL in the data folder.

    `url` is the service's role, `owner_url` the role that owns the tables and migrates them.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    url: str | None = None
    owner_url: str | None = None
    connections: int = 10
    """Connections a worker keeps open at most."""


@dataclass(frozen=True)
class StorageSettings:
    """`[storage]`: where files and owner keys lie; absent `url` means the data folder."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    url: str | None = None
    keys_url: str | None = None
    """The key store, when it shall not lie beside the files (its backups must be its own)."""


@dataclass(frozen=True)
class SecretsSettings:
    """`[secrets]`: the folder of `root.key` and `pepper.key`; absent means the data folder."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    directory: Path | None = None


@dataclass(frozen=True)
class JobSettings:
    """`[jobs]`: background work, done by the workers of `argo serve --role all` or `jobs`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    at_once: Annotated[int, Field(ge=1, le=64)] = 1
    """Jobs a worker does at the same time: each may hold a whole file in memory."""


@dataclass(frozen=True)
class Owner:
    """Whose a row is: a person of an institution. Every query of a person runs in this name."""

    institution_id: UUID
    owner_id: UUID


@dataclass(frozen=True)
class Job:
    """One job as it is run: `about_id` is the row it is about, `attempt` counts from 1."""

    id: UUID
    kind: str
    owner: Owner
    about_id: UUID
    attempt: int


@dataclass(frozen=True)
class JobCounts:
    """How many jobs wait for their time or a runner, run, and have failed for good."""

    waiting: int
    running: int
    failed: int
