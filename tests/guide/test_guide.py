"""The guide says the same in both languages, and sends nobody outside."""

from __future__ import annotations

import re

import pytest

from argo.errors import Language
from argo.guide.service import pages

LANGUAGES: tuple[Language, ...] = ("en", "fr")


def test_both_languages_have_the_same_subjects() -> None:
    english, french = (pages(language) for language in LANGUAGES)
    assert [page.number for page in english] == [page.number for page in french]
    assert [page.number for page in english] == list(range(1, len(english) + 1))
    for one, other in zip(english, french, strict=True):
        for mark in ("\n## ", "\n- ", "\n1. ", "```", "\n| ", "\n> "):
            assert one.text.count(mark) == other.text.count(mark), (one.name, mark)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_begins_with_its_title(language: Language) -> None:
    for page in pages(language):
        assert page.text.startswith(f"# {page.title}\n")
        assert re.fullmatch(r"[a-z0-9-]+", page.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_names_a_real_address(language: Language) -> None:
    for page in pages(language):
        for host in re.findall(r"https?://([^/\s\"]+)", page.text):
            assert host.endswith(".example"), page.name
