"""Graphs worked out from what the store holds: catalogue, changes between editions, likeness of clauses.

Each has a name below ``graph/`` and one maker, a pure function from the store to triples.  A build that changes anything
makes all of them anew, in the order of this table: a later one may read an earlier one.  Dropping any of them leaves the graphs
of the documents as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

Maker = Callable[["ox.Store", str], Iterable["Triple"]]
"""Takes the store (documents, index and earlier derived graphs are in it) and the base of its identifiers."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived graph: its name below ``graph/``, and what makes it."""

    name: str
    make: Maker


def graphs() -> tuple[Derived, ...]:
    """The derived graphs, in the order in which they are made."""
    from resograph import likeness, marks, pairs, standing, tallies
    from resograph.catalogue_graph import make_catalogue, make_citations
    from resograph.diff.as_triples import changes

    return (
        Derived("catalogue", make_catalogue),
        Derived("standing", standing.triples),
        Derived("tallies", tallies.triples),
        Derived("marks", marks.triples),
        Derived("citations", make_citations),
        Derived("changes", changes),
        Derived("likeness", likeness.graph),
        Derived("pairs", pairs.triples),
    )
