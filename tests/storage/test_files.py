"""Files are sealed as they stream: whole or not there, and of no use to who holds the storage."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obstore.store import LocalStore

from argo.storage.errors import FileGone, SealBroken
from argo.storage.files import FRAME_BYTES, Files
from argo.storage.sealing import OwnerKey
from argo.storage.types import Owner

OWNER = Owner(uuid4(), uuid4())
KEY = OwnerKey(OWNER, os.urandom(32))
SEALED_FRAME = FRAME_BYTES + 16
HEAD = 33


async def pieces(*of: bytes) -> AsyncIterator[bytes]:
    for piece in of:
        yield piece


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(LocalStore(tmp_path))


def only_file(folder: Path) -> Path:
    (found,) = [each for each in folder.rglob("*") if each.is_file()]
    return found


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 900_000])
async def test_what_is_written_is_read(files: Files, size: int) -> None:
    content, file_id = os.urandom(size), uuid4()
    written = await files.write(OWNER, KEY, file_id, pieces(content[:100], content[100:]))
    assert written.size_bytes == size
    assert await files.whole(OWNER, KEY, file_id) == content


@given(st.lists(st.integers(0, FRAME_BYTES + 10), max_size=5))
@settings(max_examples=20, deadline=None)
async def test_however_it_comes_in_pieces(tmp_path_factory, sizes: list[int]) -> None:
    files = Files(LocalStore(tmp_path_factory.mktemp("files")))
    parts, file_id = [os.urandom(size) for size in sizes], uuid4()
    await files.write(OWNER, KEY, file_id, pieces(*parts))
    assert await files.whole(OWNER, KEY, file_id) == b"".join(parts)


async def test_the_same_content_has_the_same_hash_for_one_owner_alone(files: Files) -> None:
    other = OwnerKey(OWNER, os.urandom(32))
    mine = [(await files.write(OWNER, KEY, uuid4(), pieces(b"budget"))) for _ in range(2)]
    theirs = await files.write(OWNER, other, uuid4(), pieces(b"budget"))
    assert mine[0].content_hash == mine[1].content_hash != theirs.content_hash


async def test_the_storage_holds_no_byte_of_it(files: Files, tmp_path: Path) -> None:
    await files.write(OWNER, KEY, uuid4(), pieces(b"confidential " * 50_000))
    sealed = only_file(tmp_path).read_bytes()
    assert b"confidential" not in sealed
    assert len(sealed) > 600_000


async def stored(files: Files, frames: int) -> UUID:
    file_id = uuid4()
    await files.write(OWNER, KEY, file_id, pieces(os.urandom(frames * FRAME_BYTES)))
    return file_id


@pytest.mark.parametrize(
    "tampered",
    [
        pytest.param(lambda raw: raw[: HEAD + SEALED_FRAME], id="cut at a frame"),
        pytest.param(lambda raw: raw[:-1], id="cut"),
        pytest.param(lambda raw: raw[:10], id="cut in its head"),
        pytest.param(lambda raw: b"", id="empty"),
        pytest.param(lambda raw: raw + b"x", id="more"),
        pytest.param(
            lambda raw: (
                raw[:HEAD]
                + raw[HEAD + SEALED_FRAME : HEAD + 2 * SEALED_FRAME]
                + raw[HEAD : HEAD + SEALED_FRAME]
                + raw[HEAD + 2 * SEALED_FRAME :]
            ),
            id="frames changed over",
        ),
        pytest.param(lambda raw: b"\x02" + raw[1:], id="another format"),
        pytest.param(lambda raw: raw[:50] + b"\x00\x01" + raw[52:], id="altered"),
    ],
)
async def test_what_was_tampered_with_does_not_open(files: Files, tmp_path: Path, tampered) -> None:
    file_id = await stored(files, 3)
    path = only_file(tmp_path)
    path.write_bytes(tampered(path.read_bytes()))
    with pytest.raises(SealBroken):
        await files.whole(OWNER, KEY, file_id)


async def test_a_file_put_under_another_id_or_key_does_not_open(
    files: Files, tmp_path: Path
) -> None:
    file_id = await stored(files, 1)
    with pytest.raises(SealBroken):
        await files.whole(OWNER, OwnerKey(OWNER, os.urandom(32)), file_id)
    path, other_id = only_file(tmp_path), uuid4()
    path.rename(path.with_name(str(other_id)))
    with pytest.raises(SealBroken):
        await files.whole(OWNER, KEY, other_id)


async def test_an_upload_that_breaks_leaves_nothing(files: Files, tmp_path: Path) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield os.urandom(FRAME_BYTES)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.write(OWNER, KEY, uuid4(), breaking())
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []
    assert [each async for each in files.standing()] == []


async def test_deleting(files: Files) -> None:
    one, two = await stored(files, 1), await stored(files, 1)
    assert {each.file_id async for each in files.standing()} == {one, two}
    await files.delete(OWNER, one)
    await files.delete(OWNER, one)
    with pytest.raises(FileGone):
        await files.whole(OWNER, KEY, one)
    assert await files.delete_all(OWNER) == 1
    assert [each async for each in files.standing()] == []


async def test_a_large_file_takes_little_memory(files: Files) -> None:
    file_id, piece = uuid4(), bytes(FRAME_BYTES)

    async def large() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield piece

    tracemalloc.start()
    await files.write(OWNER, KEY, file_id, large())
    size = 0
    async for found in files.read(OWNER, KEY, file_id):
        size += len(found)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 160 * FRAME_BYTES
    assert most < 20 * 1024 * 1024
