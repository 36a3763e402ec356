"""A paper as ODT: real headings, lists, tables with header rows, formulas as MathML objects."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from typing import Any

from argo.export.maths import mathml
from argo.export.types import Leaf

Node = dict[str, Any]

_TYPE = "application/vnd.oasis.opendocument.text"
_FORMULA = "application/vnd.oasis.opendocument.formula"
_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
}
for _prefix, _address in _NAMES.items():
    ET.register_namespace(_prefix, _address)

_CHARACTERS = {
    "b": {"fo:font-weight": "bold"},
    "i": {"fo:font-style": "italic"},
    "s": {"style:text-line-through-style": "solid"},
}
_MONO = {"style:font-name": "Monospace", "fo:font-family": "monospace", "fo:font-size": "9.5pt"}
_PARAGRAPHS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "Text": ({"fo:margin-bottom": "0.25cm"}, {}),
    "Notice": (
        {
            "fo:margin-left": "0.5cm",
            "fo:margin-bottom": "0.2cm",
            "fo:border-left": "2pt solid #999",
        },
        {"fo:font-size": "9.5pt"},
    ),
    "Note": ({"fo:margin-bottom": "0.2cm"}, {"fo:font-size": "9pt", "fo:font-style": "italic"}),
    "Quote": ({"fo:margin-left": "0.8cm", "fo:margin-bottom": "0.2cm"}, {"fo:color": "#444444"}),
    "Code": ({"fo:background-color": "#f4f4f4", "fo:margin-bottom": "0.3cm"}, _MONO),
    "Centre": ({"fo:text-align": "center"}, {}),
    "Right": ({"fo:text-align": "end"}, {}),
}
_ALIGN = {"center": "Centre", "right": "Right"}


def written(leaf: Leaf) -> bytes:
    """Return the paper as an ODT file."""
    writing = _Writing()
    writing.heading(1, [{"t": "text", "text": leaf.title}])
    for line in leaf.notice:
        writing.paragraph("Notice", [{"t": "text", "text": line}])
    for part in leaf.parts:
        writing.heading(2, [{"t": "text", "text": part.heading}])
        if part.note:
            writing.paragraph("Note", [{"t": "text", "text": part.note}])
        writing.blocks(part.blocks)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        # Readers know the file by this entry: first, and not compressed.
        archive.writestr("mimetype", _TYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", _bytes(writing.document))
        archive.writestr("styles.xml", _styles(leaf.language))
        archive.writestr("meta.xml", _meta(leaf))
        for number, formula in enumerate(writing.formulas, 1):
            archive.writestr(f"Object {number}/content.xml", formula)
        archive.writestr("META-INF/manifest.xml", _manifest(len(writing.formulas)))
    return stream.getvalue()


class _Writing:
    """Writes blocks one after the other; `formulas` are files of their own."""

    def __init__(self) -> None:
        self.document = _made("office:document-content", {"office:version": "1.3"})
        styles = _under(self.document, "office:automatic-styles")
        for marks in ("b", "i", "s", "bi", "bs", "is", "bis"):
            style = _under(styles, "style:style", {"style:name": marks, "style:family": "text"})
            looks = {name: value for mark in marks for name, value in _CHARACTERS[mark].items()}
            _under(style, "style:text-properties", looks)
        mono = _under(styles, "style:style", {"style:name": "mono", "style:family": "text"})
        _under(mono, "style:text-properties", _MONO)
        cell = _under(styles, "style:style", {"style:name": "cell", "style:family": "table-cell"})
        _under(
            cell,
            "style:table-cell-properties",
            {"fo:border": "0.5pt solid #888888", "fo:padding": "0.1cm"},
        )
        for name, ordered in (("bullets", False), ("numbers", True)):
            _list_style(styles, name, ordered)
        body = _under(self.document, "office:body")
        self._at = _under(body, "office:text")
        self._style = "Text"
        self.formulas: list[bytes] = []

    def heading(self, level: int, nodes: list[Node]) -> None:
        where = {"text:style-name": f"Heading_20_{level}", "text:outline-level": str(level)}
        self._inlines(_under(self._at, "text:h", where), nodes)

    def paragraph(self, style: str, nodes: list[Node]) -> None:
        self._inlines(_under(self._at, "text:p", {"text:style-name": style}), nodes)

    def blocks(self, blocks: list[Node]) -> None:
        for block in blocks:
            match block["t"]:
                case "p":
                    self.paragraph(self._style, block["c"])
                case "h":
                    self.heading(block["level"], block["c"])
                case "code":
                    self._code(block["text"])
                case "math":
                    self.paragraph(self._style, [block])
                case "rule":
                    self.paragraph("Centre", [{"t": "text", "text": "⁂"}])
                case "quote":
                    before, self._style = self._style, "Quote"
                    self.blocks(block["c"])
                    self._style = before
                case "list":
                    self._list(block)
                case "table":
                    self._table(block)

    def _within(self, element: ET.Element, blocks: list[Node]) -> None:
        before, self._at = self._at, element
        self.blocks(blocks)
        self._at = before

    def _code(self, text: str) -> None:
        paragraph = _under(self._at, "text:p", {"text:style-name": "Code"})
        for number, line in enumerate(text.split("\n")):
            if number:
                _under(paragraph, "text:line-break")
            _spaced(paragraph, line)

    def _list(self, block: Node) -> None:
        style = "numbers" if block["ordered"] else "bullets"
        whole = _under(self._at, "text:list", {"text:style-name": style})
        for number, item in enumerate(block["items"]):
            first = block["ordered"] and number == 0
            where = {"text:start-value": str(block["start"])} if first else {}
            blocks = item or [{"t": "p", "c": []}]
            self._within(_under(whole, "text:list-item", where), blocks)

    def _table(self, block: Node) -> None:
        width = max([len(block["head"]), *(len(row) for row in block["rows"])], default=0)
        if not width:
            return
        table = _under(self._at, "table:table")
        _under(table, "table:table-column", {"table:number-columns-repeated": str(width)})
        head = _under(table, "table:table-header-rows")
        bold = [[{**each, "b": True} for each in cell] for cell in block["head"]]
        for number, row in enumerate([bold, *block["rows"]]):
            line = _under(table if number else head, "table:table-row")
            for column in range(width):
                cell = _under(line, "table:table-cell", {"table:style-name": "cell"})
                align = block["align"][column] if column < len(block["align"]) else "left"
                where = {"text:style-name": _ALIGN.get(align, "Text")}
                content = row[column] if column < len(row) else []
                self._inlines(_under(cell, "text:p", where), content)
        self.paragraph("Text", [])

    def _inlines(self, parent: ET.Element, nodes: list[Node]) -> None:
        for node in nodes:
            match node["t"]:
                case "br":
                    _under(parent, "text:line-break")
                case "mono":
                    _spaced(_under(parent, "text:span", {"text:style-name": "mono"}), node["text"])
                case "math":
                    self._formula(parent, node["tex"])
                case _:
                    self._text(parent, node)

    def _text(self, parent: ET.Element, node: Node) -> None:
        if "href" in node:
            where = {"xlink:type": "simple", "xlink:href": node["href"]}
            parent = _under(parent, "text:a", where)
        marks = "".join(mark for mark in "bis" if node.get(mark))
        where = {"text:style-name": marks} if marks else {}
        _spaced(_under(parent, "text:span", where), node["text"])

    def _formula(self, parent: ET.Element, tex: str) -> None:
        written = mathml(tex)
        if written is None:
            _spaced(_under(parent, "text:span", {"text:style-name": "mono"}), tex)
            return
        self.formulas.append(written.encode())
        frame = _under(parent, "draw:frame", {"text:anchor-type": "as-char"})
        where = {
            "xlink:type": "simple",
            "xlink:href": f"./Object {len(self.formulas)}",
            "xlink:show": "embed",
            "xlink:actuate": "onLoad",
        }
        _under(frame, "draw:object", where)
        _under(frame, "svg:title").text = tex


def _spaced(parent: ET.Element, text: str) -> None:
    """Add text with all its spaces: XML alone would keep one of several."""
    last: ET.Element | None = None

    def say(words: str) -> None:
        if last is None:
            parent.text = (parent.text or "") + words
        else:
            last.tail = (last.tail or "") + words

    for number, part in enumerate(text.replace("\t", "    ").split("  ")):
        if number:
            last = _under(parent, "text:s", {"text:c": "2"})
        if part:
            say(part)


def _list_style(styles: ET.Element, name: str, ordered: bool) -> None:
    style = _under(styles, "text:list-style", {"style:name": name})
    for level in range(1, 11):
        where = {"text:level": str(level)}
        if ordered:
            where |= {"style:num-format": "1", "style:num-suffix": "."}
            kind = "text:list-level-style-number"
        else:
            where |= {"text:bullet-char": "•"}
            kind = "text:list-level-style-bullet"
        space = {"text:space-before": f"{0.6 * level:.1f}cm", "text:min-label-width": "0.5cm"}
        _under(_under(style, kind, where), "style:list-level-properties", space)


def _styles(language: str) -> bytes:
    root = _made("office:document-styles", {"office:version": "1.3"})
    styles = _under(root, "office:styles")
    default = _under(styles, "style:default-style", {"style:family": "paragraph"})
    country = "FR" if language == "fr" else "GB"
    _under(default, "style:text-properties", {"fo:language": language, "fo:country": country})
    for level in range(1, 7):
        where = {
            "style:name": f"Heading_20_{level}",
            "style:display-name": f"Heading {level}",
            "style:family": "paragraph",
            "style:default-outline-level": str(level),
        }
        heading = _under(styles, "style:style", where)
        _under(
            heading,
            "style:paragraph-properties",
            {"fo:margin-top": "0.4cm", "fo:margin-bottom": "0.2cm", "fo:keep-with-next": "always"},
        )
        looks = {"fo:font-size": f"{20 - 2 * level}pt", "fo:font-weight": "bold"}
        _under(heading, "style:text-properties", looks)
    for name, (block, characters) in _PARAGRAPHS.items():
        style = _under(styles, "style:style", {"style:name": name, "style:family": "paragraph"})
        _under(style, "style:paragraph-properties", block)
        _under(style, "style:text-properties", characters)
    return _bytes(root)


def _meta(leaf: Leaf) -> bytes:
    root = _made("office:document-meta", {"office:version": "1.3"})
    meta = _under(root, "office:meta")
    _under(meta, "dc:title").text = leaf.title
    _under(meta, "dc:creator").text = leaf.author
    _under(meta, "dc:language").text = leaf.language
    _under(meta, "dc:date").text = leaf.exported_at
    _under(meta, "dc:description").text = " ".join(leaf.notice)
    _under(meta, "meta:keyword").text = "AI-generated"
    return _bytes(root)


def _manifest(formulas: int) -> bytes:
    root = _made("manifest:manifest", {"manifest:version": "1.3"})
    places = [
        ("/", _TYPE),
        *((f"{name}.xml", "text/xml") for name in ("content", "styles", "meta")),
    ]
    for number in range(1, formulas + 1):
        places += [
            (f"Object {number}/", _FORMULA),
            (f"Object {number}/content.xml", "text/xml"),
        ]
    places.append(("argo/origin.txt", "text/plain"))
    for path, kind in places:
        where = {"manifest:full-path": path, "manifest:media-type": kind}
        _under(root, "manifest:file-entry", where)
    return _bytes(root)


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMES[prefix]}}}{local}"


def _made(name: str, attributes: dict[str, str] | None = None) -> ET.Element:
    return ET.Element(_full(name), {_full(each): to for each, to in (attributes or {}).items()})


def _under(parent: ET.Element, name: str, attributes: dict[str, str] | None = None) -> ET.Element:
    element = _made(name, attributes)
    parent.append(element)
    return element


def _bytes(root: ET.Element) -> bytes:
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
