"""A server's graph behind the interface that the embedded store has: the same questions, the same types of answers.

Rows come as SPARQL results in JSON and are read by pyoxigraph's own parser.  What is asked of one named graph is asked once: the
whole graph comes (a text has some hundred triples), and after ``ONE_BY_ONE`` of them all that are left, so that reading every
text costs one transfer and not one request for each statement.  A dataset that remembers is a reader's for one command; that of
a web server, which lives long, does not.  A query that the server would answer wrongly (``dialect.beyond``) is asked of a copy of
all graphs in memory, made once.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from resograph.errors import StoreError
from resograph.remote.binding import bound, with_prefixes
from resograph.remote.client import TRIPLES, Client, Reply
from resograph.remote.dialect import beyond, for_virtuoso
from resograph.safety import check

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.dataset import Term

ONE_BY_ONE = 16
"""Named graphs that are fetched as they are asked for; then all."""
AT_ONCE = 4
"""Requests under way at once where many graphs are sent or fetched."""
XSD_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_BOOLEANS = {"1": "true", "0": "false"}


class RemoteDataset:
    """What the server of *client* holds; ``quads_for_pattern`` and the like see its named graphs, as ours are all named."""

    def __init__(self, client: Client, graphs: tuple[str, ...] = (), *, remember: bool = True) -> None:
        """*graphs* are the named graphs of the store, where it is known which they are."""
        import pyoxigraph as ox

        self.client = client
        self._graphs = graphs
        self._remember = remember
        self._fetched = ox.Store()
        self._names: set[str] = set()
        self._lock = threading.Lock()

    def query(
        self,
        query: str,
        /,
        *,
        base_iri: str | None = None,
        prefixes: dict[str, str] | None = None,
        use_default_graph_as_union: bool = False,
        default_graph: Any = None,
        named_graphs: Any = None,
        substitutions: dict[ox.Variable, Term] | None = None,
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """The answer, whole; see pyoxigraph's ``Store.query``."""
        text = with_prefixes(query, prefixes or {})
        form, own = check(text, lambda _: True)
        text = bound(text, {variable.value: term for variable, term in (substitutions or {}).items()})
        if base_iri:
            text = f"BASE <{base_iri}>\n{text}"
        if self.client.at.engine.dialect:
            text = for_virtuoso(text)
            if beyond(text):
                return self._copied().query(
                    query, base_iri=base_iri, prefixes=prefixes, use_default_graph_as_union=use_default_graph_as_union,
                    default_graph=default_graph, named_graphs=named_graphs, substitutions=substitutions,
                )  # fmt: skip
        graphs = [("default-graph-uri", _iri(graph)) for graph in _several(default_graph)]
        graphs += [("named-graph-uri", _iri(graph)) for graph in _several(named_graphs)]
        if form in ("SELECT", "ASK"):
            data, reply = self.client.ask(text, graphs=tuple(graphs), own=own)
            return read_rows(data, reply, ask=form == "ASK", shown=self.client.shown)
        data, reply = self.client.ask(text, accept=TRIPLES, graphs=tuple(graphs), own=own)
        return read_triples(data, reply, self.client.shown)

    def quads_for_pattern(
        self,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None,
        predicate: ox.NamedNode | None,
        object: Term | None,  # noqa: A002
        graph_name: ox.NamedNode | ox.BlankNode | ox.DefaultGraph | None = None,
        /,
    ) -> Iterator[ox.Quad]:
        """The quads of the named graphs that match; see pyoxigraph's ``Store.quads_for_pattern``.

        A blank node of an earlier answer cannot be asked for: its name means nothing to the server.
        """
        import pyoxigraph as ox

        if isinstance(graph_name, ox.NamedNode) and self._remember:
            return self._inside(graph_name).quads_for_pattern(subject, predicate, object, graph_name)
        terms: dict[str, Any] = {"s": subject, "p": predicate, "o": object, "g": graph_name}
        if any(isinstance(term, ox.BlankNode | ox.DefaultGraph | ox.Triple) for term in terms.values()):
            return iter(())
        s, p, o, g = (f"?{name}" if term is None else str(term) for name, term in terms.items())
        free = " ".join(f"?{name}" for name, term in terms.items() if term is None) or "(1 AS ?found)"
        found: Any = self.query(f"SELECT {free} WHERE {{ GRAPH {g} {{ {s} {p} {o} }} }}")
        names = {variable.value for variable in found.variables}
        return iter([ox.Quad(*(row[name] if name in names else term for name, term in terms.items())) for row in found])

    def contains_named_graph(self, graph_name: ox.NamedNode | ox.BlankNode | ox.DefaultGraph, /) -> bool:
        """Whether the named graph has any triple."""
        import pyoxigraph as ox

        if not isinstance(graph_name, ox.NamedNode):
            return False
        found: Any = self.query(f"SELECT ?s WHERE {{ GRAPH {graph_name} {{ ?s ?p ?o }} }} LIMIT 1")
        return any(list(found))

    def named_graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The named graphs of the store; those that the server has of its own are left out, where it is known which are ours."""
        import pyoxigraph as ox

        if self._graphs:
            return map(ox.NamedNode, self._graphs)
        found: Any = self.query("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
        return iter([row["g"] for row in found])

    def __len__(self) -> int:
        found: Any = self.query("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
        return int(next(iter(found))["n"].value)

    # --- whole graphs

    def copy_into(self, store: ox.Store, graphs: Iterable[str]) -> None:
        """Put the named *graphs* of the server into *store*."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for quads in pool.map(self._quads, sorted(graphs)):
                store.bulk_extend(quads)

    def _inside(self, graph: ox.NamedNode) -> ox.Store:
        """A store that has all of *graph*."""
        with self._lock:
            if graph.value not in self._names:
                rest = set(self._graphs) if len(self._names) >= ONE_BY_ONE else set()
                self._fetch({graph.value} | rest)
        return self._fetched

    def _copied(self) -> ox.Store:
        """A store that has all of the server's graphs."""
        with self._lock:
            self._fetch({str(graph.value) for graph in self.named_graphs()})
        return self._fetched

    def _fetch(self, graphs: set[str]) -> None:
        self.copy_into(self._fetched, graphs - self._names)
        self._names |= graphs

    def _quads(self, graph: str) -> list[ox.Quad]:
        import pyoxigraph as ox

        name = ox.NamedNode(graph)
        with self.client.get(graph) as pieces:
            data = b"".join(pieces)
        try:
            return [ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)]
        except SyntaxError as error:
            raise StoreError(f"{self.client.shown} gives no N-Triples for <{graph}>: {' '.join(str(error).split())[:200]}") from error


