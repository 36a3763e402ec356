"""What happens inside a conversation: going on, summing up, changing, exporting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from argo.export.origin import verified
from tests.browser.conftest import Visit, serious_findings
from tests.fixtures import Serve, Service, two_models
from tests.support.engine import ScriptedEngine

WORDS = {
    "en-GB": {
        "continue": "Continue",
        "again": "Answer again",
        "gauge": "How full the conversation is",
        "summarise": "Summarise and go on",
        "summary": "Summary",
        "correct": "Correct the summary",
        "save": "Save",
        "aside": "Set aside",
        "use": "Use the summary",
        "fresh": "Ask in a new conversation",
        "fork": "New conversation from here",
        "export": "Export",
        "dialog": "Export as a file",
        "alone": "This answer",
        "markdown": "Copy as Markdown",
        "thoughts": "Thought for",
        "small": "General assistant · Small",
        "large": "General assistant · Large",
        "go_on": "Go on with Small",
        "goes_on": "This conversation goes on with General assistant · Small.",
    },
    "fr-FR": {
        "continue": "Continuer",
        "again": "Répondre à nouveau",
        "gauge": "Remplissage de la conversation",
        "summarise": "Résumer et poursuivre",
        "summary": "Résumé",
        "correct": "Corriger le résumé",
        "save": "Enregistrer",
        "aside": "Écarter",
        "use": "Utiliser le résumé",
        "fresh": "Poser dans une nouvelle conversation",
        "fork": "Nouvelle conversation à partir d’ici",
        "export": "Exporter",
        "dialog": "Exporter dans un fichier",
        "alone": "Cette réponse",
        "markdown": "Copier en Markdown",
        "thoughts": "Réflexion",
        "small": "Assistant généraliste · Petit",
        "large": "Assistant généraliste · Grand",
        "go_on": "Poursuivre avec Petit",
        "goes_on": "Cette conversation se poursuit avec Assistant généraliste · Petit.",
    },
}
PLACES = pytest.mark.parametrize(
    ("language", "path"), [("en-GB", "/"), ("fr-FR", "/"), ("fr-FR", "/temporary")]
)
ENGLISH = pytest.mark.parametrize("language", ["en-GB"])
FRENCH = pytest.mark.parametrize("language", ["fr-FR"])
LONG = "mot " * 700


@pytest.fixture
async def service(serve: Serve, engine: ScriptedEngine) -> AsyncIterator[Service]:
    """A service whose models read little at once."""
    models = tuple(replace(each, context_tokens=2048) for each in two_models(engine.url))
    async with serve(models=models) as service:
        yield service


async def ask(page: Page, text: str) -> None:
    """Ask, and wait for the end of the answer."""
    await page.locator("#question").fill(text)
    await page.locator("form button[type=submit]").click()
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).last.click()


@PLACES
async def test_an_answer_that_broke_off_goes_on(
    visit: Visit, engine: ScriptedEngine, language: str, path: str
) -> None:
    words = WORDS[language]
    engine.says("One, ", "two, ", "three.").breaks_after(2)
    engine.says("three, ", "four.")
    page = await visit(language)
    await page.goto(path)
    await ask(page, "Count")
    await press(page, words["continue"])
    await expect(page.get_by_text("One, two, three, four.").first).to_be_visible()
    await expect(page.get_by_role("button", name=words["continue"])).to_have_count(0)
    await expect(page.get_by_role("button", name=words["again"])).to_be_visible()
    if path == "/":
        await page.reload()
        await expect(page.get_by_text("One, two, three, four.").first).to_be_visible()


@PLACES
async def test_a_conversation_that_outgrows_the_model_says_so_and_is_summed_up(
    visit: Visit, engine: ScriptedEngine, language: str, path: str
) -> None:
    words = WORDS[language]
    asked = 1
    engine.says("Yes.")
    if path == "/":
        asked += 1
        engine.says("A title")
    page = await visit(language)
    await page.goto(path)
    await expect(page.get_by_role("meter")).to_have_count(0)
    await ask(page, LONG)
    await engine.completed(asked)
    await page.locator("#question").fill("mot " * 300)
    await expect(page.get_by_role("meter", name=words["gauge"])).to_be_visible()
    assert await serious_findings(page) == []
    await page.locator("#question").fill(LONG * 2)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=words["summarise"])).to_be_visible()
    await expect(page.get_by_role("button", name=words["fresh"])).to_be_visible()
    assert (await page.locator("#question").input_value()).strip() == (LONG * 2).strip()
    assert await serious_findings(page) == []
    assert len(engine.requests) == asked

    engine.says("A word, ", "said often.")
    await press(page, words["summarise"])
    summary = page.get_by_role("article", name=words["summary"], exact=True)
    await expect(summary.get_by_text("A word, said often.")).to_be_visible()
    await press(page, words["correct"])
    await page.get_by_role("textbox", name=words["correct"]).fill("The word mot.")
    assert await serious_findings(page) == []
    await press(page, words["save"])
    await expect(summary.get_by_text("The word mot.")).to_be_visible()
    engine.says("Indeed.")
    await ask(page, "And?")
    await expect(page.get_by_text("Indeed.").first).to_be_visible()
    read = (await engine.asked(asked + 2)).body["messages"]
    assert "The word mot." in read[0]["content"]
    assert [each["content"] for each in read[1:]] == ["And?"]

    await press(page, words["aside"])
    engine.says("All of it.")
    await ask(page, "Now?")
    assert LONG.strip() in str((await engine.asked(asked + 3)).body["messages"])
    await expect(page.get_by_role("button", name=words["use"])).to_be_visible()


async def test_the_question_goes_along_to_a_new_conversation(
    visit: Visit, engine: ScriptedEngine
) -> None:
    page = await visit()
    await ask(page, LONG)
    await page.locator("#question").fill(LONG * 2)
    await page.keyboard.press("Enter")
    await press(page, WORDS["en-GB"]["fresh"])
    await expect(page.get_by_role("article")).to_have_count(0)
    assert (await page.locator("#question").input_value()).strip() == (LONG * 2).strip()


@PLACES
async def test_an_answer_is_exported(
    visit: Visit, service: Service, engine: ScriptedEngine, language: str, path: str
) -> None:
    words = WORDS[language]
    engine.says("# Water\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n$x^2$")
    page = await visit(language)
    await page.goto(path)
    await ask(page, "What is water?")
    for form in ("DOCX", "PDF"):
        await press(page, words["export"])
        dialog = page.get_by_role("dialog", name=words["dialog"])
        await dialog.get_by_label(words["alone"]).check()
        assert await serious_findings(page) == []
        async with page.expect_download() as downloading:
            await dialog.get_by_role("button", name=form).click()
        download = await downloading.value
        assert download.suggested_filename.endswith(form.lower())
        file = Path(await download.path()).read_bytes()
        mark = verified(file, service.argo.subjects.exports.public_key, "x")
        assert mark["models"] == ["Small"]
        await expect(dialog).to_have_count(0)


@ENGLISH
async def test_a_branch_becomes_a_conversation(
    visit: Visit, engine: ScriptedEngine, language: str
) -> None:
    engine.says("First answer.")
    page = await visit(language)
    await ask(page, "First question")
    await page.wait_for_url("**/c/*")
    first = page.url
    await press(page, WORDS[language]["fork"])
    await expect(page).not_to_have_url(first)
    await expect(page.get_by_text("First answer.").first).to_be_visible()
    await expect(page.get_by_role("link", name="First question")).to_have_count(2)


@FRENCH
async def test_reasoning_is_folded_and_left_out_of_copies(
    visit: Visit, engine: ScriptedEngine, language: str
) -> None:
    words = WORDS[language]
    engine.says("The **answer**.").thinking("secretthought")
    page = await visit(language)
    await page.get_by_role("combobox").first.select_option("generalist/large")
    await ask(page, "Think")
    await expect(page.get_by_text("secretthought")).to_be_hidden()
    await page.locator("summary", has_text=words["thoughts"]).click()
    await expect(page.get_by_text("secretthought")).to_be_visible()
    await press(page, words["markdown"])
    assert await page.evaluate("navigator.clipboard.readText()") == "The **answer**."
    await expect(page.locator("article .model")).to_have_text("Large")


@ENGLISH
async def test_large_away_the_conversation_goes_on_with_small(
    visit: Visit, engine: ScriptedEngine, language: str
) -> None:
    words = WORDS[language]
    engine.says("Large answers.")
    engine.says("A title")
    page = await visit(language)
    await page.get_by_role("combobox").first.select_option("generalist/large")
    await ask(page, "Hello")
    await engine.completed(2)

    async def away(route: Route) -> None:
        found = await route.fetch()
        me = await found.json()
        for each in me["choices"]:
            if each["size"] == "large":
                each["model"]["state"] = "away"
        await route.fulfill(response=found, json=me)

    await page.route("**/api/me", away)
    await page.reload()
    await press(page, words["go_on"])
    await expect(page.get_by_text(words["goes_on"])).to_be_visible()
    engine.says("Small answers.")
    await ask(page, "Still there?")
    await expect(page.get_by_text("Small answers.").first).to_be_visible()
    assert (await engine.asked(3)).body["model"] == "small-model"
