"""A real browser on the real page, found by roles and names as people find things."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, async_playwright

from tests.fixtures import NewPerson, Service

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
Visit = Callable[..., Awaitable[Page]]


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    """Debian's chromium, headless."""
    program = shutil.which("chromium")
    assert program, "chromium is missing: apt install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def visit(
    service: Service, chromium: Chromium, new_person: NewPerson
) -> AsyncIterator[Visit]:
    """Signs a new person in: `page = await visit(language="fr-FR", scheme="dark", width=360)`.

    At its end no page may have broken its policy, thrown an error, or asked anybody but the
    service.
    """
    wrong: list[str] = []

    async def visit(
        language: str = "en-GB", scheme: str = "light", width: int = 1280, *, accepts: bool = True
    ) -> Page:
        context = await chromium.new_context(
            locale=language,
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 800},
            base_url=service.url,
        )
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await context.new_page()
        page.on("request", lambda request: wrong.extend(strays(request.url, service.url)))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.extend(breaches(said.text)))
        token = await service.people.link(await new_person(accepts=accepts))
        await page.goto(f"/sign-in/{token}")
        fr = language.startswith("fr")
        await page.get_by_role("button", name="Se connecter" if fr else "Sign in").click()
        box = page.get_by_label("Votre question" if fr else "Your question")
        await box.wait_for(state="visible" if accepts else "attached")
        return page

    yield visit
    assert wrong == []


def strays(url: str, service: str) -> list[str]:
    """Return `url` when it leads away from the service."""
    return [] if url.startswith((service, "blob:", "data:")) else [url]


def breaches(line: str) -> list[str]:
    """Return a console line that tells of a breach of the page's policy."""
    return [line] if "Content Security Policy" in line or "Trusted" in line else []


async def serious_findings(page: Page) -> list[str]:
    """Return axe's serious and critical findings on what is shown (RGAA 4.1, WCAG 2.2 AA)."""
    # What is fading in has not its colours yet; what goes meanwhile never will.
    await page.evaluate(
        "Promise.all(document.getAnimations().filter(each => "
        "each.effect.getComputedTiming().endTime !== Infinity).map(each => each.finished.catch(() => null)))"
    )
    # The page's policy allows no foreign script: axe goes in through the debugger.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html']}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
