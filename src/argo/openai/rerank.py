"""`/v1/rerank`: texts in the order in which they answer a question, in Jina's and vLLM's form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from argo.engines.rerank import Ranked
from argo.openai import fields, values
from argo.openai.errors import FieldMissing, FieldRefused, FieldUnfit
from argo.openai.lists import IGNORED as _NEVER_MATTERS

MOST_TEXTS: Final = 1000
MOST_CHARACTERS: Final = 1_000_000
PASSED: Final = {
    "model": "the reranking model's id, as `GET /v1/models` lists it",
    "query": "the question",
    "documents": (
        f"1 to {MOST_TEXTS:,} texts, or objects with a `text`; with the question before each, "
        f"{MOST_CHARACTERS:,} characters in all"
    ),
    "top_n": "how many of the best come back; all when absent",
    "return_documents": "whether each result repeats its text; `true` when absent",
}
IGNORED: Final = {"user": _NEVER_MATTERS["user"]}
_ONLY_TEXT: Final = "only texts can be ranked here"


@dataclass(frozen=True)
class Asked:
    """A checked request; `most` is how many results come back."""

    question: str
    texts: tuple[str, ...]
    most: int
    repeats_texts: bool


def read(body: Mapping[str, object]) -> Asked:
    """Return `body`, checked.

    Raises `FieldUnknown`, `FieldRefused`, `FieldUnfit` or `FieldMissing`.
    """
    given = fields.known(body, PASSED, IGNORED, {}, {})
    for name in ("query", "documents"):
        if name not in given:
            raise FieldMissing.at(name)
    question = values.string(given["query"], "query")
    if not question:
        raise FieldUnfit.at("query", "a text that is not empty")
    texts = tuple(
        _text(each, f"documents[{n}]")
        for n, each in enumerate(values.array(given["documents"], "documents", 1, MOST_TEXTS))
    )
    if sum(map(len, texts)) + len(question) * len(texts) > MOST_CHARACTERS:
        raise FieldUnfit.at("documents", f"at most {MOST_CHARACTERS:,} characters in all")
    most = given.get("top_n")
    repeats = given.get("return_documents", True)
    return Asked(
        question=question,
        texts=texts,
        most=len(texts) if most is None else values.integer(most, "top_n", 1, 2**31),
        repeats_texts=values.boolean(repeats, "return_documents"),
    )


def _text(value: object, param: str) -> str:
    if isinstance(value, dict):
        if "text" not in value:
            raise FieldRefused.at(param, _ONLY_TEXT)
        values.only(value, param, "text")
        value = value["text"]
    text = values.string(value, param)
    if not text:
        raise FieldUnfit.at(param, "a text that is not empty")
    return text


def answer(asked: Asked, ranked: Ranked, answer_id: str, model_id: str) -> dict[str, object]:
    """Return the answer, best first."""
    return {
        "id": answer_id,
        "object": "list",
        "model": model_id,
        "usage": {"total_tokens": ranked.tokens},
        "results": [
            {
                "index": index,
                "relevance_score": score,
                **({"document": {"text": asked.texts[index]}} if asked.repeats_texts else {}),
            }
            for index, score in ranked.order[: asked.most]
        ],
    }
