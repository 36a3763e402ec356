"""Content sealed with its owner's key: AES-256-GCM, bound to the row it stands in.

A sealed value is one format byte, a 96-bit random nonce, and the ciphertext with its tag. The
associated data names table, column, owner, row and version, so that a value moved to another
row, or an older version put back, does not open (NIST SP 800-38D; docs/SECURITY in shared).
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from argo.storage.errors import SealBroken
from argo.storage.types import Owner

_FORMAT = b"\x01"
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Place:
    """Where a sealed value stands: `column` as "table.column", the row's id, its version."""

    column: str
    row_id: UUID
    version: int = 0


class OwnerKey:
    """One owner's key, able to seal and open that owner's content."""

    def __init__(self, owner: Owner, secret: bytes) -> None:
        """Hold `secret` (32 bytes) for `owner`."""
        self._owner, self._secret = owner, secret
        self._cipher = AESGCM(secret)
        self.lexeme_key = hmac.digest(secret, b"lexemes", "sha256")
        """What this owner's words are hashed with, for search (`argo.storage.lexemes`)."""

    def seal(self, text: str, place: Place) -> bytes:
        """Return `text` sealed for `place`."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, text.encode(), self._bound(place))

    def open(self, sealed: bytes, place: Place) -> str:
        """Return the text sealed for `place`; raises `SealBroken` when it is not that value."""
        body = bytes(sealed)
        if body[:1] != _FORMAT or len(body) < 1 + _NONCE_BYTES:
            raise SealBroken
        nonce, ciphertext = body[1 : 1 + _NONCE_BYTES], body[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, self._bound(place)).decode()
        except InvalidTag as error:
            raise SealBroken from error

    def file_cipher(self, place: Place, salt: bytes) -> AESGCM:
        """Return the cipher of one file: a key of its own, so that frames may be numbered."""
        bound = b"file\x00" + self._bound(place) + salt
        return AESGCM(hmac.digest(self._secret, bound, "sha256"))

    def _bound(self, place: Place) -> bytes:
        parts = (
            place.column.encode(),
            self._owner.institution_id.bytes,
            self._owner.owner_id.bytes,
            place.row_id.bytes,
            place.version.to_bytes(4, "big"),
        )
        return b"\x00".join(parts)
