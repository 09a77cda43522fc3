"""``/graph-store``: the SPARQL 1.1 Graph Store HTTP Protocol.

    /graph-store?default            the graph without a name: what the default graph of an update is, not the union of all
    /graph-store?graph=IRI          the graph of that name
    /graph-store/...                the graph whose name is this very address
    POST /graph-store               a new graph, whose name is the address that Location gives

Everybody may read; writing takes the token.  A graph is read by a query, so that its answer is bounded and streams like any other;
what is written goes through files to the process that writes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import mkstemp
from typing import IO
from urllib.parse import quote
from uuid import uuid4

import pyoxigraph as ox
from anyio.to_thread import run_sync
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from resograph.serve import access, negotiate
from resograph.serve.evaluate import Query
from resograph.serve.leaving import in_thread, leaving
from resograph.serve.negotiate import JSONLD, NTRIPLES, RDFXML, TRIPLES, TURTLE
from resograph.serve.problems import Problem
from resograph.serve.protocol import evaluated, is_iri, is_utf8, made, parameters, respond
from resograph.serve.site import Site
from resograph.serve.writes import Document, Drop, Load

PATH = "/graph-store"
READS = ("GET", "HEAD", "OPTIONS")
WRITES = ("PUT", "POST", "DELETE")
EVERY = (*READS, *WRITES, "PATCH")
TAKEN = (TURTLE, NTRIPLES, JSONLD, RDFXML)
"""The forms that a graph may be sent in."""
PARTS = 100
"""Files that one multipart request may hold."""
_TOO_VAGUE = ("text/plain", "application/json", "application/xml", "text/xml")
_MEDIA_TYPES = {media_type: form.media_types[0] for form in TAKEN for media_type in form.media_types if media_type not in _TOO_VAGUE}
_WHICH = f"Say which graph: {PATH}?default, or {PATH}?graph=IRI."


@dataclass(frozen=True, slots=True)
class Target:
    """The graph that a request is about (None: the default graph), whether it is to be made anew, and the base of relative IRIs."""

    graph: str | None
    is_new: bool
    base: str


def is_here(request: Request) -> bool:
    """Whether the address is one of this protocol."""
    return bool(request.url.path == PATH or request.url.path.startswith(PATH + "/"))


async def endpoint(request: Request) -> Response:
    """Every method at ``/graph-store`` and below."""
    site: Site = request.app.state.site
    allow = {"Allow": ", ".join((*READS, *WRITES) if site.writer else READS)}
    if request.method == "OPTIONS":
        headers = {
            "Access-Control-Allow-Methods": allow["Allow"],
            "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type",
            "Access-Control-Max-Age": "86400",
        }
        return Response(status_code=204, headers={**allow, **headers})
    if request.method not in (*READS, *WRITES):
        raise Problem(405, "Use GET, PUT, POST or DELETE; for anything else send an update to /sparql.", allow)
    if request.method in WRITES and site.writer is None:
        raise Problem(405, access.READ_ONLY, allow)
    target = identified(request)
    if request.method in ("GET", "HEAD"):
        async with leaving(request):
            return await in_thread(_answer, site, target, request)
    access.authorise(request)
    if request.method == "DELETE":
        outcome = await made(site, Drop(target.graph))
        if not outcome.existed:
            raise _missing(target)
        return Response(status_code=204)
    with ExitStack() as files:
        try:
            documents = await _received(request, target, site.write_limit, files)
        except OSError as error:
            raise Problem(507, f"There is no room for what was sent ({error.strerror or error}).") from error
        outcome = await made(site, Load(target.graph, documents, replace=request.method == "PUT"))
    if outcome.existed and not target.is_new:
        return Response(status_code=204)
    where = target.graph if target.is_new else f"{_origin(request)}{PATH}?graph={quote(target.graph or '', safe='')}"
    return Response(status_code=201, headers={"Location": where or "", "Access-Control-Expose-Headers": "Location"})


def identified(request: Request) -> Target:
    """The graph that *request* names; ``Problem`` 400 where it names none, or more than one."""
    pairs = parameters(request.scope["query_string"].decode("latin-1"))
    graphs = [value for name, value in pairs if name == "graph"]
    default = any(name == "default" for name, _ in pairs)
    here = _origin(request) + request.scope.get("raw_path", request.scope["path"].encode()).decode("latin-1").partition("?")[0]
    direct = bool(request.path_params.get("path"))
    if len(graphs) + default + direct > 1:
        raise Problem(400, f"More than one graph is named. {_WHICH}")
    if default:
        return Target(None, is_new=False, base=here)
    for graph in graphs:
        if not is_iri(graph):
            raise Problem(400, f"{graph[:200]!r} names no graph; give its whole IRI, percent-encoded once.")
        return Target(graph, is_new=False, base=graph)
    if direct:
        if not is_iri(here):
            raise Problem(400, f"This address cannot name a graph. {_WHICH}")
        return Target(here, is_new=False, base=here)
    if request.method != "POST":
        raise Problem(400, _WHICH)
    name = f"{here.rstrip('/')}/{uuid4()}"
    return Target(name, is_new=True, base=name)


def _origin(request: Request) -> str:
    """The address of the server, as the client sees it."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _missing(target: Target) -> Problem:
    return Problem(404, f"The store holds no graph <{(target.graph or '')[:200]}>; 'SELECT DISTINCT ?g {{ GRAPH ?g {{}} }}' lists them.")


