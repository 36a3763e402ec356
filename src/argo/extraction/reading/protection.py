"""Opens Office documents that a password closes; the password lives as long as the child."""

from __future__ import annotations

import io
import zipfile

from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
from msoffcrypto.format import doc97, ooxml, ppt97, xls97

from argo.extraction import errors, kinds
from argo.extraction.reading.faults import FAULTS

_OLD = {"doc": doc97.Doc97File, "xls": xls97.Xls97File, "ppt": ppt97.Ppt97File}


def opened(content: bytes, kind: str, password: str | None) -> bytes:
    """Return `content` without its protection, or as it is when it has none.

    Raises `PasswordNeeded`, `PasswordWrong` or `ProtectionUnknown`.
    """
    if kinds.is_encrypted_package(content):
        return _decrypted(content, password)
    if kind in _OLD and _is_encrypted(_OLD[kind], content):
        # What opens these insists on a file, and a child has none.
        raise errors.ProtectionUnknown
    if content.startswith(b"PK"):
        refuse_encrypted_entries(content)
    return content


def refuse_encrypted_entries(content: bytes) -> None:
    """Refuse what OpenDocument and zip encrypt entry by entry. Raises `ProtectionUnknown`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(entry.flag_bits & 1 for entry in archive.infolist()[:100]):
                raise errors.ProtectionUnknown
            if "META-INF/manifest.xml" not in archive.NameToInfo:
                return
            entry = archive.NameToInfo["META-INF/manifest.xml"]
            if entry.file_size < 1024 * 1024 and b"encryption-data" in archive.read(entry):
                raise errors.ProtectionUnknown
    except FAULTS:
        return  # the reader will say what is wrong with it


def _is_encrypted(opener: type, content: bytes) -> bool:
    try:
        return bool(opener(io.BytesIO(content)).is_encrypted())
    except (*FAULTS, DecryptionError, FileFormatError, ParseError):
        return False


def _decrypted(content: bytes, password: str | None) -> bytes:
    if not password:
        raise errors.PasswordNeeded
    plain = io.BytesIO()
    try:
        envelope = ooxml.OOXMLFile(io.BytesIO(content))
        envelope.load_key(password=password, verify_password=True)
        envelope.decrypt(plain)
    except InvalidKeyError:
        raise errors.PasswordWrong from None
    except (*FAULTS, DecryptionError, FileFormatError, ParseError):
        raise errors.ProtectionUnknown from None
    return plain.getvalue()
