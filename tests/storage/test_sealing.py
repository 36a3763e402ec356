"""A sealed value opens for its owner, in its place, and nowhere else."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import MemoryStore

from argo.clock import Clock
from argo.storage import secrets
from argo.storage.errors import KeyGone, SealBroken, SecretUnfit
from argo.storage.keystore import KeyStore, key_store_at
from argo.storage.sealing import OwnerKey, Place
from argo.storage.types import Owner

OWNER = Owner(uuid4(), uuid4())
PLACE = Place("messages.text", uuid4(), 3)


@given(st.text())
def test_what_was_sealed_opens(text: str) -> None:
    key = OwnerKey(OWNER, bytes(32))
    assert key.open(key.seal(text, PLACE), PLACE) == text


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, column="messages.reasoning"),
        replace(PLACE, row_id=UUID(int=1)),
        replace(PLACE, version=2),
    ],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    key = OwnerKey(OWNER, bytes(32))
    with pytest.raises(SealBroken):
        key.open(key.seal("secret", PLACE), elsewhere)


def test_another_owner_with_the_same_key_cannot_open() -> None:
    sealed = OwnerKey(OWNER, bytes(32)).seal("secret", PLACE)
    with pytest.raises(SealBroken):
        OwnerKey(replace(OWNER, owner_id=uuid4()), bytes(32)).open(sealed, PLACE)


@given(st.binary(max_size=64))
def test_anything_else_is_refused_in_order(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        OwnerKey(OWNER, bytes(32)).open(noise, PLACE)


async def test_two_workers_agree_on_a_new_owners_key() -> None:
    store, root = MemoryStore(), os.urandom(32)
    one, other = (KeyStore(store, root, Clock()) for _ in range(2))
    sealed = (await one.key_or_new(OWNER)).seal("bonjour", PLACE)
    assert (await other.key_or_new(OWNER)).open(sealed, PLACE) == "bonjour"


async def test_a_destroyed_key_is_gone() -> None:
    store = KeyStore(MemoryStore(), os.urandom(32), Clock())
    await store.key_or_new(OWNER)
    await store.destroy(OWNER)
    with pytest.raises(KeyGone):
        await store.key(OWNER)


async def test_another_root_opens_no_key() -> None:
    store = MemoryStore()
    await KeyStore(store, os.urandom(32), Clock()).key_or_new(OWNER)
    with pytest.raises(SealBroken):
        await KeyStore(store, os.urandom(32), Clock()).key(OWNER)


async def test_a_folder_holds_the_keys_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    await KeyStore(key_store_at(None, folder), os.urandom(32), Clock()).key_or_new(OWNER)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.rglob("*.key"))) == 1


def test_secrets_are_made_once_and_stay(tmp_path: Path) -> None:
    first = secrets.read_or_make(tmp_path / "secrets")
    assert secrets.read_or_make(tmp_path / "secrets") == first
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "root.key").stat().st_mode & 0o777 == 0o600
    assert first.root.hex() not in repr(first)


@pytest.mark.parametrize(
    ("root", "pepper"),
    [
        (None, b"x"),
        (b"c2hvcnQ=", b"c2hvcnQ="),
        (b"not base64 at all!", b"A"),
        (b"A" * 44, b"A" * 44),
    ],
)
def test_unfit_secrets_are_refused(tmp_path: Path, root: bytes | None, pepper: bytes) -> None:
    if root is not None:
        (tmp_path / "root.key").write_bytes(root)
    (tmp_path / "pepper.key").write_bytes(pepper)
    with pytest.raises(SecretUnfit):
        secrets.read(tmp_path)
