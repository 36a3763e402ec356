"""JSON schemas of tools and answers, rebuilt from the keywords engines understand.

Keywords not named here say nothing to an engine and are left out. References stay within the
schema; limits are those of the shared security page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

import orjson

from argo.openai import values
from argo.openai.errors import FieldRefused, FieldUnfit
from argo.openai.patterns import verdict
from argo.openai.values import Text

MOST_BYTES: Final = 64 * 1024
MOST_DEPTH: Final = 16
MOST_NODES: Final = 512
MOST_NODES_OF_A_REQUEST: Final = 4096
_MOST_COUNT = 65_536
_MOST_NUMBER = sys.float_info.max
_MOST_STEPS = 64  # from one reference to the next

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
_SCHEMAS = frozenset(
    "items additionalProperties additionalItems contains not if then else propertyNames "
    "unevaluatedProperties unevaluatedItems".split()
)
_MAPS_OF_SCHEMAS = frozenset(
    "properties patternProperties $defs definitions dependentSchemas".split()
)
_LISTS_OF_SCHEMAS = frozenset("allOf anyOf oneOf prefixItems".split())
_NUMBERS = frozenset("minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split())
_COUNTS = frozenset(
    "minLength maxLength minItems maxItems minProperties maxProperties minContains "
    "maxContains".split()
)
_STRINGS = frozenset("title description format contentEncoding contentMediaType".split())
_DATA = frozenset("enum const default examples".split())
_FLAGS = frozenset("uniqueItems nullable deprecated readOnly writeOnly".split())

# Where a schema stands for the same value as the schema it stands in: a circle of these has
# no end, while one through `properties` or `items` is an ordinary tree.
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_SAME_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_SAME_PLACE = ("not", "if", "then", "else")

Schema = dict[str, object]


class Budget:
    """How many more nodes the schemas of one request may have together."""

    def __init__(self) -> None:
        """Start with the whole of it."""
        self.nodes_left = MOST_NODES_OF_A_REQUEST


def rebuilt(schema: object, param: str, text: Text, budget: Budget, *, enforced: bool) -> Schema:
    """Return `schema` built anew, its texts made fit by `text`.

    `enforced` says that the answer must follow it: what no engine can enforce is then refused,
    while in a tool's parameters, which only describe, it is left out. Raises `FieldUnfit` or
    `FieldRefused` naming the place within `param`.
    """
    root = values.mapping(schema, param)
    try:
        size_bytes = len(orjson.dumps(root))
    except TypeError:
        raise FieldUnfit.at(param, "JSON with numbers of 64 bits and valid Unicode") from None
    if size_bytes > MOST_BYTES:
        raise FieldUnfit.at(param, f"at most {MOST_BYTES // 1024} KiB")
    builder = _Builder(text, budget, enforced=enforced)
    built = builder.schema(root, param, 1)
    if builder.refers:
        _check_references(builder.schemas, param)
    return built


class _Builder:
    """Walks one schema; counts its nodes."""

    def __init__(self, text: Text, budget: Budget, *, enforced: bool) -> None:
        self._text = text
        self._budget = budget
        self._enforced = enforced
        self.schemas: list[Schema] = []
        """Every schema built, the outermost first."""
        self.refers = False
        """Whether one of them refers to another."""

    def schema(self, schema: Mapping[str, object], param: str, depth: int) -> Schema:
        built: Schema = {}
        self.schemas.append(built)
        self._count(param, depth)
        for keyword, value in schema.items():
            if (reader := _READERS.get(keyword)) is None:
                continue
            read = reader(self, value, f"{param}.{keyword}", depth)
            if read is not None:
                built[keyword] = read
        return built

    def _count(self, param: str, depth: int) -> None:
        self._budget.nodes_left -= 1
        whole = param.partition(".")[0]
        if depth > MOST_DEPTH:
            raise FieldUnfit.at(whole, f"nested at most {MOST_DEPTH} schemas deep")
        if len(self.schemas) > MOST_NODES:
            raise FieldUnfit.at(whole, f"of at most {MOST_NODES} schemas")
        if self._budget.nodes_left < 0:
            raise FieldUnfit.at(whole, f"of at most {MOST_NODES_OF_A_REQUEST} schemas in all")

    def inner(self, value: object, param: str, depth: int) -> Schema | bool:
        """Read a schema within a schema; true and false are schemas too."""
        if isinstance(value, bool):
            return value
        return self.schema(values.mapping(value, param), param, depth + 1)

    def one_or_more(self, value: object, param: str, depth: int) -> object:
        if isinstance(value, list):
            return self.several(value, param, depth)
        return self.inner(value, param, depth)

    def several(self, value: object, param: str, depth: int) -> object:
        each = values.array(value, param, 0, MOST_NODES)
        return [self.inner(one, f"{param}[{n}]", depth) for n, one in enumerate(each)]

    def named(self, value: object, param: str, depth: int) -> object:
        of = values.mapping(value, param)
        return {
            self._text(values.string(name, param)): self.inner(one, param, depth)
            for name, one in of.items()
        }

    def named_by_pattern(self, value: object, param: str, depth: int) -> object:
        of = values.mapping(value, param)
        kept = {name: one for name, one in of.items() if self.pattern(name, param, depth)}
        return self.named(kept, param, depth) if kept else None

    def types(self, value: object, param: str, _depth: int) -> object:
        if not isinstance(value, list):
            return values.one_of(value, param, _TYPES)
        return [values.one_of(each, param, _TYPES) for each in values.array(value, param, 1, 7)]

    def number(self, value: object, param: str, _depth: int) -> object:
        if isinstance(value, bool):  # draft 4's exclusiveMinimum
            return value
        if isinstance(value, int):
            return values.integer(value, param, -(2**63), 2**63 - 1)
        return values.number(value, param, -_MOST_NUMBER, _MOST_NUMBER)

    def count(self, value: object, param: str, _depth: int) -> object:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if not self._enforced and isinstance(whole, int) and whole > _MOST_COUNT:
            return None
        return values.integer(whole, param, 0, _MOST_COUNT)

    def string(self, value: object, param: str, _depth: int) -> object:
        return self._text(values.string(value, param))

    def data(self, value: object, param: str, _depth: int) -> object:
        return values.data(value, param, self._text)

    def flag(self, value: object, param: str, _depth: int) -> object:
        return values.boolean(value, param)

    def required(self, value: object, param: str, _depth: int) -> object:
        if isinstance(value, bool):  # draft 3 marked the property itself: says nothing today
            return None
        return [self.string(each, param, 0) for each in values.array(value, param, 0, MOST_NODES)]

    def pattern(self, value: object, param: str, _depth: int) -> object:
        judged = verdict(pattern := values.string(value, param))
        if judged == "explodes":
            raise FieldUnfit.at(
                param,
                "a pattern of at most 512 bytes without repetitions inside repetitions "
                "such as (a+)+",
            )
        if judged == "not_understood":
            if not self._enforced:
                return None
            raise FieldUnfit.at(
                param, "a regular expression without look-around and back-references"
            )
        return self._text(pattern)

    def reference(self, value: object, param: str, _depth: int) -> object:
        target = values.string(value, param)
        if target != "#" and not target.startswith("#/"):
            raise FieldRefused.at(
                param, "references stay within the schema; ARGO fetches nothing. Use '#/$defs/…'"
            )
        self.refers = True
        return self._text(target)


_Reader = Callable[[_Builder, object, str, int], object]
_READERS: Final[dict[str, _Reader]] = {
    **dict.fromkeys(_SCHEMAS, _Builder.one_or_more),
    **dict.fromkeys(_MAPS_OF_SCHEMAS, _Builder.named),
    **dict.fromkeys(_LISTS_OF_SCHEMAS, _Builder.several),
    **dict.fromkeys(_NUMBERS, _Builder.number),
    **dict.fromkeys(_COUNTS, _Builder.count),
    **dict.fromkeys(_STRINGS, _Builder.string),
    **dict.fromkeys(_DATA, _Builder.data),
    **dict.fromkeys(_FLAGS, _Builder.flag),
    "patternProperties": _Builder.named_by_pattern,
    "type": _Builder.types,
    "required": _Builder.required,
    "pattern": _Builder.pattern,
    **dict.fromkeys(_REFERENCES, _Builder.reference),
}


def _check_references(schemas: list[Schema], param: str) -> None:
    """Raise `FieldUnfit` when a reference leads nowhere, or in a circle without an end."""
    done: set[int] = set()
    for schema in schemas:
        _follow(schema, schemas[0], param, done, set())


def _follow(node: Any, root: Schema, param: str, done: set[int], path: set[int]) -> None:
    """Visit what stands in the same place as `node`; `path` leads to it."""
    if not isinstance(node, dict) or id(node) in done:
        return
    if id(node) in path or len(path) > _MOST_STEPS:
        raise FieldUnfit.at(param, "without references that lead back to themselves")
    path.add(id(node))
    for keyword in _REFERENCES:
        if keyword in node:
            _follow(_target(root, node[keyword], param), root, param, done, path)
    for keyword in _SAME_PLACE_LISTS:
        branches = node.get(keyword)
        for each in branches if isinstance(branches, list) else ():
            _follow(each, root, param, done, path)
    for keyword in _SAME_PLACE:
        _follow(node.get(keyword), root, param, done, path)
    path.discard(id(node))
    done.add(id(node))


def _target(root: Schema, reference: str, param: str) -> object:
    """Return what a JSON pointer (RFC 6901, as a URI fragment) of `root` points to."""
    found: object = root
    for part in unquote(reference[1:]).split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdecimal() and int(name[:9]) < len(found):
            found = found[int(name[:9])]
        else:
            raise FieldUnfit.at(param, "a schema whose references lead to a part of itself")
    if not isinstance(found, dict | bool):
        raise FieldUnfit.at(param, "a schema whose references lead to a part of itself")
    return found
