"""My data: what is held in words, everything deleted, and the account gone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit, serious_findings
from tests.support.engine import ScriptedEngine


async def test_what_is_held_is_said_and_goes_when_told(
    visit: Visit, engine: ScriptedEngine
) -> None:
    engine.says("La lune.")
    page = await visit()
    await page.get_by_label("Your question").fill("Why are there tides?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("La lune.").first).to_be_visible()
    await page.goto("/my-data")
    await expect(page.get_by_role("heading", name="My data", level=1)).to_be_visible()
    await expect(page.get_by_text("1, with 2 messages")).to_be_visible()

    await page.get_by_role("button", name="Delete all conversations").click()
    dialog = page.get_by_role("dialog", name="Delete all conversations")
    assert await serious_findings(page) == []
    await dialog.get_by_role("button", name="Delete for good").click()
    await expect(page.get_by_text("0, with 0 messages")).to_be_visible()
    await expect(page.get_by_role("heading", name="What was erased")).to_be_visible()

    await page.get_by_role("button", name="Delete my account").click()
    dialog = page.get_by_role("dialog", name="Delete my account")
    box = dialog.get_by_role("textbox", name=re.compile("to confirm"))
    await box.fill("someone@example.org")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("not the address of your account")
    label = await dialog.locator("label").inner_text()
    await box.fill(label.split()[1])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_mes_donnees_se_lisent_sur_un_telephone(visit: Visit, scheme: str) -> None:
    page = await visit(language="fr-FR", scheme=scheme, width=320)
    await page.goto("/my-data")
    await expect(page.get_by_text("0, avec 0 messages")).to_be_visible()
    assert await serious_findings(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Supprimer mon compte").click()
    assert await serious_findings(page) == []
