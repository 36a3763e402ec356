"""Why the embedded parts do not start."""

from __future__ import annotations

from argo.errors import ArgoError


class FolderInUse(ArgoError):
    """Another `argo serve` works on this data folder; two would destroy each other's data."""

    code = "folder_in_use"
    kind = "refused"
    english = "ARGO already runs on {folder} (process {pid}). Stop it, or give another --data."
    french = (
        "ARGO tourne déjà sur {folder} (processus {pid}). Arrêtez-le, ou donnez un autre --data."
    )


class FolderUnfit(ArgoError):
    """The data folder cannot be made, entered or written."""

    code = "folder_unfit"
    kind = "invalid"
    english = "The data folder {folder} cannot be used: {fault}."
    french = "Le dossier de données {folder} ne peut pas être utilisé : {fault}."


class NoOtherUser(ArgoError):
    """ARGO runs as root where no other user exists, and PostgreSQL refuses to run as root."""

    code = "no_other_user"
    kind = "invalid"
    english = (
        "PostgreSQL does not run as root and no other user can be taken here. "
        "Run ARGO as an ordinary user."
    )
    french = (
        "PostgreSQL ne tourne pas en root et aucun autre utilisateur n'est possible ici. "
        "Lancez ARGO avec un compte ordinaire."
    )


class NamelessUser(ArgoError):
    """PostgreSQL's `initdb` looks up the name of its user, and this one has none."""

    code = "nameless_user"
    kind = "invalid"
    english = (
        "The embedded PostgreSQL needs a user that has a name, and user {user} has none here. "
        "Add it to /etc/passwd, or set database.url."
    )
    french = (
        "PostgreSQL embarqué a besoin d'un utilisateur qui ait un nom, et {user} n'en a pas ici. "
        "Ajoutez-le à /etc/passwd, ou réglez database.url."
    )


class DatabaseUnfit(ArgoError):
    """The embedded PostgreSQL did not start; its log in the data folder says why."""

    code = "embedded_database_failed"
    kind = "broken"
    english = "The embedded PostgreSQL did not start: {fault}. More in {log}."
    french = "PostgreSQL embarqué n'a pas démarré : {fault}. Détails dans {log}."


class DatabaseOfAnotherVersion(ArgoError):
    """The data folder was written by another major version of PostgreSQL."""

    code = "embedded_database_version"
    kind = "invalid"
    english = (
        "The database in {folder} is of PostgreSQL {found}, this ARGO brings {brought}. "
        "Start it with the ARGO that wrote it, dump it, and load the dump here."
    )
    french = (
        "La base de {folder} est celle de PostgreSQL {found}, cet ARGO apporte {brought}. "
        "Lancez-la avec l'ARGO qui l'a écrite, exportez-la et chargez l'export ici."
    )


class ModelFileUnfit(ArgoError):
    """A model file of the settings is not there, not readable, or not GGUF."""

    code = "model_file_unfit"
    kind = "invalid"
    english = "The model file {file} cannot be used: {fault}."
    french = "Le fichier de modèle {file} ne peut pas être utilisé : {fault}."
