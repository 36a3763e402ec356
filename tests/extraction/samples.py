"""Small documents of each kind, written by hand so that a test says what is in them."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping

from msoffcrypto.format.ooxml import OOXMLFile

from tests.extraction.compound import message

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
    for name, full in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing",
        "presentation": "presentation", "chart": "chart", "style": "style", "svg": "svg-compatible",
    }.items()
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip


def packed(entries: Mapping[str, str | bytes], compress: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compress) as archive:
        for name, content in entries.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else compress
            archive.writestr(name, content, method)
    return held.getvalue()


def relations(**targets: str) -> str:
    """Return a part of relations: id="kind target"."""
    lines = []
    for name, said in targets.items():
        kind, target = said.split(" ", 1)
        lines.append(f'<Relationship Id="{name}" Type="{TYPES}/{kind}" Target="{target}"/>')
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(lines)
        + "</Relationships>"
    )


CHART = f"""<c:chartSpace {C} {A}><c:chart>
<c:title><c:tx><c:rich><a:p><a:r><a:t>Ventes de canards</a:t></a:r></a:p></c:rich></c:tx></c:title>
<c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Série Nord</c:v></c:pt>
</c:strCache></c:strRef></c:tx>
<c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>2023</c:v></c:pt><c:pt idx="1"><c:v>2024</c:v></c:pt>
</c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>4.4000000000000004</c:v></c:pt>
<c:pt idx="1"><c:v>17</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea>
</c:chart></c:chartSpace>"""


def p(text: str, style: str = "", inside: str = "") -> str:
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{kind}<w:r><w:t>{text}</w:t></w:r>{inside}</w:p>"


def docx(
    body: str = "",
    more: Mapping[str, str | bytes] | None = None,
    names: Mapping[str, str] | None = None,
) -> bytes:
    """A document of Word with headings, a merged table, a box, a chart, notes and comments."""
    table = f"""<w:tbl>
<w:tr><w:tc>{p("Année")}</w:tc><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("Mesures")}</w:tc></w:tr>
<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("2024")}</w:tc><w:tc>{p("un")}</w:tc>
<w:tc>{p("deux")}</w:tc></w:tr>
<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>{p("")}</w:tc><w:tc>{p("trois")}</w:tc><w:tc>{p("quatre")}</w:tc></w:tr>
</w:tbl>"""
    box = f"<w:r><w:pict><w:txbxContent>{p('Dans la boîte')}</w:txbxContent></w:pict></w:r>"
    chart = f'<w:r><w:drawing><c:chart {C} r:id="rChart"/></w:drawing></w:r>'
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    own = (
        p("Rapport annuel", "Title")
        + p("Élevage", "Titre1")
        + p("Les canards vont bien", inside=note + box)
        + "<w:p><w:del><w:r><w:delText>effacé</w:delText></w:r></w:del>"
        + "<w:ins><w:r><w:t>Ajouté</w:t></w:r></w:ins></w:p>"
        + table
        + p("Un graphique", inside=chart)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations(r1="officeDocument word/document.xml"),
        "word/document.xml": f"<w:document {W} {R}><w:body>{body or own}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            rStyles="styles styles.xml",
            rNotes="footnotes footnotes.xml",
            rComments="comments comments.xml",
            rHeader="header header1.xml",
            rChart="chart charts/chart1.xml",
        ),
        "word/styles.xml": f"""<w:styles {W}><w:style w:styleId="Titre1"><w:name w:val="heading 1"/>
