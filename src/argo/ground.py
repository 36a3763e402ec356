"""Builds what everything stands on: secrets, the database, the key store, the journal."""

from __future__ import annotations

from dataclasses import dataclass

from argo.clock import Clock
from argo.embedded.types import Addresses
from argo.http import logs
from argo.journal.service import Journal
from argo.settings import Settings, SettingsUnfit
from argo.storage import secrets
from argo.storage.database import Database
from argo.storage.files import Files, file_store_at
from argo.storage.jobs import Runner
from argo.storage.keystore import KeyStore, key_store_at


@dataclass(frozen=True)
class Ground:
    """The settings, and the ground's parts made from them."""

    settings: Settings
    addresses: Addresses
    clock: Clock
    secrets: secrets.Secrets
    database: Database
    key_store: KeyStore
    journal: Journal
    files: Files
    jobs: Runner


def lay(settings: Settings, addresses: Addresses, clock: Clock) -> Ground:
    """Build the ground of one worker; raises `SettingsUnfit` or `SecretUnfit`."""
    root = secrets_of(settings)
    database = database_of(settings, addresses)
    return Ground(
        settings=settings,
        addresses=addresses,
        clock=clock,
        secrets=root,
        database=database,
        key_store=key_store_of(settings, root, clock),
        journal=journal_of(settings, root, database, clock),
        files=Files(file_store_at(settings.storage.url, settings.data / "files")),
        jobs=Runner(settings.jobs, database, clock, logs.unexpected),
    )


def database_of(settings: Settings, addresses: Addresses) -> Database:
    """Return the settings' database, or the embedded one; raises `SettingsUnfit` without any."""
    url = settings.database.url or addresses.database
    if url is None:
        raise SettingsUnfit(where="database.url", fault="no database is named or embedded")
    return Database(url, connections=settings.database.connections)


def secrets_of(settings: Settings) -> secrets.Secrets:
    """Return the root secrets; raises `SecretUnfit`."""
    directory = settings.secrets.directory
    if directory is not None:
        return secrets.read(directory)
    return secrets.read_or_make(settings.data / "secrets")


def key_store_of(settings: Settings, root: secrets.Secrets, clock: Clock) -> KeyStore:
    """Return the key store of the settings, or the data folder's."""
    url = settings.storage.keys_url or settings.storage.url
    return KeyStore(key_store_at(url, settings.data / "keys"), root.root, clock)


def journal_of(
    settings: Settings, root: secrets.Secrets, database: Database, clock: Clock
) -> Journal:
    """Return the installation's journal."""
    key = root.derived("journal")
    return Journal(database, key, clock, kept_days=settings.journal.kept_days)
