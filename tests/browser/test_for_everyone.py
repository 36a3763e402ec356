"""The page in every state, both languages, both themes, wide and narrow: axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit, serious_findings
from tests.support.engine import ScriptedEngine

LOOKS = pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("en-GB", "light", 1280),
        ("fr-FR", "dark", 1280),
        ("fr-FR", "light", 360),
        ("en-GB", "dark", 360),
    ],
)
LONG = "# Title\n\nText with `code` and a [link](https://example.org).\n\n" + (
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint('hello')\n```\n\n> quoted\n\n$x^2$\n\n" * 5
)


async def ask(page: Page, text: str) -> None:
    await page.locator("#question").fill(text)
    await page.locator("form button[type=submit]").click()


@LOOKS
async def test_nothing_serious_when_empty_streaming_failed_and_long(
    visit: Visit, engine: ScriptedEngine, language: str, scheme: str, width: int
) -> None:
    page = await visit(language, scheme, width)
    assert await serious_findings(page) == []
    engine.says("Some ", "words ", "more").holds_after(2)
    await ask(page, "Stream")
    await expect(page.get_by_text("Some words").first).to_be_visible()
    assert await serious_findings(page) == []
    engine.releases()
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    engine.says(LONG)
    await ask(page, "Long")
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    assert await serious_findings(page) == []
    engine.goes_away()
    await ask(page, "Fail")
    await expect(page.get_by_role("alert").first).to_be_visible()
    assert await serious_findings(page) == []
    assert await page.evaluate("document.documentElement.lang") == language[:2]


@LOOKS
@pytest.mark.parametrize("path", ["/keys", "/sessions", "/settings", "/temporary"])
async def test_nothing_serious_on_the_other_pages(
    visit: Visit, language: str, scheme: str, width: int, path: str
) -> None:
    page = await visit(language, scheme, width)
    await page.goto(path)
    await page.locator("main").wait_for()
    assert await serious_findings(page) == []


async def test_by_keyboard_alone_from_question_to_deletion(
    visit: Visit, engine: ScriptedEngine
) -> None:
    engine.says("Yes.")
    page = await visit()
    await page.keyboard.type("Can I?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    actions = page.get_by_label("Actions for “Can I?”")
    for _ in range(60):
        await page.keyboard.press("Shift+Tab")
        if await actions.evaluate("each => each === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    for _ in range(3):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Can I?")).to_have_count(0)


async def test_nothing_is_lost_at_320_pixels(visit: Visit, engine: ScriptedEngine) -> None:
    engine.says(LONG)
    page = await visit(width=320)
    await ask(page, "Long")
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth <= 320")
