"""What the journal refuses."""

from __future__ import annotations

from argo.errors import ArgoError


class HeadUnfit(ArgoError):
    """A head given to `argo journal verify` is not `NUMBER:HASH` as `argo journal head` prints it."""

    code = "journal_head_unfit"
    kind = "invalid"
    english = "This is not a head of the journal. Give it as argo journal head prints it."
    french = "Ceci n'est pas une tête du journal. Donnez-la comme argo journal head l'affiche."
