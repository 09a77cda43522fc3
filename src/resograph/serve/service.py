"""The SPARQL 1.1 service description and VoID, as triples: what this endpoint is, can do and holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import pyoxigraph as ox

from resograph import __version__, namespaces
from resograph.namespaces import BASE, CITO, ELI, LRML, OA, RES, SD, VOID
from resograph.serve import negotiate
from resograph.serve.counts import UNCOUNTED, Counts

FORMATS = "http://www.w3.org/ns/formats/"
GEOF = "http://www.opengis.net/def/function/geosparql/"
OFFERS = negotiate.TRIPLES
PREFIXES = {"sd": SD, "void": VOID, "format": FORMATS, **{name: namespaces.PREFIXES[name] for name in ("dcterms", "rdfs")}}

_SIMPLE = ox.NamedNode("http://www.w3.org/ns/entailment/Simple")
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads")
_SENT = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")
_FUNCTIONS = tuple(
    f"{GEOF}{name}"
    for name in [
        "asGeoJSON",
        "asGML",
        "asKML",
        "asWKT",
        "area",
        "boundary",
        "buffer",
        "centroid",
        "convexHull",
        "coordinateDimension",
        "difference",
        "dimension",
        "distance",
        "ehContains",
        "ehCoveredBy",
        "ehCovers",
        "ehDisjoint",
        "ehEquals",
        "ehInside",
        "ehMeet",
        "ehOverlap",
        "envelope",
        "geometryN",
        "geometryType",
        "getSRID",
        "intersection",
        "is3D",
        "isEmpty",
        "isMeasured",
        "isSimple",
        "length",
        "maxX",
        "maxY",
        "minX",
        "minY",
        "numGeometries",
        "perimeter",
        "rcc8dc",
        "rcc8ec",
        "rcc8eq",
        "rcc8ntpp",
        "rcc8ntppi",
        "rcc8po",
        "rcc8tpp",
        "rcc8tppi",
        "relate",
        "sfContains",
        "sfCrosses",
        "sfDisjoint",
        "sfEquals",
        "sfIntersects",
        "sfOverlaps",
        "sfTouches",
        "sfWithin",
        "spatialDimension",
        "symDifference",
        "transform",
        "union",
    ]
)
_VOCABULARIES = (RES, ELI, CITO, LRML, OA, namespaces.PREFIXES["skos"], namespaces.PREFIXES["prov"], namespaces.PREFIXES["dcterms"])
_TYPE = ox.NamedNode(namespaces.PREFIXES["rdf"] + "type")
_UPDATES_ALONE = (
    "A query that names no graphs sees the union of all graphs. The pattern of an update that names none sees the graph without a name, "
    "which /graph-store?default gives."
)

Subject = ox.NamedNode | ox.BlankNode


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(VOID + name)


def _rdfs(name: str) -> ox.NamedNode:
    return ox.NamedNode(namespaces.PREFIXES["rdfs"] + name)


def _terms(name: str) -> ox.NamedNode:
    return ox.NamedNode(namespaces.PREFIXES["dcterms"] + name)


def described(
    address: str, *, graphs: Iterable[str], counts: Counts = UNCOUNTED, base: str = BASE, writable: bool = False, own_default: bool = False
) -> list[ox.Triple]:
    """What there is to say of the endpoint at *address* (".../sparql") over a store with the named *graphs*, node by node.

    Without *counts* it is the service description, with them the description of the dataset as well.
    """
    endpoint = ox.NamedNode(address)
    about = address.rsplit("/sparql", 1)[0] + "/.well-known/void"
    dataset = ox.NamedNode(about + "#dataset")
    found = [
        *_service(endpoint, writable=writable, own_default=own_default),
        ox.Triple(endpoint, _sd("defaultDataset"), dataset),
        ox.Triple(endpoint, _sd("availableGraphs"), dataset),
        ox.Triple(dataset, _rdfs("seeAlso"), ox.NamedNode(about)),
        *_dataset(dataset, endpoint, counts, base, own_default=own_default),
        *(triple for name in sorted(graphs) for triple in _graph(dataset, name, counts)),
    ]
    order: dict[object, int] = {}
    return sorted(found, key=lambda triple: order.setdefault(triple.subject, len(order)))


def _graph(dataset: ox.NamedNode, name: str, counts: Counts) -> Iterator[ox.Triple]:
    named, content = ox.BlankNode(), ox.BlankNode()
    yield ox.Triple(dataset, _sd("namedGraph"), named)
    yield ox.Triple(named, _TYPE, _sd("NamedGraph"))
    yield ox.Triple(named, _sd("name"), ox.NamedNode(name))
    yield ox.Triple(named, _sd("graph"), content)
    yield ox.Triple(content, _TYPE, _sd("Graph"))
    yield ox.Triple(content, _TYPE, _void("Dataset"))
    yield from _number(content, "triples", counts.graphs.get(name, 0 if counts.graphs else None))


def _service(endpoint: ox.NamedNode, *, writable: bool, own_default: bool) -> Iterator[ox.Triple]:
    yield ox.Triple(endpoint, _TYPE, _sd("Service"))
    yield ox.Triple(endpoint, _rdfs("label"), ox.Literal(f"resograph {__version__}", language="en"))
    yield ox.Triple(endpoint, _sd("endpoint"), endpoint)
    for language in ("SPARQL10Query", "SPARQL11Query", *(["SPARQL11Update"] if writable else [])):
        yield ox.Triple(endpoint, _sd("supportedLanguage"), _sd(language))
    yield ox.Triple(endpoint, _sd("feature"), _sd("EmptyGraphs"))
    if not own_default and not writable:  # the term is about queries and updates alike
        yield ox.Triple(endpoint, _sd("feature"), _sd("UnionDefaultGraph"))
    elif not own_default:
        feature = ox.NamedNode(f"{endpoint.value}#union-default-graph-of-queries")
        yield ox.Triple(endpoint, _sd("feature"), feature)
        yield ox.Triple(feature, _TYPE, _sd("Feature"))
        yield ox.Triple(feature, _rdfs("comment"), ox.Literal(_UPDATES_ALONE, language="en"))
    for name in (*_RESULTS, *_GRAPHS):
        yield ox.Triple(endpoint, _sd("resultFormat"), ox.NamedNode(FORMATS + name))
    for name in _SENT if writable else ():
        yield ox.Triple(endpoint, _sd("inputFormat"), ox.NamedNode(FORMATS + name))
    yield ox.Triple(endpoint, _sd("defaultEntailmentRegime"), _SIMPLE)
    for function in functions():
        yield ox.Triple(endpoint, _sd("extensionFunction"), ox.NamedNode(function))
        yield ox.Triple(ox.NamedNode(function), _TYPE, _sd("Function"))


def _dataset(dataset: ox.NamedNode, endpoint: ox.NamedNode, counts: Counts, base: str, *, own_default: bool) -> Iterator[ox.Triple]:
    yield ox.Triple(dataset, _TYPE, _sd("Dataset"))
    yield ox.Triple(dataset, _TYPE, _sd("GraphCollection"))
    yield ox.Triple(dataset, _TYPE, _void("Dataset"))
    title = "Resolutions of the International Telecommunication Union, read into a graph"
    yield ox.Triple(dataset, _terms("title"), ox.Literal(title, language="en"))
    yield ox.Triple(dataset, _void("sparqlEndpoint"), endpoint)
    yield ox.Triple(dataset, _void("uriSpace"), ox.Literal(base))
    for name in _GRAPHS:
        yield ox.Triple(dataset, _void("feature"), ox.NamedNode(FORMATS + name))
    used = [*counts.properties, *counts.classes]
    for namespace in _VOCABULARIES:
        if any(iri.startswith(namespace) for iri in used):
            yield ox.Triple(dataset, _void("vocabulary"), ox.NamedNode(namespace))
    yield from _number(dataset, "triples", counts.triples)
    yield from _number(dataset, "entities", counts.entities)
    yield from _number(dataset, "distinctSubjects", counts.subjects)
    yield from _number(dataset, "distinctObjects", counts.objects)
    yield from _number(dataset, "classes", len(counts.classes) or None)
    yield from _number(dataset, "properties", len(counts.properties) or None)
    for iri, number in counts.classes.items():
        part = ox.BlankNode()
        yield ox.Triple(dataset, _void("classPartition"), part)
        yield ox.Triple(part, _void("class"), ox.NamedNode(iri))
        yield from _number(part, "entities", number)
    for iri, number in counts.properties.items():
        part = ox.BlankNode()
        yield ox.Triple(dataset, _void("propertyPartition"), part)
        yield ox.Triple(part, _void("property"), ox.NamedNode(iri))
        yield from _number(part, "triples", number)
    default = ox.BlankNode()
    yield ox.Triple(dataset, _sd("defaultGraph"), default)
    yield ox.Triple(default, _TYPE, _sd("Graph"))
    yield ox.Triple(default, _TYPE, _void("Dataset"))
    yield from _number(default, "triples", counts.unnamed if own_default else counts.triples)


def _number(of: Subject, name: str, number: int | None) -> Iterator[ox.Triple]:
    if number is not None:
        yield ox.Triple(of, _void(name), ox.Literal(number))


@cache
def functions() -> tuple[str, ...]:
    """The functions beyond the standard that this build of the engine has; asking it is the only way to know."""
    empty = ox.Store()
    found = []
    for function in _FUNCTIONS:
        try:
            empty.query(f"ASK {{ FILTER(COALESCE(<{function}>(), true)) }}")
            found.append(function)
        except RuntimeError:
            continue
    return tuple(found)
