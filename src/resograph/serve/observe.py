"""What those who run the server see."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response

from resograph import __version__
from resograph.serve import lookups
from resograph.serve.site import Site


def health(_: Request) -> Response:
    """/health: the process is alive."""
    return _status("ok")


def ready(request: Request) -> Response:
    """/ready: the store can be opened and a query is answered; an error of the server where not."""
    site: Site = request.app.state.site
    site.ask(lookups.answers)
    return _status("ready")


def _status(word: str) -> Response:
    return Response(json.dumps({"status": word, "version": __version__}) + "\n", media_type="application/json")


def metrics(request: Request) -> Response:
    return Response()
