"""A packed document, opened without believing it: sizes counted, names never used as paths."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib

from argo.extraction import errors
from argo.extraction.types import ExtractionSettings

_MOST_ENTRIES = 20_000
_PIECE = 256 * 1024
_MEGABYTE = 1024 * 1024
_HEADER_BYTES = 30


def refuse_liars(content: bytes, limits: ExtractionSettings) -> None:
    """Unpack all entries, whatever they say of their sizes, and keep nothing.

    Raises `UnpacksTooLarge`. For readers that open the content by themselves.
    """
    left = limits.max_unpacked_bytes
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    for each in entries[:_MOST_ENTRIES]:
        at = each.header_offset
        name, extra = struct.unpack("<HH", content[at + 26 : at + _HEADER_BYTES])
        start = at + _HEADER_BYTES + name + extra
        unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
        packed = content[start : start + each.compress_size]
        while packed and not unpacking.eof and each.compress_type == zipfile.ZIP_DEFLATED:
            left -= len(unpacking.decompress(packed, _PIECE))
            packed = unpacking.unconsumed_tail
            if left < 0:
                raise errors.UnpacksTooLarge(megabytes=limits.max_unpacked_bytes // _MEGABYTE)


class Archive:
    """The entries of a zip by name. Raises `UnpacksTooLarge` for what no document is.

    Entries inside entries are never unpacked, so there is no depth. Raises `zipfile.BadZipFile`
    for what is no zip.
    """

    def __init__(self, content: bytes, limits: ExtractionSettings) -> None:
        self._limit = limits.max_unpacked_bytes
        self._left = self._limit
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        entries = self._zip.infolist()
        if len(entries) > _MOST_ENTRIES or sum(each.file_size for each in entries) > self._limit:
            raise self._too_large()
        self._refuse_overlaps(entries)
        self.entries = {each.filename.replace("\\", "/").lstrip("/"): each for each in entries}
        self._folded = {name.lower(): name for name in self.entries}

    def find(self, name: str) -> str | None:
        """Return the name under which `name` is here, whatever its case; None without it."""
        name = posixpath.normpath(name.lstrip("/"))
        return name if name in self.entries else self._folded.get(name.lower())

    def read(self, name: str) -> bytes:
        """Return an entry's bytes. Raises `KeyError` without it, `UnpacksTooLarge` beyond."""
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        pieces = []
        with self._zip.open(self.entries[found]) as file:
            while piece := file.read(_PIECE):
                # What an entry says of its size is its own word.
                self._left -= len(piece)
                if self._left < 0:
                    raise self._too_large()
                pieces.append(piece)
        return b"".join(pieces)

    def _refuse_overlaps(self, entries: list[zipfile.ZipInfo]) -> None:
        """Refuse entries that share bytes: a few kilobytes would unpack to petabytes."""
        end = 0
        for each in sorted(entries, key=lambda entry: entry.header_offset):
            if each.header_offset < end:
                raise self._too_large()
            end = each.header_offset + _HEADER_BYTES + each.compress_size

    def _too_large(self) -> errors.UnpacksTooLarge:
        return errors.UnpacksTooLarge(megabytes=self._limit // _MEGABYTE)
