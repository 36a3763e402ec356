"""What storage cannot do."""

from __future__ import annotations

from argo.errors import ArgoError


class DatabaseAway(ArgoError):
    """The database does not answer: it is down, restarting, or every connection is taken."""

    code = "database_away"
    kind = "unavailable"
    english = "ARGO's database does not answer just now. Nothing is lost; try again in a moment."
    french = (
        "La base de données d'ARGO ne répond pas pour l'instant. Rien n'est perdu ; "
        "réessayez dans un instant."
    )


class DiskFull(ArgoError):
    """The database or the storage has no room left: writes are refused, reads go on."""

    code = "disk_full"
    kind = "unavailable"
    english = "There is no room left to store this. Reading still works; tell your administrator."
    french = (
        "Il n'y a plus de place pour enregistrer ceci. La lecture fonctionne encore ; "
        "prévenez votre administrateur."
    )


class KeyGone(ArgoError):
    """The key of this owner was destroyed (erasure) or the key store lost it."""

    code = "content_erased"
    kind = "unknown"
    english = "This content was erased and cannot be read any more."
    french = "Ce contenu a été effacé et ne peut plus être lu."


class SealBroken(ArgoError):
    """Sealed content does not open: another row's, another owner's, altered, or another root."""

    code = "seal_broken"
    kind = "broken"
    english = "This content cannot be opened: it does not match its seal. Tell your administrator."
    french = (
        "Ce contenu ne peut pas être ouvert : il ne correspond pas à son scellé. "
        "Prévenez votre administrateur."
    )


class KeyStoreAway(ArgoError):
    """The key store does not answer."""

    code = "key_store_away"
    kind = "unavailable"
    english = "ARGO's key store does not answer just now. Nothing is lost; try again in a moment."
    french = (
        "Le coffre de clés d'ARGO ne répond pas pour l'instant. Rien n'est perdu ; "
        "réessayez dans un instant."
    )


class FilesAway(ArgoError):
    """The folder or bucket of files does not answer."""

    code = "files_away"
    kind = "unavailable"
    english = (
        "ARGO's file storage does not answer just now. Nothing is lost; try again in a moment."
    )
    french = (
        "Le stockage de fichiers d'ARGO ne répond pas pour l'instant. Rien n'est perdu ; "
        "réessayez dans un instant."
    )


class FileGone(ArgoError):
    """The bytes of this file are not in the storage: erased, or not of this backup."""

    code = "file_gone"
    kind = "unknown"
    english = "This file is not stored any more. Send it again if you still have it."
    french = "Ce fichier n'est plus enregistré. Renvoyez-le si vous l'avez encore."


class SecretUnfit(ArgoError):
    """A root secret is missing, too short, or the same as another: the service does not start."""

    code = "secret_unfit"
    kind = "broken"
    english = "The secret {name} is {fault}. Write 32 random bytes, base64, into that file."
    french = (
        "Le secret {name} est {fault}. Écrivez 32 octets aléatoires, en base64, dans ce fichier."
    )
