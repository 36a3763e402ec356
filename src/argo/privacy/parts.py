"""Privacy's own parts, made from the subjects they ask."""

from __future__ import annotations

from dataclasses import dataclass

from argo.privacy.jobs import Erasing
from argo.privacy.restoring import Restoring
from argo.privacy.service import MyData
from argo.privacy.subjects import Subjects
from argo.storage.jobs import Runner


@dataclass(frozen=True)
class Privacy:
    """What people may do with their data, and what holds backups to it."""

    my_data: MyData
    restoring: Restoring

    @classmethod
    def of(cls, subjects: Subjects, runner: Runner) -> Privacy:
        """Build privacy over `subjects`; `runner` does what outlives a request."""
        Erasing(subjects).does(runner)
        return cls(MyData(subjects), Restoring(subjects))
