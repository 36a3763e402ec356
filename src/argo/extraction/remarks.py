"""The words of remarks, by code: what was not read of a document, and why.

They stand here and not with the readers, for a child is not believed: it names a code and facts.
"""

from __future__ import annotations

from argo.extraction.types import Remark

WORDS: dict[str, tuple[str, str]] = {
    "name_disagrees": (
        "The file's name ends in .{suffix}, but it is a {kind} document; it was read as one.",
        (
            "Le nom du fichier finit par .{suffix}, mais c'est un document {kind} ; "
            "il a été lu comme tel."
        ),
    ),
    "scan_without_text": (
        (
            "This is a scan: its pages are pictures without text, so there is nothing to read in it. "
            "Have it recognised (OCR) first."
        ),
        (
            "C'est un document numérisé : ses pages sont des images sans texte, il n'y a donc rien "
            "à y lire. Faites-en d'abord la reconnaissance (OCR)."
        ),
    ),
    "pages_without_text": (
        "{count} of {pages} pages are pictures without text and were not read.",
        "{count} pages sur {pages} sont des images sans texte et n'ont pas été lues.",
    ),
    "read_by_ocr": (
        "The text of {count} pages was recognised from pictures; it may hold mistakes.",
        "Le texte de {count} pages a été reconnu à partir d'images ; il peut contenir des erreurs.",
    ),
    "no_text": (
        "No text was found in this document.",
        "Aucun texte n'a été trouvé dans ce document.",
    ),
    "rest_not_read": (
        "Only the first {characters} characters were read; the rest was left out.",
        "Seuls les {characters} premiers caractères ont été lus ; la suite a été laissée de côté.",
    ),
    "part_not_read": (
        "{count} parts of this document could not be read and were left out.",
        "{count} parties de ce document n'ont pas pu être lues et ont été laissées de côté.",
    ),
    "pages_not_read": (
        "{count} pages could not be read and were left out.",
        "{count} pages n'ont pas pu être lues et ont été laissées de côté.",
    ),
    "attachments_not_read": (
        "{count} attachments were not read. Send them as files of their own.",
        "{count} pièces jointes n'ont pas été lues. Envoyez-les comme fichiers à part.",
    ),
    "second_reader": (
        "This document was read in a simpler way, without its layout.",
        "Ce document a été lu de façon plus simple, sans sa mise en forme.",
    ),
    "encoding_guessed": (
        "The text's encoding is not stated; some letters may be wrong.",
        "L'encodage du texte n'est pas indiqué ; certaines lettres peuvent être fausses.",
    ),
    "hidden_read": (
        "{count} hidden sheets or slides were read too.",
        "{count} feuilles ou diapositives masquées ont été lues aussi.",
    ),
}


def remark(code: str, facts: dict[str, object]) -> Remark | None:
    """Return the remark `code` with its places filled; None for a code or facts nobody knows."""
    words = WORDS.get(code)
    if words is None:
        return None
    try:
        return Remark(code, words[0].format(**facts), words[1].format(**facts))
    except (KeyError, IndexError):
        return None
