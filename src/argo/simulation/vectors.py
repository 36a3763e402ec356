"""Deterministic embeddings: texts that share words lie near each other."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Iterable
from zlib import crc32


def embed(text: str, dimensions: int) -> list[float]:
    """Return the unit vector of `text`: each of its words votes for a direction."""
    vector = [0.0] * dimensions
    for word in text.lower().split() or [""]:
        number = crc32(word.encode("utf-8", "surrogatepass"))
        vector[number % dimensions] += 1.0 if number >> 31 else -1.0
        vector[(number >> 8) % dimensions] += 0.5
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]


def packed(vector: Iterable[float]) -> str:
    """Return a vector as OpenAI's base64 form: little-endian floats of 32 bits."""
    values = list(vector)
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
