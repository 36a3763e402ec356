"""People's files, sealed: a folder or a bucket sees names of ids and bytes that nothing opens.

A file is sealed as it streams, in frames of a quarter of a megabyte, so that neither a large one
nor many at once fill the memory. Its key is derived from its owner's key, the place it stands in
and a random salt; a frame's nonce is its number and whether it is the last, so that frames cannot
be moved, left out or cut off at the end. A file is there when it is whole, or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import obstore
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from argo.storage.errors import DiskFull, FileGone, FilesAway, SealBroken
from argo.storage.sealing import OwnerKey, Place
from argo.storage.types import Owner

FRAME_BYTES = 256 * 1024
_TAG_BYTES = 16
_SALT_BYTES = 32
_FORMAT = b"\x01"
_HEAD_BYTES = len(_FORMAT) + _SALT_BYTES
# S3's smallest part; one at a time, so that an upload holds two of them at most.
_PART_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class Written:
    """A file that is stored: its size, and a keyed hash of its content (HMAC-SHA-256)."""

    size_bytes: int
    content_hash: bytes


@dataclass(frozen=True)
class Standing:
    """A file as the store lists it: whose, which, since when, and how large it is sealed."""

    owner: Owner
    file_id: UUID
    since: datetime
    sealed_bytes: int


class Files:
    """Writes, reads and deletes sealed files."""

    def __init__(self, store: ObjectStore) -> None:
        """Keep files in `store`."""
        self._store = store

    async def write(
        self, owner: Owner, key: OwnerKey, file_id: UUID, pieces: AsyncIterator[bytes]
    ) -> Written:
        """Store the file that `pieces` make, under an id that was never used before.

        Nothing stays of it when `pieces` raises, and what it raised is raised. Raises `FilesAway`
        or `DiskFull`.
        """
        sealing = _Sealing(key, file_id)
        with _mapped():
            await obstore.put_async(
                self._store,
                _path(owner, file_id),
                sealing.frames(pieces),
                chunk_size=_PART_BYTES,
                max_concurrency=1,
            )
        return Written(sealing.size_bytes, sealing.content_hash.digest())

    async def read(self, owner: Owner, key: OwnerKey, file_id: UUID) -> AsyncGenerator[bytes, None]:
        """Yield the file's content, in frames.

        Raises `FileGone`, `FilesAway`, or `SealBroken` at the first frame that is not the one
        which was written there.
        """
        with _mapped():
            found = await obstore.get_async(self._store, _path(owner, file_id))
            sealed = bytearray()
            cipher, bound, number = None, _bound(file_id), 0
            whole = FRAME_BYTES + _TAG_BYTES
            async for piece in found.stream(min_chunk_size=FRAME_BYTES):
                sealed += piece
                if cipher is None and len(sealed) >= _HEAD_BYTES:
                    cipher = _cipher(key, file_id, bytes(sealed[:_HEAD_BYTES]))
                    del sealed[:_HEAD_BYTES]
                # One frame is held back until it is known whether it is the last.
                while cipher is not None and len(sealed) > whole:
                    frame = bytes(sealed[:whole])
                    del sealed[:whole]
                    yield await asyncio.to_thread(_opened, cipher, number, False, frame, bound)
                    number += 1
            if cipher is None:
                raise SealBroken
            yield await asyncio.to_thread(_opened, cipher, number, True, bytes(sealed), bound)

    async def whole(self, owner: Owner, key: OwnerKey, file_id: UUID) -> bytes:
        """Return the file's whole content; raises like `read`."""
        content = bytearray()
        async with contextlib.aclosing(self.read(owner, key, file_id)) as pieces:
            async for piece in pieces:
                content += piece
        return bytes(content)

    async def delete(self, owner: Owner, file_id: UUID) -> None:
        """Delete a file; one that is not there is no error. Raises `FilesAway`."""
        with contextlib.suppress(FileGone), _mapped():
            await obstore.delete_async(self._store, _path(owner, file_id))

    async def delete_all(self, owner: Owner) -> int:
        """Delete all files of `owner` and return how many; raises `FilesAway`."""
        paths = [_path(owner, each.file_id) async for each in self._listed(_folder(owner))]
        with _mapped():
            for path in paths:
                await obstore.delete_async(self._store, path)
        return len(paths)

    async def standing(self) -> AsyncGenerator[Standing, None]:
        """Yield every file of everybody, for the count of orphans; raises `FilesAway`."""
        async for each in self._listed("files/"):
            yield each

    async def _listed(self, prefix: str) -> AsyncGenerator[Standing, None]:
        with _mapped():
            async for batch in obstore.list(self._store, prefix):
                for each in batch:
                    _, institution, person, file_id = str(each["path"]).split("/")
                    owner = Owner(UUID(institution), UUID(person))
                    yield Standing(owner, UUID(file_id), each["last_modified"], each["size"])


class _Sealing:
    """One file on its way in: counted, hashed and sealed off the event loop."""

    def __init__(self, key: OwnerKey, file_id: UUID) -> None:
        self._head = _FORMAT + os.urandom(_SALT_BYTES)
        self._cipher = _cipher(key, file_id, self._head)
        self._bound = _bound(file_id)
        self.size_bytes = 0
        self.content_hash = hmac.new(key.lexeme_key, b"file\x00", hashlib.sha256)

    async def frames(self, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        yield self._head
        kept, number = bytearray(), 0
        async for piece in pieces:
            kept += piece
            while len(kept) > FRAME_BYTES:
                frame = bytes(kept[:FRAME_BYTES])
                del kept[:FRAME_BYTES]
                yield await asyncio.to_thread(self._sealed, number, False, frame)
                number += 1
        yield await asyncio.to_thread(self._sealed, number, True, bytes(kept))

    def _sealed(self, number: int, last: bool, frame: bytes) -> bytes:
        self.size_bytes += len(frame)
        self.content_hash.update(frame)
        return self._cipher.encrypt(_nonce(number, last), frame, self._bound)


def file_store_at(url: str | None, folder: Path) -> ObjectStore:
    """Return the object store at `url`, or the local `folder` (made with mode 0700) without one."""
    if url is not None:
        return from_url(url)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(folder)


def _cipher(key: OwnerKey, file_id: UUID, head: bytes) -> AESGCM:
    if head[:1] != _FORMAT:
        raise SealBroken
    return key.file_cipher(Place("files", file_id), head[1:])


def _opened(cipher: AESGCM, number: int, last: bool, frame: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last), frame, bound)
    except InvalidTag as error:
        raise SealBroken from error


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">QI", number, last)


def _bound(file_id: UUID) -> bytes:
    return b"files\x00" + file_id.bytes


def _folder(owner: Owner) -> str:
    return f"files/{owner.institution_id}/{owner.owner_id}"


def _path(owner: Owner, file_id: UUID) -> str:
    return f"{_folder(owner)}/{file_id}"


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileGone from error
    except BaseError as error:
        # The store's own words name paths; only what they mean is passed on.
        if "No space left" in str(error):
            raise DiskFull(retry_after=60) from error
        raise FilesAway(retry_after=5) from error
