"""Whether a JSON Schema `pattern` may reach an engine: read, never run.

Engines have stalled and crashed on patterns (CVE-2025-48944 and its like). What passes is what
RE2 compiles, and in which no repetition can split one text in many ways, so that even an engine
that tries them one after the other ends.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final, Literal

Verdict = Literal["fit", "not_understood", "explodes"]

MOST_BYTES: Final = 512
_MOST_DEPTH = 16
_MOST_REPEATS = 1000  # RE2's own limit, nested repeats multiplied
_MOST_UNBOUNDED = 32

# The characters an atom stands for: ASCII one by one, everything else as one.
_OTHER: Final = 128
_ALL: Final = frozenset(range(129))
_DIGITS: Final = frozenset(map(ord, string.digits))
_WORD: Final = frozenset(map(ord, string.ascii_letters + string.digits + "_"))
_SPACE: Final = frozenset(map(ord, string.whitespace))
_CLASSES: Final = {
    "d": _DIGITS,
    "D": _ALL - _DIGITS,
    "w": _WORD,
    "W": _ALL - _WORD,
    "s": _SPACE,
    "S": _ALL - _SPACE,
    "p": _ALL,  # Unicode properties: not looked into, so they overlap with everything
    "P": _ALL,
}
_CONTROLS: Final = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "0": 0}

Characters = frozenset[int]


class _NotUnderstood(Exception):
    """The pattern has what RE2 does not: a look-around, a back-reference, a broken bracket."""


class _Explodes(Exception):
    """A repetition of the pattern can split one text in too many ways."""


@dataclass(frozen=True)
class _Piece:
    """A quantified atom; a group has `branches`, its alternatives, each a row of pieces."""

    characters: Characters
    least: int = 1
    most: int | None = 1
    branches: tuple[tuple[_Piece, ...], ...] = ()
    weight: int = 1
    """How often its inmost part can stand at least to be counted out: RE2's nested repeats."""

    @property
    def varies(self) -> bool:
        return self.least != self.most

    @property
    def repeats(self) -> bool:
        return self.most is None or self.most > 1


def verdict(pattern: str) -> Verdict:
    """Judge `pattern` (ECMA-262 as JSON Schema has it): fit for engines, or why not."""
    if len(pattern.encode(errors="replace")) > MOST_BYTES:
        return "explodes"
    try:
        _Reader(pattern).read()
    except _NotUnderstood:
        return "not_understood"
    except _Explodes:
        return "explodes"
    return "fit"


class _Reader:
    """Reads a pattern from left to right into pieces."""

    def __init__(self, pattern: str) -> None:
        self._rest = pattern
        self._depth = 0
        self._unbounded = 0

    def read(self) -> None:
        self._alternatives()
        if self._rest:
            raise _NotUnderstood

    def _take(self, count: int = 1) -> str:
        taken, self._rest = self._rest[:count], self._rest[count:]
        if len(taken) < count:
            raise _NotUnderstood
        return taken

    def _alternatives(self) -> tuple[tuple[_Piece, ...], ...]:
        branches = [self._branch()]
        while self._rest.startswith("|"):
            self._take()
            branches.append(self._branch())
        return tuple(branches)

    def _branch(self) -> tuple[_Piece, ...]:
        pieces = []
        while self._rest and self._rest[0] not in "|)":
            piece = self._atom()
            if piece is not None:
                pieces.append(self._quantified(piece))
        return tuple(pieces)

    def _atom(self) -> _Piece | None:
        """Read one atom; None for an assertion, which takes no character."""
        first = self._take()
        if first == "(":
            return self._group()
        if first == "[":
            return _Piece(self._bracket())
        if first == "\\":
            return self._escape_outside()
        if first == ".":
            return _Piece(_ALL - {10})
        if first in "^$":
            return None
        if first in "*+?":
            raise _NotUnderstood
        return _Piece(frozenset({min(ord(first), _OTHER)}))

    def _escape_outside(self) -> _Piece | None:
        if self._rest[:1] in ("b", "B", "A", "z"):
            self._take()
            return None
        return _Piece(self._escape())

    def _escape(self) -> Characters:
        """Read what follows a backslash."""
        letter = self._take()
        if letter in "pP":
            self._until("}") if self._rest.startswith("{") else self._take()
            return _ALL
        if letter in _CLASSES:
            return _CLASSES[letter]
        if letter == "u" and self._rest.startswith("{"):
            return _code_point(self._until("}")[1:-1])
        if letter in "xu":
            return _code_point(self._take(2 if letter == "x" else 4))
        if letter in _CONTROLS:
            return frozenset({_CONTROLS[letter]})
        if letter.isalnum():
            raise _NotUnderstood
        return frozenset({min(ord(letter), _OTHER)})

    def _until(self, end: str) -> str:
        return self._take(self._rest.find(end) + 1 or len(self._rest) + 1)

    def _bracket(self) -> Characters:
        """Read a bracket expression after its opening."""
        negated = self._rest.startswith("^")
        if negated:
            self._take()
        found: set[int] = set()
        while not self._rest.startswith("]"):
            first = self._member()
            if self._rest.startswith("-") and not self._rest.startswith("-]"):
                self._take()
                last = self._member()
                found |= set(range(min(first, default=0), max(last, default=0) + 1))
            found |= first
        self._take()
        return _ALL - found if negated else frozenset(found)

    def _member(self) -> Characters:
        first = self._take()
        return self._escape() if first == "\\" else frozenset({min(ord(first), _OTHER)})

    def _group(self) -> _Piece:
        if self._rest.startswith("?"):
            self._take()
            if self._rest.startswith((":", "P<", "<")) and self._rest[:2] not in ("<=", "<!"):
                self._take() if self._rest.startswith(":") else self._until(">")
            else:
                raise _NotUnderstood
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise _Explodes
        branches = self._alternatives()
        self._depth -= 1
        if self._take() != ")":
            raise _NotUnderstood
        pieces = [piece for branch in branches for piece in branch]
        characters = frozenset(chain.from_iterable(each.characters for each in pieces))
        weight = max((each.weight for each in pieces), default=1)
        return _Piece(characters, branches=branches, weight=weight)

    def _quantified(self, atom: _Piece) -> _Piece:
        least, most = self._quantifier()
        if (least, most) == (1, 1):
            return atom
        if most is None:
            self._unbounded += 1
        weight = atom.weight * max(least, most or 1, 1)
        piece = _Piece(atom.characters, least, most, atom.branches, weight)
        if weight > _MOST_REPEATS or self._unbounded > _MOST_UNBOUNDED:
            raise _Explodes
        if piece.repeats and atom.branches and not _splits_one_way(atom.branches):
            raise _Explodes
        return piece

    def _quantifier(self) -> tuple[int, int | None]:
        marks: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        mark = self._rest[:1]
        if mark in marks:
            self._take()
            bounds = marks[mark]
        elif mark == "{" and (counted := _counted(self._rest)) is not None:
            self._until("}")
            bounds = counted
        else:
            return 1, 1
        if self._rest.startswith("?"):  # lazy: the same texts
            self._take()
        if self._rest[:1] in ("*", "+", "?"):
            raise _NotUnderstood
        return bounds


