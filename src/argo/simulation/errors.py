"""What the simulated engine and the load generator cannot do."""

from __future__ import annotations

from argo.errors import ArgoError


class ProfileUnreadable(ArgoError):
    """The profile of `argo engine simulate` is neither a name it knows nor a sound TOML file."""

    code = "profile_unreadable"
    kind = "invalid"
    english = "The profile {name} cannot be used: {fault}."
    french = "Le profil {name} est inutilisable : {fault}."


class FaultsUnreadable(ArgoError):
    """The file of `--faults` is not TOML, or names a fault or a condition that does not exist."""

    code = "faults_unreadable"
    kind = "invalid"
    english = "The fault script {name} cannot be used: {fault}."
    french = "Le script de pannes {name} est inutilisable : {fault}."


class TargetUnusable(ArgoError):
    """The address of `argo loadtest` is not an http or https URL, or it shows no model."""

    code = "target_unusable"
    kind = "invalid"
    english = "The load test cannot use {url}: {fault}."
    french = "Le test de charge ne peut pas utiliser {url} : {fault}."
