"""The published lists on the developers' page are those of the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from argo.openai import (
    anthropic,
    embeddings,
    file_shape,
    rerank,
    responses,
    text_completions,
    vector_search,
    vector_stores,
)
from argo.openai.lists import IGNORED, PASSED, REFUSED

PAGE = Path(__file__).parents[2] / "docs" / "developers" / "api.md"


def rows(fields: Mapping[str, str]) -> list[str]:
    """Return the table's rows, fields with the same text in one."""
    by_text: dict[str, list[str]] = {}
    for name, text in fields.items():
        by_text.setdefault(text, []).append(f"`{name}`")
    return [f"| {', '.join(names)} | {text} |" for text, names in by_text.items()]


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        ("Passed", PASSED),
        ("Accepted and ignored", IGNORED),
        ("Refused by name", REFUSED),
        ("completions: passed", text_completions.PASSED),
        ("completions: accepted and ignored", text_completions.IGNORED),
        ("completions: refused by name", text_completions.REFUSED),
        ("responses: passed", responses.PASSED),
        ("responses: accepted and ignored", responses.IGNORED),
        ("responses: refused by name", responses.REFUSED),
        ("embeddings: passed", embeddings.PASSED),
        ("embeddings: accepted and ignored", embeddings.IGNORED),
        ("rerank: passed", rerank.PASSED),
        ("rerank: accepted and ignored", rerank.IGNORED),
        ("files: passed", file_shape.PASSED),
        ("files: refused by name", file_shape.REFUSED),
        ("vector stores: made", vector_stores.MADE),
        ("vector stores: made, ignored", vector_stores.IGNORED),
        ("vector stores: changed", vector_stores.CHANGED),
        ("vector store files: attached", vector_stores.ATTACHED),
        ("vector store files: changed", vector_stores.DESCRIBED),
        ("vector store batches: made", vector_stores.BATCHED),
        ("vector store search: passed", vector_search.PASSED),
        ("vector store search: ignored", vector_search.IGNORED),
        ("messages: passed", anthropic.PASSED),
        ("messages: accepted and ignored", anthropic.IGNORED),
        ("messages: refused by name", anthropic.REFUSED),
    ],
)
def test_a_list_is_published_as_it_is(heading: str, fields: Mapping[str, str]) -> None:
    section = re.split(r"^##+ ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (table,) = [each for each in section if each.startswith(heading + "\n")]
    published = [line for line in table.splitlines() if line.startswith("| `")]
    assert published == rows(fields)
