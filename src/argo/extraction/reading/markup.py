"""XML that declares no entities, as elements; names of namespaces in short."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from argo.extraction import errors

Element = ET.Element
_NO_MEMORY = 1
"""Expat's own number for it."""

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parsed(content: bytes) -> Element:
    """Return the root of `content`. Raises `ElementTree.ParseError`, or `FileDamaged`."""
    try:
        return ET.fromstring(_safe(content))  # noqa: S314 -- entities are refused before
    except ET.ParseError as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from None
        raise


def elements(content: bytes) -> Iterator[tuple[str, Element]]:
    """Yield ("start" or "end", element) as they come, for parts too large to be held."""
    yield from ET.iterparse(io.BytesIO(_safe(content)), ("start", "end"))  # noqa: S314


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return name_of(element.tag)


def name_of(tag: object) -> str:
    """Return a tag's or an attribute's name without its namespace; "" for a comment."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute by its name in whatever namespace."""
    value = element.get(name)
    if value is not None:
        return value
    ending = "}" + name
    return next((value for key, value in element.items() if key.endswith(ending)), None)


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first element down `path`, names in whatever namespaces."""
    for name in path:
        if element is None:
            return None
        element = next((each for each in element if local(each) == name), None)
    return element


def inside(element: Element, name: str) -> Iterator[Element]:
    """Yield the elements called `name` at any depth, in order."""
    return (each for each in element.iter() if local(each) == name)


def words(element: Element, name: str = "t") -> str:
    """Return the text of all elements called `name` at any depth."""
    return "".join(each.text or "" for each in inside(element, name))


def _safe(content: bytes) -> bytes:
    """Return `content` in UTF-8, refused when it declares entities: no format here needs any."""
    if content[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} or b"\0" in content[:4]:
        encoding = "utf-16" if content[:2] != b"\0<" else "utf-16-be"
        content = _DECLARATION.sub("", content.decode(encoding, "replace"), count=1).encode()
    if b"<!ENTITY" in content:
        raise errors.FileDamaged
    return content
