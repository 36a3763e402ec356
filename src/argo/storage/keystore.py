"""The owners' keys, wrapped by the root secret, outside the database and its backups.

One object an owner. Erasure destroys it; what was sealed with it is then unreadable, in every
backup of the database too.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from pathlib import Path
from uuid import UUID

import obstore
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from argo.clock import Clock
from argo.storage.errors import KeyGone, KeyStoreAway, SealBroken
from argo.storage.sealing import OwnerKey
from argo.storage.types import Owner

_KEPT_SECONDS = 300.0
_KEPT_KEYS = 20_000
_NONCE_BYTES = 12
_BURIED = "erased"


def key_store_at(url: str | None, folder: Path) -> ObjectStore:
    """Return the object store at `url`, or the local `folder` (made with mode 0700) without one."""
    if url is not None:
        return from_url(url)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(folder)


class KeyStore:
    """Hands out owner keys; keeps those of the last five minutes in memory."""

    def __init__(self, store: ObjectStore, root: bytes, clock: Clock) -> None:
        """Read wrapped keys from `store` and unwrap them with `root` (32 bytes)."""
        self._store = store
        self._wrap = AESGCM(root[:32])
        self._clock = clock
        self._kept: OrderedDict[Owner, tuple[float, OwnerKey]] = OrderedDict()
        self._making = asyncio.Lock()

    async def key(self, owner: Owner) -> OwnerKey:
        """Return the key of `owner`.

        Raises `KeyGone` when there is none, `KeyStoreAway`, or `SealBroken` when it was wrapped
        by another root secret.
        """
        kept = self._kept.get(owner)
        if kept is not None and self._clock.monotonic() - kept[0] < _KEPT_SECONDS:
            return kept[1]
        wrapped = await self._read(_name(owner))
        if wrapped is None:
            raise KeyGone
        return self._keep(owner, wrapped)

    async def key_or_new(self, owner: Owner) -> OwnerKey:
        """Return the key of `owner`, made now if there is none; raises like `key`.

        `KeyGone` for who was erased: no key is made for them again.
        """
        try:
            return await self.key(owner)
        except KeyGone:
            pass
        async with self._making:
            await self._make(owner)
        return await self.key(owner)

    async def bury(self, owner: Owner) -> None:
        """Destroy the key of `owner`, and note so that a restored backup cannot bring them back.

        The note is the erasure journal: ids alone, beside the keys and outside the database's
        backups. Whoever is in it is never given a key again. Raises `KeyStoreAway`.
        """
        try:
            await obstore.put_async(self._store, _buried(owner), b"erased")
        except BaseError as error:
            raise KeyStoreAway(retry_after=5) from error
        await self.destroy(owner)

    async def buried(self) -> set[Owner]:
        """Return everybody in the erasure journal; raises `KeyStoreAway`."""
        found = set()
        try:
            async for batch in obstore.list(self._store, f"{_BURIED}/"):
                for each in batch:
                    _, institution, person = str(each["path"]).split("/")
                    found.add(Owner(UUID(institution), UUID(person)))
        except BaseError as error:
            raise KeyStoreAway(retry_after=5) from error
        return found

    async def destroy(self, owner: Owner) -> None:
        """Destroy the key of `owner` for good; raises `KeyStoreAway`."""
        self._kept.pop(owner, None)
        try:
            await obstore.delete_async(self._store, _name(owner))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise KeyStoreAway(retry_after=5) from error

    async def _read(self, name: str) -> bytes | None:
        try:
            found = await obstore.get_async(self._store, name)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except BaseError as error:
            raise KeyStoreAway(retry_after=5) from error

    async def _make(self, owner: Owner) -> None:
        if await self._read(_buried(owner)) is not None:
            raise KeyGone
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = nonce + self._wrap.encrypt(nonce, os.urandom(32), _bound(owner))
        try:
            await obstore.put_async(self._store, _name(owner), wrapped, mode="create")
        except AlreadyExistsError:
            return
        except BaseError as error:
            raise KeyStoreAway(retry_after=5) from error

    def _keep(self, owner: Owner, wrapped: bytes) -> OwnerKey:
        nonce, ciphertext = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            secret = self._wrap.decrypt(nonce, ciphertext, _bound(owner))
        except InvalidTag as error:
            raise SealBroken from error
        key = OwnerKey(owner, secret)
        self._kept[owner] = (self._clock.monotonic(), key)
        self._kept.move_to_end(owner)
        while len(self._kept) > _KEPT_KEYS:
            self._kept.popitem(last=False)
        return key


def _name(owner: Owner) -> str:
    return f"keys/{owner.institution_id}/{owner.owner_id}.key"


def _buried(owner: Owner) -> str:
    return f"{_BURIED}/{owner.institution_id}/{owner.owner_id}"


def _bound(owner: Owner) -> bytes:
    return b"owner-key\x00" + owner.institution_id.bytes + owner.owner_id.bytes
