"""Takes the guide's pictures of the real page, in both languages and themes.

`scripts/pictures` keeps them; every other run looks that they can be taken.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.support.engine import ScriptedEngine

QUESTION = {
    "en": "How do I compare two small samples that are not normally distributed?",
    "fr": "Comment comparer deux petits échantillons qui ne sont pas gaussiens ?",
}
ANSWER = {
    "en": (
        "Use a rank test: it asks nothing of the distribution.\n\n"
        "| your samples | test |\n|---|---|\n| independent | **Mann-Whitney U** |\n"
        "| paired | **Wilcoxon signed-rank** |\n\n"
        "```python\nfrom scipy.stats import mannwhitneyu\n\n"
        "print(mannwhitneyu(before, after).pvalue)\n```\n\n"
        "With fewer than 8 values a side, report the exact value and an effect size."
    ),
    "fr": (
        "Prenez un test de rangs : il ne demande rien à la distribution.\n\n"
        "| vos échantillons | test |\n|---|---|\n| indépendants | **Mann-Whitney** |\n"
        "| appariés | **Wilcoxon** |\n\n"
        "```python\nfrom scipy.stats import mannwhitneyu\n\n"
        "print(mannwhitneyu(avant, apres).pvalue)\n```\n\n"
        "Avec moins de 8 valeurs par côté, donnez la valeur exacte et une taille d'effet."
    ),
}


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("en-GB", "light", 1280),
        ("fr-FR", "light", 1280),
        ("en-GB", "dark", 1280),
        ("fr-FR", "dark", 360),
    ],
)
async def test_the_guide_has_its_pictures(
    visit: Visit, engine: ScriptedEngine, tmp_path: Path, language: str, scheme: str, width: int
) -> None:
    short = language[:2]
    folder = Path(os.environ.get("ARGO_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{short}-{scheme}" + ("-narrow" if width < 800 else "")
    page = await visit(language, scheme, width)
    await page.screenshot(path=folder / f"welcome-{name}.png")
    engine.says(ANSWER[short])
    engine.says("Two small samples" if short == "en" else "Deux petits échantillons")
    await page.locator("#question").fill(QUESTION[short])
    await page.keyboard.press("Enter")
    await expect(page.locator("article[aria-busy=false] code span")).not_to_have_count(0)
    await page.screenshot(path=folder / f"conversation-{name}.png")
    await page.goto("/temporary")
    await page.locator("#question").wait_for()
    await page.screenshot(path=folder / f"temporary-{name}.png")
    assert len(list(folder.glob(f"*-{name}.png"))) == 3
