"""A browser in two words, so that people recognise their sessions and nothing more is kept."""

from __future__ import annotations

# The first that matches counts: Edge also says Chrome, Chrome also says Safari; on iPhones and
# iPads each says Safari and has a mark of its own.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """Return "Firefox, Linux" and the like, "?" for what is not known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "?")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "?")
    return f"{browser}, {system}"
