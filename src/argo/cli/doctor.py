"""`argo doctor`: one line a check; exit status 0 when all hold."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from argo import commanding, settings
from argo.clock import Clock
from argo.engines import register
from argo.engines.client import EngineClient
from argo.engines.gauges import gauges
from argo.engines.service import UNSAFE_DOORS, slots_of
from argo.engines.types import Model, Replica
from argo.errors import ArgoError
from argo.extraction.service import Extractor
from argo.ground import key_store_of, secrets_of
from argo.storage.database import Database
from argo.storage.types import Owner

_MOST_SKEW_SECONDS = 5.0

Finding = tuple[bool, str]


def add(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "doctor",
        help="check settings, database, engines, storage, keys and clock",
        description="Check everything ARGO stands on. One line a check; exit 0 when all hold.",
        epilog="example: argo doctor --config /etc/argo/argo.toml",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check; returns the exit status."""
    return asyncio.run(_run(settings.load(args.config, args.data)))


async def _run(loaded: settings.Settings) -> int:
    print("ok    settings: read and understood")
    well = True
    async for holds, line in _findings(loaded):
        print(f"{'ok   ' if holds else 'WRONG'} {line}")
        well = well and holds
    sys.stdout.flush()
    return 0 if well else 1


async def _findings(loaded: settings.Settings) -> AsyncIterator[Finding]:
    async for finding in _database(loaded):
        yield finding
    yield await _keys(loaded)
    yield await _extraction(loaded)
    async for finding in _engines(loaded):
        yield finding


async def _database(loaded: settings.Settings) -> AsyncIterator[Finding]:
    """The database answers, at this version's schema, to a role that can do no harm, on time."""
    try:
        async with commanding.database_for_command(loaded) as address:
            database = Database(address.service, connections=1)
            await database.open()
            try:
                async with database.house() as house:
                    found = await house.execute(
                        "SELECT clock_timestamp(), rolsuper OR rolbypassrls, "
                        "EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid "
                        "AND relnamespace = 'public'::regnamespace) "
                        "FROM pg_roles WHERE rolname = session_user"
                    )
                    row = await found.fetchone()
            finally:
                await database.close()
    except ArgoError as error:
        yield False, f"database: {error.text('en')}"
        return
    assert row is not None
    yield True, "database: answers, and the contexts may be taken"
    yield (
        not row[1] and not row[2],
        "database: the service's role owns nothing and bypasses nothing"
        if not row[1] and not row[2]
        else "database: the service's role owns tables or bypasses row-level security; "
        "give [database] url a role of its own and owner_url the owner",
    )
    skew = abs((datetime.now(UTC) - row[0]).total_seconds())
    yield skew < _MOST_SKEW_SECONDS, f"clock: {skew:.1f} s from the database's"


async def _keys(loaded: settings.Settings) -> Finding:
    """The secrets are fit, and the key store gives what was put into it."""
    clock = Clock()
    try:
        store = key_store_of(loaded, secrets_of(loaded), clock)
        nobody = Owner(clock.new_id(), clock.new_id())
        await store.key_or_new(nobody)
        await store.destroy(nobody)
    except ArgoError as error:
        return False, f"secrets and key store: {error.text('en')}"
    return True, "secrets and key store: fit, written, read and destroyed again"


async def _extraction(loaded: settings.Settings) -> Finding:
    """A child reads a document, and the walls around it that must hold do."""
    extractor = Extractor(loaded.extraction)
    try:
        await extractor.extract(b"argo", "argo.txt")
        state = extractor.state()
    except ArgoError as error:
        return False, f"documents: {error.text('en')}"
    finally:
        await extractor.close()
    layers = state.layers
    assert layers is not None
    walls = ["limits", "seccomp"]
    walls += ["a user of its own"] if layers.own_user else []
    walls += [f"namespaces ({', '.join(layers.namespaces)})"] if layers.namespaces else []
    walls += ["a root of its own"] if layers.own_root else []
    walls += [f"Landlock {layers.landlock}"] if layers.landlock else []
    scans = "scans are read by OCR" if state.ocr else "scans are not read"
    return True, f"documents: read in a child behind {', '.join(walls)}; {scans}"


async def _engines(loaded: settings.Settings) -> AsyncIterator[Finding]:
    """Each replica answers, and leaves no unsafe door open."""
    client = EngineClient(loaded.engines)
    try:
        for model in register.models(loaded.models, (), loaded.engine_keys):
            for replica in model.replicas:
                probe = await client.probe(replica, UNSAFE_DOORS)
                name = f"engine: {model.id} at {replica.url}"
                if replica.draining:
                    name += " (draining)"
                if probe.status is None or probe.status >= 500:
                    yield False, f"{name} does not answer"
                elif probe.open_doors and not replica.unsafe_routes_allowed:
                    yield False, f"{name} leaves {', '.join(probe.open_doors)} open"
                else:
                    bound = await capacity_in_words(client, model, replica)
                    yield True, f"{name} answers; {bound}"
    finally:
        client.close()
    if not loaded.models:
        yield True, "engine: the bundled model, started by argo serve"


async def capacity_in_words(client: EngineClient, model: Model, replica: Replica) -> str:
    """Say what bounds the questions a replica gets at once: the least of these."""
    bounds = []
    if replica.capacity is not None:
        bounds.append(f"{replica.capacity} at once, as set")
    if (slots := await slots_of(client, replica)) is not None:
        bounds.append(f"{slots} at once, its slots")
    text = await client.text(replica, "/metrics")
    seen = gauges(text) if text is not None else None
    if seen is not None and not bounds:
        bounds.append(f"found from its own queue ({seen.running} run, {seen.waiting} wait there)")
    if model.target_tokens_per_second is not None:
        how = "its figures" if seen is not None else "its answers"
        bounds.append(f"{model.target_tokens_per_second:g} tokens/s each, found from {how}")
    return "; ".join(bounds) or "nothing bounds what it gets at once: set replicas.capacity"
