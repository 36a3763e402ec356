"""What an answer cites, and what of it stands in the passages that it cites. Pure.

A sentence with markers such as [2] is held to those passages: each quotation and each number in it
is looked up there. What is not found is told, not judged: a sum may be right and stand nowhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MARKER = re.compile(r"\[(\d{1,2}(?:, ?\d{1,2}){0,9})\]")
# A sentence has its markers also when they stand behind its full stop.
_END = re.compile(r"[.!?…](?:[ \u00a0]?\[\d[\d, ]{0,40}\])*(?=\s|$)|\n")
_LISTED = re.compile(r"^\s*\d{1,3}[.)]\s")
_NUMBER = re.compile(r"(?<!\w)\d+(?:[ \u00a0\u202f.,]\d{3})*(?:[.,]\d+)?")
_QUOTED = re.compile(r"«([^»\n]{3,400})»|“([^”\n]{3,400})”|\"([^\"\n]{3,400})\"")
_NO_WORD = re.compile(r"[^\w%]+")


@dataclass(frozen=True)
class Cited:
    """One marker of an answer: where it begins, and which passage it means, from 1.

    `missing` is what of its sentence was found in none of the passages that the sentence cites.
    """

    index: int
    number: int
    missing: tuple[str, ...]


def cited(answer: str, passages: Sequence[str]) -> list[Cited]:
    """Return what `answer` cites of `passages`; a marker that points at nothing is plain text."""
    found = []
    for first, sentence in _sentences(answer):
        markers = [
            (first + marker.start(), number)
            for marker in _MARKER.finditer(sentence)
            for number in map(int, marker[1].split(","))
            if 1 <= number <= len(passages)
        ]
        if markers:
            sources = [passages[number - 1] for number in {number for _, number in markers}]
            missing = tuple(unfound(_MARKER.sub(" ", sentence), sources))
            found += [Cited(index, number, missing) for index, number in markers]
    return found


def unfound(sentence: str, sources: Sequence[str]) -> list[str]:
    """Return the quotations and numbers of `sentence` that stand in none of the `sources`."""
    words = [f" {_plain(each)} " for each in sources]
    numbers = {form for each in sources for told in _NUMBER.findall(each) for form in _forms(told)}
    missing = []
    for quotation in _QUOTED.finditer(sentence):
        said = next(each for each in quotation.groups() if each is not None).strip()
        if not any(f" {_plain(said)} " in each for each in words):
            missing.append(said)
    told = _NUMBER.findall(_LISTED.sub(" ", sentence))
    missing += [number for number in told if not _forms(number) & numbers]
    return list(dict.fromkeys(missing))


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    first = 0
    for end in _END.finditer(text):
        yield first, text[first : end.end()]
        first = end.end()
    yield first, text[first:]


def _forms(number: str) -> frozenset[str]:
    """Return how a number may be meant: 1,234 is a thousand to some and a decimal to others."""
    bare = re.sub(r"[ \u00a0\u202f]", "", number)
    parts = re.split(r"[.,]", bare)
    forms = {"".join(parts)} if all(len(each) == 3 for each in parts[1:]) else set()
    if len(parts) > 1:
        forms.add("".join(parts[:-1]) + "." + parts[-1].rstrip("0"))
    return frozenset(form.rstrip(".") for form in forms)


def _plain(text: str) -> str:
    """Return `text` without case, accents' composition, punctuation or line ends."""
    return _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
