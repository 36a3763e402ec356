"""Search in a vector store: OpenAI's form of the question and of what is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from argo.completions.beside import Counted
from argo.completions.prompt import estimated_tokens
from argo.knowledge.search import KnowledgeSearch
from argo.knowledge.service import Collections
from argo.knowledge.types import MOST_FOUND, Attribute, Found
from argo.openai import fields, kept, values, vector_filters
from argo.openai.beside import Work
from argo.openai.errors import FieldMissing, FieldUnfit
from argo.openai.vector_filters import Matches
from argo.storage.types import Owner

_USUAL, _MOST_QUERIES, _MOST_CHARACTERS = 10, 8, 8192
PASSED: Final = {
    "query": f"a text, or 1 to {_MOST_QUERIES}, of 1 to {_MOST_CHARACTERS:,} characters each",
    "max_num_results": f"1 to {MOST_FOUND}; {_USUAL} when absent",
    "filters": (
        "`eq`, `ne`, `gt`, `gte`, `lt`, `lte`, `in`, `nin` with `key` and `value`; `and`, `or` "
        "with `filters`"
    ),
    "ranking_options": "`score_threshold`: 0 to 1; `ranker` is ignored: there is one order",
}
IGNORED: Final = {"rewrite_query": "a question is searched as it stands"}


@dataclass(frozen=True)
class Asked:
    """A checked search; `matches` None: every file counts."""

    questions: tuple[str, ...]
    most: int
    least_score: float
    matches: Matches | None


def read(body: Mapping[str, object]) -> Asked:
    """Return `body`, checked; raises `FieldFault`s."""
    given = fields.known(body, PASSED, IGNORED, {}, {})
    if "query" not in given:
        raise FieldMissing.at("query")
    told = given["query"]
    listed = [told] if isinstance(told, str) else values.array(told, "query", 1, _MOST_QUERIES)
    questions = tuple(values.string(each, "query", _MOST_CHARACTERS) for each in listed)
    if not all(each.strip() for each in questions):
        raise FieldUnfit.at("query", "a text that is not empty")
    ranking = values.mapping(given.get("ranking_options", {}), "ranking_options")
    values.only(ranking, "ranking_options", "score_threshold", "ranker")
    least = ranking.get("score_threshold")
    return Asked(
        questions=questions,
        most=values.integer(given.get("max_num_results", _USUAL), "max_num_results", 1, MOST_FOUND),
        least_score=(
            0.0 if least is None else values.number(least, "ranking_options.score_threshold", 0, 1)
        ),
        matches=vector_filters.read(given["filters"]) if "filters" in given else None,
    )


def searching(
    search: KnowledgeSearch,
    collections: Collections,
    owner: Owner,
    collection_id: UUID,
    asked: Asked,
) -> Work:
    """Return the work of one search in an own vector store."""

    async def work(counted: Counted) -> bytes:
        members = await collections.members(owner, collection_id)
        attributes = {each.document_id: each.attributes for each in members}
        matches = asked.matches
        among = matches and {at for at, told in attributes.items() if matches(told)}
        best: dict[tuple[object, int], Found] = {}
        for question in asked.questions:
            counted.read(estimated_tokens([{"content": question}]), exact=False)
            for each in await search.find(owner, [collection_id], question, asked.most, among):
                place = (each.document_id, each.ordinal)
                if place not in best or best[place].score < each.score:
                    best[place] = each
        await collections.used(owner, collection_id)
        found = sorted(best.values(), key=lambda each: -each.score)
        results = [
            _result(each, attributes.get(each.document_id, {}))
            for each in found
            if each.score >= asked.least_score
        ]
        return orjson.dumps(_answer(asked.questions, results[: asked.most]))

    return work


def _result(found: Found, attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    return {
        "file_id": kept.file_id(found.document_id),
        "filename": found.document_name,
        "score": found.score,
        "attributes": attributes,
        "content": [{"type": "text", "text": found.text}],
    }


def _answer(questions: Sequence[str], results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "object": "vector_store.search_results.page",
        "search_query": list(questions),
        "data": results,
        "has_more": False,
        "next_page": None,
    }
