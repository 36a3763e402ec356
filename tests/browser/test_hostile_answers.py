"""What a model says is a stranger's text: it is read, and does nothing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Visit, breaches, strays
from tests.fixtures import Service
from tests.support.engine import ScriptedEngine

HOSTILE: list[str] = json.loads(
    Path(__file__).with_name("hostile.json").read_text(encoding="utf-8")
)
WEB = Path(__file__).parents[2] / "web"

# Renders each text as it would grow, cut after every character, and says what is dangerous.
GROWN = """async (texts) => {
  const found = [];
  const tags = 'script style iframe frame object embed form input textarea select link meta base '
    + 'svg img image video audio source track dialog template portal applet math-ml mglyph maction '
    + 'annotation-xml';
  const wrong = (root) => [...root.querySelectorAll('*')].flatMap((each) => [
    ...(tags.split(' ').includes(each.localName) ? [each.localName] : []),
    ...(each.localName === 'button' && !['code', 'wrap', 'table', 'values', 'markdown', 'note']
      .includes(each.dataset.act) ? ['button'] : []),
    ...each.getAttributeNames().filter((name) =>
      /^on|^(style|src|srcset|srcdoc|id|name|action|formaction|ping|poster|background)$/.test(name)
      || /href$/.test(name) && !(each.localName === 'a'
        && /^(https?:|mailto:)/.test(each.getAttribute(name))
        && each.rel === 'noopener noreferrer')),
  ]);
  for (const text of texts) {
    const element = document.createElement('div');
    element.className = 'prose';
    document.body.append(element);
    const growing = new Renderer.Incremental(element);
    for (let end = 1; end <= text.length; end++) {
      growing.update(text.slice(0, end));
      const bad = wrong(element);
      if (bad.length) found.push(`${JSON.stringify(text.slice(0, end))}: ${bad}`);
    }
    growing.finish();
    await new Promise((done) => setTimeout(done));
    const bad = wrong(element);
    if (bad.length) found.push(`${JSON.stringify(text)} whole: ${bad}`);
    element.remove();
  }
  return found;
}"""


@pytest.fixture
async def renderer(service: Service, chromium: Browser, tmp_path: Path) -> Page:
    """Give the page's own document and policy, with what renders an answer and nothing else."""
    builds = await asyncio.create_subprocess_exec(
        "node", "tools/renderer.js", str(tmp_path / "renderer"), cwd=WEB
    )
    assert await builds.wait() == 0
    page = await chromium.new_page()
    await page.route("**/assets/**/*.js", lambda route: route.abort())
    await page.goto(service.url)
    script = (tmp_path / "renderer" / "renderer.js").read_text(encoding="utf-8")
    await page.evaluate(script.replace("var Renderer", "globalThis.Renderer", 1))
    return page


async def test_no_cut_of_a_hostile_answer_does_anything(renderer: Page, service: Service) -> None:
    assert len(set(HOSTILE)) >= 300
    wrong: list[str] = []
    renderer.on("request", lambda request: wrong.extend(strays(request.url, service.url)))
    renderer.on("dialog", lambda dialog: wrong.append(dialog.message))
    renderer.on("pageerror", lambda error: wrong.append(str(error)))
    renderer.on("console", lambda said: wrong.extend(breaches(said.text)))
    found = await renderer.evaluate(GROWN, HOSTILE)
    assert found == []
    assert wrong == []
    assert await renderer.evaluate("window.hurt") is None


async def test_the_search_for_dangers_finds_them(renderer: Page) -> None:
    found: Any = await renderer.evaluate(
        f"""async () => {{
          Renderer = {{ Incremental: class {{
            constructor(element) {{ this.element = element; }}
            finish() {{ this.element.append(document.createElement('iframe')); }}
            update() {{ this.element.replaceChildren(document.createElement('form')); }}
          }} }};
          return ({GROWN})(['x']);
        }}"""
    )
    assert found == ['"x": form', '"x" whole: form,iframe']


async def test_nothing_runs_and_nothing_leaves(visit: Visit, engine: ScriptedEngine) -> None:
    engine.says(*(f"{each}\n\n" for each in HOSTILE[::8] if "```" not in each), "The end.")
    title = "<img src=x onerror=window.hurt=1> plan"
    engine.says(title)
    page = await visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    question = "<b onclick=window.hurt=1>Be evil</b>"
    await page.get_by_label("Your question").fill(question)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Answer again")).to_be_visible()
    await expect(page.get_by_text("The end.").first).to_be_visible()
    await expect(page.get_by_role("article", name="You")).to_contain_text(question)
    await expect(page.get_by_role("link", name="plan")).to_contain_text("<img src=x")
    assert await page.evaluate("window.hurt") is None
    assert dialogs == []
    assert not [url for url in asked if "evil" in url]
    assert await page.locator(".prose img, .prose iframe, .prose script").count() == 0
    for link in await page.locator(".prose a[href]").all():
        assert "noreferrer" in (await link.get_attribute("rel") or "")
        assert (await link.get_attribute("href") or "").startswith(("http", "mailto:"))
