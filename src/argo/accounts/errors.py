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


class TermsNotAccepted(ArgoError):
    """A question of somebody who has not accepted their institution's charter in force."""

    code = "terms_not_accepted"
    kind = "refused"
    english = (
        "Read and accept the charter first: sign in at {address} once and press the button there. "
        "It takes effect at once, for your API keys too."
    )
    french = (
        "Lisez et acceptez d'abord la charte : connectez-vous une fois sur {address} et pressez-y "
        "le bouton. L'effet est immédiat, pour vos clés d'API aussi."
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
    """Several people have this e-mail address: the command must say which."""

    code = "email_ambiguous"
    kind = "invalid"
    english = (
        "Several people have {email}. Name the institution (--institution SLUG), or give the id "
        "that argo user list --ids shows in place of the address."
    )
    french = (
        "Plusieurs personnes ont {email}. Nommez l'institution (--institution SLUG), ou donnez "
        "l'identifiant que montre argo user list --ids à la place de l'adresse."
    )


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


class ProviderUnknown(ArgoError):
    """No identity provider has this id, or serves this e-mail address."""

    code = "provider_unknown"
    kind = "unknown"
    english = "No sign-in service is known for this. Choose one of the list, or ask for a link."
    french = (
        "Aucun service de connexion n'est connu pour cela. Choisissez-en un dans la liste, ou "
        "demandez un lien."
    )


class ProviderAway(ArgoError):
    """An identity provider did not answer, or answered with an error of its own (5xx)."""

    code = "provider_away"
    kind = "unavailable"
    english = (
        "{name} does not answer at present. Whoever is signed in stays so; try again in a minute, "
        "or ask your administrator for a sign-in link."
    )
    french = (
        "{name} ne répond pas en ce moment. Qui est connecté le reste ; réessayez dans une minute, "
        "ou demandez un lien de connexion à votre administrateur."
    )


class SignOnExpired(ArgoError):
    """A sign-on comes back that this browser did not begin, began too long ago, or finished."""

    code = "sign_on_expired"
    kind = "refused"
    english = "This sign-in was begun elsewhere, more than 10 minutes ago, or is done. Begin again."
    french = (
        "Cette connexion a été commencée ailleurs, il y a plus de 10 minutes, ou est terminée. "
        "Recommencez."
    )


class SignOnGivenUp(ArgoError):
    """The provider did not let the person through, or they went back."""

    code = "sign_on_given_up"
    kind = "refused"
    english = "{name} did not sign you in. Begin again, or ask those who run it why."
    french = (
        "{name} ne vous a pas connecté. Recommencez, ou demandez pourquoi à ceux qui le gèrent."
    )


class SignOnRefused(ArgoError):
    """What the provider sent does not hold: `fault` says in one word what (docs: sign-on.md)."""

    code = "sign_on_refused"
    kind = "refused"
    english = "The sign-in service's answer does not hold ({fault}). Tell your administrator."
    french = (
        "La réponse du service de connexion n'est pas valable ({fault}). Prévenez votre "
        "administrateur."
    )


class NotAdmitted(ArgoError):
    """The provider knows the person, but the settings give them no institution here."""

    code = "not_admitted"
    kind = "refused"
    english = "{name} knows you, but you have no place here yet. Ask your administrator for one."
    french = (
        "{name} vous connaît, mais vous n'avez pas encore de place ici. Demandez-la à votre "
        "administrateur."
    )


class ProfileIncomplete(ArgoError):
    """The provider told no e-mail address."""

    code = "profile_incomplete"
    kind = "refused"
    english = "{name} told no e-mail address of yours. Ask your administrator to have it sent."
    french = (
        "{name} n'a pas transmis votre adresse électronique. Demandez à votre administrateur "
        "de la faire transmettre."
    )


class AccountShut(ArgoError):
    """The account of a person who signs on is disabled."""

    code = "account_shut"
    kind = "refused"
    english = "Your account is disabled. Your administrator can say why."
    french = "Votre compte est désactivé. Votre administrateur peut dire pourquoi."


class LogoutRefused(ArgoError):
    """A logout token does not hold, or was used before."""

    code = "logout_refused"
    kind = "invalid"
    english = "This logout token does not hold; nobody was signed out."
    french = "Ce jeton de déconnexion n'est pas valable ; personne n'a été déconnecté."


class NotAdministrator(ArgoError):
    """Somebody who is no administrator asks for what only administrators do."""

    code = "not_administrator"
    kind = "refused"
    english = "Only an administrator may do this."
    french = "Seul un administrateur peut faire cela."


class FreshSignInNeeded(ArgoError):
    """A change that matters comes from a session that is older than half an hour."""

    code = "fresh_sign_in_needed"
    kind = "refused"
    english = "This change asks for a fresh sign-in: sign out, sign in again, and repeat it."
    french = (
        "Ce changement demande une connexion récente : déconnectez-vous, reconnectez-vous et "
        "recommencez."
    )


class PlatformOnly(ArgoError):
    """An institution's administrator would make or change a platform administrator."""

    code = "platform_only"
    kind = "refused"
    english = "Only a platform administrator may do this to a platform administrator."
    french = "Seul un administrateur de la plateforme peut faire cela à l'un d'eux."


class OwnAccount(ArgoError):
    """An administrator would change their own role or disable themselves."""

    code = "own_account"
    kind = "refused"
    english = "Nobody changes their own role or shuts themselves out: ask another administrator."
    french = (
        "Personne ne change son propre rôle ni ne s'exclut : demandez à un autre administrateur."
    )


class ChangedMeanwhile(ArgoError):
    """Another administrator changed the same thing since the asker looked."""

    code = "changed_meanwhile"
    kind = "invalid"
    english = "Somebody changed this meanwhile. Look at it again, then repeat your change."
    french = "Quelqu'un l'a modifié entre-temps. Regardez à nouveau, puis recommencez."


class UnitUnknown(ArgoError):
    """The institution has no such unit."""

    code = "unit_unknown"
    kind = "unknown"
    english = "There is no such unit."
    french = "Cette unité n'existe pas."


class SlugInvalid(ArgoError):
    """A short name holds other than small letters, digits and hyphens."""

    code = "slug_invalid"
    kind = "invalid"
    english = "A short name is 1 to 40 of a-z, 0-9 and hyphens, and begins with no hyphen."
    french = "Un nom court a 1 à 40 signes parmi a-z, 0-9 et le tiret, sans tiret au début."


class SlugTaken(ArgoError):
    """The short name stands for another already."""

    code = "slug_taken"
    kind = "invalid"
    english = "The short name {slug} is taken."
    french = "Le nom court {slug} est pris."