</w:style><w:style w:styleId="Title"><w:name w:val="Title"/></w:style></w:styles>""",
        "word/footnotes.xml": f"""<w:footnotes {W}><w:footnote w:type="separator" w:id="0">
{p("trait")}</w:footnote><w:footnote w:id="2">{p("Selon la note")}</w:footnote></w:footnotes>""",
        "word/comments.xml": f"""<w:comments {W}><w:comment w:id="1" w:author="Zoé">
{p("À vérifier")}</w:comment></w:comments>""",
        "word/header1.xml": f"<w:hdr {W}>{p('Institut des oiseaux')}</w:hdr>",
        "word/charts/chart1.xml": CHART,
        **(more or {}),
    }
    for old, new in (names or {}).items():
        parts = {
            name: part.replace(old, new) if isinstance(part, str) else part
            for name, part in parts.items()
        }
    return packed(parts)


def encrypted(password: str) -> bytes:
    """A document of Word behind a password; with a picture, for the writer spoils tiny ones."""
    held = io.BytesIO()
    content = docx(more={"word/media/image1.png": random.Random(1).randbytes(6000)})
    OOXMLFile(io.BytesIO(content)).encrypt(password, held)
    return held.getvalue()


def shape(text: str, place: str = "") -> str:
    holder = f'<p:nvPr><p:ph type="{place}"/></p:nvPr>' if place else "<p:nvPr/>"
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/>{holder}</p:nvSpPr>'
        f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def pptx() -> bytes:
    """Two slides, one hidden; a table, a chart, notes, a comment, and a picture that is broken."""
    table = """<p:graphicFrame><a:tbl><a:tr><a:tc gridSpan="2"><a:txBody><a:p><a:r><a:t>Large</a:t></a:r>
</a:p></a:txBody></a:tc><a:tc hMerge="1"><a:txBody><a:p/></a:txBody></a:tc></a:tr>
<a:tr><a:tc><a:txBody><a:p><a:r><a:t>g</a:t></a:r></a:p></a:txBody></a:tc>
<a:tc><a:txBody><a:p><a:r><a:t>d</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>"""
    picture = '<p:pic><p:nvPicPr><p:cNvPr id="4" name="i" descr="Un colvert"/></p:nvPicPr></p:pic>'
    chart = f'<p:graphicFrame><c:chart {C} r:id="rChart"/></p:graphicFrame>'

    def slide(inside: str, more: str = "") -> str:
        return f"<p:sld {P} {A} {R} {more}><p:cSld><p:spTree>{inside}</p:spTree></p:cSld></p:sld>"

    return packed(
        {
            "_rels/.rels": relations(r1="officeDocument ppt/presentation.xml"),
            "ppt/presentation.xml": f"""<p:presentation {P} {R}><p:sldIdLst><p:sldId id="1" r:id="rB"/>
<p:sldId id="2" r:id="rA"/></p:sldIdLst></p:presentation>""",
            "ppt/_rels/presentation.xml.rels": relations(
                rA="slide slides/slide1.xml", rB="slide slides/slide2.xml"
            ),
            "ppt/slides/slide2.xml": slide(
                shape("Avant le titre") + shape("Les oiseaux", "title") + picture + table + chart
            ),
            "ppt/slides/_rels/slide2.xml.rels": relations(
                rNotes="notesSlide ../notesSlides/n1.xml",
                rComments="comments ../comments/c1.xml",
                rChart="chart ../charts/chart1.xml",
            ),
            "ppt/slides/slide1.xml": slide(shape("Sans titre"), 'show="0"'),
            "ppt/notesSlides/n1.xml": f"""<p:notes {P} {A}><p:cSld><p:spTree>
{shape("À dire de vive voix", "body")}{shape("7", "sldNum")}</p:spTree></p:cSld></p:notes>""",
            "ppt/comments/c1.xml": f"""<p:cmLst {P}><p:cm authorId="0"><p:text>Trop long ?</p:text>
</p:cm></p:cmLst>""",
            "ppt/charts/chart1.xml": CHART,
        }
    )


def xlsx(sheets: int = 0, rows: str = "") -> bytes:
    """Two sheets, one hidden; merged cells, a date, a chart and a comment; or so many empty ones."""
    own = """<row r="1"><c r="A1" t="s"><v>0</v></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>Jour</t></is></c><c r="B3" t="inlineStr"><is><t>Pesées</t></is></c></row>
