"""Reads the guide from the package's own files."""

from __future__ import annotations

from functools import cache
from importlib import resources

from argo.errors import Language
from argo.guide.types import GuidePage


@cache
def pages(language: Language) -> tuple[GuidePage, ...]:
    """Return the guide's pages in `language`, in reading order."""
    folder = resources.files("argo.guide") / language
    found = []
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        number, _, name = file.name.removesuffix(".md").partition("-")
        text = file.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        found.append(GuidePage(int(number), name, language, title, text))
    return tuple(found)
