"""Bodies of `multipart/form-data` (RFC 7578), read as they come: a file is never whole in memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from email.message import Message

from argo.http.errors import FormInvalid

_MOST_BOUNDARY, _MOST_HEAD = 70, 8 * 1024
_ESCAPES = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))


@dataclass(frozen=True)
class Part:
    """One field of a form; `file_name` is None where it is no file."""

    name: str
    file_name: str | None


class Form:
    """A form on its way in: `part` after `part`, the content of each before the next."""

    def __init__(self, content_type: str, pieces: AsyncIterator[bytes]) -> None:
        """Read from `pieces`; raises `FormInvalid` when `content_type` is of no form."""
        told = Message()
        told["content-type"] = content_type
        boundary = told.get_param("boundary")
        if told.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
            raise FormInvalid
        if not (1 <= len(boundary) <= _MOST_BOUNDARY and boundary.isascii()):
            raise FormInvalid
        self._pieces, self._end = pieces, b"\r\n--" + boundary.encode()
        # The first boundary may stand at the very beginning.
        self._held = b"\r\n"
        self._begun = False

    async def part(self) -> Part | None:
        """Return the next part, None after the last; raises `FormInvalid`."""
        if not self._begun:
            self._begun = True
            async for _ in self.content():
                raise FormInvalid
        after = await self._exactly(2)
        if after == b"--":
            return None
        if after != b"\r\n":
            raise FormInvalid
        head = Message()
        for line in (await self._head()).split("\r\n"):
            name, _, value = line.partition(":")
            head[name.strip()] = value.strip()
        told = head.get_param("name", header="content-disposition")
        if not isinstance(told, str) or head.get_content_disposition() != "form-data":
            raise FormInvalid
        return Part(_unescaped(told), _file_name(head))

    async def content(self) -> AsyncGenerator[bytes, None]:
        """Yield the content of the part at hand; raises `FormInvalid` when the body ends in it."""
        while (at := self._held.find(self._end)) < 0:
            # What could be the beginning of a boundary is kept back.
            sure = len(self._held) - len(self._end) + 1
            if sure > 0:
                piece, self._held = self._held[:sure], self._held[sure:]
                yield piece
            await self._more()
        piece, self._held = self._held[:at], self._held[at + len(self._end) :]
        if piece:
            yield piece

    async def text(self, most_bytes: int) -> str:
        """Return the content of a short part; raises `FormInvalid`."""
        read = b""
        async for piece in self.content():
            read += piece
            if len(read) > most_bytes:
                raise FormInvalid
        try:
            return read.decode()
        except UnicodeDecodeError:
            raise FormInvalid from None

    async def _head(self) -> str:
        # A part without any header has no name, so there is always one line before the empty one.
        while (at := self._held.find(b"\r\n\r\n")) < 0:
            if len(self._held) > _MOST_HEAD:
                raise FormInvalid
            await self._more()
        head, self._held = self._held[:at], self._held[at + 4 :]
        try:
            return head.decode()
        except UnicodeDecodeError:
            raise FormInvalid from None

    async def _exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            await self._more()
        read, self._held = self._held[:size], self._held[size:]
        return read

    async def _more(self) -> None:
        piece = await anext(self._pieces, None)
        if piece is None:
            raise FormInvalid
        self._held += piece


def _file_name(head: Message) -> str | None:
    told = head.get_filename()
    return None if told is None else _unescaped(told)


def _unescaped(name: str) -> str:
    """Undo what the WHATWG's form encoding does to names."""
    for escape, character in _ESCAPES:
        name = name.replace(escape, character)
    return name
