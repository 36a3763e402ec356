"""A paper as DOCX: real headings, lists, tables with a header row, formulas as OMML."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from argo.export.omml import equation
from argo.export.types import Leaf

Node = dict[str, Any]

_ALIGN = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
_MONO = "Consolas"
_DEEPEST = 3
_LINE = 255
"""What a property of a DOCX may hold."""


def written(leaf: Leaf) -> bytes:
    """Return the paper as a DOCX file."""
    document = docx.Document()
    properties = document.core_properties
    properties.title = leaf.title[:_LINE]
    properties.author = leaf.author[:_LINE]
    properties.comments = " ".join(leaf.notice)[:_LINE]
    properties.keywords = "AI-generated"
    properties.language = leaf.language
    properties.created = properties.modified = datetime.fromisoformat(leaf.exported_at)
    _language(document, leaf.language)
    document.add_heading(leaf.title, 1)
    for line in leaf.notice:
        document.add_paragraph(line, style="Intense Quote")
    for part in leaf.parts:
        document.add_heading(part.heading, 2)
        if part.note:
            run = document.add_paragraph().add_run(part.note)
            run.italic, run.font.size = True, Pt(9)
        _Writing(document).blocks(part.blocks)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _language(document: Document, language: str) -> None:
    """Say the language once, for screen readers and spelling."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    if defaults is None:
        return
    for tag in defaults.iter(qn("w:lang")):
        tag.set(qn("w:val"), "fr-FR" if language == "fr" else "en-GB")


class _Writing:
    """Writes blocks into a document, with the quotes and lists they stand in."""

    def __init__(self, document: Document, style: str | None = None, depth: int = 0) -> None:
        self._document, self._style, self._depth = document, style, depth

    def blocks(self, blocks: list[Node]) -> None:
        for block in blocks:
            getattr(self, f"_{block['t']}")(block)

    def _p(self, block: Node) -> None:
        self._inlines(self._document.add_paragraph(style=self._style), block["c"])

    def _h(self, block: Node) -> None:
        self._inlines(self._document.add_heading("", block["level"]), block["c"])

    def _rule(self, block: Node) -> None:
        self._document.add_paragraph("⁂").alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _code(self, block: Node) -> None:
        paragraph = self._document.add_paragraph()
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "F4F4F4")
        paragraph._p.get_or_add_pPr().append(shade)
        for number, line in enumerate(block["text"].split("\n")):
            run = paragraph.add_run(line)
            _mono(run)
            if number < block["text"].count("\n"):
                run.add_break()

    def _quote(self, block: Node) -> None:
        _Writing(self._document, "Quote", self._depth).blocks(block["c"])

    def _math(self, block: Node) -> None:
        self._inlines(self._document.add_paragraph(), [block])

    def _list(self, block: Node) -> None:
        depth = min(self._depth + 1, _DEEPEST)
        name = "List Number" if block["ordered"] else "List Bullet"
        style = name if depth == 1 else f"{name} {depth}"
        number = self._numbering(style, block["start"]) if block["ordered"] else None
        within = _Writing(self._document, "List Continue", self._depth + 1)
        for item in block["items"]:
            first, *others = item or [{"t": "p", "c": []}]
            if first["t"] != "p":
                first, others = {"t": "p", "c": []}, [first, *others]
            paragraph = self._document.add_paragraph(style=style)
            if number is not None:
                place = paragraph._p.get_or_add_pPr().get_or_add_numPr()
                place.get_or_add_ilvl().val = 0
                place.get_or_add_numId().val = number
            self._inlines(paragraph, first["c"])
            within.blocks(others)

    def _numbering(self, style: str, start: int) -> int:
        """Return a numbering of its own for one list: Word would count on from the last."""
        numbering = self._document.part.numbering_part.element
        used = self._document.styles[style].element.pPr.numPr.numId.val
        abstract = numbering.num_having_numId(used).abstractNumId.val
        number = numbering.add_num(abstract)
        number.add_lvlOverride(ilvl=0).add_startOverride(start)
        return int(number.numId)

    def _table(self, block: Node) -> None:
        width = max([len(block["head"]), *(len(row) for row in block["rows"])], default=0)
        if not width:
            return
        table = self._document.add_table(rows=0, cols=width, style="Table Grid")
        for number, row in enumerate([block["head"], *block["rows"]]):
            cells = table.add_row().cells
            for column, content in enumerate(row[:width]):
                paragraph = cells[column].paragraphs[0]
                if column < len(block["align"]):
                    paragraph.alignment = _ALIGN.get(block["align"][column])
                bold = [{**each, "b": True} for each in content]
                self._inlines(paragraph, content if number else bold)
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
        self._document.add_paragraph()

    def _inlines(self, paragraph: Paragraph, nodes: list[Node]) -> None:
        for node in nodes:
            match node["t"]:
                case "br":
                    paragraph.add_run().add_break()
                case "mono":
                    _mono(paragraph.add_run(node["text"]))
                case "math" if node["tree"] is not None:
                    paragraph._p.append(equation(node["tree"], block=node["block"]))
                case "math":
                    _mono(paragraph.add_run(node["tex"]))
                case _:
                    self._text(paragraph, node)

    def _text(self, paragraph: Paragraph, node: Node) -> None:
        run = paragraph.add_run(node["text"])
        run.bold, run.italic = node.get("b"), node.get("i")
        run.font.strike = node.get("s")
        if "href" not in node:
            return
        run.font.underline, run.font.color.rgb = True, RGBColor(0x0B, 0x57, 0xA4)
        part = self._document.part
        link = OxmlElement("w:hyperlink")
        link.set(
            qn("r:id"), part.relate_to(node["href"], RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        )
        paragraph._p.append(link)
        link.append(run._r)


def _mono(run: Any) -> None:
    run.font.name, run.font.size = _MONO, Pt(9.5)