def _counted(rest: str) -> tuple[int, int | None] | None:
    """Read `{m}`, `{m,}` or `{m,n}`; None when it is none of them and so a plain brace."""
    inner, closed, _ = rest[1:].partition("}")
    least, comma, most = inner.partition(",")
    if not closed or not least.isdecimal() or not (most.isdecimal() or most == ""):
        return None
    if len(least) > 5 or len(most) > 5:
        raise _Explodes
    return int(least), int(most) if most else None if comma else int(least)


def _code_point(digits: str) -> Characters:
    if not digits or any(each not in string.hexdigits for each in digits):
        raise _NotUnderstood
    return frozenset({min(int(digits, 16), _OTHER)})


def _splits_one_way(branches: tuple[tuple[_Piece, ...], ...]) -> bool:
    """Whether a text that repeats one of `branches` can be cut into repetitions one way only.

    Careful rather than clever: a group that is safe for another reason is refused too.
    """
    if len(branches) == 1:
        return _has_one_cut(branches[0])
    # Each alternative begins with a character of its own, and takes a fixed row of atoms.
    if not all(branch and not any(each.varies for each in branch) for branch in branches):
        return False
    if any(each.branches for branch in branches for each in branch):
        return False
    return _disjoint([branch[0].characters for branch in branches])


def _has_one_cut(pieces: tuple[_Piece, ...]) -> bool:
    """Whether repetitions of `pieces` are told apart: nothing varies, or a delimiter stands."""
    if any(each.branches and not _is_fixed(each) for each in pieces):
        return False
    varying = [each for each in pieces if each.varies]
    if not varying:
        return bool(pieces)
    if len(varying) > 1 and not _disjoint([each.characters for each in pieces]):
        return False
    return any(_delimits(end, pieces) for end in (pieces[0], pieces[-1]))


def _delimits(end: _Piece, pieces: tuple[_Piece, ...]) -> bool:
    others = [each for each in pieces if each is not end]
    return not end.varies and all(not end.characters & each.characters for each in others)


def _is_fixed(group: _Piece) -> bool:
    """Whether a group within a repetition takes one length of text, in one way."""
    return not group.varies and not _varies_inside(group) and _splits_one_way(group.branches)


def _varies_inside(group: _Piece) -> bool:
    inner = [each for branch in group.branches for each in branch]
    return any(each.varies or (each.branches and _varies_inside(each)) for each in inner) or (
        len({sum(each.least for each in branch) for branch in group.branches}) > 1
    )


def _disjoint(sets: list[Characters]) -> bool:
    return all(not one & other for one, other in combinations(sets, 2))
