"""What can be wrong with a request, always by the name of its field."""

from __future__ import annotations

import re
from typing import Self

from argo.errors import ArgoError

_SHOWN = re.compile(r"[^A-Za-z0-9_.$\[\]-]")


def shown(name: str) -> str:
    """Return a field's name fit to be said back: the caller wrote it, so it is cut and cleaned."""
    return _SHOWN.sub("?", name[:64]) or "?"


class FieldFault(ArgoError):
    """The request's field `param` is at fault; `reason` says in English what to change."""

    def named(self, param: str) -> Self:
        """Return the same fault of the field that the caller knows as `param`."""
        return type(self).at(param, str(self.facts["reason"]))

    @classmethod
    def at(cls, param: str, reason: str = "") -> Self:
        """Return the fault of the field at `param`, such as "tools[0].function.name"."""
        return cls(param=param, name=param, reason=reason)


class FieldUnknown(FieldFault):
    """The request has a field that OpenAI's API does not have, or that ARGO does not know."""

    code = "unknown_parameter"
    kind = "invalid"
    english = "'{name}' is not a field ARGO knows here. Leave it out and try again."
    french = "« {name} » n'est pas un champ qu'ARGO connaît ici. Retirez-le et réessayez."


class FieldRefused(FieldFault):
    """The request has a field, or a value of one, that ARGO does not offer on purpose."""

    code = "unsupported_parameter"
    kind = "invalid"
    english = "'{name}' is not available here: {reason}."
    french = "« {name} » n'est pas disponible ici. Retirez-le et réessayez."


class FieldUnfit(FieldFault):
    """A field has a value out of its range, or of the wrong kind."""

    code = "invalid_value"
    kind = "invalid"
    english = "'{name}' must be {reason}."
    french = "La valeur de « {name} » ne convient pas. Corrigez-la et réessayez."


class FieldMissing(FieldFault):
    """A field without which a question cannot be asked is absent."""

    code = "missing_required_parameter"
    kind = "invalid"
    english = "'{name}' is missing."
    french = "« {name} » manque."
