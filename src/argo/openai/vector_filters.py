"""Which files a search in a vector store is about, by their attributes: OpenAI's filters. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from argo.knowledge.types import Attribute
from argo.openai import values
from argo.openai.errors import FieldMissing

Matches = Callable[[Mapping[str, Attribute]], bool]

_MOST_DEPTH, _MOST_FILTERS, _MOST_VALUES = 8, 64, 512
_ORDERED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_COMPARED: Final = ("eq", "ne", *_ORDERED, "in", "nin")


def read(value: object, param: str = "filters", depth: int = 0) -> Matches:
    """Return whether attributes match the filter `value`; raises `FieldFault`s.

    A file without the attribute matches `ne` and `nin` alone.
    """
    given = values.mapping(value, param)
    kinds = ("and", "or", *_COMPARED) if depth < _MOST_DEPTH else _COMPARED
    kind = values.one_of(given.get("type"), f"{param}.type", kinds)
    if kind not in ("and", "or"):
        return _comparison(given, param, kind)
    values.only(given, param, "type", "filters")
    inner = [
        read(each, f"{param}.filters[{n}]", depth + 1)
        for n, each in enumerate(
            values.array(given.get("filters"), f"{param}.filters", 1, _MOST_FILTERS)
        )
    ]
    together = all if kind == "and" else any
    return lambda attributes: together(each(attributes) for each in inner)


def _comparison(given: Mapping[str, object], param: str, kind: str) -> Matches:
    values.only(given, param, "type", "key", "value")
    for name in ("key", "value"):
        if name not in given:
            raise FieldMissing.at(f"{param}.{name}")
    key = values.string(given["key"], f"{param}.key", 64)
    where = f"{param}.value"
    if kind in ("in", "nin"):
        listed = values.array(given["value"], where, 1, _MOST_VALUES)
        some = [_compared(_value(each, where)) for each in listed]
        return lambda attributes: (_of(attributes, key) in some) == (kind == "in")
    wanted = _compared(_value(given["value"], where))
    if kind in ("eq", "ne"):
        return lambda attributes: (_of(attributes, key) == wanted) == (kind == "eq")
    holds = _ORDERED[kind]

    def ordered(attributes: Mapping[str, Attribute]) -> bool:
        found = _of(attributes, key)
        return found is not None and found[0] == wanted[0] and holds(found[1], wanted[1])

    return ordered


def _of(attributes: Mapping[str, Attribute], key: str) -> tuple[str, Attribute] | None:
    return _compared(attributes[key]) if key in attributes else None


def _compared(value: Attribute) -> tuple[str, Attribute]:
    """Return a value with its kind: to Python true is 1, to a filter it is not."""
    kind = "text" if isinstance(value, str) else "truth" if isinstance(value, bool) else "number"
    return kind, value


def _value(value: object, param: str) -> Attribute:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return values.number(value, param, -1e300, 1e300)
    return values.string(value, param, 512)
