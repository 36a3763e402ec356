"""A person signs in, asks, reads, finds it again, and leaves."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.fixtures import Service
from tests.support.engine import ScriptedEngine

WORDS = {
    "en-GB": {
        "question": "Your question",
        "send": "Send",
        "stop": "Stop",
        "again": "Answer again",
        "stopped": "Stopped.",
        "history": "Conversations",
        "actions": "Actions for “What is water?”",
        "delete": "Delete",
        "undo": "Undo",
        "out": "Sign out",
        "signed_out": "You are not signed in",
    },
    "fr-FR": {
        "question": "Votre question",
        "send": "Envoyer",
        "stop": "Arrêter",
        "again": "Répondre à nouveau",
        "stopped": "Arrêté.",
        "history": "Conversations",
        "actions": "Actions pour « What is water? »",
        "delete": "Supprimer",
        "undo": "Annuler",
        "out": "Se déconnecter",
        "signed_out": "Vous n’êtes pas connecté",
    },
}
LANGUAGES = pytest.mark.parametrize("language", WORDS)


@LANGUAGES
async def test_an_answer_is_read_and_found_again(
    visit: Visit, engine: ScriptedEngine, language: str
) -> None:
    words = WORDS[language]
    engine.says("Water is ", "**hydrogen** ", "and oxygen.")
    page = await visit(language)
    await page.get_by_label(words["question"]).fill("What is water?")
    await page.get_by_role("button", name=words["send"], exact=True).click()
    await expect(page.get_by_text("hydrogen and oxygen").first).to_be_visible()
    await expect(page.locator("strong", has_text="hydrogen")).to_be_visible()
    await expect(page.get_by_role("button", name=words["again"])).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("hydrogen and oxygen").first).to_be_visible()
    history = page.get_by_role("navigation", name=words["history"])
    await expect(history.get_by_role("link", name="What is water?")).to_be_visible()


@LANGUAGES
async def test_a_deleted_conversation_can_be_had_back(
    visit: Visit, engine: ScriptedEngine, language: str
) -> None:
    words = WORDS[language]
    engine.says("H2O.")
    page = await visit(language)
    await page.get_by_label(words["question"]).fill("What is water?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=words["again"])).to_be_visible()
    history = page.get_by_role("navigation", name=words["history"])
    link = history.get_by_role("link", name="What is water?")
    await link.hover()
    await history.get_by_label(words["actions"]).click()
    await history.get_by_role("button", name=words["delete"]).click()
    await expect(link).to_have_count(0)
    await page.get_by_role("button", name=words["undo"]).click()
    await expect(link).to_be_visible()


@LANGUAGES
async def test_stop_keeps_what_came(visit: Visit, engine: ScriptedEngine, language: str) -> None:
    words = WORDS[language]
    engine.says("One, ", "two, ", "three.").holds_after(2)
    page = await visit(language)
    await page.get_by_label(words["question"]).fill("Count")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("One, two,")).to_be_visible()
    await page.get_by_role("button", name=words["stop"], exact=True).click()
    await expect(page.get_by_text(words["stopped"])).to_be_visible()
    await engine.aborted(1)
    await page.reload()
    await expect(page.get_by_text("One, two,")).to_be_visible()
    await expect(page.get_by_text("three")).to_have_count(0)


async def test_a_reload_in_the_middle_loses_and_doubles_nothing(
    visit: Visit, engine: ScriptedEngine
) -> None:
    engine.says("One, ", "two, ", "three.").holds_after(2)
    page = await visit()
    await page.get_by_label("Your question").fill("Count")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("One, two,")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("One, two,")).to_be_visible()
    engine.releases()
    await expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    assert await page.locator(".prose").inner_text() == "One, two, three."


@LANGUAGES
async def test_who_signs_out_is_out(visit: Visit, language: str) -> None:
    words = WORDS[language]
    page = await visit(language)
    await page.get_by_role("button", name=words["out"], exact=True).click()
    await expect(page.get_by_role("heading", name=words["signed_out"])).to_be_visible()
    await page.goto("/keys")
    await expect(page.get_by_role("heading", name=words["signed_out"])).to_be_visible()


async def test_a_temporary_conversation_is_gone_at_reload(
    visit: Visit, engine: ScriptedEngine
) -> None:
    engine.says("Only here.")
    page = await visit()
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("link", name="Make it temporary").click()
    await page.get_by_label("Your question").fill("A secret")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Only here.").first).to_be_visible()
    await expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    await page.reload()
    await page.get_by_label("Your question").wait_for()
    await expect(page.get_by_text("Only here.")).to_have_count(0)
    await expect(page.get_by_text("A secret")).to_have_count(0)


async def test_a_used_link_says_what_to_do(service: Service, visit: Visit) -> None:
    page = await visit()
    await page.goto("/sign-in/nothing-like-it")
    heading = page.get_by_role("heading", name="This link is not valid any more")
    await expect(heading).to_be_visible()


async def test_a_key_is_shown_once_and_revoked(visit: Visit) -> None:
    page = await visit()
    await page.get_by_role("link", name="API keys").click()
    await page.get_by_label("Name of the key").fill("laptop")
    await page.get_by_role("button", name="Create the key").click()
    await expect(page.get_by_role("region", name="Your new key")).to_contain_text("argo-")
    await page.reload()
    await expect(page.get_by_role("region", name="Your new key")).to_have_count(0)
    await page.get_by_role("button", name="Revoke the key “laptop”").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    await expect(page.get_by_text("You have no key.")).to_be_visible()


async def test_an_engine_that_is_down_is_said_and_can_be_asked_again(
    visit: Visit, engine: ScriptedEngine
) -> None:
    engine.goes_away()
    page = await visit()
    await page.get_by_label("Your question").fill("Anybody there?")
    await page.keyboard.press("Enter")
    again = page.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await expect(page.get_by_text("does not answer just now").first).to_be_visible()
    await expect(page.get_by_text("Anybody there?").first).to_be_visible()
    await engine.comes_back()
    engine.says("Here I am.")
    await again.click()
    await expect(page.get_by_text("Here I am.").first).to_be_visible()


@LANGUAGES
async def test_an_exhausted_quota_counts_down_in_words(
    visit: Visit, engine: ScriptedEngine, language: str
) -> None:
    words = WORDS[language]
    page = await visit(language)
    for number in range(10):
        engine.says(f"Answer {number}.")
        await page.get_by_label(words["question"]).fill("Again")
        await page.keyboard.press("Enter")
        await expect(page.locator("article .prose", has_text=f"Answer {number}.")).to_be_visible()
        await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    await page.get_by_label(words["question"]).fill("Once more")
    await page.keyboard.press("Enter")
    next_one = "Prochaine question dans" if language == "fr-FR" else "Next question in"
    await expect(page.get_by_text(next_one).first).to_be_visible()
    await expect(page.get_by_label(words["question"])).to_have_value("Once more")
    await expect(page.get_by_role("button", name=words["send"], exact=True)).to_be_disabled()
