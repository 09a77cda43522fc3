"""The application: addresses, headers, and how errors are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from anyio.to_thread import current_default_thread_limiter, run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resograph import __version__
from resograph.errors import ResographError, StoreError
from resograph.namespaces import BASE
from resograph.remote import RemoteReader
from resograph.serve import asking, caching, graph_store, observe, openapi, pages, protocol, search
from resograph.serve.evaluate import Busy, Evaluator, Lost, TookTooLong
from resograph.serve.forward import Forward
from resograph.serve.leaving import THREADS
from resograph.serve.problems import Problem
from resograph.serve.remembered import Remembered
from resograph.serve.site import Reader, Site
from resograph.serve.threads import Leads, Threads
from resograph.serve.workers import Limits, Workers
from resograph.serve.writes import Writer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EDITOR_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""The vendored editor sets styles in its elements; only its page allows that."""
HEADERS = {
    "Server": f"resograph/{__version__}",  # by which a resograph elsewhere knows it (``--store URL``)
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
}


class Headers:
    """The headers that every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        policy = EDITOR_POLICY if scope["path"] == "/sparql/editor" else POLICY

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = scope["state"].get("validators", {}) if message["status"] == 200 else {}
                more = {**HEADERS, "Content-Security-Policy": policy, **{k: v for k, v in kept.items() if k != "Vary"}}
                message["headers"] = [*message["headers"], *((k.lower().encode(), v.encode()) for k, v in more.items())]
            await send(message)

        await self.app(scope, receive, with_headers)


def application(
    reader: Reader,
    *,
    base: str | None = None,
    timeout: float = 30.0,
    slots: int = 4,
    body_limit: int = 1_000_000,
    evaluator: Evaluator | None = None,
    services: tuple[str, ...] = (),
    writer: Writer | None = None,
    token: str = "",
    own_default: bool = False,
    write_limit: int = 256_000_000,
) -> Starlette:
    """The web application over the store that *reader* leads to.

    *base* is that of the identifiers (by default the one of the store).  Queries are answered by *evaluator*: by default, worker
    processes over a store on disk, *slots* at once with *timeout* seconds each, and threads over a store in memory.  *services* are
    the other endpoints that a query may ask.
    With a *writer* whoever has the *token* may change the store, by documents of up to *write_limit* bytes.  Where a query names no
    graphs its default graph is the union of all, or (*own_default*) the graph without a name.
    """
    if writer is not None and not token:
        raise ValueError("a writer needs a token")
    found = base or getattr(reader, "base", "") or BASE
    evaluates = evaluator or evaluator_of(reader, Limits(seconds=timeout, slots=slots))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        yield
        await run_sync(evaluates.close)

    site = Site(
        reader,
        evaluates,
        found,
        body_limit,
        services,
        writer=writer,
        token=token,
        own_default=own_default,
        write_limit=write_limit,
    )
    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/sparql", protocol.endpoint, methods=list(protocol.METHODS)),
            Route("/sparql/", protocol.endpoint, methods=list(protocol.METHODS)),
            Route("/sparql/editor", pages.editor),
            Route("/graph-store", graph_store.endpoint, methods=list(graph_store.EVERY)),
            Route("/graph-store/{path:path}", graph_store.endpoint, methods=list(graph_store.EVERY)),
            Route("/.well-known/void", protocol.void),
            Route("/id/{key:path}", pages.identifier),
            Route("/vocabulary/actor", pages.actors),
            Route("/vocabulary/actor/", pages.moved),
            Route("/vocabulary/{concept:path}", pages.vocabulary),
            Route("/ontology", pages.ontology),
            Route("/ontology/", pages.moved),
            Route("/questions", asking.all_questions),
            Route("/questions/", pages.moved),
            Route("/questions/{name}", asking.question),
            Route("/search", search.results),
            Route("/openapi.json", openapi.openapi),
            Route("/api", openapi.api),
            Route("/health", observe.health),
            Route("/ready", observe.ready),
            Route("/metrics", observe.metrics),
            Mount("/static", caching.Static(directory=caching.HERE)),
        ],
        middleware=[Middleware(observe.Observed, site=site), Middleware(Headers)],
        exception_handlers={
            Problem: _problem,
            caching.NotModified: _not_modified,
            HTTPException: _http,
            ResographError: _resograph,
            RuntimeError: _damaged,
            TookTooLong: _unanswered,
            Busy: _unanswered,
            Lost: _unanswered,
        },
        lifespan=lifespan,
    )
    app.state.site, app.state.remembered = site, Remembered()
    return app


def evaluator_of(reader: Reader, limits: Limits) -> Evaluator:
    """Worker processes where *reader* has the folder of a store, threads for a store in memory; a store on a server is asked there."""
    if isinstance(reader, RemoteReader):
        return Forward(reader, seconds=limits.seconds, slots=limits.slots)
    folder = getattr(reader, "folder", None)
    return Workers(folder, limits) if isinstance(folder, Path) else Threads(cast(Leads, reader), seconds=limits.seconds)


def _not_modified(_: Request, error: Exception) -> Response:
    assert isinstance(error, caching.NotModified)
    return error.response()


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    if request.url.path.rstrip("/") != "/sparql" and not graph_store.is_here(request) and pages.wants_page(request):
        return pages.error_page(request, error)
    return error.response()


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    says = {404: "There is nothing at this address; start at /.", 405: "This address does not take that method; use GET."}
    detail = says.get(error.status_code, str(error.detail))
    if error.status_code == 405 and request.url.path.rstrip("/") == "/sparql":
        return _problem(request, Problem(405, protocol.RIGHT_METHOD, protocol.ALLOW))
    return _problem(request, Problem(error.status_code, detail, error.headers))


def _unanswered(request: Request, error: Exception) -> Response:
    """What the pages ask has the bounds of a query."""
    if isinstance(error, TookTooLong):
        return _problem(request, Problem(503, "This took longer than an answer may take; ask for less at once."))
    return _problem(request, Problem(503, protocol.BUSY if isinstance(error, Busy) else f"No answer: {error}.", protocol.RETRY))


def _damaged(request: Request, error: Exception) -> Response:
    """RocksDB finds a damaged file in the middle of an answer."""
    return _problem(request, protocol.failed(error))


def _resograph(request: Request, error: Exception) -> Response:
    status = 503 if isinstance(error, StoreError) else 500
    return _problem(request, Problem(status, str(error)))
