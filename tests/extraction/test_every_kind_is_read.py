"""What stands in a document survives: headings, tables, names of sheets and slides, what hides."""

from __future__ import annotations

from pathlib import Path

import pytest

from argo.extraction import errors
from argo.extraction.service import Extractor
from argo.extraction.types import Extracted
from tests.extraction import compound, samples

pytestmark = pytest.mark.asyncio(loop_scope="session")

REAL = Path("/work/shared/data/docs")

CHART = ("Ventes de canards", "[Bar chart]", "|  | Série Nord |", "| 2023 | 4.4 |", "| 2024 | 17 |")


def text_of(extracted: Extracted) -> str:
    return "\n".join(block.text for block in extracted.blocks)


def of_kind(extracted: Extracted, kind: str) -> list[str]:
    return [block.text for block in extracted.blocks if block.kind == kind]


def said(extracted: Extracted) -> set[str]:
    return {remark.code for remark in extracted.remarks}


async def test_a_document_of_word(extractor: Extractor) -> None:
    read = await extractor.extract(samples.docx(), "rapport.docx")
    text = text_of(read)
    assert (read.kind, read.pages, read.read_by) == ("docx", None, "argo")
    assert of_kind(read, "heading") == ["# Rapport annuel", "# Élevage"]
    assert "| Année | Mesures | Mesures |" in text
    assert "| 2024 | trois | quatre |" in text
    assert "Les canards vont bien[^2]" in text
    assert "Dans la boîte" in text
    assert "Ajouté" in text
    assert "effacé" not in text
    assert all(line in text for line in CHART)
    assert of_kind(read, "note") == ["[^2] Selon la note", "Institut des oiseaux"]
    assert of_kind(read, "comment") == ["[Comment, Zoé] À vérifier"]
    table = next(block for block in read.blocks if block.kind == "table")
    assert table.heading == ("Élevage",)


async def test_a_presentation_with_a_broken_picture(extractor: Extractor) -> None:
    read = await extractor.extract(samples.pptx(), "cours.pptx")
    text = text_of(read)
    assert (read.kind, read.pages) == ("pptx", 2)
    first = [block for block in read.blocks if block.page == 1]
    assert first[0].text == "# Les oiseaux"
    assert first[0].kind == "slide"
    assert all(block.heading == ("Les oiseaux",) for block in first[1:])
    assert "[image: Un colvert]" in text
    assert "| Large | Large |" in text
    assert "| g | d |" in text
    assert all(line in text for line in CHART)
    assert of_kind(read, "note") == ["À dire de vive voix"]
    assert of_kind(read, "comment") == ["[Comment] Trop long ?"]
    assert [(block.page, block.heading) for block in read.blocks if block.text == "Sans titre"] == [
        (2, ("2",))
    ]
    assert said(read) == {"hidden_read"}


async def test_a_workbook(extractor: Extractor) -> None:
    read = await extractor.extract(samples.xlsx(), "poids.xlsx")
    text = text_of(read)
    assert (read.kind, read.pages) == ("xlsx", 2)
    assert of_kind(read, "sheet") == ["# Pesées", "# Cachée"]
    assert "Registre des canards" in text
    assert "| Jour | Pesées | Pesées |\n| --- | --- | --- |\n| 2024-01-01 | 0.3 | 12.5% |" in text
    assert "| TRUE | =SUM(B4) |" in text
    assert all(line in text for line in CHART)
    assert "Note volante" in text
    assert of_kind(read, "comment") == ["[Comment, B4, Zoé] Balance neuve"]
    assert next(block for block in read.blocks if block.text == "secret").heading == ("Cachée",)
    assert said(read) == {"hidden_read"}


async def test_open_document_texts(extractor: Extractor) -> None:
    read = await extractor.extract(samples.odt(), "rapport.odt")
    text = text_of(read)
    assert of_kind(read, "heading") == ["# Élevage"]
    assert "Un  canard[^1]" in text
    assert of_kind(read, "note") == ["[^1] Selon la note"]
    assert of_kind(read, "comment") == ["[Comment, Zoé] À vérifier"]
    assert "- puce" in text
    assert "Ventes de canards\n[Bar chart]" in text
    assert "| Large | Large |\n| --- | --- |\n| g | d |" in text


async def test_open_document_sheets_and_slides(extractor: Extractor) -> None:
    sheet = await extractor.extract(samples.ods(), "poids.ods")
    assert sheet.pages == 1
    assert of_kind(sheet, "sheet") == ["# Pesées"]
    assert "| lundi | 12 |" in text_of(sheet)
    slides = await extractor.extract(samples.odp(), "cours.odp")
    assert (slides.pages, slides.blocks[0].text) == (1, "# Les oiseaux")
    assert of_kind(slides, "note") == ["À dire"]


async def test_a_pdf_has_pages_headings_and_tables(extractor: Extractor) -> None:
    body = [(11, 72, 700 - 14 * at, f"This is line {at} of a paragraph.") for at in range(6)]
    cells = [
        (11, x, 560 - 16 * row, f"cell {row} {at}")
        for row in range(4)
        for at, x in enumerate((72, 220, 380))
    ]
    pages = [[(20, 72, 750, "Ducks"), *body, *cells], [(11, 72, 700, "The second page.")]]
    read = await extractor.extract(samples.pdf(pages), "ducks.pdf")
    assert read.pages == 2
    assert of_kind(read, "heading") == ["# Ducks"]
    (table,) = of_kind(read, "table")
    assert table.splitlines()[0] == "| cell 0 0 | cell 0 1 | cell 0 2 |"
    assert len(table.splitlines()) == 5
    last = read.blocks[-1]
    assert (last.text, last.page, last.heading) == ("The second page.", 2, ("Ducks",))
    paragraph = next(block.text for block in read.blocks if "line 0" in block.text)
    assert paragraph.count("\n") == 5


