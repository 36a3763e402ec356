"""Whether scans can be read: Debian's tesseract with its French and English letters."""

from __future__ import annotations

from pathlib import Path

from argo.extraction.types import ExtractionSettings

_FOLDERS = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata")
_LANGUAGES = ("fra", "eng")


def letters_folder(settings: ExtractionSettings) -> str | None:
    """Return where tesseract's letters lie; None when OCR is off or they are not installed."""
    if settings.ocr == "off":
        return None
    for folder in _FOLDERS:
        if all(Path(folder, f"{each}.traineddata").is_file() for each in _LANGUAGES):
            return folder
    return None
