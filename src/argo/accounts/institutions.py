"""The houses themselves, for subjects that share something out between them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from argo.accounts import store
from argo.storage.database import Connection


async def every(house: Connection) -> list[UUID]:
    """Return the ids of all institutions."""
    return await store.institutions(house)


async def ids_of(house: Connection, slugs: Iterable[str]) -> dict[str, UUID]:
    """Return the ids of the institutions named `slugs`, by slug; unknown ones are left out."""
    found = {slug: await store.institution_named(house, slug) for slug in slugs}
    return {slug: id_ for slug, id_ in found.items() if id_ is not None}