<row r="4"><c r="A4" s="1"><v>45292</v></c><c r="B4"><v>0.30000000000000004</v></c><c r="C4" s="2"><v>0.125</v></c></row>
<row r="5"><c r="A5" t="b"><v>1</v></c><c r="B5"><f>SUM(B4)</f></c></row>"""
    names = [f"Feuille {at}" for at in range(sheets)] or ["Pesées", "Cachée"]
    states = {"Cachée": 'state="hidden"'}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="r{at}" {states.get(name, "")}/>'
        for at, name in enumerate(names)
    )
    targets = {f"r{at}": f"worksheet worksheets/sheet{min(at, 1)}.xml" for at in range(len(names))}
    return packed(
        {
            "_rels/.rels": relations(r1="officeDocument xl/workbook.xml"),
            "xl/workbook.xml": f"<workbook {S} {R}><sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(
                **targets, rStrings="sharedStrings sharedStrings.xml", rStyles="styles styles.xml"
            ),
            "xl/sharedStrings.xml": f"<sst {S}><si><t>Registre des canards</t></si></sst>",
            "xl/styles.xml": f"""<styleSheet {S}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>
<xf numFmtId="9"/></cellXfs></styleSheet>""",
            "xl/worksheets/sheet0.xml": f"""<worksheet {S}><sheetData>{rows or own}</sheetData>
<mergeCells><mergeCell ref="B3:C3"/></mergeCells></worksheet>""",
            "xl/worksheets/_rels/sheet0.xml.rels": relations(
                rD="drawing ../drawings/drawing1.xml", rC="comments ../comments1.xml"
            ),
            "xl/worksheets/sheet1.xml": f"""<worksheet {S}><sheetData><row><c t="inlineStr"><is>
<t>secret</t></is></c></row></sheetData></worksheet>""",
            "xl/drawings/drawing1.xml": f"""<wsDr {A} {R}><graphicFrame><c:chart {C} r:id="rC"/>
</graphicFrame><sp><a:p><a:r><a:t>Note volante</a:t></a:r></a:p></sp></wsDr>""",
            "xl/drawings/_rels/drawing1.xml.rels": relations(rC="chart ../charts/chart1.xml"),
            "xl/charts/chart1.xml": CHART,
            "xl/comments1.xml": f"""<comments {S}><authors><author>Zoé</author></authors><commentList>
<comment ref="B4" authorId="0"><text><t>Balance neuve</t></text></comment></commentList></comments>""",
        }
    )


def opendocument(kind: str, body: str, styles: str = "", **more: str) -> bytes:
    return packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {ODF}>{styles}<office:body><office:{kind}>{body}"
            f"</office:{kind}></office:body></office:document-content>",
            **more,
        }
    )


ODT = """<text:h text:outline-level="1">Élevage</text:h><text:p>Un<text:s text:c="2"/>canard<text:note>
<text:note-citation>1</text:note-citation><text:note-body><text:p>Selon la note</text:p></text:note-body></text:note>
<office:annotation><dc:creator>Zoé</dc:creator><text:p>À vérifier</text:p></office:annotation></text:p>
<text:list><text:list-item><text:p>puce</text:p></text:list-item></text:list>
<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>
<table:table><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>Large</text:p>
</table:table-cell><table:covered-table-cell/></table:table-row><table:table-row><table:table-cell><text:p>g</text:p>
</table:table-cell><table:table-cell><text:p>d</text:p></table:table-cell></table:table-row></table:table>"""
ODT_CHART = f"""<office:document-content {ODF}><office:body><office:chart><chart:chart chart:class="chart:bar">
<chart:title><text:p>Ventes de canards</text:p></chart:title><table:table><table:table-row><table:table-cell>
<text:p>2024</text:p></table:table-cell><table:table-cell><text:p>17</text:p></table:table-cell></table:table-row>
</table:table></chart:chart></office:chart></office:body></office:document-content>"""


def odt() -> bytes:
    return opendocument("text", ODT, **{"Object 1/content.xml": ODT_CHART})


def ods() -> bytes:
    return opendocument(
        "spreadsheet",
        """<table:table table:name="Pesées"><table:table-row><table:table-cell><text:p>Jour</text:p>
