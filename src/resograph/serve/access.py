"""Who may write: the bearer of the token (RFC 6750), when the server was started with ``--writable``."""

from __future__ import annotations

import hmac

from starlette.requests import Request

from resograph.serve.problems import Problem
from resograph.serve.site import Site

READ_ONLY = "This server only reads; it would have to be started with --writable."
_CHALLENGE = 'Bearer realm="resograph"'


def authorise(request: Request, *, read_only: int = 403) -> None:
    """Let *request* write; ``Problem`` *read_only* where nobody may, 401 where the token is missing or wrong."""
    site: Site = request.app.state.site
    if site.writer is None or not site.token:
        raise Problem(read_only, READ_ONLY)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise Problem(401, "Writing takes the token of the server: Authorization: Bearer TOKEN.", {"WWW-Authenticate": _CHALLENGE})
    if not hmac.compare_digest(given.strip().encode("latin-1"), site.token.encode()):
        raise Problem(401, "The token is not that of the server.", {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'})
