"""What a person may be called, and what counts as an address: lines that every screen can show."""

from __future__ import annotations

import re
import unicodedata

from argo.accounts.errors import EmailInvalid, NameInvalid

MOST_NAME_LETTERS = 100
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
# Control characters, halves of a pair, and what breaks a line: they forge a line of a terminal.
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
# They turn the direction of what follows, so that a name reads as another (Unicode TR 36).
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def name(sent: str) -> str:
    """Return the name without the space around it; raises `NameInvalid`."""
    line = sent.strip()
    if not 1 <= len(line) <= MOST_NAME_LETTERS or not _is_plain(line):
        raise NameInvalid(param="name", limit=MOST_NAME_LETTERS)
    return line


def email(sent: str) -> str:
    """Return the address without the space around it; raises `EmailInvalid`."""
    line = sent.strip()
    if not _EMAIL.fullmatch(line) or not _is_plain(line):
        raise EmailInvalid(param="email")
    return line


def _is_plain(line: str) -> bool:
    return not any(letter in _TURNING or unicodedata.category(letter) in _UNSEEN for letter in line)
