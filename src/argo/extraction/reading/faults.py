"""What readers raise on a document that is not as it should be."""

from __future__ import annotations

import struct
import zipfile
import zlib
from xml.etree.ElementTree import ParseError

from kreuzberg.exceptions import KreuzbergError

FAULTS = (
    KreuzbergError,
    ParseError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    StopIteration,
    AssertionError,
    AttributeError,
    ValueError,
    TypeError,
    NotImplementedError,
    OSError,
    RuntimeError,
    RecursionError,
)
"""Lookups, values and types too: readers trust what a damaged document says of itself."""