async def test_a_password_opens_a_document(extractor: Extractor) -> None:
    closed = samples.encrypted("colvert")
    with pytest.raises(errors.PasswordNeeded):
        await extractor.extract(closed, "a.docx")
    with pytest.raises(errors.PasswordWrong):
        await extractor.extract(closed, "a.docx", password="sarcelle")
    read = await extractor.extract(closed, "a.docx", password="colvert")
    assert "Les canards vont bien[^2]" in text_of(read)


async def test_a_scan_is_said_to_be_one(extractor: Extractor) -> None:
    read = await extractor.extract(samples.SCAN, "scan.pdf")
    assert (read.pages, read.blocks) == (1, ())
    assert said(read) == {"scan_without_text"}
    assert "OCR" in read.remarks[0].french


@pytest.mark.parametrize(
    ("content", "name", "kind", "expected"),
    [
        (samples.HTML, "page.html", "html", ["# Étude", "Un texte", "| A |\n| --- |\n| 1 |"]),
        (samples.RTF, "note.rtf", "rtf", ["Les canards d'élevage"]),
        (samples.MAIL, "mail.eml", "eml", ["# Réunion des canards", "Rendez-vous à l'étang"]),
        (samples.epub(), "livre.epub", "epub", ["# Le livre", "## Chapitre un", "Début", "Fin"]),
        (
            "nom;âge\nLuc;3\n".encode(),
            "a.csv",
            "csv",
            ["| nom | âge |\n| --- | --- |\n| Luc | 3 |"],
        ),
        ("# Étude\n\nUn *mot*\n".encode(), "a.md", "md", ["# Étude", "Un *mot*"]),
        ("été\r\n\r\nhiver".encode("cp1252"), "a.txt", "txt", ["été", "hiver"]),
        ("été".encode("utf-16"), "a.txt", "txt", ["été"]),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
async def test_plainer_kinds(
    extractor: Extractor, content: bytes, name: str, kind: str, expected: list[str]
) -> None:
    read = await extractor.extract(content, name)
    assert read.kind == kind
    texts = [block.text for block in read.blocks]
    assert [text for text in texts if text in expected] == expected
    assert "vilain" not in " ".join(texts)


async def test_a_message_of_outlook(extractor: Extractor) -> None:
    sent = compound.message("Réunion des canards", "Zoé", "Rendez-vous à l'étang")
    read = await extractor.extract(sent, "mail.msg")
    assert read.kind == "msg"
    assert "Réunion des canards" in text_of(read)
    assert "Rendez-vous à l'étang" in text_of(read)


async def test_a_strict_document_of_word(extractor: Extractor) -> None:
    names = {
        samples.W: 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"',
        samples.R: 'xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships"',
    }
    read = await extractor.extract(samples.docx(names=names), "strict.docx")
    text = text_of(read)
    assert "| 2024 | trois | quatre |" in text
    assert "[^2] Selon la note" in text
    assert "[Comment, Zoé] À vérifier" in text


async def test_numbered_lists_and_titles_of_open_document(extractor: Extractor) -> None:
    body = """<text:p text:style-name="P1">Le titre</text:p><text:list text:style-name="L1">
<text:list-item><text:p>un</text:p></text:list-item><text:list-item><text:p>deux</text:p></text:list-item>
</text:list><text:list text:style-name="L2"><text:list-item><text:p>puce</text:p></text:list-item></text:list>"""
    styles = """<office:automatic-styles><style:style style:name="P1" style:parent-style-name="Title"/>
<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/>
</text:list-style></office:automatic-styles>"""
    read = await extractor.extract(samples.opendocument("text", body, styles), "a.odt")
    assert [block.text for block in read.blocks] == ["# Le titre", "1. un\n2. deux", "- puce"]


async def test_attachments_are_named_and_said_not_to_be_read(extractor: Extractor) -> None:
    read = await extractor.extract(samples.MAIL, "mail.eml")
    assert "[attachment: plan.pdf]" in text_of(read)
    assert said(read) == {"attachments_not_read"}


@pytest.mark.parametrize("kind", ["doc", "xls", "ppt"])
async def test_the_old_kinds(extractor: Extractor, kind: str) -> None:
    sample = REAL / f"legacy_sample.{kind}"
    if not sample.exists():
        pytest.skip("no file of this kind can be written by hand; the public test set is not here")
    read = await extractor.extract(sample.read_bytes(), sample.name)
    assert read.kind == kind
    words = {"doc": "Swimming in the lake", "xls": "Freshwater Ducks", "ppt": "With footnote"}
    assert words[kind] in text_of(read)
    assert read.pages == {"doc": None, "xls": 1, "ppt": 3}[kind]


async def test_a_wrong_name_is_remarked_and_read_all_the_same(extractor: Extractor) -> None:
    read = await extractor.extract(samples.docx(), "rapport.pdf")
    assert read.kind == "docx"
    assert said(read) == {"name_disagrees"}
    assert ".pdf" in read.remarks[0].english


async def test_a_long_document_is_read_up_to_the_limit_and_says_so(extractor: Extractor) -> None:
    content = b"word after word\n\n" * 20_000
    read = await extractor.extract(content, "long.txt")
    assert said(read) == {"rest_not_read"}
    assert 0 < len(text_of(read)) <= 200_000
