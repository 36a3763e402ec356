"""What an answer holds can be read in every format: tables, code, lists, headings, formulas."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
import zipfile
from itertools import chain
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from argo.export import markdown
from argo.export.child import made, read
from argo.export.types import FORMATS, Format, Paper, Part

TEXT = r"""
# Résumé

Un **gras**, du `code`, un [lien](https://example.org) ; prix : $5 et $10.

#### Détail

| a | b |
|---|--:|
| 1 | $x^2$ |

3. trois
4. quatre
   - dedans

```python
print("bonjour")
```

$$\frac{a}{b}$$

Et \(e^{i\pi}\) puis \[\sqrt{2}\] ![image](https://example.org/x.png) [mal](javascript:alert(1))
"""


def paper(text: str = TEXT, title: str = "Titre <b>") -> Paper:
    """Return a question and its answer."""
    return Paper(
        title=title,
        language="fr",
        institution="Institut d'essai",
        parts=(
            Part("user", "Question", "Bonjour ?"),
            Part("assistant", "Assistant", text, "Écrit par l'IA", model="gpt-oss-20b"),
        ),
        at="2026-11-27T10:00:00+00:00",
        source="saved",
    )


def style(paragraph: Any) -> str:
    return str(paragraph.style.name)


def odt_content(file: bytes) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        return ET.fromstring(archive.read("content.xml"))


def test_markdown_keeps_the_text_as_it_is() -> None:
    file = made(paper(), "md").decode()
    assert TEXT.strip() in file
    assert "intelligence artificielle (gpt-oss-20b)" in file


def test_json_keeps_the_text_as_it_is() -> None:
    told = json.loads(made(paper(), "json"))
    assert told["messages"][1]["text"] == TEXT
    assert told["ai_generated"] is True


def test_docx_has_headings_lists_tables_code_and_formulas() -> None:
    document = docx.Document(io.BytesIO(made(paper(), "docx")))
    headings = [
        (style(each), each.text)
        for each in document.paragraphs
        if style(each).startswith("Heading")
    ]
    assert headings == [
        ("Heading 1", "Titre <b>"),
        ("Heading 2", "Question"),
        ("Heading 2", "Assistant"),
        ("Heading 3", "Résumé"),
        ("Heading 4", "Détail"),
    ]
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells] == ["a", "b"]
    assert "tblHeader" in table.rows[0]._tr.xml
    body = document.element.xml
    for piece in ("<m:f>", "<m:rad>", "<m:sSup>", 'print("bonjour")', "$5 et $10"):
        assert piece in body
    assert [each.text for each in document.paragraphs if "List" in style(each)] == [
        "trois",
        "quatre",
        "dedans",
    ]
    assert document.core_properties.keywords == "AI-generated"
    targets = {each.target_ref for each in document.part.rels.values() if each.is_external}
    assert targets == {"https://example.org"}


def test_odt_has_headings_lists_tables_code_and_formulas() -> None:
    file = made(paper(), "odt")
    written = ET.tostring(odt_content(file), encoding="unicode")
    for piece in (
        'outline-level="3"',
        "table-header-rows",
        'start-value="3"',
        'print("bonjour")',
        "./Object 1",
        "$5 et $10",
        "https://example.org",
    ):
        assert piece in written
    assert "javascript" not in written.replace("[mal](javascript", "")
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert b"mfrac" in archive.read("Object 2/content.xml")


def test_pdf_is_tagged_titled_and_holds_its_fonts() -> None:
    file = made(paper(), "pdf")
    for piece in (b"/StructTreeRoot", b"/MarkInfo", b"pdfuaid", b"/FontFile", b"fr"):
        assert piece in file


def test_what_no_font_draws_still_makes_a_pdf() -> None:
    assert made(paper("日本 \U0001f9ec 𓀀"), "pdf").startswith(b"%PDF-")


def test_headings_follow_one_another() -> None:
    leaf = read(paper("#### Un\n\n# Deux\n\n> ###### Trois\n\n- ## Quatre"))
    levels = [
        each["level"]
        for block in leaf.parts[1].blocks
        for each in [block, *block.get("c", []), *chain(*block.get("items", []))]
        if each.get("t") == "h"
    ]
    assert levels == [3, 3, 4, 4]


def test_formulas_are_told_from_prices() -> None:
    (block,) = markdown.blocks(r"De $5 à $10, $x$, \(y\), $$z$$ et \[w\].")
    formulas = [(each["tex"], each["block"]) for each in block["c"] if each["t"] == "math"]
    assert formulas == [("x", False), ("y", False), ("z", True), ("w", True)]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "text",
    [
        '#panic("x") #eval("1+1") #import "@preview/x:1.0.0" @ref <l> $#read("/etc/passwd")$',
        "<script>alert(1)</script> <!-- --> ]]> &amp; \x00\x07",
        "[" * 300 + "](" + "> " * 200 + "- " * 100,
        r"$\begin{pmatrix} a & b \\ $ $\frac{$ $x_1_2$ $\bad$ $\left($",
        "| a |\n|---|\n" + "| b | c | d |\n" * 50,
        "",
    ],
)
def test_hostile_text_is_only_text(form: Format, text: str) -> None:
    file = made(paper(text, title=text[:150] or "x"), form)
    assert file
    if form == "odt":
        odt_content(file)
    if form == "docx":
        docx.Document(io.BytesIO(file))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_makes_a_document(text: str) -> None:
    docx.Document(io.BytesIO(made(paper(text), "docx")))
    odt_content(made(paper(text), "odt"))
