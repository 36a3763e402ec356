"""Search in the page: by keyboard, in both languages, to the message itself."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit, serious_findings
from tests.support.engine import ScriptedEngine

WORDS = {
    "en-GB": ("Search", "Search your conversations", "No conversation holds all these words."),
    "fr-FR": (
        "Rechercher",
        "Rechercher dans vos conversations",
        "Aucune conversation ne contient tous ces mots.",
    ),
}


async def told(page: Page, engine: ScriptedEngine, question: str, answer: str) -> None:
    engine.says(answer)
    await page.locator("#question").fill(question)
    await page.keyboard.press("Enter")
    await expect(page.locator("article[aria-busy]").last).to_have_attribute("aria-busy", "false")
    await expect(page.locator("article").last).to_contain_text(answer[:20])


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en-GB", "light", 1280), ("fr-FR", "dark", 360)]
)
async def test_found_by_keyboard_and_opened_at_the_message(
    visit: Visit, engine: ScriptedEngine, language: str, scheme: str, width: int
) -> None:
    title, label, nothing = WORDS[language]
    page = await visit(language, scheme, width)
    await told(
        page, engine, "Parle-moi des charolaises", "Les prairies humides.\n\n" + "x\n\n" * 60
    )
    await told(page, engine, "Et le soja ?", "Il pousse.")
    await page.keyboard.press("Control+Shift+O")
    await expect(page.locator("article")).to_have_count(0)
    await page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name=label)
    await expect(box).to_be_focused()
    recent = page.get_by_role("listbox").get_by_role("option")
    await expect(recent).to_have_count(1)
    assert await serious_findings(page) == []
    await page.keyboard.type("rhododendron")
    await expect(page.get_by_text(nothing).last).to_be_visible()
    assert await serious_findings(page) == []
    await box.fill("prairie")
    option = page.get_by_role("listbox").get_by_role("option")
    await expect(option.locator("mark")).to_have_text("prairies")
    await expect(option).to_have_attribute("aria-selected", "true")
    assert await box.get_attribute("aria-activedescendant") == await option.get_attribute("id")
    assert await serious_findings(page) == []
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name=title)).to_have_count(0)
    found = page.locator("article", has_text="prairies humides")
    await expect(found).to_be_focused()
    await expect(found).to_be_in_viewport()


async def test_a_hidden_version_is_shown_again(visit: Visit, engine: ScriptedEngine) -> None:
    page = await visit()
    await told(page, engine, "Parle-moi du tournesol", "Il tourne.")
    engine.says("Il est jaune.")
    await page.get_by_role("button", name="Edit the question").click()
    await page.get_by_role("textbox", name="Edit the question").fill("Parle-moi du colza")
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.get_by_text("Il est jaune.").first).to_be_visible()
    await expect(page.get_by_text("Il tourne.")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search your conversations").fill("tournesols")
    await page.get_by_role("listbox").get_by_role("option").click()
    question = page.get_by_role("article", name="You")
    await expect(question).to_contain_text("tournesol")
    await expect(question).to_be_focused()
    await expect(page.get_by_role("group", name="Version 1 of 2")).to_be_visible()


async def test_arrows_escape_and_the_pinned_alone(visit: Visit, engine: ScriptedEngine) -> None:
    page = await visit()
    for word in ("Premier soja", "Second soja"):
        await told(page, engine, word, "Oui.")
        await page.keyboard.press("Control+Shift+O")
    await page.get_by_role("button", name="Search").click()
    box = page.get_by_role("combobox", name="Search your conversations")
    await box.fill("soja")
    options = page.get_by_role("listbox").get_by_role("option")
    await expect(options).to_have_count(2)
    await expect(
        page.get_by_role("status").filter(has_text="2 conversations found.")
    ).to_have_count(1)
    for at in (1, 0, 1):
        await page.keyboard.press("ArrowDown")
        await expect(options.nth(at)).to_have_attribute("aria-selected", "true")
    await page.get_by_role("combobox", name="Search in").select_option("pinned")
    await expect(options).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Search")).to_be_focused()


async def test_what_is_found_is_text_and_never_markup(visit: Visit, engine: ScriptedEngine) -> None:
    page = await visit()
    await told(page, engine, "<img src=x onerror=alert(1)> soja <mark>", "Oui.")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search your conversations").fill("soja")
    option = page.get_by_role("listbox").get_by_role("option")
    await expect(option.locator("mark").last).to_have_text("soja")
    await expect(option).to_contain_text(re.compile("<img src=x"))
    await expect(option.locator("img")).to_have_count(0)
