"""The guide, for the page: a public text that anybody may read."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from argo.guide.service import pages


class GuidePageShown(BaseModel):
    """One page: `name` makes its address, `text` is Markdown with its title as first heading."""

    number: int
    name: str
    title: str
    text: str


class GuideShown(BaseModel):
    """All pages in one language, in reading order."""

    pages: list[GuidePageShown]


def routes() -> APIRouter:
    """Return the route of the guide; it asks nobody who they are."""
    router = APIRouter(prefix="/api/guide", tags=["guide"])

    @router.get("")
    async def guide(language: Literal["fr", "en"] = "en") -> GuideShown:
        """Show the guide."""
        return GuideShown(
            pages=[
                GuidePageShown(number=each.number, name=each.name, title=each.title, text=each.text)
                for each in pages(language)
            ]
        )

    return router
