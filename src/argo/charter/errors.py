"""What the charter's verbs refuse."""

from __future__ import annotations

from argo.errors import ArgoError


class CharterChanged(ArgoError):
    """Somebody accepted a version that is not in force: another was published or withdrawn since."""

    code = "charter_changed"
    kind = "invalid"
    english = "The charter has changed since you opened it. Reload the page and read the new one."
    french = (
        "La charte a changé depuis que vous l'avez ouverte. Rechargez la page et lisez la nouvelle."
    )


class CharterUnfit(ArgoError):
    """A file to publish cannot be read, is empty, too long, or not named for its language."""

    code = "charter_unfit"
    kind = "invalid"
    english = (
        "{file} is not a charter: give a file that ends in {ending}, in UTF-8, not empty and at "
        "most {limit} bytes long."
    )
    french = (
        "{file} n'est pas une charte : donnez un fichier dont le nom finit par {ending}, en UTF-8, "
        "non vide et de {limit} octets au plus."
    )


class NothingPublished(ArgoError):
    """There is no published charter to withdraw: the one that ships is in force."""

    code = "nothing_published"
    kind = "unknown"
    english = "No charter of {slug} is published; the one that ships with ARGO is in force."
    french = (
        "Aucune charte de {slug} n'est publiée ; celle qui est livrée avec ARGO est en vigueur."
    )
