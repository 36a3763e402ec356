"""The one place where an error's kind becomes a status and a body: OpenAI's or the page's."""

from __future__ import annotations

import math

from argo.errors import ArgoError, Kind, Language

_STATUS: dict[Kind, int] = {
    "invalid": 400,
    "unknown": 404,
    "refused": 403,
    "exhausted": 429,
    "busy": 503,
    "unavailable": 503,
    "broken": 500,
}
_STATUS_OF_CODE = {
    "not_signed_in": 401,
    "invalid_api_key": 401,
    "method_not_allowed": 405,
    "changed_meanwhile": 409,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "headers_too_large": 431,
}
# The `type` and `code` of OpenAI's error bodies (platform.openai.com, "Error codes").
_TYPE: dict[Kind, str] = {
    "invalid": "invalid_request_error",
    "unknown": "invalid_request_error",
    "refused": "permission_error",
    "exhausted": "rate_limit_error",
    "busy": "server_error",
    "unavailable": "server_error",
    "broken": "server_error",
}
_CODE = {
    "quota_exhausted": "rate_limit_exceeded",
    "shared_quota_exhausted": "rate_limit_exceeded",
    "shared_too_many_at_once": "too_many_at_once",
    "shared_tokens_exhausted": "tokens_exhausted",
    "model_not_of_key": "model_not_found",
}


class RequestInvalid(ArgoError):
    """A request's field is missing, of the wrong kind or out of range."""

    code = "request_invalid"
    kind = "invalid"
    english = "The field {field} is not right: {fault}."
    french = "Le champ {field} ne convient pas : {fault}."


class BodyInvalid(ArgoError):
    """A request's body is not one JSON object within the limits."""

    code = "body_invalid"
    kind = "invalid"
    english = "The body must be one JSON object, but {fault}."
    french = "Le corps doit être un seul objet JSON, mais {fault_fr}."


class BodyTooLarge(ArgoError):
    """A request's body is larger than `[server] max_body_bytes`."""

    code = "body_too_large"
    kind = "invalid"
    english = "This request is larger than the {limit} bytes allowed. Send less at once."
    french = "Cette demande dépasse les {limit} octets permis. Envoyez-en moins à la fois."


class MediaTypeUnsupported(ArgoError):
    """A body came without `content-type: application/json`."""

    code = "unsupported_media_type"
    kind = "invalid"
    english = "Send the body as JSON, with the header content-type: application/json."
    french = "Envoyez le corps en JSON, avec l'en-tête content-type: application/json."


class FormInvalid(ArgoError):
    """A body that shall be a form with a file (`multipart/form-data`), and is none."""

    code = "form_invalid"
    kind = "invalid"
    english = "The body must be a whole multipart/form-data form, its fields before its file."
    french = "Le corps doit être un formulaire multipart/form-data complet, le fichier en dernier."


class HeadersTooLarge(ArgoError):
    """A request carried more than 32 KiB of headers."""

    code = "headers_too_large"
    kind = "invalid"
    english = "This request carries too many headers. Clear this site's cookies and try again."
    french = "Cette demande porte trop d'en-têtes. Effacez les cookies de ce site et réessayez."


class RouteUnknown(ArgoError):
    """There is nothing at this address."""

    code = "route_unknown"
    kind = "unknown"
    english = "There is nothing at this address."
    french = "Il n'y a rien à cette adresse."


class MethodNotAllowed(ArgoError):
    """The address exists, for another method; the fact `allowed` names those it takes."""

    code = "method_not_allowed"
    kind = "invalid"
    english = "This address does not take this method."
    french = "Cette adresse n'accepte pas cette méthode."


class NetworkRefused(ArgoError):
    """The caller's address lies outside `[server] allowed_networks`, or hides behind a header."""

    code = "network_refused"
    kind = "refused"
    english = "ARGO is open from the institute's network only. Connect to the site or its VPN."
    french = (
        "ARGO n'est ouvert que depuis le réseau de l'institut. Connectez-vous au site ou à son VPN."
    )


class Unexpected(ArgoError):
    """Something broke inside ARGO; the log names where, under the request's id."""

    code = "unexpected"
    kind = "broken"
    english = (
        "Something went wrong inside ARGO. Try again; if it stays, give your administrator this "
        "number: {request_id}."
    )
    french = (
        "Quelque chose s'est mal passé dans ARGO. Réessayez ; si cela dure, donnez ce numéro à "
        "votre administrateur : {request_id}."
    )


def status(error: ArgoError) -> int:
    """Return the HTTP status of `error`."""
    return _STATUS_OF_CODE.get(error.code, _STATUS[error.kind])


def headers(error: ArgoError) -> dict[str, str]:
    """Return what goes with `error` (RFC 9110): `retry-after` in whole seconds, or `allow`."""
    allowed = error.facts.get("allowed")
    if isinstance(allowed, tuple):
        return {"allow": ", ".join(allowed)}
    if status(error) not in (429, 503):
        return {}
    return {"retry-after": str(max(1, math.ceil(error.retry_after or 1)))}


def openai_body(error: ArgoError) -> dict[str, object]:
    """Return OpenAI's error body; its text is English."""
    type_ = "authentication_error" if status(error) == 401 else _TYPE[error.kind]
    return {
        "error": {
            "message": error.text("en"),
            "type": type_,
            "param": error.param,
            "code": _CODE.get(error.code, error.code),
        }
    }


def anthropic_body(error: ArgoError, request_id: str) -> dict[str, object]:
    """Return Anthropic's error body (docs.anthropic.com, "Errors"); its text is English."""
    kind = {
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        500: "api_error",
        503: "overloaded_error",
    }.get(status(error), "invalid_request_error")
    return {
        "type": "error",
        "error": {"type": kind, "message": error.text("en")},
        "request_id": request_id,
    }


def page_body(error: ArgoError, language: Language, request_id: str) -> dict[str, object]:
    """Return the page's error body, in the reader's language."""
    return {
        "error": {
            "code": error.code,
            "message": error.text(language),
            "param": error.param,
            "request_id": request_id,
            "retry_after": error.retry_after,
        }
    }


def language_of(accept_language: str) -> Language:
    """Return "fr" or "en", whichever the header (RFC 9110, 12.5.4) names with more weight."""
    best: tuple[float, Language] = (0.0, "en")
    for part in accept_language.split(","):
        name, _, weight = part.strip().partition(";q=")
        short = name.strip().lower()[:2]
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            continue
        if short in ("fr", "en") and value > best[0]:
            best = (value, "fr" if short == "fr" else "en")
    return best[1]
