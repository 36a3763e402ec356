"""Readers of single values: the checked value back, or a `FieldUnfit` that names the field."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from argo.openai.errors import FieldUnfit, FieldUnknown, shown

Text = Callable[[str], str]
"""Makes a text of the caller's fit for an engine (`completions.control_tokens`)."""

_MOST_DEPTH = 16
_LEAST_INTEGER, _MOST_INTEGER = -(2**63), 2**63 - 1


def integer(value: object, param: str, least: int, most: int) -> int:
    """Return `value`, an integer from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise FieldUnfit.at(param, f"an integer from {least} to {most}")
    return value


def number(value: object, param: str, least: float, most: float) -> float:
    """Return `value`, a number from `least` to `most`."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not least <= value <= most
    ):
        raise FieldUnfit.at(param, f"a number from {least:g} to {most:g}")
    return value


def boolean(value: object, param: str) -> bool:
    """Return `value`, true or false."""
    if not isinstance(value, bool):
        raise FieldUnfit.at(param, "true or false")
    return value


def string(value: object, param: str, most_characters: int | None = None) -> str:
    """Return `value`, a text of at most `most_characters` that can be written as UTF-8."""
    if not isinstance(value, str):
        raise FieldUnfit.at(param, "a string")
    if most_characters is not None and len(value) > most_characters:
        raise FieldUnfit.at(param, f"a string of at most {most_characters} characters")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise FieldUnfit.at(param, "valid Unicode (it has half a surrogate pair)") from None
    return value


def one_of(value: object, param: str, allowed: tuple[str, ...]) -> str:
    """Return `value`, one of the `allowed` words."""
    if not isinstance(value, str) or value not in allowed:
        raise FieldUnfit.at(param, "one of " + ", ".join(f"'{each}'" for each in allowed))
    return value


def mapping(value: object, param: str) -> Mapping[str, object]:
    """Return `value`, a JSON object."""
    if not isinstance(value, dict):
        raise FieldUnfit.at(param, "an object")
    return value


def array(value: object, param: str, least: int, most: int) -> list[object]:
    """Return `value`, a JSON array of `least` to `most` elements."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise FieldUnfit.at(param, f"an array of {least} to {most} elements")
    return value


def only(value: Mapping[str, object], param: str, *known: str) -> None:
    """Raise `FieldUnknown` when the object `value` has another field than the `known` ones."""
    for name in value:
        if name not in known:
            raise FieldUnknown.at(f"{param}.{shown(name)}")


def data(value: object, param: str, text: Text, depth: int = 0) -> object:
    """Return any JSON `value` built anew, its strings and names made fit by `text`."""
    if depth > _MOST_DEPTH:
        raise FieldUnfit.at(param, f"nested at most {_MOST_DEPTH} levels deep")
    if isinstance(value, str):
        return text(string(value, param))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return integer(value, param, _LEAST_INTEGER, _MOST_INTEGER)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise FieldUnfit.at(param, "a finite number")
        return value
    if isinstance(value, list):
        return [data(each, param, text, depth + 1) for each in value]
    if isinstance(value, dict):
        return {
            text(string(name, param)): data(each, param, text, depth + 1)
            for name, each in value.items()
        }
    raise FieldUnfit.at(param, "JSON")
