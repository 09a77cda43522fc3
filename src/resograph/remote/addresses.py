"""From the URL of a store to the addresses at which a server takes queries, updates and whole graphs.

The SPARQL 1.1 protocols do not say where these addresses are: each server has its own.  ``ENGINES`` is the table of what they do; the
one that is meant is told by the ``Server`` header of an answer, else by the form of the address.  What the table does not know is
said in the fragment of the URL, which never travels:

    http://host/a/sparql#update=/a/update&graphs=/a/data      addresses, as they are or relative to the query's
    http://host/sparql#engine=virtuoso                        a row of the table by its name
    http://host/sparql#graphs=                                no graph store: graphs are loaded by updates
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit, urlunsplit

from resograph.errors import StoreError


@dataclass(frozen=True, slots=True)
class Engine:
    """How a kind of server lays out its addresses, relative to that of queries; what it wants to be told, and how it is known.

    ``graphs`` is "" where the server has no graph store, ``union`` the parameters that make the union of the named graphs the
    default graph of a query (none: it is so already, or the server is started so), ``largest`` the characters of one update,
    ``dialect`` whether queries are put into other words (``dialect.for_virtuoso``).
    """

    name: str
    query: tuple[str, ...] = ()
    update: str = ""
    graphs: str = ""
    union: tuple[tuple[str, str], ...] = ()
    server: str = "(?!)"
    path: str = "(?!)"
    largest: int = 1_000_000
    dialect: bool = False


ENGINES = (
    Engine("oxigraph", ("query",), "update", "store", (("union-default-graph", ""),), server="Oxigraph/"),
    Engine("virtuoso", ("sparql",), "/sparql-auth", "/sparql-graph-crud-auth", server="Virtuoso/", largest=100_000, dialect=True),
    Engine("fuseki", ("sparql", "query"), "update", "data", server="Apache Jena Fuseki|Fuseki"),
    Engine("rdf4j", (), "{query}/statements", "{query}/rdf-graphs/service", server="GraphDB|RDF4J|rdf4j", path=r"/repositories/[^/]+$"),
    Engine("resograph", ("sparql",), "sparql", "graph-store", server="resograph"),
    Engine("plain", ("sparql", "query"), ""),
)
"""Checked against the servers themselves: oxigraph 0.5.13, Virtuoso 7.2.5, resograph; the others by their manuals."""
PLAIN = ENGINES[-1]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where one server takes what; ``graphs`` and ``update`` are "" where it does not."""

    engine: Engine
    query: str
    update: str
    graphs: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A store's URL in its parts: the address without what must not be shown, who asks, and what the fragment says."""

    url: str
    user: str = ""
    password: str = ""
    said: tuple[tuple[str, str], ...] = ()


def is_url(store: str | None) -> bool:
    """Whether *store* names a server and not a folder."""
    return bool(store) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", store or "") is not None


def read(url: str) -> Asked:
    """*url* in its parts; ``StoreError`` where it is none that can be asked."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port != 0 else None  # reading the port finds one that is none
    except ValueError as error:
        raise StoreError(f"{url.rpartition('@')[2]}: no address ({error}); give one like http://localhost:7878") from error
    shown = parts.netloc.rpartition("@")[2]
    if parts.scheme not in ("http", "https") or not host:
        raise StoreError(f"{parts.scheme}://{shown}{parts.path}: a store is a folder, or an http:// or https:// address")
    said = parse_qsl(parts.fragment, keep_blank_values=True)
    if unknown := next((name for name, _ in said if name not in ("engine", "update", "graphs")), None):
        raise StoreError(f"{unknown!r} after the # of the address is unknown; there are: engine, update, graphs")
    plain = urlunsplit((parts.scheme, shown, parts.path.rstrip("/") or "", parts.query, ""))
    return Asked(plain, unquote(parts.username or ""), unquote(parts.password or ""), tuple(said))


def candidates(asked: Asked) -> list[str]:
    """The addresses that may take queries, the likeliest first: the one that was given, then what servers have below it."""
    named = _named(asked)
    below = dict.fromkeys(name for engine in ([named] if named else ENGINES) for name in engine.query)
    if urlsplit(asked.url).query:
        return [asked.url]
    bare = not urlsplit(asked.url).path
    under = [f"{asked.url}/{name}" for name in below if not asked.url.endswith(f"/{name}")]
    return [*under, asked.url] if bare else [asked.url, *under]


def addresses(asked: Asked, query: str, server: str) -> Addresses:
    """The addresses of the server that takes queries at *query* and calls itself *server*."""
    known = (engine for engine in ENGINES if re.search(engine.server, server) or re.search(engine.path, urlsplit(query).path))
    engine = _named(asked) or next(known, PLAIN)
    said = dict(asked.said)

    def at(where: str) -> str:
        return urljoin(query, where.replace("{query}", query))

    update = said.get("update", engine.update)
    graphs = said.get("graphs", engine.graphs)
    return Addresses(engine, query, at(update) if update else query, at(graphs) if graphs else "")


def _named(asked: Asked) -> Engine | None:
    name = dict(asked.said).get("engine")
    if name is None:
        return None
    found = next((engine for engine in ENGINES if engine.name == name), None)
    if found is None:
        raise StoreError(f"no engine is called {name!r}; there are: {', '.join(engine.name for engine in ENGINES)}")
    return found
