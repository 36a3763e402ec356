"""Projects and the list of conversations in the page: by menu, by drag, several at once."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit, serious_findings
from tests.support.engine import ScriptedEngine

WORDS = {
    "en-GB": {
        "new": "New project",
        "name": "Name of the project",
        "instructions": "Instructions",
        "save": "Save",
        "ask": "New conversation in this project",
        "delete": "Delete the project",
        "keep": "Keep the conversations",
        "along": "Delete them too",
        "undo": "Undo",
        "menu": "Menu",
        "applies": "its instructions apply",
    },
    "fr-FR": {
        "new": "Nouveau projet",
        "name": "Nom du projet",
        "instructions": "Consignes",
        "save": "Enregistrer",
        "ask": "Nouvelle conversation dans ce projet",
        "delete": "Supprimer le projet",
        "keep": "Garder les conversations",
        "along": "Les supprimer aussi",
        "undo": "Annuler",
        "menu": "Menu",
        "applies": "ses consignes s’appliquent",
    },
}


async def told(page: Page, engine: ScriptedEngine, question: str) -> None:
    engine.says("Oui.")
    await page.locator("#question").fill(question)
    await page.keyboard.press("Enter")
    await expect(page.locator("article").last).to_contain_text("Oui.")
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)


async def made(page: Page, name: str, instructions: str = "", language: str = "en-GB") -> None:
    words = WORDS[language]
    await page.get_by_role("button", name=words["new"]).first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name=words["name"]).fill(name)
    await dialog.get_by_role("textbox", name=words["instructions"]).fill(instructions)
    await dialog.get_by_role("button", name=words["save"]).click()
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en-GB", "light", 1280), ("fr-FR", "dark", 360)]
)
async def test_a_project_from_its_making_to_its_end(
    visit: Visit, engine: ScriptedEngine, language: str, scheme: str, width: int
) -> None:
    words = WORDS[language]
    page = await visit(language, scheme, width)
    if width < 800:
        await page.get_by_role("button", name=words["menu"]).click()
    await made(page, "Zea mays", "Réponds en vers.", language)
    assert await serious_findings(page) == []
    await page.get_by_role("button", name=words["ask"]).click()
    await expect(page.get_by_role("link", name="Zea mays").last).to_be_visible()
    await expect(page.get_by_text(words["applies"])).to_be_visible()
    await told(page, engine, "Et le soja ?")
    system = (await engine.asked()).body["messages"][0]["content"]
    assert "Réponds en vers." in system
    assert await serious_findings(page) == []
    await page.get_by_role("main").get_by_role("link", name="Zea mays").click()
    inside = page.get_by_role("main").get_by_role("link", name="Et le soja ?")
    await expect(inside).to_be_visible()
    await page.get_by_role("button", name=words["delete"]).click()
    assert await serious_findings(page) == []
    await page.get_by_role("button", name=words["along"]).click()
    # Behind an open dialog nothing is there.
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("link", name="Zea mays")).to_have_count(0)
    await page.get_by_role("button", name=words["undo"]).click()
    if width < 800:
        await page.get_by_role("button", name=words["menu"]).click()
    await page.get_by_role("navigation").get_by_role("link", name="Zea mays", exact=True).click()
    await expect(inside).to_be_visible()


async def test_in_by_drag_and_out_by_keyboard(visit: Visit, engine: ScriptedEngine) -> None:
    page = await visit()
    await told(page, engine, "Et le soja ?")
    await made(page, "Zea mays")
    nav = page.get_by_role("navigation")
    await nav.get_by_role("link", name="Et le soja ?").drag_to(
        nav.get_by_role("link", name="Zea mays", exact=True)
    )
    inside = page.get_by_role("main").get_by_role("link", name="Et le soja ?")
    await expect(inside).to_be_visible()
    await page.get_by_label("Actions for “Et le soja ?”").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Move to…").press("Enter")
    await page.get_by_role("dialog").get_by_role("radio", name="No project").check()
    await page.keyboard.press("Enter")
    await expect(inside).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(inside).to_be_visible()


async def test_several_at_once(visit: Visit, engine: ScriptedEngine) -> None:
    page = await visit()
    for word in ("Un", "Deux", "Trois"):
        await told(page, engine, word)
        await page.keyboard.press("Control+Shift+O")
    await page.get_by_role("button", name="Select several").click()
    for word in ("Un", "Trois"):
        await page.get_by_role("checkbox", name=f"Select “{word}”").check()
    assert await serious_findings(page) == []
    nav = page.get_by_role("navigation")
    await nav.get_by_role("button", name="Delete").click()
    await expect(nav.get_by_role("link", name="Un")).to_have_count(0)
    await expect(nav.get_by_role("link", name="Deux")).to_be_visible()
    await expect(page.get_by_text("2 conversations deleted.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    for word in ("Un", "Deux", "Trois"):
        await expect(nav.get_by_role("link", name=word)).to_be_visible()


async def test_what_ends_elsewhere_is_unread_and_counted(
    visit: Visit, engine: ScriptedEngine
) -> None:
    page = await visit()
    engine.says("Oui", ".").holds_after(1)
    await page.locator("#question").fill("Une longue ?")
    await page.keyboard.press("Enter")
    await engine.held()
    await page.keyboard.press("Control+Shift+O")
    nav = page.get_by_role("navigation")
    await expect(nav.get_by_text("being written")).to_have_count(1)
    engine.says("Non", ".").holds_after(1)
    await page.locator("#question").fill("Une autre ?")
    await page.keyboard.press("Enter")
    await engine.held(2)
    await expect(nav.get_by_text("being written")).to_have_count(2)
    await page.keyboard.press("Control+Shift+O")
    engine.releases()
    await expect(nav.get_by_text("answer not read yet")).to_have_count(2, timeout=20_000)
    await expect(page).to_have_title(re.compile(r"^\(2\) "))
    await nav.get_by_role("link", name="Une longue ?").click()
    await expect(nav.get_by_text("answer not read yet")).to_have_count(1)
    await expect(page).to_have_title(re.compile(r"^\(1\) "))
    await page.reload()
    await expect(page).to_have_title(re.compile(r"^\(1\) "))