# --- reading ----------------------------------------------------------------------------------------------------------


def _answer(site: Site, target: Target, request: Request) -> Response:
    choice = negotiate.choose(request.headers.get("accept"), TRIPLES, request.query_params.get("format"))
    if choice is None:
        known = ", ".join(form.media_types[0] for form in TRIPLES)
        raise Problem(406, f"A graph comes in {known}.", {"Vary": "Accept"})
    store = site.store
    if target.graph is not None and not store.contains_named_graph(ox.NamedNode(target.graph)):
        raise _missing(target)
    pattern = "?s ?p ?o" if target.graph is None else f"GRAPH <{target.graph}> {{ ?s ?p ?o }}"
    query = Query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", rows=None, triples=choice, own_dataset=True)
    return respond(evaluated(site, query), request.method)


# --- writing ----------------------------------------------------------------------------------------------------------


async def _received(request: Request, target: Target, limit: int, files: ExitStack) -> tuple[Document, ...]:
    """The documents that *request* carries, in files that end with *files*; ``Problem`` 400, 413 or 415 where they are of no use."""
    content_type = request.headers.get("content-type", "")
    if "content-range" in request.headers:
        raise Problem(400, "A part of a graph cannot be replaced; send the whole, or an update to /sparql.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(415, "Only plain bodies are read; send it without Content-Encoding.", {"Accept-Encoding": "identity"})
    if content_type.lower().startswith("multipart/form-data"):
        if request.method != "POST":
            raise Problem(415, "Only POST takes several documents; PUT one.", _accepts(request.method))
        return await _parts(request, target, limit, files)
    media_type = _media_type(content_type, request.method)
    with _file(files) as (path, file):
        async for chunk in _bounded(request, limit):
            await run_sync(file.write, chunk)
    return (Document(path, media_type, target.base),)


class _Parser(MultiPartParser):
    """A parser that knows whether the last boundary has come."""

    ended = False

    def on_end(self) -> None:
        self.ended = True


async def _parts(request: Request, target: Target, limit: int, files: ExitStack) -> tuple[Document, ...]:
    """The files of a multipart form, each a document of its own."""
    parser = _Parser(request.headers, _bounded(request, limit), max_files=PARTS, max_fields=0)
    says = f"send up to {PARTS} files, each with a filename and its Content-Type"
    try:
        form = await parser.parse()
        documents = []
        for _, part in form.multi_items():
            assert isinstance(part, UploadFile)
            media_type = _media_type(part.content_type or "", request.method)
            with _file(files) as (path, file):
                await run_sync(shutil.copyfileobj, part.file, file)
            documents.append(Document(path, media_type, target.base))
    except MultiPartException as error:
        raise Problem(400, f"The form cannot be read ({error.message.rstrip('.')}); {says}.") from error
    finally:
        for spooled in parser._files_to_close_on_error:  # a part that breaks off is in no form that could be closed
            spooled.close()
    if not documents or not parser.ended:
        raise Problem(400, f"The form holds no file, or breaks off; {says}.")
    return tuple(documents)


async def _bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    too_large = Problem(413, f"The request is larger than {limit:,} bytes; send it in parts by POST.", {"Connection": "close"})
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise too_large
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large
        yield chunk


@contextmanager
def _file(files: ExitStack) -> Iterator[tuple[str, IO[bytes]]]:
    """A file to write to, and its path; it is there until *files* ends."""
    handle, name = mkstemp(prefix="resograph-")
    files.callback(os.unlink, name)
    with open(handle, "wb") as file:
        yield name, file


def _media_type(content_type: str, method: str) -> str:
    """The form of a document by its Content-Type; ``Problem`` 415 where it is none of ours."""
    name, _, rest = content_type.partition(";")
    found = _MEDIA_TYPES.get(name.strip().lower())
    if found is None:
        raise Problem(
            415, f"A graph is sent as {', '.join(form.media_types[0] for form in TAKEN)}; say which by Content-Type.", _accepts(method)
        )
    if not is_utf8(rest):
        raise Problem(415, "Only UTF-8 is read; send the body in UTF-8.", _accepts(method))
    return found


def _accepts(method: str) -> dict[str, str]:
    types = ", ".join(form.media_types[0] for form in TAKEN)
    return {"Accept-Post": f"{types}, multipart/form-data"} if method == "POST" else {"Accept": types}
