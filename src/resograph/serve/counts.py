"""How much the store holds, counted by queries like any other, once for each generation.

A count that cannot be made in the time of a query is left out rather than guessed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Rows = Sequence[Sequence[str]]
Ask = Callable[[str, bool], Rows | None]
"""The rows of a query over the union of all graphs, or (True) over the dataset as it is stored; None where it found no answer."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of triples, of nodes and, by IRI, of triples of each graph and property and of instances of each class.

    None, or a missing member, was not counted in time.  ``triples`` are those of the union of all graphs, each counted once.
    """

    triples: int | None = None
    subjects: int | None = None
    objects: int | None = None
    entities: int | None = None
    unnamed: int | None = None
    graphs: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    properties: dict[str, int] = field(default_factory=dict)


UNCOUNTED = Counts()

_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"
_OBJECTS = "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"
_ENTITIES = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(isIRI(?s)) }"
_UNNAMED = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
_GRAPHS = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_CLASSES = "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(isIRI(?c)) } GROUP BY ?c"
_PROPERTIES = "SELECT ?p (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } } GROUP BY ?p"


def count(ask: Ask) -> Counts:
    """The counts that the answers to *ask* give."""

    def one(query: str, stored: bool = False) -> int | None:
        rows = ask(query, stored)
        return int(rows[0][0]) if rows else None

    def by_iri(query: str, stored: bool = False) -> dict[str, int]:
        return dict(sorted((iri, int(number)) for iri, number in ask(query, stored) or () if iri))

    properties = by_iri(_PROPERTIES)
    return Counts(
        triples=sum(properties.values()) if properties else None,
        subjects=one(_SUBJECTS),
        objects=one(_OBJECTS),
        entities=one(_ENTITIES),
        unnamed=one(_UNNAMED, True),
        graphs=by_iri(_GRAPHS, True),
        classes=by_iri(_CLASSES),
        properties=properties,
    )


class Counter:
    """The counts of one store, kept until its generation changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation = ""
        self._counts = Counts()

    def counts(self, generation: str, ask: Ask) -> Counts:
        """The counts of *generation* ("": unknown, so count anew); whoever asks while they are being made waits for them."""
        with self._lock:
            if not generation or generation != self._generation:
                self._counts = count(ask)
                whole = self._counts.triples is not None and self._counts.objects is not None
                self._generation = generation if whole else ""
            return self._counts
