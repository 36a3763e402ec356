"""Which kind of document some bytes are, judged by what they hold.

Nothing is unpacked here: the names inside packed formats stand in the bytes as they are. A name
decides only between kinds of plain text, which hold no mark of their own.
"""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from argo.extraction.types import DOCUMENT_KINDS

_HEAD = 4096
_PDF_WITHIN = 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

_PACKED = (
    (b"word/document", "docx"),
    (b"xl/workbook", "xlsx"),
    (b"ppt/presentation", "pptx"),
    (b"application/vnd.openxmlformats-officedocument.wordprocessingml", "docx"),
)
_OPEN_DOCUMENT = (
    (b"application/vnd.oasis.opendocument.text", "odt"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "ods"),
    (b"application/vnd.oasis.opendocument.presentation", "odp"),
    (b"application/epub+zip", "epub"),
)
_STREAMS = (
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__properties_version1.0", "msg"),
)
_ENCRYPTED_STREAM = "EncryptedPackage"

_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]", re.MULTILINE)
_MAIL_HEADERS = frozenset(
    b"from to subject date received mime-version message-id return-path delivered-to cc reply-to "
    b"content-type x-mailer dkim-signature".split()
)
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_TEXT_KINDS = {"csv": "csv", "tsv": "csv", "md": "md", "markdown": "md"}
_SAME = {"htm": "html", "xhtml": "html", "docm": "docx", "dotx": "docx", "dotm": "docx",
         "xlsm": "xlsx", "xltx": "xlsx", "xltm": "xlsx", "pptm": "pptx", "ppsx": "pptx",
         "ppsm": "pptx", "potx": "pptx", "potm": "pptx", "dot": "doc", "xlt": "xls", "pps": "ppt",
         "pot": "ppt", "ott": "odt", "ots": "ods", "otp": "odp", "text": "txt", "markdown": "md",
         "tsv": "csv"}  # fmt: skip
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def suffix_of(name: str) -> str:
    """Return the end of a file's name after its last dot, in small letters; "" without one."""
    return PurePath(name.replace("\\", "/")).suffix.lower().removeprefix(".")


def kind_of(content: bytes | memoryview, name: str) -> str | None:
    """Return the kind of document that `content` is; None when no reader knows it."""
    held = bytes(content) if isinstance(content, memoryview) else content
    head = held[:_HEAD]
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return "pdf"
    if head.startswith(_ZIP):
        return _packed_kind(held, head)
    if head.startswith(_OLE):
        return _compound_kind(held, name)
    if head.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if not _is_text(head):
        return None
    return _text_kind(head, name)


def disagrees(kind: str, name: str) -> bool:
    """Whether a file's name promises another kind than `kind`."""
    suffix = suffix_of(name)
    promised = _SAME.get(suffix, suffix)
    if promised not in DOCUMENT_KINDS or promised == kind:
        return False
    # Whatever is text may be called .txt, and Word opens pages and rich text called .doc.
    return promised != "txt" or kind not in {"html", "eml", "md", "csv"}


def _packed_kind(held: bytes, head: bytes) -> str | None:
    if head[30:38] == b"mimetype":
        for mark, kind in _OPEN_DOCUMENT:
            if mark in head[38:138]:
                return kind
    for mark, kind in _PACKED:
        if mark in held:
            return kind
    for mark, kind in _OPEN_DOCUMENT:
        if mark in held:
            return kind
    return "epub" if b"META-INF/container.xml" in held else None


def _compound_kind(held: bytes, name: str) -> str | None:
    if _in_compound(held, _ENCRYPTED_STREAM):
        # What is inside is known after decryption; the name is all there is until then.
        suffix = _SAME.get(suffix_of(name), suffix_of(name))
        return suffix if suffix in {"docx", "xlsx", "pptx"} else "docx"
    # A mail first: it may carry the others.
    for stream, kind in (_STREAMS[-1], *_STREAMS[:-1]):
        if _in_compound(held, stream):
            return kind
    return None


def _in_compound(held: bytes, stream: str) -> bool:
    """Whether a stream of this name stands in the directory of a compound file."""
    # Entries of the directory begin at multiples of 128 with the name, ended by a zero.
    mark = stream.encode("utf-16-le") + b"\0\0"
    at = held.find(mark)
    while at >= 0:
        if at % 128 == 0:
            return True
        at = held.find(mark, at + 1)
    return False


def is_encrypted_package(content: bytes) -> bool:
    """Whether `content` is an Office document of today inside a password's envelope."""
    return content.startswith(_OLE) and _in_compound(content, _ENCRYPTED_STREAM)


def _is_text(head: bytes) -> bool:
    if head.startswith(_BYTE_ORDER_MARKS):
        return True
    if b"\0" in head:
        return _looks_like_utf16(head)
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\x1b\x08" for byte in head)
    return strange * 50 <= len(head)


def _looks_like_utf16(head: bytes) -> bool:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return max(even, odd) > len(head) // 4 and min(even, odd) == 0


def _text_kind(head: bytes, name: str) -> str:
    suffix = suffix_of(name)
    named = {header.lower() for header in _HEADER.findall(head)} & _MAIL_HEADERS
    if (suffix == "eml" or (len(named) >= 3 and _HEADER.match(head))) and named:
        return "eml"
    if suffix in _TEXT_KINDS:
        return _TEXT_KINDS[suffix]
    plain = head.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"")
    if _HTML.search(plain[:2048]) or (suffix in {"html", "htm", "xhtml"} and b"<" in plain):
        return "html"
    return "txt"