def read_rows(data: bytes, reply: Reply, *, ask: bool, shown: str) -> ox.QuerySolutions | ox.QueryBoolean:
    """The rows, or the yes or no, of an answer in JSON; ``StoreError`` where it is cut, or none."""
    import pyoxigraph as ox

    if reply.media_type not in ("application/sparql-results+json", "application/json"):
        raise StoreError(f"{shown} answers with {reply.media_type or 'nothing'}, not with SPARQL results in JSON")
    try:
        data = in_common_form(data, ask=ask)
        refuse_cut(reply, data, shown)
        _read_to_the_end(data)
    except (SyntaxError, ValueError, KeyError) as error:
        raise StoreError(f"the answer of {shown} is cut or damaged ({' '.join(str(error).split())[:200]})") from error
    return ox.parse_query_results(data, ox.QueryResultsFormat.JSON)


def _read_to_the_end(data: bytes) -> None:
    """An answer that is cut shows it at its end."""
    import pyoxigraph as ox

    found = ox.parse_query_results(data, ox.QueryResultsFormat.JSON)
    try:
        if isinstance(found, ox.QuerySolutions):
            list(found)
    finally:
        del found  # the frames of an error would keep it, and it may end in its own thread only


def in_common_form(data: bytes, *, ask: bool) -> bytes:
    """Results in JSON as the standard has them, from what older servers write.

    Virtuoso 7 writes the answer to ASK as a row with a number, and true and false as 1 and 0.
    """
    if b"typed-literal" not in data and not (ask and b'"boolean"' not in data):
        return data
    found = json.loads(data)
    if ask and "boolean" not in found:
        rows = [next(iter(row.values()))["value"] for row in found["results"]["bindings"]]
        return json.dumps({"head": {}, "boolean": bool(rows) and rows[0] not in ("0", "false")}).encode()
    for row in found["results"]["bindings"]:
        for term in row.values():
            if term.get("datatype") == XSD_BOOLEAN:
                term["value"] = _BOOLEANS.get(term["value"], term["value"])
    return json.dumps(found, ensure_ascii=False).encode()


def refuse_cut(reply: Reply, data: bytes, shown: str) -> None:
    """``StoreError`` where the server says in a header that it has left rows out (Virtuoso does, with status 200)."""
    most = reply.headers.get("x-sparql-maxrows", "")
    if most.isdigit() and len(re.findall(rb"\{\s*\"(?:[^\"]+)\"\s*:\s*\{\s*\"type\"", data)) >= int(most):
        raise StoreError(f"{shown} gives at most {most} rows of an answer; raise its limit (ResultSetMaxRows), or add LIMIT")
    if reply.headers.get("x-sql-state", "").startswith("S1TAT"):
        raise StoreError(f"{shown} has left out part of the answer, as its time ran out; raise its limit, or narrow the query")


def read_triples(data: bytes, reply: Reply, shown: str) -> ox.QueryTriples:
    """The triples of an answer."""
    import pyoxigraph as ox

    forms = {"application/n-triples": ox.RdfFormat.N_TRIPLES, "text/plain": ox.RdfFormat.N_TRIPLES, "text/turtle": ox.RdfFormat.TURTLE}
    form = forms.get(reply.media_type)
    if form is None:
        raise StoreError(f"{shown} answers with {reply.media_type or 'nothing'}, not with triples")
    held = ox.Store()
    try:
        held.load(io.BytesIO(data), format=form)
    except (SyntaxError, ValueError) as error:
        raise StoreError(f"the answer of {shown} is cut or damaged ({' '.join(str(error).split())[:200]})") from error
    found = held.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    assert isinstance(found, ox.QueryTriples)
    return found


def _several(graphs: Any) -> list[Any]:
    return [] if graphs is None else graphs if isinstance(graphs, list) else [graphs]


def _iri(graph: Any) -> str:
    return str(graph.value)
