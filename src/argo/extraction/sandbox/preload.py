"""Loads beforehand what Python loads when it is first used: a child can open no file."""

from __future__ import annotations

import codecs
import encodings
import importlib
import pkgutil
from contextlib import suppress

_LOADED_LATE = (
    "cryptography.hazmat.backends.openssl",
    "cryptography.hazmat.bindings.openssl.binding",
    "heapq",
    "xml.dom.expatbuilder",
    "xml.parsers.expat",
)
"""What readers and the standard library import inside their functions."""


def load_all() -> None:
    """Load every encoding of text that Python knows, and what is imported late."""
    for found in pkgutil.iter_modules(encodings.__path__):
        with suppress(LookupError):
            codecs.lookup(found.name)
    for name in _LOADED_LATE:
        importlib.import_module(name)
