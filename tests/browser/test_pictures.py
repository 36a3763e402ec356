"""Takes the guide's pictures of the real page, of every state, in both languages and themes.

`scripts/pictures` keeps them; every other run looks that they can be taken.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.conversations.talk import begun
from tests.fixtures import NewPerson, Serve, Service, signed_in, two_models
from tests.support.engine import ScriptedEngine

WORDS = {
    "en": {
        "question": "How do I compare two small samples that are not normally distributed?",
        "title": "Two small samples",
        "answer": (
            "Use a rank test: it asks nothing of the distribution.\n\n"
            "| your samples | test |\n|---|---|\n| independent | **Mann-Whitney U** |\n"
            "| paired | **Wilcoxon signed-rank** |\n\n"
            "```python\nfrom scipy.stats import mannwhitneyu\n\n"
            "print(mannwhitneyu(before, after).pvalue)\n```\n\n"
            "With fewer than 8 values a side, report the exact value and an effect size."
        ),
        "draw": "Draw how I choose the test.",
        "drawing": (
            "```mermaid\nflowchart LR\n  A[Two samples] --> B{Paired?}\n"
            "  B -- yes --> C([Wilcoxon])\n  B -- no --> D([Mann-Whitney])\n```\n\n"
            "Both look at ranks, so one wild value changes little."
        ),
        "think": "Which of the two has more power here?",
        "thought": "Both designs must be compared at equal effect size.",
        "cut": "The paired test, as a rule: each subject is its own",
        "large": "General assistant · Large",
    },
    "fr": {
        "question": "Comment comparer deux petits échantillons qui ne sont pas gaussiens ?",
        "title": "Deux petits échantillons",
        "answer": (
            "Prenez un test de rangs : il ne demande rien à la distribution.\n\n"
            "| vos échantillons | test |\n|---|---|\n| indépendants | **Mann-Whitney** |\n"
            "| appariés | **Wilcoxon** |\n\n"
            "```python\nfrom scipy.stats import mannwhitneyu\n\n"
            "print(mannwhitneyu(avant, apres).pvalue)\n```\n\n"
            "Avec moins de 8 valeurs par côté, donnez la valeur exacte et une taille d'effet."
        ),
        "draw": "Dessine comment je choisis le test.",
        "drawing": (
            "```mermaid\nflowchart LR\n  A[Deux échantillons] --> B{Appariés ?}\n"
            "  B -- oui --> C([Wilcoxon])\n  B -- non --> D([Mann-Whitney])\n```\n\n"
            "Les deux regardent les rangs : une valeur folle y change peu."
        ),
        "think": "Lequel des deux est le plus puissant ici ?",
        "thought": "Il faut comparer les deux plans à taille d'effet égale.",
        "cut": "Le test apparié, en règle générale : chaque sujet est son propre",
        "large": "Assistant généraliste · Grand",
    },
}
STATES = 11
Shoot = Callable[[str], Awaitable[None]]


@pytest.fixture
async def service(serve: Serve, engine: ScriptedEngine) -> AsyncIterator[Service]:
    """A service whose small model answers one question at a time, so that one waits."""
    small, large = two_models(engine.url)
    one = replace(small, replicas=tuple(replace(each, capacity=1) for each in small.replicas))
    async with serve(models=(one, large)) as service:
        yield service


@pytest.fixture
async def asked_before(
    service: Service, engine: ScriptedEngine, new_person: NewPerson
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Has somebody else ask: the answer holds the small model's one place until it is released."""
    async with signed_in(service, await new_person()) as other:

        async def asked() -> None:
            engine.answers().holds_after(1)
            await (await begun(other)).ask()
            await engine.held()

        yield asked


def camera(page: Page, name: str, folder: Path) -> Shoot:
    """Return what takes a picture of `page`."""

    async def shoot(state: str) -> None:
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=folder / f"{state}-{name}.png", animations="disabled")

    return shoot


async def ask(page: Page, text: str) -> None:
    await page.locator("#question").fill(text)
    await page.locator("form button[type=submit]").click()


@pytest.mark.parametrize(
    "look",
    [
        ("en-GB", "light", 1120),
        ("fr-FR", "light", 1120),
        ("en-GB", "dark", 1120),
        ("fr-FR", "dark", 360),
    ],
)
async def test_the_guide_has_its_pictures(
    visit: Visit,
    engine: ScriptedEngine,
    asked_before: Callable[[], Awaitable[None]],
    tmp_path: Path,
    look: tuple[str, str, int],
) -> None:
    language, scheme, width = look
    words = WORDS[language[:2]]
    folder = Path(os.environ.get("ARGO_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{language[:2]}-{scheme}" + ("-narrow" if width < 800 else "")
    page = await visit(language, scheme, width)
    await page.set_viewport_size({"width": width, "height": 720})
    shoot = camera(page, name, folder)

    await shoot("welcome")
    engine.says(*split(words["answer"])).holds_after(20)
    engine.says(words["title"])
    await ask(page, words["question"])
    await engine.held()
    await expect(page.locator(".prose table")).to_be_visible()
    await shoot("streaming")
    engine.releases()
    await expect(page.locator("article[aria-busy=false] code span")).not_to_have_count(0)
    await expect(page.get_by_text(words["title"]).first).to_be_attached()
    await shoot("conversation")
    engine.says(words["drawing"])
    await ask(page, words["draw"])
    await expect(page.locator("figure.diagram img")).to_be_visible()
    await page.locator("article").last.scroll_into_view_if_needed()
    await shoot("diagram")
    await page.locator(".scroller").hover()
    await page.mouse.wheel(0, -500)
    await expect(page.locator(".pill")).to_be_visible()
    await shoot("long")
    await page.locator(".pill").click()
    await what_goes_wrong(page, engine, words, shoot)
    await page.keyboard.press("Control+,")
    await page.get_by_role("dialog").wait_for()
    await shoot("settings")
    await page.goto("/temporary")
    await page.locator("#question").wait_for()
    await shoot("temporary")

    await page.goto("/")
    await asked_before()
    await ask(page, words["question"])
    await expect(page.get_by_text(re.compile(r"(place|Place) \d")).first).to_be_visible()
    await shoot("waiting")
    engine.releases()
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    assert len(list(folder.glob(f"*-{name}.png"))) >= STATES


async def what_goes_wrong(
    page: Page, engine: ScriptedEngine, words: dict[str, str], shoot: Shoot
) -> None:
    """Show the large model thinking, cut off in the middle, and not there at all."""
    await page.get_by_role("combobox").first.select_option(label=words["large"])
    engine.says(words["cut"]).thinking(*split(words["thought"])).holds_after(4)
    await ask(page, words["think"])
    await engine.held()
    await expect(page.locator("summary").last).to_be_visible()
    await shoot("thinking")
    engine.goes_away()
    await expect(page.locator("article[aria-busy=true]")).to_have_count(0)
    await shoot("interrupted")
    await ask(page, words["think"])
    await expect(page.get_by_role("alert").first).to_be_visible()
    await shoot("error")
    await engine.comes_back()


def split(text: str) -> list[str]:
    """Return `text` as tokens of a few letters."""
    return [text[at : at + 6] for at in range(0, len(text), 6)]
