"""What knowledge refuses."""

from __future__ import annotations

from argo.errors import ArgoError


class CollectionUnknown(ArgoError):
    """No such collection that this person may read, or it was deleted."""

    code = "collection_unknown"
    kind = "unknown"
    english = "There is no such collection, or it is not shared with you."
    french = "Cette collection n'existe pas, ou n'est pas partagée avec vous."


class CollectionNameInvalid(ArgoError):
    """A collection without a usable name."""

    code = "collection_name_invalid"
    kind = "invalid"
    english = "The collection needs a name of 1 to {limit} characters."
    french = "La collection doit avoir un nom de 1 à {limit} caractères."


class CollectionExpired(ArgoError):
    """A search in a vector store that nobody used for longer than its `expires_after`."""

    code = "collection_expired"
    kind = "invalid"
    english = "This vector store has expired. Change its 'expires_after', or make another."
    french = "Ce « vector store » a expiré. Changez « expires_after », ou créez-en un autre."


class MemberUnknown(ArgoError):
    """No such document in the collection."""

    code = "member_unknown"
    kind = "unknown"
    english = "There is no such document in this collection."
    french = "Ce document n'est pas dans cette collection."
