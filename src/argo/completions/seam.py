"""Where a continued answer goes on: what the model says once more is said once. Pure."""

from __future__ import annotations

_TAIL_CHARACTERS = 400
# So many characters alike are no chance; fewer only where they are the begun word itself.
_CERTAIN, _WORD = 20, 3


class Seam:
    """Takes the beginning of a continuation and drops what repeats the end of `before`.

    For models that are asked in words to go on: they often begin with their last words again.
    """

    def __init__(self, before: str) -> None:
        """Continue `before`."""
        self._tail = before[-_TAIL_CHARACTERS:]
        self._held = ""
        self._joined = not before

    def take(self, text: str) -> str:
        """Return what of `text`, and of what was held back, is new; "" while that is open."""
        if self._joined:
            return text
        self._held += text
        # As long as all of it stands in the tail, it may yet turn out to repeat its end.
        return "" if self._held in self._tail else self.rest()

    def rest(self) -> str:
        """Return what is held back and new: nothing more will come to decide it."""
        held, self._held, self._joined = self._held, "", True
        return held[_repeated(self._tail, held) :]


def _repeated(tail: str, text: str) -> int:
    """Return how many characters at the beginning of `text` repeat the end of `tail`."""
    for length in range(min(len(tail), len(text)), 0, -1):
        if not tail.endswith(text[:length]):
            continue
        if length >= _CERTAIN or (length >= _WORD and _begun_word(tail, text, length)):
            return length
    return 0


def _begun_word(tail: str, text: str, length: int) -> bool:
    """Whether the repeated part is a word that `tail` broke off and `text` goes on with."""
    before, after = tail[-length - 1 : -length], text[length : length + 1]
    inside = text[:length].isalnum()
    return inside and after.isalnum() and not before.isalnum()
