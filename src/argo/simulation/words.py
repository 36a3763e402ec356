"""Deterministic words: the same question always gets the same answer, and no piece repeats soon.

A test can therefore know the whole answer beforehand and see any lost or doubled character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice

VOCABULARY: tuple[str, ...] = tuple(
    word.replace("_", " ")
    for word in (
        "_le _la _mesure _donne _une _valeur _précise _après _l'étude _où _naît _un _modèle "
        "_simple _été _cœur _façon _œuvre _hôte _maïs _Noël _garçon _âge _forêt _île _reçu "
        "_the _model _answers _slowly _but _surely _each _token _counts _once _and _only "
        "_while _energy _flows _through _every _layer _of _matter _light _bends _near _stars "
        '_“vrai” _"quoted" _back\\slash _a/b _<tag> _x² _μ _≤ _≈_π _Ω _10_% _5_€ _→ _日本 _naïve '
        "_🙂 _𝛼 _é _data: _null _{} _[0] _100 _2026 _3.14 _H₂O _CO₂ _km/h _°C _±1 _cf. "
        ", . ; : _— ! ? \n \n\n \t _( ) _* _# _` _- _&amp; _end _fin _mot"
    ).split(" ")
    if word
)
"""Pieces that a careless relay breaks: accents, quotes, line ends, characters of four bytes."""


def answer_words(asked: str, tokens: int, seed: int | None = None, choice: int = 0) -> list[str]:
    """Return the `tokens` pieces of the answer to the text `asked`.

    `asked` is the last user message's text; `seed` and `choice` (its index among `n`) vary it.
    """
    return list(islice(word_stream(asked, seed, choice), tokens))


def word_stream(asked: str, seed: int | None = None, choice: int = 0) -> Iterator[str]:
    """Return the endless words that answer `asked`; `answer_words` is their beginning."""
    key = f"{seed}/{choice}/{asked}".encode("utf-8", "surrogatepass")
    number = int.from_bytes(blake2b(key, digest_size=8).digest(), "big")
    size = len(VOCABULARY)
    at = number % size
    stride = 1 + number // size % (
        size - 1
    )  # the size is prime: every piece comes before any twice
    yield VOCABULARY[at].lstrip(" ") or VOCABULARY[at]
    while True:
        at = (at + stride) % size
        yield VOCABULARY[at]


def split_tokens(text: str) -> list[str]:
    """Cut a text into token-like pieces that join to it again: a word, its space before it."""
    return re.findall(r"\s?\w{1,6}|\s?[^\w\s]|\s", text) or ([text] if text else [])


def count_tokens(text: str) -> int:
    """Return how many tokens this engine takes `text` for: one for each four characters begun."""
    return (len(text) + 3) // 4
