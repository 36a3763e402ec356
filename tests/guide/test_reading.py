"""Anybody reads the guide, in two languages that tell of the same subjects."""

from __future__ import annotations

from tests.fixtures import Service
from tests.support.browser import Browser


async def test_the_guide_is_public_and_the_same_in_both_languages(service: Service) -> None:
    async with Browser(service.url) as stranger:
        english = (await stranger.get("/api/guide?language=en")).body["pages"]
        french = (await stranger.get("/api/guide?language=fr")).body["pages"]
    assert [each["number"] for each in english] == list(range(1, len(english) + 1))
    assert [each["number"] for each in french] == [each["number"] for each in english]
    assert len(english) == 9
    for page in (*english, *french):
        assert page["text"].startswith(f"# {page['title']}\n")
        assert page["name"].isascii()


async def test_another_language_is_refused_in_words(service: Service) -> None:
    async with Browser(service.url) as stranger:
        refused = await stranger.get("/api/guide?language=de")
        assert (refused.status, refused.code) == (400, "request_invalid")
