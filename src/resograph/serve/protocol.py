"""``/sparql``: the SPARQL 1.1 Protocol (query and update operations), and the service description.

A request becomes an ``Asked`` (pure reading).  A query in it becomes a checked ``Query``, which the evaluator answers in chunks;
an update becomes a change, which the writer makes whole or not at all.
"""

from __future__ import annotations

import codecs
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

import pyoxigraph as ox
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from resograph import safety
from resograph.errors import QueryError, RefusedError, StoreError
from resograph.serve import access, negotiate, pages, service, writes
from resograph.serve.counts import UNCOUNTED, Counts
from resograph.serve.evaluate import Answer, Busy, Cut, Lost, Query, TookTooLong, Unacceptable
from resograph.serve.leaving import in_thread, leaving
from resograph.serve.negotiate import Choice, Format
from resograph.serve.problems import Problem
from resograph.serve.site import LONG, Site
from resograph.serve.workers import Workers
from resograph.updates import UNSPECIFIED, Using

_log = logging.getLogger("resograph.serve")

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
ALLOW = {"Allow": ", ".join(METHODS)}
RIGHT_METHOD = "Use GET or POST with a query, or POST with an update."
BUSY = "Other queries are using the server; try again shortly."
RETRY = {"Retry-After": "5"}
SHOWN_ROWS = 500
SHOWN_LINES = 2000
PREFLIGHT = {
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type",
    "Access-Control-Max-Age": "86400",
    **ALLOW,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: a query or an update (None: none given), its dataset, and the form of the answer by name."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    update: str | None = None
    using: Using = UNSPECIFIED


def parameters(text: str) -> list[tuple[str, str]]:
    """URL-encoded *text* as pairs; ``Problem`` where its bytes are no UTF-8."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise Problem(400, "The parameters are not UTF-8; percent-encode the UTF-8 bytes of each character.") from error


def asked(pairs: list[tuple[str, str]], query: str | None = None, update: str | None = None) -> Asked:
    """The request that *pairs* of parameters make; *query* or *update* is that of the body of a direct POST."""

    def values(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in pairs if key == name)

    queries = values("query") + ((query,) if query is not None else ())
    updates = values("update") + ((update,) if update is not None else ())
    formats = [name for name in values("format") if name]
    graphs = values("default-graph-uri"), values("named-graph-uri")
    using = Using(values("using-graph-uri"), values("using-named-graph-uri"))
    if len(queries) + len(updates) > 1:
        raise Problem(400, "More than one query or update; send exactly one 'query' or one 'update'.")
    if formats and not negotiate.known(formats[0]):
        raise Problem(400, f"format={formats[0][:40]} is unknown; use one of {_names(negotiate.RESULTS + negotiate.GRAPHS)}.")
    if updates and any(graphs):
        raise Problem(400, "An update takes its dataset by using-graph-uri and using-named-graph-uri.")
    if using and not updates:
        raise Problem(400, "A query takes its dataset by default-graph-uri and named-graph-uri.")
    for graph in (
        *graphs[0],
        *graphs[1],
        *using.graphs,
        *using.named_graphs,
    ):  # one that the store does not hold is empty: nothing is fetched
        if not is_iri(graph):
            raise Problem(400, f"{graph[:200]!r} names no graph; give the whole IRI of a graph.")
    return Asked(
        query=queries[0] if queries else None,
        default_graphs=graphs[0],
        named_graphs=graphs[1],
        format=formats[0] if formats else None,
        update=updates[0] if updates else None,
        using=using,
    )


async def read(request: Request, limit: int) -> Asked:
    """What *request* asks; ``Problem`` 400, 401, 403, 413 or 415 where it is neither query nor update operation."""
    in_address = parameters(request.scope["query_string"].decode("latin-1"))
    if request.method != "POST":
        if any(name == "update" for name, _ in in_address):
            raise Problem(400, "An update never travels by GET; POST it.")
        return asked(in_address)
    media_type, _, rest = request.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    if media_type == UPDATE:
        access.authorise(request)  # before the body is read
    if media_type not in (FORM, DIRECT, UPDATE):
        says = f"POST a form ({FORM}) with 'query' or 'update', the query itself as {DIRECT}, or the update itself as {UPDATE}."
        raise Problem(415, says, {"Accept-Post": f"{FORM}, {DIRECT}, {UPDATE}"})
    if not is_utf8(rest):
        raise Problem(415, "Only UTF-8 is read; send the body in UTF-8.")
    try:
        body = (await _body(request, limit)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "The body is not UTF-8; send it in UTF-8.") from error
    if media_type == DIRECT:
        return asked(in_address, query=body)
    if media_type == UPDATE:
        return asked(in_address, update=body)
    found = asked(in_address + parameters(body))
    if found.update is not None:
        access.authorise(request)
    elif found.query is None:
        raise Problem(400, "The form has neither 'query' nor 'update'; send query=SELECT...")
    return found


def is_utf8(rest: str) -> bool:
    """Whether the parameters of a Content-Type allow the body to be UTF-8."""
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


def checked(found: Asked, site: Site, accept: str | None, base: str) -> tuple[Query, Choice]:
    """The query to evaluate and the form that the client gets it in; ``Problem`` where it may not run."""
    text = found.query or ""
    try:
        form, own_dataset = site.check(text)
    except RefusedError as error:
        raise Problem(403 if safety.is_query(text) else 400, str(error)) from error
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
        own_dataset=own_dataset or site.own_default,
        base=base,
    )
    return query, choice


def is_iri(text: str) -> bool:
    """Whether *text* is a whole IRI."""
    try:
        return bool(ox.NamedNode(text))
    except ValueError:
        return False


@contextmanager
def told(seconds: float) -> Iterator[None]:
    """What an evaluator raises becomes a ``Problem``: 400, 406, 500 or 503."""
    try:
        yield
    except QueryError as error:
        raise Problem(400, str(error)) from error
    except Unacceptable as error:
        raise Problem(406, f"The answer is {error}; ask for another form.", {"Vary": "Accept"}) from error
    except TookTooLong as error:
        raise Problem(503, f"No answer within {seconds:g} seconds; narrow the query, or add LIMIT.") from error
    except Busy as error:
        raise Problem(503, BUSY, RETRY) from error
    except Lost as error:
        raise Problem(503, f"No answer: {error}.", RETRY) from error
    except ValueError as error:
        raise Problem(400, f"The query cannot be evaluated: {_line(error)}") from error
    except (RuntimeError, OSError) as error:
        if str(error).startswith("The custom function"):  # the one thing that is the query's fault
            raise Problem(400, f"The query cannot be evaluated: {_line(error)}") from error
        raise failed(error) from error


async def made(site: Site, change: writes.Change) -> writes.Outcome:
    """*change* made in the store; ``Problem`` 400, 403, 409 or 503 where it was not."""
    assert site.writer is not None
    try:
        return await run_sync(site.writer.write, change, limiter=site.writing)
    except RefusedError as error:
        raise Problem(403, str(error)) from error
    except writes.ConflictError as error:
        raise Problem(409, str(error)) from error
    except QueryError as error:
        raise Problem(400, str(error)) from error
    except TookTooLong as error:
        raise Problem(503, "The write took too long and was stopped; nothing of it was kept. Send it in parts.") from error
    except Busy as error:
        raise Problem(503, "Other writes are waiting; try again shortly.", RETRY) from error
    except StoreError as error:
        raise Problem(503, str(error), RETRY) from error


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
        raise Problem(405, RIGHT_METHOD, ALLOW)
    found = await read(request, site.body_limit)
    accept = request.headers.get("accept")
    if found.update is not None:
        await made(site, writes.Update(found.update, found.using, _address(request)))
        return Response(status_code=204)
    if found.query is None:
        return await run_sync(_describe, request, site, found, accept)
    try:
        if len(found.query.encode()) > site.body_limit:
            raise Problem(413, f"The query is larger than {site.body_limit:,} bytes; send a shorter one.")
        answer, choice = await _answered(request, site, found, accept)
    except Problem as problem:
        chosen = negotiate.choose(accept, negotiate.RESULTS, found.format)
        if chosen and chosen[0] is negotiate.HTML:
            return pages.query_page(request, found.query, problem=problem)
        raise
    if choice[0] is negotiate.HTML:
        return await run_sync(_result_page, request, found.query, answer)
    return respond(answer, request.method)


def _address(request: Request) -> str:
    """The address of the endpoint, as the client sees it."""
    host = request.headers.get("host")
    return f"{request.scope['scheme']}://{host}{request.scope['path']}" if host else str(request.url).partition("?")[0]


async def _answered(request: Request, site: Site, found: Asked, accept: str | None) -> tuple[Answer, Choice]:
    """The answer to the query that *found* has, and its form; a short query goes to a worker without a thread."""
    address, evaluator = _address(request), site.evaluator
    async with leaving(request):
        if not isinstance(evaluator, Workers) or len(found.query or "") >= LONG:
            return await in_thread(_ask, site, found, accept, address)
        with told(evaluator.seconds):
            query, choice = checked(found, site, accept, address)
            return await evaluator.evaluate_in_loop(query), choice


def _ask(site: Site, found: Asked, accept: str | None, address: str) -> tuple[Answer, Choice]:
    with told(site.evaluator.seconds):
        query, choice = checked(found, site, accept, address)
    return evaluated(site, query), choice


def evaluated(site: Site, query: Query) -> Answer:
    """The answer to *query*; ``Problem`` 400, 406, 500 or 503 where there is none."""
    with told(site.evaluator.seconds):
        return site.evaluator.evaluate(query)


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
    choice = negotiate.choose(accept, (*service.OFFERS, negotiate.HTML), found.format)
    if choice is not None and choice[0] is negotiate.HTML:
        return pages.query_page(request)
    return _description(site, choice, _address(request), UNCOUNTED)


async def void(request: Request) -> Response:
    """``/.well-known/void``: the service description with all that can be counted of the dataset."""
    site: Site = request.app.state.site
    choice = negotiate.choose(request.headers.get("accept"), service.OFFERS, request.query_params.get("format"))
    return await run_sync(_void, site, choice, str(request.url.replace(path="/sparql", query="")), limiter=site.counting)


def _void(site: Site, choice: Choice | None, address: str) -> Response:
    counts = site.counter.counts(str(getattr(site.reader, "generation", "")), partial(_rows, site)) if choice else UNCOUNTED
    return _description(site, choice, address, counts)


def _description(site: Site, choice: Choice | None, address: str, counts: Counts) -> Response:
    if choice is None:
        raise Problem(406, f"The description comes in {_types(service.OFFERS)}.", {"Vary": "Accept"})
    triples = service.described(
        address,
        graphs=[graph.value for graph in site.store.named_graphs() if isinstance(graph, ox.NamedNode)],
        counts=counts,
        base=site.base,
        writable=site.writer is not None,
        own_default=site.own_default,
    )
    body = ox.serialize(triples, None, choice[0].writer, prefixes=service.PREFIXES) or b""  # type: ignore[arg-type]
    return Response(body, headers={"Content-Type": negotiate.content_type(choice[1]), "Vary": "Accept"})


def _rows(site: Site, text: str, stored: bool) -> list[list[str]] | None:
    """The rows of a query of ours, over the union of all graphs or (*stored*) the dataset as it is; None where there is no answer."""
    query = Query(text, rows=(negotiate.TSV, negotiate.TSV.media_types[0]), triples=None, own_dataset=stored)
    try:
        found = ox.parse_query_results(b"".join(evaluated(site, query).chunks()), format=ox.QueryResultsFormat.TSV)
    except (Problem, Cut):
        return None
    assert isinstance(found, ox.QuerySolutions)
    return [[term.value if term is not None and not isinstance(term, ox.Triple) else "" for term in solution] for solution in found]


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
