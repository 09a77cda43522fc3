"""The application: addresses, headers, and how errors are told."""

from __future__ import annotations

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resograph.errors import ResographError, StoreError
from resograph.namespaces import BASE
from resograph.serve import pages, protocol
from resograph.serve.evaluate import Evaluator
from resograph.serve.forward import Forward
from resograph.serve.problems import Problem
from resograph.serve.site import HERE, Reader, Site

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EDITOR_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""The vendored editor sets styles in its elements; only its page allows that."""
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Access-Control-Allow-Origin": "*"}


class Headers:
    """The headers that every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        policy = EDITOR_POLICY if scope["path"] == "/sparql/editor" else POLICY

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = {**HEADERS, "Content-Security-Policy": policy}
                message["headers"] = [*message["headers"], *((k.lower().encode(), v.encode()) for k, v in more.items())]
            await send(message)

        await self.app(scope, receive, with_headers)


def application(
    reader: Reader,
    *,
    base: str | None = None,
    timeout: float = 30.0,
    slots: int = 8,
    body_limit: int = 1_000_000,
    evaluator: Forward | None = None,
) -> Starlette:
    """The web application over the store that *reader* leads to.

    *base* is that of the identifiers (by default the one of the store); a query has *timeout* seconds and one of *slots*.
    """
    found = base or getattr(reader, "base", "") or BASE
    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/sparql", protocol.endpoint, methods=list(protocol.METHODS)),
            Route("/sparql/", protocol.endpoint, methods=list(protocol.METHODS)),
            Route("/sparql/editor", pages.editor),
            Route("/id/{key:path}", pages.identifier),
            Route("/vocabulary/actor", pages.actors),
            Route("/vocabulary/actor/", pages.moved),
            Route("/vocabulary/{concept:path}", pages.vocabulary),
            Route("/ontology", pages.ontology),
            Route("/ontology/", pages.moved),
            Route("/questions", pages.all_questions),
            Route("/questions/", pages.moved),
            Route("/questions/{name}", pages.question),
            Route("/health", pages.health),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(Headers)],
        exception_handlers={Problem: _problem, HTTPException: _http, ResographError: _resograph, RuntimeError: _damaged},
    )
    app.state.site = Site(reader, evaluator or Evaluator(seconds=timeout, slots=slots), CapacityLimiter(slots + 4), found, body_limit)
    return app


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    if request.url.path.rstrip("/") != "/sparql" and pages.wants_page(request):
        return pages.error_page(request, error)
    return error.response()


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    says = {404: "There is nothing at this address; start at /.", 405: "This address does not take that method; use GET."}
    detail = says.get(error.status_code, str(error.detail))
    if error.status_code == 405 and request.url.path.rstrip("/") == "/sparql":
        return _problem(request, Problem(405, "Use GET or POST with a query.", protocol.ALLOW))
    return _problem(request, Problem(error.status_code, detail, error.headers))


def _damaged(request: Request, error: Exception) -> Response:
    """RocksDB finds a damaged file in the middle of an answer."""
    return _problem(request, protocol.failed(error))


def _resograph(request: Request, error: Exception) -> Response:
    status = 503 if isinstance(error, StoreError) else 500
    return _problem(request, Problem(status, str(error)))
