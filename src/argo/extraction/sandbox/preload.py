"""Loads beforehand what Python loads when it is first used: a child can open no file."""

from __future__ import annotations

import codecs
import encodings
import pkgutil
from contextlib import suppress


def load_encodings() -> None:
    """Load every encoding of text that Python knows."""
    for found in pkgutil.iter_modules(encodings.__path__):
        with suppress(LookupError):
            codecs.lookup(found.name)
