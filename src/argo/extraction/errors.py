"""Why a document is not read, and what its owner can do."""

from __future__ import annotations

from argo.errors import ArgoError


class FileTooLarge(ArgoError):
    """The file has more bytes than `[extraction] max_file_bytes`."""

    code = "file_too_large"
    kind = "invalid"
    english = "This file is larger than {megabytes} MB. Split it, or send the part that matters."
    french = (
        "Ce fichier dépasse {megabytes} Mo. Découpez-le, ou envoyez la partie qui vous intéresse."
    )


class TooManyPages(ArgoError):
    """The document has more pages, slides or sheets than `[extraction] max_pages`."""

    code = "too_many_pages"
    kind = "invalid"
    english = "This document has {pages} pages; {limit} can be read. Split it into parts."
    french = "Ce document a {pages} pages ; {limit} peuvent être lues. Découpez-le."


class KindUnknown(ArgoError):
    """The content is of no kind that a reader knows, whatever the file's name says."""

    code = "file_kind_unknown"
    kind = "invalid"
    english = (
        "What is in this file cannot be read as a document. Send a PDF, Office, OpenDocument, "
        "EPUB, e-mail, HTML, RTF, CSV or text file; other formats can be saved as PDF first."
    )
    french = (
        "Le contenu de ce fichier ne peut pas être lu comme un document. Envoyez un fichier PDF, "
        "Office, OpenDocument, EPUB, courriel, HTML, RTF, CSV ou texte ; pour les autres formats, "
        "enregistrez d'abord en PDF."
    )


class FileEmpty(ArgoError):
    """The file has no bytes, or nothing but white space."""

    code = "file_empty"
    kind = "invalid"
    english = "This file is empty. Check that it was saved, then send it again."
    french = "Ce fichier est vide. Vérifiez qu'il a bien été enregistré, puis renvoyez-le."


class PasswordNeeded(ArgoError):
    """The document is encrypted and no password came with it."""

    code = "password_needed"
    kind = "invalid"
    english = (
        "This document is protected by a password. Give the password (it is used for reading "
        "only and not kept), or send an unprotected copy."
    )
    french = (
        "Ce document est protégé par un mot de passe. Donnez le mot de passe (il sert à la "
        "lecture seulement et n'est pas conservé), ou envoyez une copie sans protection."
    )


class PasswordWrong(ArgoError):
    """The document is encrypted and the password does not open it."""

    code = "password_wrong"
    kind = "invalid"
    english = "This password does not open the document. Check it and try again."
    french = "Ce mot de passe n'ouvre pas le document. Vérifiez-le et réessayez."


class ProtectionUnknown(ArgoError):
    """The document is encrypted in a way that no reader can open, whatever the password."""

    code = "protection_unknown"
    kind = "invalid"
    english = "This document is protected in a way that cannot be opened here. Send a copy without."
    french = (
        "Ce document est protégé d'une façon qui ne peut pas être ouverte ici. "
        "Envoyez une copie sans protection."
    )


class FileDamaged(ArgoError):
    """The content begins like its kind and does not hold what it promises: cut off or broken."""

    code = "file_damaged"
    kind = "invalid"
    english = (
        "This file is damaged or incomplete. Open it where it was made, save it again, "
        "then send the new copy."
    )
    french = (
        "Ce fichier est abîmé ou incomplet. Ouvrez-le dans le logiciel d'origine, "
        "enregistrez-le à nouveau, puis envoyez la nouvelle copie."
    )


class UnpacksTooLarge(ArgoError):
    """A packed file unpacks to more than its limits of size, ratio, entries or depth."""

    code = "file_unpacks_too_large"
    kind = "invalid"
    english = (
        "This file unpacks to more than can be read ({megabytes} MB). "
        "Remove large pictures or sheets, or split it."
    )
    french = (
        "Une fois décompressé, ce fichier dépasse ce qui peut être lu ({megabytes} Mo). "
        "Retirez-en les grandes images ou feuilles, ou découpez-le."
    )


class TookTooLong(ArgoError):
    """Reading took more than `[extraction] seconds` and was ended."""

    code = "reading_took_too_long"
    kind = "invalid"
    english = (
        "Reading this document took more than {seconds} seconds and was stopped. "
        "Split it, or save it again in a simpler form (for instance as PDF)."
    )
    french = (
        "La lecture de ce document a dépassé {seconds} secondes et a été arrêtée. "
        "Découpez-le, ou enregistrez-le sous une forme plus simple (par exemple en PDF)."
    )


class TooMuchMemory(ArgoError):
    """Reading needed more than `[extraction] memory_bytes` and was ended."""

    code = "reading_needs_too_much_memory"
    kind = "invalid"
    english = (
        "Reading this document needs more memory than it may take. "
        "Split it, or remove its largest pictures or sheets."
    )
    french = (
        "La lecture de ce document demande plus de mémoire que permis. "
        "Découpez-le, ou retirez-en les plus grandes images ou feuilles."
    )


class ReadingCrashed(ArgoError):
    """The child that read this document ended without an answer; only this file is concerned."""

    code = "reading_crashed"
    kind = "invalid"
    english = (
        "This document made its reader fail. Save it again in another format "
        "(for instance as PDF), then send the new copy."
    )
    french = (
        "Ce document a fait échouer sa lecture. Enregistrez-le dans un autre format "
        "(par exemple en PDF), puis envoyez la nouvelle copie."
    )


class SandboxUnfit(ArgoError):
    """Children cannot be confined on this system, so nothing is read; `argo doctor` says why."""

    code = "sandbox_unfit"
    kind = "unavailable"
    english = "Documents cannot be read safely just now. Tell your administrator ({fault})."
    french = (
        "Les documents ne peuvent pas être lus en sécurité pour l'instant. "
        "Prévenez votre administrateur ({fault})."
    )
