"""What exports refuse."""

from __future__ import annotations

from argo.errors import ArgoError


class ExportTooLong(ArgoError):
    """A conversation is longer than an export may be."""

    code = "export_too_long"
    kind = "invalid"
    english = "This is too long for one file. Export single answers, or a shorter branch."
    french = (
        "C'est trop long pour un seul fichier. Exportez des réponses une à une, ou une branche "
        "plus courte."
    )


class ExportFailed(ArgoError):
    """The child that writes files took too long, too much memory, or failed."""

    code = "export_failed"
    kind = "broken"
    english = "The file could not be made. Try another format: Markdown always works."
    french = (
        "Le fichier n'a pas pu être produit. Essayez un autre format : Markdown marche toujours."
    )


class ExportBusy(ArgoError):
    """As many files are being made as this worker makes at once, for too long."""

    code = "export_busy"
    kind = "busy"
    english = "Many files are being made just now. Try again in a moment."
    french = "Beaucoup de fichiers sont en cours de production. Réessayez dans un instant."


class OriginBroken(ArgoError):
    """A file carries no mark of origin, or its text is not the one that was signed."""

    code = "origin_broken"
    kind = "invalid"
    english = "{file}: {fault}"
    french = "{file} : {fault}"
