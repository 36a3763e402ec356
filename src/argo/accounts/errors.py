"""What accounts refuse, in words that say what to do next."""

from __future__ import annotations

from argo.errors import ArgoError


class NotSignedIn(ArgoError):
    """No session cookie, or one that is unknown, expired or revoked, or its account disabled."""

    code = "not_signed_in"
    kind = "refused"
    english = "You are not signed in, or no longer. Open a new sign-in link to go on."
    french = (
        "Vous n'êtes pas connecté, ou ne l'êtes plus. Ouvrez un nouveau lien de connexion pour "
        "continuer."
    )


class InvalidApiKey(ArgoError):
    """No key, more than one, or one that is unknown, expired or revoked, or its account disabled."""

    code = "invalid_api_key"
    kind = "refused"
    english = (
        "This API key is not valid. Send one key as 'Authorization: Bearer argo-…'; make a new "
        "one on the keys page if yours has expired or was revoked."
    )
    french = (
        "Cette clé d'API n'est pas valable. Envoyez une clé par « Authorization: Bearer argo-… » ; "
        "créez-en une nouvelle sur la page des clés si la vôtre a expiré ou a été révoquée."
    )


class ModelNotOfKey(ArgoError):
    """A key that is scoped to some models asked another, or one that does not exist."""

    code = "model_not_of_key"
    kind = "unknown"
    english = "This key may not ask that model. GET /v1/models lists those it may."
    french = (
        "Cette clé ne peut pas interroger ce modèle. GET /v1/models donne la liste de ceux qu'elle "
        "peut interroger."
    )


class CrossSiteRefused(ArgoError):
    """A request that changes something came without proof that ARGO's own page sent it."""

    code = "cross_site_refused"
    kind = "refused"
    english = "This request did not come from ARGO's own page and was refused."
    french = "Cette demande ne vient pas de la page d'ARGO et a été refusée."


class LinkUnknown(ArgoError):
    """A sign-in link is wrong, used, or older than 15 minutes."""

    code = "link_unknown"
    kind = "unknown"
    english = (
        "This sign-in link is not valid any more: links work once, for 15 minutes. Ask for a new "
        "one."
    )
    french = (
        "Ce lien de connexion n'est plus valable : un lien sert une fois, pendant 15 minutes. "
        "Demandez-en un nouveau."
    )


class SessionUnknown(ArgoError):
    """No such session of this person."""

    code = "session_unknown"
    kind = "unknown"
    english = "There is no such session."
    french = "Cette session n'existe pas."


class KeyUnknown(ArgoError):
    """No such key of this person."""

    code = "key_unknown"
    kind = "unknown"
    english = "There is no such key."
    french = "Cette clé n'existe pas."


class UserUnknown(ArgoError):
    """No user has this e-mail address."""

    code = "user_unknown"
    kind = "unknown"
    english = "No user has the address {email}."
    french = "Personne n'a l'adresse {email}."


class InstitutionUnknown(ArgoError):
    """No institution has this slug."""

    code = "institution_unknown"
    kind = "unknown"
    english = "There is no institution {slug}."
    french = "Il n'y a pas d'institution {slug}."


class EmailTaken(ArgoError):
    """A user of the institution has this e-mail address already."""

    code = "email_taken"
    kind = "invalid"
    english = "Somebody has the address {email} already; argo user link makes them a new link."
    french = "Quelqu'un a déjà l'adresse {email} ; argo user link lui crée un nouveau lien."


class EmailInvalid(ArgoError):
    """What was given is not an e-mail address."""

    code = "email_invalid"
    kind = "invalid"
    english = "This is not an e-mail address. Write one like ada@institute.example."
    french = "Ce n'est pas une adresse électronique. Écrivez-la comme ada@institut.example."


class EmailAmbiguous(ArgoError):
    """People of several institutions have this e-mail address: the command must name one."""

    code = "email_ambiguous"
    kind = "invalid"
    english = "Several institutions know {email}. Name one: --institution SLUG."
    french = "Plusieurs institutions connaissent {email}. Nommez-en une : --institution SLUG."


class UserDisabled(ArgoError):
    """The account is disabled: a link or a key made for it would open nothing."""

    code = "user_disabled"
    kind = "refused"
    english = "The account {email} is disabled."
    french = "Le compte {email} est désactivé."


class NameInvalid(ArgoError):
    """A name of a person or a key is empty, too long, or holds characters that show nothing."""

    code = "name_invalid"
    kind = "invalid"
    english = "A name is one line of 1 to {limit} visible characters."
    french = "Un nom est une ligne de 1 à {limit} caractères visibles."


class TooManyKeys(ArgoError):
    """A person has as many keys as one may have."""

    code = "too_many_keys"
    kind = "invalid"
    english = "You have {limit} keys, the most there may be. Revoke one you no longer use."
    french = "Vous avez {limit} clés, le maximum. Révoquez-en une qui ne sert plus."
