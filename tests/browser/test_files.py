"""Files beside a question: attached, read, asked about, found again, deleted."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit, serious_findings
from tests.support.engine import ScriptedEngine

MINUTES = {"name": "minutes.md", "mimeType": "text/markdown", "buffer": b"# Minutes\n\nIt cost 7."}
WORDS = {
    "en-GB": ("Attach files", "Ready", "Your question", "Send", "read whole", "My files"),
    "fr-FR": (
        "Joindre des fichiers",
        "Prêt",
        "Votre question",
        "Envoyer",
        "lu en entier",
        "Mes fichiers",
    ),
}
DROP = """(files) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  for (const type of ['dragenter', 'dragover', 'drop'])
    document.body.dispatchEvent(
      new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
}"""
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  document.getElementById('question').dispatchEvent(
    new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }));
}"""


async def attach(page: Page, button: str, *files: object) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name=button).click()
    await (await chooser.value).set_files(list(files))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", WORDS)
async def test_a_file_is_attached_asked_about_and_deleted(
    visit: Visit, engine: ScriptedEngine, language: str
) -> None:
    button, ready, question, send, whole, my_files = WORDS[language]
    engine.says("Seven.")
    page = await visit(language, width=360 if language == "fr-FR" else 1280)
    await attach(page, button, MINUTES)
    await expect(page.get_by_role("status").filter(has_text=ready)).to_be_visible(timeout=20_000)
    assert await serious_findings(page) == []
    await page.get_by_label(question).fill("What did it cost?")
    await page.get_by_role("button", name=send, exact=True).click()
    await expect(page.get_by_text("Seven.").first).to_be_visible()
    await expect(page.get_by_text(whole)).to_be_visible()
    await page.reload()
    await expect(page.get_by_text(whole)).to_be_visible()
    assert await serious_findings(page) == []
    await page.goto("/files")
    files = page.get_by_role("list", name=my_files)
    await expect(files.get_by_role("link", name="minutes.md")).to_be_visible()
    assert await serious_findings(page) == []
    await files.get_by_role("button").click()
    await page.get_by_role("dialog").get_by_role("button").last.click()
    await expect(page.get_by_role("link", name="minutes.md")).to_have_count(0)


async def test_what_is_dropped_is_taken_or_refused_before_it_is_sent(visit: Visit) -> None:
    page = await visit()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    await page.evaluate(DROP, [["film.mp4", "x"], ["notes.txt", "Some notes."]])
    await expect(page.get_by_role("alert")).to_contain_text("film.mp4 cannot be read")
    files = page.get_by_role("list", name="Files of the question")
    await expect(files.get_by_text("notes.txt")).to_be_visible()
    await expect(files.get_by_text("Ready")).to_be_visible(timeout=20_000)
    assert len([url for url in sent if "/upload" in url]) == 1
    await page.get_by_role("button", name="Remove notes.txt").click()
    await expect(files).to_have_count(0)


async def test_a_long_text_that_is_pasted_becomes_a_file_and_can_be_put_back(visit: Visit) -> None:
    page = await visit()
    text = "A long paragraph of a report. " * 200
    await page.evaluate(PASTE, text)
    await expect(page.get_by_text("Pasted text.txt")).to_be_visible()
    await page.get_by_role("button", name="Put it into the question instead").click()
    await expect(page.get_by_label("Your question")).to_have_value(text)
    await expect(page.get_by_text("Pasted text.txt")).to_have_count(0)


async def test_a_file_that_cannot_be_read_says_why_and_can_be_tried_again(visit: Visit) -> None:
    page = await visit()
    empty = {"name": "empty.txt", "mimeType": "text/plain", "buffer": b"   "}
    await attach(page, "Attach files", empty)
    files = page.get_by_role("list", name="Files of the question")
    await expect(files.get_by_text("Failed because: This file is empty.")).to_be_visible(
        timeout=20_000
    )
    await page.get_by_label("Your question").fill("What is in it?")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Read empty.txt again").click()
    await expect(files.get_by_text("Failed because")).to_be_visible(timeout=20_000)
    await page.get_by_role("button", name="Remove empty.txt").click()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
