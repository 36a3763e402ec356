"""How two searches become one: by words, which know names and numbers, and by meaning. Pure.

Each search's scores are stretched so that its best passage has 1 and its fiftieth 0, then added.
Stretched scores keep how far the best stands out; ranks alone (reciprocal rank fusion) lose it and
did worse (`bench/retrieval`, docs/decisions/0013-knowledge.md).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

LEG = 50
"""How many passages each search contributes."""
_OF_WORDS = 0.58

Key = TypeVar("Key", bound=Hashable)


def fused(
    by_words: Sequence[tuple[Key, float]], by_meaning: Sequence[tuple[Key, float]]
) -> list[tuple[Key, float]]:
    """Return the passages of both searches, best first, each with a score from 0 to 1.

    Each comes with its scores, best first. Where one search found nothing the other decides.
    """
    if not by_words:
        return sorted(_stretched(by_meaning).items(), key=lambda each: -each[1])
    if not by_meaning:
        return sorted(_stretched(by_words).items(), key=lambda each: -each[1])
    words, meaning = _stretched(by_words), _stretched(by_meaning)
    scores = {
        key: _OF_WORDS * words.get(key, 0.0) + (1 - _OF_WORDS) * meaning.get(key, 0.0)
        for key in dict.fromkeys([*words, *meaning])
    }
    return sorted(scores.items(), key=lambda each: -each[1])


def _stretched(found: Sequence[tuple[Key, float]]) -> dict[Key, float]:
    if not found:
        return {}
    best = found[0][1]
    # A search that found fewer has a floor of its own: what it did not find has none of its words.
    worst = found[-1][1] if len(found) >= LEG else min(0.0, best)
    if len(found) > 1 and worst == 0.0 and found[-1][1] > 0.5 * best:
        worst = found[-1][1] * 0.9
    span = best - worst
    return {key: 1.0 if span <= 0 else max(0.0, (score - worst) / span) for key, score in found}
