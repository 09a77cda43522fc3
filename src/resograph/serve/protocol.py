"""``/sparql``: the query operation of the SPARQL 1.1 Protocol, read-only, and the service description.

A request becomes an ``Asked`` (pure reading), that becomes a checked ``Query``, the evaluator answers it in chunks.
"""

from __future__ import annotations

import codecs
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pyoxigraph as ox
from anyio import WouldBlock
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from resograph import safety
from resograph.dataset import Dataset
from resograph.errors import QueryError
from resograph.serve import description, negotiate, pages
from resograph.serve.evaluate import Answer, Busy, Evaluator, Query, TookTooLong, Unacceptable
from resograph.serve.forward import Forward
from resograph.serve.negotiate import Choice, Format
from resograph.serve.problems import Problem
from resograph.serve.site import Site

_log = logging.getLogger("resograph.serve")

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
ALLOW = {"Allow": ", ".join(METHODS)}
READ_ONLY = "This endpoint only reads: send a query (SELECT, ASK, CONSTRUCT, DESCRIBE), not an update."
BUSY = "Other queries are using the server; try again shortly."
RETRY = {"Retry-After": "5"}
SHOWN_ROWS = 500
SHOWN_LINES = 2000
PREFLIGHT = {
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
    **ALLOW,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: the query (None: none given), its dataset, and the form by name."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None


def parameters(text: str) -> list[tuple[str, str]]:
    """URL-encoded *text* as pairs; ``Problem`` where its bytes are no UTF-8."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise Problem(400, "The parameters are not UTF-8; percent-encode the UTF-8 bytes of each character.") from error


def asked(pairs: list[tuple[str, str]], query: str | None = None) -> Asked:
    """The request that *pairs* of parameters make; *query* is that of the body of a direct POST."""

    def values(name: str) -> list[str]:
        return [value for key, value in pairs if key == name]

    if values("update"):
        raise Problem(403, READ_ONLY)
    queries = values("query") + ([query] if query is not None else [])
    formats = [name for name in values("format") if name]
    if len(queries) > 1:
        raise Problem(400, "More than one query; send exactly one 'query'.")
    if formats and not negotiate.known(formats[0]):
        raise Problem(400, f"format={formats[0][:40]} is unknown; use one of {_names(negotiate.RESULTS + negotiate.GRAPHS)}.")
    graphs = tuple(values("default-graph-uri")), tuple(values("named-graph-uri"))
    return Asked(queries[0] if queries else None, *graphs, formats[0] if formats else None)


async def read(request: Request, limit: int) -> Asked:
    """What *request* asks; ``Problem`` 400, 403, 413 or 415 where it is no query operation."""
    in_address = parameters(request.scope["query_string"].decode("latin-1"))
    if request.method != "POST":
        if any(name == "update" for name, _ in in_address):
            raise Problem(400, f"An update never travels by GET. {READ_ONLY}")
        return asked(in_address)
    media_type, _, rest = request.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    if media_type == UPDATE:
        raise Problem(403, READ_ONLY)
    if media_type not in (FORM, DIRECT):
        raise Problem(415, f"POST a form ({FORM}) with 'query', or the query itself as {DIRECT}.", {"Accept-Post": f"{FORM}, {DIRECT}"})
    if not _is_utf8(rest):
        raise Problem(415, "Only UTF-8 is read; send the body in UTF-8.")
    try:
        body = (await _body(request, limit)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "The body is not UTF-8; send it in UTF-8.") from error
    if media_type == DIRECT:
        return asked(in_address, body)
    found = asked(in_address + parameters(body))
    if found.query is None:
        raise Problem(400, "The form has no 'query'; send query=SELECT...")
    return found


def _is_utf8(rest: str) -> bool:
    for parameter in rest.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            try:
                return codecs.lookup(value.strip().strip("\"'")).name in ("utf-8", "ascii")
            except LookupError:
                return False
    return True


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Problem(413, f"The request is larger than {limit:,} bytes; send a shorter query.", {"Connection": "close"})
    return bytes(body)


def _names(formats: tuple[Format, ...]) -> str:
    return ", ".join(dict.fromkeys(form.name for form in formats))


def _types(formats: tuple[Format, ...]) -> str:
    return ", ".join(dict.fromkeys(form.media_types[0] for form in formats))


# --- from a request to a query --------------------------------------------------------------------------------------


def checked(found: Asked, store: Dataset, accept: str | None, base: str) -> tuple[Query, Choice]:
    """The query to evaluate and the form that the client gets it in; ``Problem`` where it may not run."""
    text = found.query or ""

    def holds(graph: str) -> bool:
        try:
            return bool(store.contains_named_graph(ox.NamedNode(graph)))
        except ValueError:
            return False

    for graph in (*found.default_graphs, *found.named_graphs):  # one that the store does not hold is empty: nothing is fetched
        if not _is_iri(graph):
            raise Problem(400, f"{graph[:200]!r} names no graph; give the whole IRI of a graph.")
    try:
        form, own_dataset = safety.check(text, holds)
    except QueryError as error:
        raise Problem(400, str(error)) from error
    offers = negotiate.RESULTS if form in ("SELECT", "ASK") else negotiate.GRAPHS
    choice = negotiate.choose(accept, offers, found.format)
    if choice is None:
        wanted = f"format={found.format}" if found.format else "what Accept names"
        raise Problem(406, f"{form} cannot be answered in {wanted}; ask for {_types(offers)}.", {"Vary": "Accept"})
    written = choice
    if choice[0] is negotiate.HTML:  # the page reads a plain form, cut to what a person reads
        plain = negotiate.TSV if offers is negotiate.RESULTS else negotiate.TURTLE
        written = (plain, plain.media_types[0])
    rows, triples = (written, None) if offers is negotiate.RESULTS else (None, written)
    dataset = found.default_graphs or found.named_graphs
    query = Query(
        text=text,
        rows=rows,
        triples=triples,
        default_graphs=found.default_graphs if dataset else None,
        named_graphs=found.named_graphs if dataset else None,
        own_dataset=own_dataset,
        base=base,
    )
    return query, choice


def _is_iri(text: str) -> bool:
    try:
        return bool(ox.NamedNode(text))
    except ValueError:
        return False


def evaluated(evaluator: Evaluator | Forward, store: Any, query: Query) -> Answer:
    """The answer to *query*; ``Problem`` 400, 406, 500 or 503 where there is none."""
    try:
        return evaluator.evaluate(query) if isinstance(evaluator, Forward) else evaluator.evaluate(store, query)
    except QueryError as error:
        raise Problem(400, str(error)) from error
    except Unacceptable as error:
        raise Problem(406, f"The answer is {error}; ask for another form.", {"Vary": "Accept"}) from error
    except TookTooLong as error:
        raise Problem(503, f"No answer within {evaluator.seconds:g} seconds; narrow the query, or add LIMIT.") from error
    except Busy as error:
        raise Problem(503, BUSY, RETRY) from error
    except ValueError as error:
        raise Problem(400, f"The query cannot be evaluated: {_line(error)}") from error
    except (RuntimeError, OSError) as error:
        if str(error).startswith("The custom function"):  # the one thing that is the query's fault
            raise Problem(400, f"The query cannot be evaluated: {_line(error)}") from error
        raise failed(error) from error


def failed(error: Exception) -> Problem:
    """The engine failed, most likely over its files: the log is told what it says, the client that it is not the query."""
    _log.error("the engine failed: %s", _line(error))
    return Problem(500, "The store could not be read. Its keeper can write it anew with 'resograph build --rebuild'.")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


# --- the endpoint ---------------------------------------------------------------------------------------------------


async def endpoint(request: Request) -> Response:
    """GET, HEAD, POST and OPTIONS of /sparql."""
    site: Site = request.app.state.site
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT)
    if request.method not in METHODS:
        raise Problem(405, "Use GET or POST with a query.", ALLOW)
    found = await read(request, site.body_limit)
    accept = request.headers.get("accept")
    if found.query is None:
        return await run_sync(_describe, request, site, found, accept)
    try:
        if len(found.query.encode()) > site.body_limit:
            raise Problem(413, f"The query is larger than {site.body_limit:,} bytes; send a shorter one.")
        with _place(site):
            answer, choice = await run_sync(_ask, site, found, accept, _address(request), limiter=site.waiting)
    except Problem as problem:
        chosen = negotiate.choose(accept, negotiate.RESULTS, found.format)
        if chosen and chosen[0] is negotiate.HTML:
            return pages.query_page(request, found.query, problem=problem)
        raise
    if choice[0] is negotiate.HTML:
        return await run_sync(_result_page, request, found.query, answer)
    return respond(answer, request.method)


@contextmanager
def _place(site: Site) -> Iterator[None]:
    """One of the places for queries; ``Problem`` 503 at once when all are taken."""
    place = object()
    try:
        site.places.acquire_on_behalf_of_nowait(place)
    except WouldBlock:
        raise Problem(503, BUSY, RETRY) from None
    try:
        yield
    finally:
        site.places.release_on_behalf_of(place)


def _address(request: Request) -> str:
    """The address of the endpoint, as the client sees it."""
    return str(request.url.replace(query=""))


def _ask(site: Site, found: Asked, accept: str | None, address: str) -> tuple[Answer, Choice]:
    store = site.store
    try:
        query, choice = checked(found, store, accept, address)
    except (RuntimeError, OSError) as error:
        raise failed(error) from error
    return evaluated(site.evaluator, store, query), choice


def respond(answer: Answer, method: str) -> Response:
    """*answer* as a response: with its length when it is short, else in chunks as they come."""
    headers = {"Content-Type": negotiate.content_type(answer.media_type), "Vary": "Accept"}
    if answer.rest is None:
        return Response(answer.head, headers=headers)
    if method == "HEAD":
        answer.close()
        return Response(headers=headers)
    return StreamingResponse(_stream(answer), headers=headers)


async def _stream(answer: Answer) -> AsyncIterator[bytes]:
    try:
        yield answer.head
        while answer.rest and (chunk := await run_sync(answer.rest.next, abandon_on_cancel=True)):
            yield chunk
    finally:
        answer.close()


def _describe(request: Request, site: Site, found: Asked, accept: str | None) -> Response:
    """The answer without a query: the service description, a page for a browser."""
    if found.default_graphs or found.named_graphs:
        raise Problem(400, "A dataset without a query; add 'query'.")
    choice = negotiate.choose(accept, description.OFFERS, found.format)
    if choice is None:
        raise Problem(406, f"The service description comes in {_types(description.OFFERS)}.", {"Vary": "Accept"})
    if choice[0] is negotiate.HTML:
        return pages.query_page(request)
    body = description.serialise(description.service(site.store, _address(request)), choice[0])
    return Response(body, headers={"Content-Type": negotiate.content_type(choice[1]), "Vary": "Accept"})


def _result_page(request: Request, text: str, answer: Answer) -> Response:
    """The first rows of *answer* as a page."""
    lines = SHOWN_LINES if answer.is_graph else SHOWN_ROWS + 1
    shown, cut = bytearray(), False
    for chunk in answer.chunks():
        shown += chunk
        if shown.count(b"\n") > lines:
            cut = True
            break
    answer.close()
    kept = bytes(shown)
    if cut:
        kept = b"\n".join(kept.split(b"\n")[:lines]) + b"\n"
    return pages.query_page(request, text, answer=kept, is_graph=answer.is_graph, cut=cut)
