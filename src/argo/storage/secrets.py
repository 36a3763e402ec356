"""The two root secrets: one wraps the owners' keys, one keys every hash and token.

They are files of the secrets directory, 32 bytes in base64: `root.key` and `pepper.key`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets as randomness
from dataclasses import dataclass, field
from pathlib import Path

from argo.storage.errors import SecretUnfit

_BYTES = 32


@dataclass(frozen=True, repr=False)
class Secrets:
    """The root secrets in memory; `repr` shows neither."""

    root: bytes
    pepper: bytes
    _keyed: dict[str, hmac.HMAC] = field(default_factory=dict, init=False, compare=False)

    def hashed(self, purpose: str, token: str) -> bytes:
        """Return HMAC-SHA-256 of `token` for `purpose` (sessions, links, API keys): 32 bytes."""
        keyed = self._keyed.get(purpose)
        if keyed is None:
            keyed = self._keyed[purpose] = hmac.new(self.derived(purpose), digestmod=hashlib.sha256)
        # Copied: to set one up costs more than all the rest.
        hashing = keyed.copy()
        hashing.update(token.encode())
        return hashing.digest()

    def derived(self, purpose: str) -> bytes:
        """Return the 32-byte key for one `purpose`, so that no two uses share a key."""
        return hmac.digest(self.pepper, b"argo/" + purpose.encode(), hashlib.sha256)


def read(directory: Path) -> Secrets:
    """Read the root secrets from an operator's `directory`.

    Raises `SecretUnfit` when one is missing, not base64, shorter than 32 bytes, made of one
    repeated byte, or equal to the other.
    """
    root, pepper = (_read_one(directory / name) for name in ("root.key", "pepper.key"))
    if hmac.compare_digest(root, pepper):
        raise SecretUnfit(name="pepper.key", fault="the same as root.key")
    return Secrets(root=root, pepper=pepper)


def read_or_make(directory: Path) -> Secrets:
    """Read the root secrets, making them first where they are absent (embedded use only).

    The folder gets mode 0700, the files 0600. Raises `SecretUnfit` like `read`.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("root.key", "pepper.key"):
        _make_one(directory / name)
    return read(directory)


def _read_one(file: Path) -> bytes:
    try:
        value = base64.b64decode(file.read_bytes().strip(), validate=True)
    except FileNotFoundError:
        raise SecretUnfit(name=file.name, fault="missing") from None
    except binascii.Error:
        raise SecretUnfit(name=file.name, fault="not base64") from None
    if len(value) < _BYTES:
        raise SecretUnfit(name=file.name, fault="too short")
    if len(set(value)) < _BYTES // 4:
        raise SecretUnfit(name=file.name, fault="not random")
    return value


def _make_one(file: Path) -> None:
    """Write a fresh secret unless the file is there; two starters at once agree on one."""
    if file.exists():
        return
    draft = file.with_name(f"{file.name}.{randomness.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as draft_file:
        draft_file.write(base64.b64encode(randomness.token_bytes(_BYTES)) + b"\n")
        draft_file.flush()
        os.fsync(draft_file.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