</table:table-cell><table:table-cell><text:p>Poids</text:p></table:table-cell></table:table-row><table:table-row>
<table:table-cell><text:p>lundi</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000">
<text:p>12</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048574">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>""",
    )


def odp() -> bytes:
    return opendocument(
        "presentation",
        """<draw:page><draw:frame><draw:text-box><text:p>Avant</text:p></draw:text-box></draw:frame>
<draw:frame presentation:class="title"><draw:text-box><text:p>Les oiseaux</text:p></draw:text-box></draw:frame>
<presentation:notes><draw:frame><draw:text-box><text:p>À dire</text:p></draw:text-box></draw:frame>
</presentation:notes></draw:page>""",
    )


def epub() -> bytes:
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="O/b.opf"/></rootfiles></container>',
            "O/b.opf": """<package xmlns:dc="x"><metadata><dc:title>Le livre</dc:title></metadata><manifest>
<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="a"/><itemref idref="b"/></spine></package>""",
            "O/a.xhtml": "<html><head><title>Un</title></head><body><h1>Chapitre un</h1><p>Début</p></body></html>",
            "O/b.xhtml": "<html><body><h1>Chapitre deux</h1><p>Fin</p></body></html>",
        }
    )


def pdf(pages: list[list[tuple[int, int, int, str]]], more: str = "") -> bytes:
    """A PDF: for each page (size, x, y, text in ASCII); `more` goes into the catalogue."""
    objects = [f"<< /Type /Catalog /Pages 2 0 R {more} >>"]
    numbers = [4 + 2 * at for at in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects.append(f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, page in zip(numbers, pages, strict=True):
        drawn = "\n".join(
            f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for size, x, y, text in page
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    return assembled(objects)


def assembled(objects: list[str]) -> bytes:
    held = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(held))
        held += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        held
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(held)}\n%%EOF"
        ).encode()
    )


SCAN = assembled(
    [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R "
            "/Resources << /XObject << /I 5 0 R >> >> >>"
        ),
        "<< /Length 30 >>\nstream\nq 100 0 0 100 0 0 cm /I Do Q\nendstream",
        (
            "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
            "/BitsPerComponent 8 /Length 1 >>\nstream\nx\nendstream"
        ),
    ]
)

MAIL = """From: Zoe <zoe@example.org>
To: ours@example.org
Subject: =?utf-8?q?R=C3=A9union_des_canards?=
Date: Mon, 1 Jan 2024 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=iso-8859-1

Rendez-vous à l'étang
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename="plan.pdf"

xx
--x--
""".encode("latin-1")
HTML = """<!doctype html><html><head><title>Page</title><script>vilain()</script></head>
<body><h1>Étude</h1><p>Un texte</p><table><tr><th>A</th></tr><tr><td>1</td></tr></table></body></html>""".encode()
RTF = rb"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}Les canards d'\'e9levage\par}"""


def every_kind() -> list[tuple[bytes, str, str | None]]:
    """A document of each kind, with its name and its password."""
    lines = [(11, x, 700 - 16 * row, f"cell {row}") for row in range(4) for x in (72, 300)]
    return [
        (docx(), "a.docx", None),
        (encrypted("colvert"), "a.docx", "colvert"),
        (pptx(), "a.pptx", None),
        (xlsx(), "a.xlsx", None),
        (odt(), "a.odt", None),
        (ods(), "a.ods", None),
        (odp(), "a.odp", None),
        (epub(), "a.epub", None),
        (pdf([[(20, 72, 750, "Ducks"), *lines]]), "a.pdf", None),
        (SCAN, "a.pdf", None),
        (MAIL, "a.eml", None),
        (message("a", "b", "c"), "a.msg", None),
        (HTML, "a.html", None),
        (RTF, "a.rtf", None),
        (b"a;b\n1;2\n", "a.csv", None),
        (b"# a\n\nb", "a.md", None),
        (b"b\xe9", "a.txt", None),
    ]
