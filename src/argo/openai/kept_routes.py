"""The routes of what programs keep: files, vector stores, and what is in them."""

from __future__ import annotations

from fastapi import APIRouter

from argo.accounts.guards import Guard
from argo.openai import file_routes, vector_file_routes, vector_store_routes
from argo.openai.types import Keeps


def routes(keeps: Keeps, guard: Guard) -> tuple[APIRouter, ...]:
    """Return the routes of files and vector stores; each is its owner's alone."""
    return (
        file_routes.routes(keeps.documents, guard),
        vector_store_routes.routes(keeps, guard),
        vector_file_routes.routes(keeps, guard),
    )
