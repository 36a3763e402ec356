"""Files of temporary conversations: read in memory, given back, and forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from argo.completions.prompt import estimated_tokens
from argo.extraction.errors import FileTooLarge
from argo.extraction.service import Extractor
from argo.extraction.types import Remark

_MEGABYTE = 1024 * 1024
# Each holds a whole file in memory until it is read.
_AT_ONCE = 4


@dataclass(frozen=True)
class FileRead:
    """What the page holds of a file from here on."""

    kind: str
    pages: int | None
    tokens: int
    text: str
    remarks: tuple[Remark, ...]


class TemporaryFiles:
    """Reads a file as it comes; no byte of it, of its name or of its text is written anywhere."""

    def __init__(self, extractor: Extractor, max_file_bytes: int) -> None:
        """Have `extractor` read files of at most `max_file_bytes`."""
        self._extractor, self._most_bytes = extractor, max_file_bytes
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def read(
        self,
        name: str,
        pieces: AsyncIterator[bytes],
        password: str | None,
        announced_bytes: int | None,
    ) -> FileRead:
        """Return the text of the file that `pieces` make.

        Raises `FileTooLarge` (before or while it comes), what `pieces` raises, and what says why
        a document cannot be read.
        """
        if announced_bytes is not None and announced_bytes > self._most_bytes:
            raise self._too_large()
        async with self._places:
            content = bytearray()
            async for piece in pieces:
                content += piece
                if len(content) > self._most_bytes:
                    raise self._too_large()
            extracted = await self._extractor.extract(memoryview(content), name, password=password)
        text = "\n\n".join(
            f"[p. {each.page}] {each.text}" if each.page is not None else each.text
            for each in extracted.blocks
        )
        tokens = estimated_tokens([{"content": text}])
        return FileRead(extracted.kind, extracted.pages, tokens, text, extracted.remarks)

    def _too_large(self) -> FileTooLarge:
        return FileTooLarge(megabytes=self._most_bytes // _MEGABYTE)
