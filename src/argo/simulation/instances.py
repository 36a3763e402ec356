"""The smallest instance of a JSON schema: what the engine answers when it is held to one."""

from __future__ import annotations

from typing import Any

DEEPEST = 12
"""Nesting after which an optional part is left out, so that a schema may name itself."""


def smallest_instance(schema: object) -> Any:
    """Return a small value that fits `schema` (JSON Schema, the part that engines enforce).

    Objects hold their required members, arrays their `minItems`; `$ref` is followed inside the
    document. A schema that is not an object, or that nothing can fit, gives null.
    """
    return _instance(schema, schema, 0)


def _instance(schema: object, document: object, depth: int) -> Any:
    if not isinstance(schema, dict) or depth > DEEPEST:
        return None
    if "const" in schema:
        return schema["const"]
    for listed in ("enum", "examples"):
        if isinstance(schema.get(listed), list) and schema[listed]:
            return schema[listed][0]
    if isinstance(schema.get("$ref"), str):
        return _instance(_resolve(schema["$ref"], document), document, depth + 1)
    for union in ("anyOf", "oneOf"):
        if isinstance(schema.get(union), list) and schema[union]:
            return _instance(schema[union][0], document, depth + 1)
    if isinstance(schema.get("allOf"), list) and schema["allOf"]:
        return _instance(_joined(schema, document), document, depth + 1)
    return _of_type(schema, document, depth)


def _of_type(schema: dict[str, Any], document: object, depth: int) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else None)
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    if kind == "object":
        return _object(schema, document, depth)
    if kind == "array":
        count = min(int(schema.get("minItems", 0)), 1_000)
        return [_instance(schema.get("items", {}), document, depth + 1) for _ in range(count)]
    if kind == "string":
        return _string(schema)
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer")
    return False if kind == "boolean" else None


def _object(schema: dict[str, Any], document: object, depth: int) -> dict[str, Any]:
    members = schema.get("properties")
    members = members if isinstance(members, dict) else {}
    required = schema.get("required")
    names = [str(name) for name in required] if isinstance(required, list) else []
    return {name: _instance(members.get(name, {}), document, depth + 1) for name in names}


_FORMATS = {
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "a@example.org",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.org/",
}


def _string(schema: dict[str, Any]) -> str:
    text = _FORMATS.get(str(schema.get("format")), "mot")
    shortest = min(int(schema.get("minLength", 0)), 10_000)
    text += "é" * (shortest - len(text))
    longest = schema.get("maxLength")
    return text[:longest] if isinstance(longest, int) else text


def _number(schema: dict[str, Any], *, whole: bool) -> float:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    if least is None:
        least = min(0, most - 1) if most is not None else 0
    value = least if "minimum" in schema or "exclusiveMinimum" not in schema else least + 1
    step = schema.get("multipleOf")
    if isinstance(step, (int, float)) and step > 0:
        value = -(-value // step) * step
    return int(value) if whole else value


def _joined(schema: dict[str, Any], document: object) -> dict[str, Any]:
    joined: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
    for entry in schema["allOf"]:
        named = isinstance(entry, dict) and isinstance(entry.get("$ref"), str)
        part = _resolve(entry["$ref"], document) if named else entry
        if not isinstance(part, dict):
            continue
        properties = {**joined.get("properties", {}), **part.get("properties", {})}
        required = [*joined.get("required", []), *part.get("required", [])]
        joined.update(part)
        if properties:
            joined["properties"] = properties
        joined["required"] = list(dict.fromkeys(required))
    return joined


def _resolve(reference: str, document: object) -> object:
    found = document
    for name in reference.removeprefix("#").split("/")[1:]:
        key = name.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found
