"""Reads documents: bytes in, text in blocks out, each in a child of its own."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from socket import socket
from typing import Any

from argo.errors import ArgoError
from argo.extraction import errors, kinds
from argo.extraction.children import Child, Children
from argo.extraction.remarks import remark
from argo.extraction.sandbox import wire
from argo.extraction.types import (
    DOCUMENT_KINDS,
    MEDIA_TYPES,
    Block,
    Extracted,
    ExtractionSettings,
    ExtractionState,
    Remark,
)

_MEGABYTE = 1024 * 1024
_MOST_REMARKS = 50
_SCANS = {"scan_without_text", "pages_without_text"}
"""Remarks that OCR may have an answer to."""
_PIECE = 256 * 1024
_MEMORY_STATUS, _UNCONFINED_STATUS = 12, 13

_FAILURES: dict[str, type[ArgoError]] = {
    each.code: each
    for each in (
        errors.TooManyPages,
        errors.KindUnknown,
        errors.FileEmpty,
        errors.PasswordNeeded,
        errors.PasswordWrong,
        errors.ProtectionUnknown,
        errors.FileDamaged,
        errors.UnpacksTooLarge,
        errors.TooMuchMemory,
    )
}
"""What a child may say of its file."""


class Extractor:
    """Reads documents in confined children. `open` before reading, `close` after.

    Nothing of a document is written anywhere: it goes to the child through a socket and its text
    comes back the same way.
    """

    def __init__(self, settings: ExtractionSettings) -> None:
        self._settings = settings
        self._children = Children(settings)
        self._read = self._failed = 0

    async def open(self) -> None:
        """Start the nursery, so that the first document does not wait. Raises `SandboxUnfit`."""
        await self._children.open()

    async def close(self) -> None:
        """End all reading."""
        await self._children.close()

    def state(self) -> ExtractionState:
        """Return what the extractor is at and what confines its children."""
        return ExtractionState(
            running=self._children.running,
            waiting=self._children.waiting,
            places=self._settings.processes,
            read=self._read,
            failed=self._failed,
            layers=self._children.layers,
            ocr=self._children.ocr,
        )

    async def extract(
        self, content: bytes | memoryview, name: str, *, password: str | None = None
    ) -> Extracted:
        """Read `content`, a file called `name`, and return its text.

        `password` opens an encrypted document and is forgotten with the child. Documents wait for
        their turn in the order they came; cancelling ends the child. Raises an error of
        `errors.py` that says what its owner can do.
        """
        try:
            extracted = await self._extract(content, name, password, ocr=False)
            if self._children.ocr and {each.code for each in extracted.remarks} & _SCANS:
                extracted = await self._recognised(extracted, content, name, password)
        except ArgoError:
            self._failed += 1
            raise
        self._read += 1
        return extracted

    async def _recognised(
        self, plain: Extracted, content: bytes | memoryview, name: str, password: str | None
    ) -> Extracted:
        """Return a scan as OCR reads it; as it was when OCR comes to no end."""
        try:
            return await self._extract(content, name, password, ocr=True)
        except (errors.TookTooLong, errors.TooMuchMemory, errors.ReadingCrashed):
            return plain

    async def _extract(
        self, content: bytes | memoryview, name: str, password: str | None, *, ocr: bool
    ) -> Extracted:
        settings = self._settings
        if len(content) > settings.max_file_bytes:
            raise errors.FileTooLarge(megabytes=settings.max_file_bytes // _MEGABYTE)
        async with self._children.child(ocr=ocr) as child:
            answer = _Answer(settings)
            try:
                async with asyncio.timeout(settings.seconds):
                    asked = {"name": name[-200:], "password": password, "bytes": len(content)}
                    await _converse(child.channel, wire.frame(asked), content, answer)
                    if not answer.whole:
                        await child.ended
            except TimeoutError:
                raise errors.TookTooLong(seconds=round(settings.seconds)) from None
            except wire.Untrue:
                raise errors.ReadingCrashed from None
            if not answer.whole:
                raise _how_it_ended(child, settings)
        return answer.extracted(name)


class _Answer:
    """What a child has said so far, believed only as far as it was looked at."""

    def __init__(self, settings: ExtractionSettings) -> None:
        self._settings = settings
        self._blocks: list[Block] = []
        self._characters = 0
        self._done: dict[str, Any] = {}
        self.whole = False

    def take(self, message: dict[str, Any]) -> None:
        """Take one frame. Raises what the child says of its file, or `wire.Untrue`."""
        try:
            self._take(message)
        except (KeyError, TypeError):
            raise wire.Untrue from None

    def _take(self, message: dict[str, Any]) -> None:
        if "blocks" in message:
            found = wire.blocks_of(message)
            self._characters += sum(len(each.text) + wire.BLOCK_WEIGHT for each in found)
            # A reader stops at the limit; this is for a child that is no reader any more.
            if self._characters > self._settings.max_characters + 9 * wire.BLOCK_WEIGHT:
                raise wire.Untrue
            self._blocks += found
        elif "done" in message:
            if message["done"] not in DOCUMENT_KINDS or not isinstance(message["remarks"], list):
                raise wire.Untrue
            wire.number_or_none(message["pages"], 0)
            self._done = message
            self.whole = True
        elif message.get("failed") in _FAILURES:
            facts: dict[str, Any] = wire.facts_of(message["facts"])
            raise _FAILURES[message["failed"]](**facts)
        else:
            raise wire.Untrue

    def extracted(self, name: str) -> Extracted:
        """Return the whole answer. Raises `ReadingCrashed` for one that makes no sense."""
        kind = self._done["done"]
        remarks: list[Remark] = []
        if kinds.disagrees(kind, name):
            told = remark("name_disagrees", {"suffix": kinds.suffix_of(name), "kind": kind})
            assert told is not None
            remarks.append(told)
        try:
            for code, facts in self._done["remarks"][:_MOST_REMARKS]:
                told = remark(code, wire.facts_of(facts))
                if told is not None:
                    remarks.append(told)
        except (TypeError, ValueError):
            raise errors.ReadingCrashed from None
        return Extracted(
            kind=kind,
            media_type=MEDIA_TYPES[kind],
            pages=self._done["pages"],
            blocks=tuple(self._blocks),
            remarks=tuple(remarks),
            read_by=str(self._done["read_by"])[:40],
        )


async def _converse(
    channel: socket, asked: bytes, content: bytes | memoryview, answer: _Answer
) -> None:
    """Hand the file over and take the answer until it is whole or the child is gone."""
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        await loop.sock_sendall(channel, asked)
        view = memoryview(content)
        for at in range(0, len(view), _PIECE):
            await loop.sock_sendall(channel, view[at : at + _PIECE])
    with suppress(ConnectionError, EOFError):
        while not answer.whole:
            length = wire.length_of(await _received(channel, 4))
            answer.take(wire.message_of(await _received(channel, length)))


async def _received(channel: socket, count: int) -> bytes:
    loop = asyncio.get_running_loop()
    pieces = []
    while count:
        piece = await loop.sock_recv(channel, min(count, _PIECE))
        if not piece:
            raise EOFError
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _how_it_ended(child: Child, settings: ExtractionSettings) -> ArgoError:
    status = child.ended.result()
    if status == _UNCONFINED_STATUS:
        return errors.SandboxUnfit(fault="a child could not be confined")
    if status == _MEMORY_STATUS:
        return errors.TooMuchMemory()
    if status in {-signal.SIGXCPU, -signal.SIGKILL} and child.ended.done():
        return errors.TookTooLong(seconds=round(settings.seconds))
    if status > 0:
        return errors.FileDamaged()
    return errors.ReadingCrashed()
