"""The settings: one dialog, found by words, done by keyboard, kept without a flash."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.support.engine import ScriptedEngine

KEPT = "JSON.parse(localStorage.getItem('argo.appearance'))"


async def test_a_setting_is_found_and_chosen_by_keyboard(visit: Visit) -> None:
    page = await visit()
    await page.keyboard.press("Control+,")
    dialog = page.get_by_role("dialog", name="Settings")
    await expect(dialog.get_by_role("combobox", name="Language")).to_be_visible()
    await dialog.get_by_label("Search the settings").press_sequentially("CONTRÁST")
    await expect(dialog.get_by_role("combobox")).to_have_count(1)
    await expect(dialog.get_by_text("Settings found: 1")).to_have_count(1)
    await page.keyboard.press("Tab")
    await page.keyboard.press("End")
    await expect(page.locator("html")).to_have_attribute("data-theme", "contrast-dark")
    await dialog.get_by_label("Search the settings").fill("nothing like it")
    await expect(dialog.get_by_text("No setting is called that.")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_label("Your question")).to_be_focused()


async def test_the_look_is_there_before_the_first_paint(visit: Visit) -> None:
    page = await visit()
    await page.goto("/settings")
    dialog = page.get_by_role("dialog", name="Settings")
    await dialog.get_by_label("Theme").select_option("dark")
    await dialog.get_by_label("Text size").select_option("larger")
    await dialog.get_by_label("Motion").select_option("less")
    async with page.expect_request("**/opendyslexic*.woff2"):
        await dialog.get_by_label("Reading font").select_option("dyslexic")
    # What the page looks like when nothing of its program has run yet.
    await page.route("**/assets/**/*.js", lambda route: route.abort())
    await page.reload()
    look = await page.evaluate("({...document.documentElement.dataset})")
    assert look == {"theme": "dark", "text": "larger", "font": "dyslexic", "motion": "less"}
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px"


async def test_enter_is_a_new_line_for_who_wants_it(visit: Visit, engine: ScriptedEngine) -> None:
    engine.says("Two lines.")
    page = await visit()
    await page.keyboard.press("Control+,")
    dialog = page.get_by_role("dialog", name="Settings")
    await dialog.get_by_label("Enter key").select_option("line")
    await page.keyboard.press("Escape")
    box = page.get_by_label("Your question")
    await box.press_sequentially("one")
    await page.keyboard.press("Enter")
    await box.press_sequentially("two")
    await expect(box).to_have_value("one\ntwo")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Two lines.").first).to_be_visible()


async def test_the_other_pages_are_reached_from_it(visit: Visit) -> None:
    page = await visit()
    for name, heading in (
        ("API keys", "API keys"),
        ("My sessions", "My sessions"),
        ("Accessibility: not conformant", "Accessibility statement"),
    ):
        await page.keyboard.press("Control+,")
        await page.get_by_role("dialog").get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    await page.keyboard.press("Control+,")
    settings = page.get_by_role("dialog", name="Settings")
    await settings.get_by_role("button", name="Keyboard shortcuts").click()
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
