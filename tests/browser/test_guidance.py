"""First steps, examples by trade, the guide and the self-check, by keyboard and in two languages."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Request, expect

from tests.browser.conftest import Visit, serious_findings

WORDS = {
    "en-GB": {
        "cards": "First steps",
        "next": "Next",
        "skip": "Skip",
        "begin": "Begin",
        "last": "How to ask",
        "menu": "Menu",
        "examples": "To begin with",
        "box": "Your question",
        "trade": "Laboratory",
        "task": "Check a dilution",
        "filled": "Show the calculation of this dilution",
        "guide": "Guide",
        "guide_page": "What must not be asked",
        "check": "Check yourself",
        "record": "Record that I did it",
        "done": "You did this self-check on",
        "not_quite": "Not quite.",
    },
    "fr-FR": {
        "cards": "Premiers pas",
        "next": "Suivant",
        "skip": "Passer",
        "begin": "Commencer",
        "last": "Comment demander",
        "menu": "Menu",
        "examples": "Pour commencer",
        "box": "Votre question",
        "trade": "Laboratoire",
        "task": "Vérifier une dilution",
        "filled": "Détaille le calcul de cette dilution",
        "guide": "Guide",
        "guide_page": "Ce qu’il ne faut pas demander à ARGO",
        "check": "Faire le point",
        "record": "Noter que je l’ai fait",
        "done": "Vous avez fait le point le",
        "not_quite": "Pas tout à fait.",
    },
}
LANGUAGES = pytest.mark.parametrize("language", WORDS)


@LANGUAGES
async def test_four_cards_are_read_or_skipped_and_shown_again(visit: Visit, language: str) -> None:
    words = WORDS[language]
    page = await visit(language)
    cards = page.get_by_role("region", name=words["cards"])
    for _ in range(3):
        await cards.get_by_role("button", name=words["next"]).press("Enter")
    await expect(cards.get_by_role("heading", name=words["last"])).to_be_focused()
    assert await serious_findings(page) == []
    await cards.get_by_role("button", name=words["begin"]).press("Enter")
    await expect(cards).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("list", name=words["examples"])).to_be_visible()
    await expect(cards).to_have_count(0)
    await page.get_by_role("button", name=words["cards"]).click()
    await cards.get_by_role("button", name=words["skip"]).click()
    await expect(page.get_by_role("list", name=words["examples"])).to_be_visible()


@LANGUAGES
async def test_an_example_fills_the_box_and_sends_nothing(visit: Visit, language: str) -> None:
    words = WORDS[language]
    page = await visit(language, "dark", 360)
    await page.get_by_role("button", name=words["skip"]).click()
    sent: list[str] = []
    page.on("request", lambda request: sent.extend(posted(request)))
    trade = page.get_by_role("button", name=words["trade"])
    await trade.press("Enter")
    await expect(trade).to_have_attribute("aria-pressed", "true")
    tasks = page.get_by_role("list", name=words["examples"]).get_by_role("button")
    await expect(tasks).to_have_count(4)
    assert await serious_findings(page) == []
    await tasks.filter(has_text=words["task"]).press("Enter")
    box = page.get_by_label(words["box"])
    await expect(box).to_be_focused()
    await expect(box).to_have_value(starting(words["filled"]))
    assert sent == []


@LANGUAGES
async def test_the_guide_is_read_and_the_self_check_recorded(visit: Visit, language: str) -> None:
    words = WORDS[language]
    page = await visit(language)
    await page.get_by_role("link", name=words["guide"], exact=True).press("Enter")
    contents = page.get_by_role("navigation", name=words["guide"])
    await contents.get_by_role("link", name=words["guide_page"]).press("Enter")
    await expect(page.get_by_role("heading", level=1, name=words["guide_page"])).to_be_visible()
    assert await serious_findings(page) == []
    await contents.get_by_role("link", name=words["check"]).press("Enter")
    record = page.get_by_role("button", name=words["record"])
    await expect(record).to_be_disabled()
    for item in await page.get_by_role("group").all():
        await item.get_by_role("radio").first.check()
    await expect(page.get_by_text(words["not_quite"]).first).to_be_visible()
    assert await serious_findings(page) == []
    await record.press("Enter")
    await expect(page.get_by_text(words["done"])).to_be_visible()
    await page.reload()
    await expect(page.get_by_text(words["done"])).to_be_visible()


async def test_the_guide_is_open_to_who_is_not_signed_in(visit: Visit) -> None:
    page = await visit()
    await page.context.clear_cookies()
    await page.goto("/guide")
    await expect(page.get_by_role("heading", level=1, name="What ARGO is")).to_be_visible()
    await expect(page.get_by_role("link", name="Check yourself")).to_have_count(0)


def posted(request: Request) -> list[str]:
    """Return the address of a request that sends something."""
    return [] if request.method == "GET" else [request.url]


def starting(words: str) -> re.Pattern[str]:
    """Return a pattern of what begins with `words`."""
    return re.compile(f"^{re.escape(words)}")
