"""What projects refuse."""

from __future__ import annotations

from argo.errors import ArgoError


class ProjectUnknown(ArgoError):
    """No such project of this person, or it was deleted."""

    code = "project_unknown"
    kind = "unknown"
    english = "There is no such project, or it was deleted."
    french = "Ce projet n'existe pas, ou il a été supprimé."


class ProjectIdTaken(ArgoError):
    """An id made by the page was used before, for another project."""

    code = "project_id_taken"
    kind = "invalid"
    english = "This id was used for another project. Reload the page and try again."
    french = "Cet identifiant a déjà servi pour un autre projet. Rechargez la page et réessayez."


class TooManyProjects(ArgoError):
    """A person has as many projects as one may."""

    code = "too_many_projects"
    kind = "invalid"
    english = "You have {most} projects, as many as one may. Delete one you no longer need."
    french = "Vous avez {most} projets, le maximum. Supprimez-en un qui ne vous sert plus."
