"""What is shown of a text that was found: a piece of it, the words asked for apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from argo.storage import lexemes
from argo.storage.lexemes import Word

_CHARACTERS = 240
_BEFORE = 60
_MOST_WORDS = 2000
_MARKS = re.compile(r"\*\*|`+|(?m:^\s*(?:#{1,6}|>|[-*+])\s)")


@dataclass(frozen=True)
class Part:
    """A stretch of plain text, and whether it was asked for."""

    text: str
    found: bool


def marked(text: str, wanted: AbstractSet[str]) -> list[Part]:
    """Return the whole of a short `text`, its `wanted` stems apart."""
    return _parts(text, _found(text, wanted), 0, len(text))


def snippet(text: str, wanted: AbstractSet[str]) -> list[Part]:
    """Return the piece of `text` that holds most of the `wanted` stems, those apart."""
    found = _found(text, wanted)
    if not found:
        return _parts(text, [], 0, min(len(text), _CHARACTERS))
    best = max(found, key=lambda word: (_stems_from(word, found, wanted), -word.start))
    start = _word_start(text, max(0, best.start - _BEFORE), best.start)
    end = _word_end(text, min(len(text), start + _CHARACTERS), best.end)
    return _parts(text, found, start, end)


def _found(text: str, wanted: AbstractSet[str]) -> list[Word]:
    found = []
    for word in lexemes.words(text):
        if not wanted.isdisjoint(word.stems):
            found.append(word)
            if len(found) == _MOST_WORDS:
                break
    return found


def _stems_from(first: Word, found: Iterable[Word], wanted: AbstractSet[str]) -> int:
    end = first.start + _CHARACTERS - _BEFORE
    near = (word for word in found if first.start <= word.start and word.end <= end)
    return len({stem for word in near for stem in word.stems if stem in wanted})


def _word_start(text: str, start: int, at_most: int) -> int:
    if start == 0:
        return 0
    space = re.search(r"\s", text[start:at_most])
    return start + space.end() if space else start


def _word_end(text: str, end: int, at_least: int) -> int:
    if end == len(text):
        return end
    space = max(text.rfind(each, at_least, end) for each in " \n\t")
    return space if space > 0 else end


def _parts(text: str, found: Iterable[Word], start: int, end: int) -> list[Part]:
    parts = list(_cut(text, found, start, end))
    if start > 0:
        parts.insert(0, Part("… ", found=False))
    if end < len(text):
        parts.append(Part(" …", found=False))
    return parts


def _cut(text: str, found: Iterable[Word], start: int, end: int) -> Iterator[Part]:
    at = start
    for word in found:
        if word.start < at or word.end > end:
            continue
        yield from _plain(text[at : word.start])
        yield Part(text[word.start : word.end], found=True)
        at = word.end
    yield from _plain(text[at:end])


def _plain(text: str) -> Iterator[Part]:
    """Yield `text` as one line, without the signs that Markdown would draw."""
    line = re.sub(r"\s+", " ", _MARKS.sub("", text))
    if line:
        yield Part(line, found=False)
