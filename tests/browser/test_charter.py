"""The charter before the first question, and the reminder before a proscribed one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from playwright.async_api import Page, Request, expect

from argo.charter.service import Charters
from argo.charter.types import ContactSettings
from argo.clock import Clock
from tests.browser.conftest import Visit, serious_findings
from tests.fixtures import Serve, Service
from tests.support.engine import ScriptedEngine

WORDS = {
    "en-GB": {
        "gate": "Before your next question: the charter",
        "heading": "Charter for the use of ARGO",
        "accept": "I have read it and accept",
        "box": "Your question",
        "send": "Send",
        "history": "Conversations",
        "ranking": "Rank these five candidates for the engineer position by their CVs.",
        "title": "A moment before you send this",
        "change": "Change the question",
        "anyway": "Ask anyway",
        "answer": "General assistant",
    },
    "fr-FR": {
        "gate": "Avant votre prochaine question : la charte",
        "heading": "Charte d’utilisation d’ARGO",
        "accept": "Je l’ai lue et je l’accepte",
        "box": "Votre question",
        "send": "Envoyer",
        "history": "Conversations",
        "ranking": "Classe ces cinq candidats au poste d’ingénieur d’après leurs CV.",
        "title": "Un instant avant l’envoi",
        "change": "Modifier la question",
        "anyway": "Demander quand même",
        "answer": "Assistant généraliste",
    },
}
CONTACTS = ContactSettings(charter="charter@institute.example")
LANGUAGES = pytest.mark.parametrize("language", WORDS)


@pytest.fixture
async def service(serve: Serve) -> AsyncIterator[Service]:
    """ARGO with somebody to ask about the charter."""
    async with serve(contacts=CONTACTS) as service:
        yield service


@contextmanager
def listened(page: Page) -> Iterator[list[str]]:
    """Collect what the page sends to the service meanwhile, its own files aside."""
    sent: list[str] = []

    def heard(request: Request) -> None:
        if "/api/" in request.url:
            sent.append(request.url)

    page.on("request", heard)
    yield sent
    page.remove_listener("request", heard)


@LANGUAGES
async def test_the_charter_stands_before_the_box_until_it_is_accepted(
    visit: Visit, engine: ScriptedEngine, language: str
) -> None:
    words = WORDS[language]
    page = await visit(language, accepts=False, width=360)
    await expect(page.get_by_role("heading", name=words["gate"])).to_be_visible()
    await expect(page.get_by_role("heading", name=words["heading"])).to_be_visible()
    await expect(page.get_by_label(words["box"])).to_be_hidden()
    assert await serious_findings(page) == []
    button = page.get_by_role("button", name=words["accept"])
    await button.focus()
    await page.keyboard.press("Enter")
    box = page.get_by_label(words["box"])
    await expect(box).to_be_focused()
    engine.says("Hello.")
    await box.fill("Hello")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").get_by_text("Hello.", exact=True)).to_be_visible()
    # The rest of the page was open all the time, and the charter can be read again.
    await page.goto("/charter")
    await expect(page.get_by_role("heading", name=words["heading"])).to_be_visible()
    await expect(button).to_have_count(0)


async def test_a_new_version_keeps_a_question_half_written(
    visit: Visit, service: Service, engine: ScriptedEngine, institution: UUID
) -> None:
    charters = Charters(service.argo.database, Clock(), service.argo.ground.journal)
    page = await visit()
    await page.goto("/temporary")
    box = page.get_by_label("Your question")
    await box.fill("Half written")
    await charters.publish("# Deux", "# The second one", f"i-{institution.hex}")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="The second one")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.get_by_role("button", name="I have read it and accept").click()
    await expect(box).to_have_value("Half written")
    engine.says("Whole.")
    await box.press("Enter")
    await expect(page.get_by_role("article").get_by_text("Whole.", exact=True)).to_be_visible()


@LANGUAGES
@pytest.mark.parametrize("place", ["/", "/temporary"])
async def test_a_reminder_waits_for_its_persons_decision(
    visit: Visit, engine: ScriptedEngine, language: str, place: str
) -> None:
    words = WORDS[language]
    page = await visit(language, "dark", 360)
    await page.goto(place)
    box = page.get_by_label(words["box"])
    await box.fill(words["ranking"])
    with listened(page) as sent:
        await page.keyboard.press("Enter")
        reminder = page.get_by_role("alertdialog", name=words["title"])
        await expect(reminder.get_by_role("button", name=words["change"])).to_be_focused()
        await expect(reminder.get_by_role("link", name="charter@institute.example")).to_be_visible()
        assert await serious_findings(page) == []
        # The question is still in the box, and the person thinks again.
        await page.keyboard.press("Escape")
        await expect(reminder).to_have_count(0)
        await expect(box).to_be_focused()
        await expect(box).to_have_value(words["ranking"])
        await page.keyboard.press("Enter")
        await expect(reminder).to_be_visible()
    assert sent == []
    engine.says("As you wish.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article", name=words["answer"])).to_contain_text("As you wish.")


async def test_an_ordinary_question_goes_at_once(visit: Visit, engine: ScriptedEngine) -> None:
    engine.says("Twelve.")
    page = await visit()
    await page.get_by_label("Your question").fill("Rank these candidate genes by expression.")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").get_by_text("Twelve.", exact=True)).to_be_visible()
