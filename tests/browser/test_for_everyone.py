"""The page in every state, both languages, both themes, wide and narrow: axe finds nothing."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import Visit, serious_findings
from tests.fixtures import NewPerson, Service
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
@pytest.mark.parametrize(
    "path", ["/keys", "/sessions", "/settings", "/temporary", "/accessibility"]
)
async def test_nothing_serious_on_the_other_pages(
    visit: Visit, language: str, scheme: str, width: int, path: str
) -> None:
    page = await visit(language, scheme, width)
    await page.goto(path)
    await page.locator("main").wait_for()
    if path == "/settings":
        await page.get_by_role("dialog").wait_for()
    assert await serious_findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_serious_in_high_contrast_and_twice_the_size(
    visit: Visit, engine: ScriptedEngine, scheme: str
) -> None:
    engine.says(LONG)
    page = await visit(scheme=scheme)
    look = f'{{"theme": "contrast-{scheme}", "text": "double", "font": "dyslexic"}}'
    await page.evaluate("look => localStorage.setItem('argo.appearance', look)", look)
    await page.reload()
    await ask(page, "Long")
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    assert await serious_findings(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = await page.locator("#question").bounding_box()
    assert box and box["y"] + box["height"] <= 800
    rules = {"runOnly": ["color-contrast-enhanced"]}
    found = await page.evaluate("rules => axe.run(document, rules)", rules)
    assert [node["html"] for each in found["violations"] for node in each["nodes"]] == []


async def test_the_statement_is_there_for_everybody(service: Service, chromium: Browser) -> None:
    page = await (await chromium.new_context(locale="fr-FR")).new_page()
    await page.goto(service.url)
    await page.get_by_role("link", name="Accessibilité : non conforme").click()
    await expect(page.get_by_role("heading", name="Déclaration d’accessibilité")).to_be_visible()
    for part in ("État de conformité", "Contenus non accessibles", "Voies de recours"):
        await expect(page.get_by_role("heading", name=part)).to_be_visible()
    await expect(page.locator("time")).to_have_text("27 novembre 2026")
    assert await serious_findings(page) == []


async def test_what_must_be_known_stands_beside_the_box(visit: Visit) -> None:
    page = await visit(language="fr-FR")
    box = page.get_by_label("Votre question")
    for words in ("une IA", "se tromper", "web", "supprim"):
        await expect(box).to_have_accessible_description(re.compile(words))
    await page.goto("/temporary")
    await expect(box).to_have_accessible_description(re.compile("[Cc]onservé nulle part"))


async def test_a_keyboard_on_the_screen_leaves_the_box_in_sight(visit: Visit) -> None:
    page = await visit(width=360)
    await page.set_viewport_size({"width": 360, "height": 330})
    box = await page.locator("#question").bounding_box()
    assert box and box["y"] >= 0 and box["y"] + box["height"] <= 330


async def test_by_keyboard_alone_from_signing_in_to_deletion(
    service: Service, chromium: Browser, new_person: NewPerson, engine: ScriptedEngine
) -> None:
    engine.says("Yes.")
    page = await (await chromium.new_context(locale="en-GB", base_url=service.url)).new_page()
    await page.goto(f"/sign-in/{await service.people.link(await new_person())}")
    signs_in = page.get_by_role("button", name="Sign in")
    await signs_in.wait_for()
    await tab_to(page, signs_in)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your question")).to_be_focused()
    await page.keyboard.type("Can I?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    await expect(page.get_by_label("Your question")).to_be_focused()
    await tab_to(page, page.get_by_label("Actions for “Can I?”"), "Shift+Tab")
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("button", name="Delete"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Can I?")).to_have_count(0)
    assert await page.evaluate("document.activeElement !== document.body")


async def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Go on by Tab until `wanted` has the focus."""
    for _ in range(60):
        if await wanted.evaluate("each => each === document.activeElement"):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {wanted}")


async def test_nothing_is_lost_at_320_pixels(visit: Visit, engine: ScriptedEngine) -> None:
    engine.says(LONG)
    page = await visit(width=320)
    await ask(page, "Long")
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth <= 320")
