"""What documents refuse. Why a file could not be read is said by `argo.extraction.errors`."""

from __future__ import annotations

from argo.errors import ArgoError


class DocumentUnknown(ArgoError):
    """No such document of this person, or it was deleted."""

    code = "document_unknown"
    kind = "unknown"
    english = "There is no such file, or it was deleted."
    french = "Ce fichier n'existe pas, ou il a été supprimé."


class DocumentNameInvalid(ArgoError):
    """An upload without a usable file name."""

    code = "document_name_invalid"
    kind = "invalid"
    english = "The file needs a name of 1 to {limit} characters."
    french = "Le fichier doit avoir un nom de 1 à {limit} caractères."


class DocumentTooLarge(ArgoError):
    """An upload with more bytes than `[extraction] max_file_bytes`."""

    code = "document_too_large"
    kind = "invalid"
    english = "This file is larger than {megabytes} MB. Split it, or send the part that matters."
    french = (
        "Ce fichier dépasse {megabytes} Mo. Découpez-le, ou envoyez la partie qui vous intéresse."
    )


class TooManyInConversation(ArgoError):
    """More files in a conversation than `[documents] files_a_conversation`."""

    code = "too_many_files_in_conversation"
    kind = "invalid"
    english = "A conversation holds at most {limit} files. Remove one, or begin another."
    french = (
        "Une conversation contient au plus {limit} fichiers. Retirez-en un, ou commencez-en une "
        "autre."
    )


class TooManyDocuments(ArgoError):
    """A person has more files than `[documents] files_a_person`."""

    code = "too_many_files"
    kind = "invalid"
    english = "You keep {limit} files, the most there may be. Delete some under My files."
    french = "Vous conservez {limit} fichiers, le maximum. Supprimez-en sur la page Mes fichiers."


class DocumentNotReady(ArgoError):
    """A question was put with a file that is not read yet, or could not be."""

    code = "document_not_ready"
    kind = "invalid"
    english = "A file is not read yet, or could not be read. Wait for it, or remove it, then ask."
    french = (
        "Un fichier n'est pas encore lu, ou n'a pas pu l'être. Attendez-le ou retirez-le, puis "
        "posez votre question."
    )


class NothingToRetry(ArgoError):
    """A retry of a document that did not fail."""

    code = "document_not_failed"
    kind = "invalid"
    english = "This file did not fail, so there is nothing to try again."
    french = "Ce fichier n'a pas échoué : il n'y a rien à réessayer."


class ReadingFailed(ArgoError):
    """Reading was tried several times and broke each time, for a reason of ours."""

    code = "reading_failed"
    kind = "broken"
    english = "Something went wrong here while reading this file. Try again; if it stays, tell us."
    french = (
        "La lecture de ce fichier a échoué de notre côté. Réessayez ; si cela persiste, "
        "prévenez-nous."
    )


class UploadCutOff(ArgoError):
    """The upload ended before the file was whole, or took longer than fifteen minutes."""

    code = "upload_cut_off"
    kind = "invalid"
    english = "The upload ended before the file was whole. Send it again."
    french = "L'envoi s'est arrêté avant la fin du fichier. Renvoyez-le."
