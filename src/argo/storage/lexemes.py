"""Text as what search compares: stems of French and English words, each a keyed hash. Pure.

A word is folded first (case, accents, ligatures), so *Élevages* and *elevages* are one by
construction; then stemmed by both languages' rules, and stands in the index under each stem: a
query of two words does not say its language. Elisions are cut (*l'élevage*), stop words dropped
but their places kept. Words that no space parts (*peut-être*, *10.1093/nar*, *max_tokens*) are
found as phrases. What is not folded away is hashed with the owner's key: the database sees
neither words nor which of two people use the same one (docs/decisions/0010-search.md).
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import Stemmer

from argo.storage.stop_words import STOP_WORDS

# PostgreSQL's limits of a tsvector (its documentation, 12.11): positions, and how many a lexeme.
_LAST_POSITION = 16_383
_MOST_POSITIONS = 255
# Keeps the largest vector under PostgreSQL's 1 MB: about 24 bytes a lexeme.
_MOST_LEXEMES = 30_000
_MOST_QUERY_WORDS = 32
_LONGEST_STEMMED = 40
_HASH_BYTES = 6

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_TERM = re.compile(r'"([^"]*)"|«([^»]*)»|“([^”]*)”|(\S+)')
_APOSTROPHES = "'’ʼ"
_ELIDED = frozenset("l d j m t s c n qu jusqu lorsqu puisqu quoiqu".split())
_CLITICS = frozenset("s t d m ll re ve".split())
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_FRENCH, _ENGLISH = Stemmer.Stemmer("french"), Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True)
class Word:
    """A word worth finding: its stems, its position among words, where it stands in the text."""

    stems: tuple[str, ...]
    position: int
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Yield the words of `text` in order; stop words are left out, but count as positions."""
    position = 0
    for found in _WORD.finditer(text):
        start, end = found.span()
        lower = found.group().lower()
        if lower in _ELIDED and text[end : end + 1] in _APOSTROPHES and end < len(text):
            continue
        if lower in _CLITICS and start and text[start - 1] in _APOSTROPHES:
            continue
        position += 1
        if stems := _stems(lower):
            yield Word(stems, position, start, end)


def vector(text: str, key: bytes) -> str:
    """Return `text` as the literal of a `tsvector`, each stem hashed with `key`.

    Beyond PostgreSQL's last position words are still found, phrases no more.
    """
    places: dict[str, list[int]] = {}
    for word in words(text):
        position = min(word.position, _LAST_POSITION)
        for stem in word.stems:
            standing = places.get(stem)
            if standing is None:
                if len(places) < _MOST_LEXEMES:
                    places[stem] = [position]
            elif len(standing) < _MOST_POSITIONS and standing[-1] != position:
                standing.append(position)
    return " ".join(
        f"'{hashed(stem, key)}':{','.join(map(str, standing))}" for stem, standing in places.items()
    )


def query(text: str, key: bytes) -> str | None:
    """Return `text` as the literal of a `tsquery`, None when it holds nothing to search for.

    Words must all be there; words in quotation marks, or that no space parts, side by side.
    """
    terms: list[str] = []
    for term in _terms(text):
        phrase = _either(term[0].stems, key)
        for before, word in pairwise(term):
            phrase += f"<{word.position - before.position}>" + _either(word.stems, key)
        terms.append(f"({phrase})")
    return "&".join(dict.fromkeys(terms)) or None


def stems(text: str) -> frozenset[str]:
    """Return the stems that a query `text` asks for."""
    return frozenset(stem for term in _terms(text) for word in term for stem in word.stems)


def spans(text: str, wanted: AbstractSet[str]) -> Iterator[tuple[int, int]]:
    """Yield where words of `text` stand that have one of the `wanted` stems."""
    for word in words(text):
        if not wanted.isdisjoint(word.stems):
            yield word.start, word.end


def folded(text: str) -> str:
    """Return `text` without case, accents and ligatures."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(each for each in apart if not unicodedata.combining(each))


def hashed(stem: str, key: bytes) -> str:
    """Return the keyed hash of `stem`: 48 bits, as eight characters without a quotation mark."""
    digest = blake2b(stem.encode(), digest_size=_HASH_BYTES, key=key, person=b"argo lexeme")
    return base64.urlsafe_b64encode(digest.digest()).decode()


def _terms(text: str) -> Iterator[list[Word]]:
    left = _MOST_QUERY_WORDS
    for found in _TERM.finditer(text):
        term = list(words(next(filter(None, found.groups()), "")))[:left]
        left -= len(term)
        if term:
            yield term


def _either(stems: tuple[str, ...], key: bytes) -> str:
    return "(" + "|".join(f"'{hashed(stem, key)}'" for stem in stems) + ")"


@lru_cache(maxsize=65_536)
def _stems(lower: str) -> tuple[str, ...]:
    """Return the stems of a word in lower case, none for a stop word."""
    if unicodedata.normalize("NFC", lower) in STOP_WORDS:
        return ()
    plain = folded(lower)
    if len(plain) > _LONGEST_STEMMED or not plain.isalpha():
        return (plain,) if plain else ()
    # Without its accents *mangées* no longer shows the rule its ending.
    french = _FRENCH.stemWord(re.sub(r"(?<=..)ees?$", "e", plain))
    english = _ENGLISH.stemWord(plain)
    return (french,) if french == english else (french, english)
