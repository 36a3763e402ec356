"""A form is read the same however it comes in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from argo.http.errors import FormInvalid
from argo.http.multipart import Form

TYPE = 'multipart/form-data; boundary="b-1"'
BODY = (
    b'--b-1\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n'
    b'--b-1\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n'
    b'--b-1\r\nContent-Disposition: form-data; name="file"; filename="a %22b%22 \xc3\xa9.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\none\r\n--b-\r\n\r\n--two\r\n\r\n--b-1--\r\n"
)


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def read(
    body: bytes, size: int, content_type: str = TYPE
) -> list[tuple[str, str | None, bytes]]:
    form, found = Form(content_type, pieces(body, size)), []
    while (part := await form.part()) is not None:
        content = b"".join([each async for each in form.content()])
        found.append((part.name, part.file_name, content))
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
async def test_parts_come_whole_in_pieces_of_any_size(size: int) -> None:
    assert await read(BODY, size) == [
        ("purpose", None, b"user_data"),
        ("empty", None, b""),
        ("file", 'a "b" é.txt', b"one\r\n--b-\r\n\r\n--two\r\n"),
    ]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (BODY, "multipart/form-data"),
        (BODY, "application/json"),
        (BODY, f"multipart/form-data; boundary={'x' * 71}"),
        (BODY[:-20], TYPE),
        (BODY[:30], TYPE),
        (b"", TYPE),
        (b"before\r\n" + BODY, TYPE),
        (b"--b-1x\r\n" + BODY, TYPE),
        (b"--b-1\r\n" + b"x" * 9000 + b"\r\n\r\n\r\n--b-1--", TYPE),
        (b"--b-1\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--b-1--", TYPE),
        (b"--b-1\r\nContent-Disposition: form-data\r\n\r\n\r\n--b-1--", TYPE),
        (b'--b-1\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n--b-1--', TYPE),
    ],
)
async def test_what_is_no_whole_form_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(FormInvalid):
        await read(body, 16, content_type)
