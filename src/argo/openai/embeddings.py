"""`/v1/embeddings`: OpenAI's form of a request for vectors, and of its answer. Pure.

`input_type` is not OpenAI's: it says whether a text is searched with or searched in, which some
models want to know (the names are those of other services with such models).
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from argo.engines.embeddings import Kind, packed, shortened
from argo.openai import fields, values
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit
from argo.openai.lists import IGNORED as _NEVER_MATTERS

MOST_TEXTS: Final = 2048
MOST_CHARACTERS: Final = 1_000_000
_KINDS: Final[dict[str, Kind]] = {
    "query": "query",
    "search_query": "query",
    "passage": "passage",
    "document": "passage",
    "search_document": "passage",
}
PASSED: Final = {
    "model": "the embedding model's id, as `GET /v1/models` lists it",
    "input": f"a text, or 1 to {MOST_TEXTS:,} texts, {MOST_CHARACTERS:,} characters in all",
    "encoding_format": "`float` or `base64` (little-endian floats of 32 bits)",
    "dimensions": "1 to the model's; fewer keep the vector's beginning, made of length 1 again",
    "input_type": (
        "`query` or `search_query`: searched with; `passage`, `document` or `search_document`: "
        "searched in; not OpenAI's"
    ),
}
IGNORED: Final = {"user": _NEVER_MATTERS["user"]}
_ONLY_TEXTS: Final = (
    "texts are read here, not token ids (in langchain-openai: check_embedding_ctx_length=False)"
)


@dataclass(frozen=True)
class Asked:
    """A checked request; `dimension` None means the model's own."""

    texts: tuple[str, ...]
    kind: Kind | None
    dimension: int | None
    as_base64: bool


def read(body: Mapping[str, object], dimension: int | None) -> Asked:
    """Return `body`, checked, for a model whose vectors have `dimension` numbers, if known.

    Raises `FieldUnknown`, `FieldRefused`, `FieldUnfit` or `FieldMissing`.
    """
    given = fields.known(body, PASSED, IGNORED, {}, {})
    if "input" not in given:
        raise FieldMissing.at("input")
    kind = given.get("input_type")
    form = given.get("encoding_format", "float")
    wanted = given.get("dimensions")
    most = dimension or 8192
    return Asked(
        texts=_texts(given["input"]),
        kind=None if kind is None else _KINDS[values.one_of(kind, "input_type", tuple(_KINDS))],
        dimension=None if wanted is None else values.integer(wanted, "dimensions", 1, most),
        as_base64=values.one_of(form, "encoding_format", ("float", "base64")) == "base64",
    )


def _texts(value: object) -> tuple[str, ...]:
    given = [value] if isinstance(value, str) else values.array(value, "input", 1, MOST_TEXTS)
    if any(isinstance(each, int | list) for each in given):
        raise FieldRefused.at("input", _ONLY_TEXTS)
    texts = tuple(values.string(each, "input") for each in given)
    if not all(texts):
        raise FieldUnfit.at("input", "texts that are not empty")
    if sum(map(len, texts)) > MOST_CHARACTERS:
        raise FieldUnfit.at("input", f"at most {MOST_CHARACTERS:,} characters in all")
    return texts


def entries(vectors: Sequence[array[float]], first: int, asked: Asked) -> bytes:
    """Return the answer's entries for `vectors`, whose first text is number `first`, as JSON.

    Raises `FieldUnfit` when fewer numbers are there than were asked for.
    """
    written = []
    for index, vector in enumerate(vectors, first):
        kept = vector
        if asked.dimension is not None:
            if asked.dimension > len(vector):
                raise FieldUnfit.at("dimensions", f"an integer from 1 to {len(vector)}")
            kept = shortened(vector, asked.dimension) if asked.dimension < len(vector) else vector
        value = packed(kept) if asked.as_base64 else kept.tolist()
        entry = {"object": "embedding", "index": index, "embedding": value}
        written.append(orjson.dumps(entry))
    return b",".join(written)


def answer(data: Sequence[bytes], model_id: str, tokens: int) -> bytes:
    """Return the whole answer around the entries `data`."""
    around = {
        "object": "list",
        "model": model_id,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        "data": [],
    }
    return orjson.dumps(around)[:-2] + b",".join(data) + b"]}"
