"""Files over HTTP: how they are handed over, and the key that verifies them."""

from urllib.parse import quote

from fastapi import Response

from argo.export.types import Exported


def attachment(exported: Exported) -> Response:
    """Return a file as a download under its own name."""
    named = f"attachment; filename*=UTF-8''{quote(exported.name)}"
    headers = {"content-disposition": named, "x-argo-ai-generated": "true"}
    return Response(exported.content, media_type=exported.media_type, headers=headers)
