"""The box, and reading while an answer comes: nothing is lost, nothing fights the reader."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.engine import ScriptedEngine


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Your question").fill(text)
    await page.keyboard.press("Enter")


async def test_it_grows_to_a_third_of_the_screen(visit: Visit) -> None:
    page = await visit()
    box = page.get_by_label("Your question")
    height = "each => each.getBoundingClientRect().height"
    low = await box.evaluate(height)
    await box.fill("three\nlines\nhere")
    assert await box.evaluate(height) > low
    await box.fill("line\n" * 80)
    assert 0.28 * 800 <= await box.evaluate(height) <= 0.34 * 800


async def test_what_was_written_survives_a_reload_but_not_in_temporary(visit: Visit) -> None:
    page = await visit()
    box = page.get_by_label("Your question")
    await box.fill("Half a thought")
    await page.reload()
    await expect(box).to_have_value("Half a thought")
    await page.goto("/temporary")
    await box.fill("A secret")
    await page.reload()
    await expect(box).to_have_value("")
    assert "A secret" not in await page.evaluate("JSON.stringify({...localStorage})")


async def test_keys_edit_stop_begin_anew_and_list(visit: Visit, engine: ScriptedEngine) -> None:
    page = await visit()
    box = page.get_by_label("Your question")
    engine.says("One, ", "two, ", "three.").holds_after(2)
    await ask(page, "Count")
    await expect(page.get_by_text("One, two,").first).to_be_visible()
    await expect(box).to_be_focused()
    await page.keyboard.type("The next question")
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Stopped.")).to_be_visible()
    await expect(box).to_have_value("The next question")
    await box.fill("")
    await page.keyboard.press("ArrowUp")
    edited = page.get_by_role("textbox", name="Edit the question")
    await expect(edited).to_have_value("Count")
    await page.keyboard.press("Escape")
    await expect(edited).to_have_count(0)
    await expect(box).to_be_focused()
    await page.keyboard.press("Control+/")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(shortcuts).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(box).to_be_focused()
    await page.keyboard.press("Control+Shift+O")
    await expect(page.get_by_text("What would you like to work on?")).to_be_visible()


async def test_who_scrolls_up_is_left_in_peace(visit: Visit, engine: ScriptedEngine) -> None:
    engine.says(*["A line of it.\n\n"] * 60, *["And more.\n\n"] * 20, "The end.").holds_after(60)
    page = await visit()
    await ask(page, "Long")
    await engine.held()
    await expect(page.get_by_text("A line of it.").last).to_be_visible()
    scroller = page.locator(".scroller")
    await scroller.hover()
    await page.mouse.wheel(0, -400)
    pill = page.get_by_role("button", name="To the newest")
    await expect(pill).to_be_visible()
    read = await scroller.evaluate("each => each.scrollTop")
    engine.releases()
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    assert await scroller.evaluate("each => each.scrollTop") == read
    await pill.click()
    await expect(page.get_by_text("The end.").first).to_be_in_viewport()
    await expect(pill).to_have_count(0)


async def test_an_answer_is_announced_sentence_by_sentence(
    visit: Visit, engine: ScriptedEngine
) -> None:
    engine.says("First ", "this. ", "Then ", "**that", "**. ", "Last").holds_after(3)
    page = await visit()
    await page.evaluate(
        """() => {
          window.said = [];
          const region = document.querySelector('[aria-live=polite]');
          const listen = () => {
            const text = region.textContent.trim();
            if (text && window.said.at(-1) !== text) window.said.push(text);
          };
          const how = { childList: true, characterData: true, subtree: true };
          new MutationObserver(listen).observe(region, how);
        }"""
    )
    await ask(page, "Tell")
    await engine.held()
    await expect(page.get_by_text("First this.").first).to_be_visible()
    assert "Then" not in "".join(await page.evaluate("window.said"))
    engine.releases()
    await expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    said = await page.evaluate("window.said")
    told = [each for each in said if each not in {"Waiting for the model", "Reading your question"}]
    assert " ".join(" ".join(told).split()).startswith("First this. Then that . Last")


async def test_a_page_is_there_however_often_it_is_loaded(visit: Visit) -> None:
    page = await visit()
    for _ in range(3):
        await page.goto("/temporary")
        await page.reload()
        await expect(page.get_by_label("Your question")).to_be_visible()
