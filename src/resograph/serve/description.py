"""RDF about a thing: triples of the store, written in the form that was asked for."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from resograph.dataset import Dataset
from resograph.namespaces import CITO, PREFIXES, RES
from resograph.serve.negotiate import HTML, JSONLD, NTRIPLES, RDFXML, TURTLE, Format

OFFERS = (TURTLE, JSONLD, NTRIPLES, RDFXML, HTML)
_OF_A_PART = (RES + "inClause", RES + "on", CITO + "hasCitingEntity")
_OF_A_WORK = (RES + "ofWork",)
LIMIT = 20_000

Triples = Iterable[ox.Triple]


def serialise(triples: Triples, form: Format, base: str = "") -> bytes:
    """*triples* in *form*, prefixes bound (the empty one to *base*)."""
    prefixes = {**PREFIXES, **({"": base} if base else {})}
    return ox.serialize(triples, None, form.writer, prefixes=prefixes) or b""  # type: ignore[arg-type]


def thing(store: Dataset, iri: str, graph: str | None = None) -> list[ox.Triple]:
    """What the store says of *iri*: all of *graph* when one is given (an edition, an expression); else the triples of the
    thing, of its own nodes (``iri#...``, blank nodes) and of the nodes that belong to it (citations and norms of a clause,
    editions of a work)."""
    if graph is not None:
        name = ox.NamedNode(graph)
        about = [quad.triple for quad in store.quads_for_pattern(None, None, None, name)]
        own = [quad.triple for quad in store.quads_for_pattern(name, None, None) if quad.graph_name != name]
        return sorted({*about, *own}, key=str)
    found: dict[ox.Triple, None] = {}
    seen: set[object] = set()
    agenda: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri)]
    for relation in (*_OF_A_PART, *_OF_A_WORK):
        for quad in store.quads_for_pattern(None, ox.NamedNode(relation), ox.NamedNode(iri)):
            if isinstance(quad.subject, ox.NamedNode | ox.BlankNode):
                agenda.append(quad.subject)
    while agenda and len(found) < LIMIT:
        node = agenda.pop(0)
        if node in seen:
            continue
        seen.add(node)
        for quad in store.quads_for_pattern(node, None, None):
            found[quad.triple] = None
            if _belongs(quad.object, node):
                agenda.append(quad.object)  # type: ignore[arg-type]
    return sorted(found, key=str)


def _belongs(term: object, node: ox.NamedNode | ox.BlankNode) -> bool:
    below = node.value + ("-" if "#" in node.value else "#")
    return isinstance(term, ox.BlankNode) or (isinstance(term, ox.NamedNode) and term.value.startswith(below))
