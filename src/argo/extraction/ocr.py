"""Whether scans can be read: Debian's tesseract with its French and English words."""

from __future__ import annotations

from argo.extraction.types import ExtractionSettings


def available(settings: ExtractionSettings) -> bool:
    """Whether scans are read on this machine."""
    return False
