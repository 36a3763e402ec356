"""Reads documents without walls and prints which modules Python loaded only then.

Run by `test_walls.py` as a program: pairs of content and name come pickled on standard input.
"""

from __future__ import annotations

import json
import pickle
import sys

from argo.errors import ArgoError
from argo.extraction.reading import reader
from argo.extraction.sandbox import nursery, preload
from argo.extraction.types import ExtractionSettings


def main() -> None:
    documents = pickle.load(sys.stdin.buffer)
    assert nursery
    preload.load_all()
    limits = ExtractionSettings(max_unpacked_bytes=8 * 1024 * 1024, max_pages=50)
    before = set(sys.modules)
    for content, name, password in documents:
        try:
            reader.read(content, name, password, limits)
        except ArgoError:
            continue
    print(json.dumps(sorted(set(sys.modules) - before)))


main()
