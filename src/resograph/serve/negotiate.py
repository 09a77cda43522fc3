"""Content negotiation: which of the forms that we can write does the client want?

    choose("text/turtle;q=0.5, application/ld+json", GRAPHS)  ->  (JSON-LD, "application/ld+json")

Among equal wishes the order of the offers decides; ``q=0`` refuses.  ``?format=NAME`` goes before the header.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox


@dataclass(frozen=True, slots=True)
class Format:
    """A form of an answer: its short name (``?format=``), the media types it answers to (the first is sent), its writer."""

    name: str
    media_types: tuple[str, ...]
    writer: ox.QueryResultsFormat | ox.RdfFormat | None = None
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)


HTML = Format("html", ("text/html", "application/xhtml+xml"))
JSON = Format("json", ("application/sparql-results+json", "application/json"), ox.QueryResultsFormat.JSON)
XML = Format("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), ox.QueryResultsFormat.XML)
CSV = Format("csv", ("text/csv",), ox.QueryResultsFormat.CSV)
TSV = Format("tsv", ("text/tab-separated-values",), ox.QueryResultsFormat.TSV)
TURTLE = Format("turtle", ("text/turtle", "application/turtle", "application/x-turtle"), ox.RdfFormat.TURTLE, ("ttl",))
NTRIPLES = Format("ntriples", ("application/n-triples", "text/plain"), ox.RdfFormat.N_TRIPLES, ("nt",))
JSONLD = Format("jsonld", ("application/ld+json", "application/json"), ox.RdfFormat.JSON_LD, ("json-ld",))
RDFXML = Format("rdfxml", ("application/rdf+xml", "application/xml", "text/xml"), ox.RdfFormat.RDF_XML, ("rdf",))
TRIG = Format("trig", ("application/trig", "application/x-trig"), ox.RdfFormat.TRIG)
NQUADS = Format("nquads", ("application/n-quads", "text/x-nquads"), ox.RdfFormat.N_QUADS, ("nq",))
PLAIN_JSON = Format("json", ("application/json",))
TABLE = Format("table", ("text/plain",), also=("text", "txt"))

RESULTS = (JSON, XML, CSV, TSV, HTML)
"""What a SELECT or ASK can be answered in."""
TRIPLES = (TURTLE, NTRIPLES, JSONLD, RDFXML, TRIG, NQUADS)
"""What a graph can be written in."""
GRAPHS = (*TRIPLES, HTML)
"""What a CONSTRUCT or DESCRIBE can be answered in."""
PAGES = (HTML, TURTLE, JSONLD, NTRIPLES, RDFXML)
"""What the address of a thing can be answered in."""
TABLES = (PLAIN_JSON, HTML, CSV, TSV, TABLE, TURTLE, JSONLD)
"""What a named question can be answered in."""

Choice = tuple[Format, str]


def _ranges(accept: str) -> list[tuple[str, str, float]]:
    """The media ranges of an Accept header with their weights; what is not well-formed is passed over."""
    found = []
    for item in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in item.split(";"))
        main, slash, sub = media.partition("/")
        if not (main and slash and sub) or (main == "*" and sub != "*"):
            continue
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    weight = 0.0
        found.append((main, sub, weight))
    return found


def weight(media_type: str, accept: str) -> float:
    """How much a client with this Accept header wants *media_type*: the most specific range decides."""
    main, _, sub = media_type.partition("/")
    best = (-1, 0.0)
    for range_main, range_sub, value in _ranges(accept):
        if range_main in (main, "*") and range_sub in (sub, "*"):
            best = max(best, ((range_main != "*") + (range_sub != "*"), value))
    return best[1]


@lru_cache(500)
def choose(accept: str | None, offers: tuple[Format, ...], name: str | None = None) -> Choice | None:
    """The form that the client wants most and the media type to call it by; None where it wants none of them."""
    if name:
        return next(((offer, offer.media_types[0]) for offer in offers if name.lower() in offer.names), None)
    if accept is None or not _ranges(accept):
        return offers[0], offers[0].media_types[0]
    wishes = [
        (weight(media_type, accept), place == 0, -rank, offer, media_type)
        for rank, offer in enumerate(offers)
        for place, media_type in enumerate(offer.media_types)
    ]
    best = max(wishes, key=lambda wish: wish[:3])
    return (best[3], best[4]) if best[0] > 0 else None


def known(name: str) -> bool:
    """Whether any answer has a form of this name."""
    return any(name.lower() in offer.names for offer in (*RESULTS, *GRAPHS, *TABLES))


def content_type(media_type: str) -> str:
    """The Content-Type to send: text carries its encoding."""
    text = media_type.startswith("text/")
    return f"{media_type}; charset=utf-8" if text else media_type
