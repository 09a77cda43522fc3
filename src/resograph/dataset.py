"""What the program asks of a graph, whoever holds it: the store on disk here, or a server somewhere else.

``Dataset`` is the part of pyoxigraph's ``Store`` that reads; the embedded store is one as it is, ``remote.RemoteDataset`` another.
``Source`` leads to the dataset of the current state: ``store.Reader`` of a folder, ``remote.RemoteReader`` of a server.
``opened`` gives the one that ``--store`` names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pyoxigraph as ox

    Node = ox.NamedNode | ox.BlankNode
    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Dataset(Protocol):
    """An RDF dataset that answers; see pyoxigraph's ``Store`` for each method."""

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
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples: ...

    def quads_for_pattern(
        self,
        subject: ox.NamedNode | ox.BlankNode | ox.Triple | None,
        predicate: ox.NamedNode | None,
        object: Term | None,  # noqa: A002  # as pyoxigraph calls it
        graph_name: ox.NamedNode | ox.BlankNode | ox.DefaultGraph | None = None,
        /,
    ) -> Iterator[ox.Quad]: ...

    def contains_named_graph(self, graph_name: ox.NamedNode | ox.BlankNode | ox.DefaultGraph, /) -> bool: ...

    def named_graphs(self) -> Iterator[Node]: ...

    def __len__(self) -> int: ...


class Source(Protocol):
    """Something that leads to the dataset of the current state."""

    @property
    def store(self) -> Dataset:
        """The dataset as it is now; what it gives does not change under a reader that keeps it."""

    @property
    def base(self) -> str:
        """What identifiers begin with."""

    @property
    def generation(self) -> str:
        """The name of the current state; another one after each build."""

    def holds(self, graph: str) -> bool:
        """Whether there is a named graph with that IRI."""

    def query(self, query: str, **options: Any) -> Any:
        """Answer *query* after it has been found safe; the default graph is the union of all unless the query says FROM."""


def location(store: str | None = None) -> Path | str:
    """What ``--store`` names, else ``RESOGRAPH_STORE``, else the user's data directory: a folder, or the URL of a server."""
    from resograph.remote.addresses import is_url
    from resograph.store import default_folder

    named = store or os.environ.get("RESOGRAPH_STORE")
    if named and is_url(named):
        return named
    return Path(store) if store else default_folder()


def shown(store: str | None = None) -> str:
    """What ``--store`` names, as a message tells it: without who asks."""
    from resograph.remote.addresses import read

    where = location(store)
    return read(where).url if isinstance(where, str) else str(where)


def opened(store: str | None = None) -> Source:
    """What ``--store`` names, for reading: a folder, a URL, or (None) the default; ``StoreError`` where there is no store."""
    from resograph.store import Reader

    where = location(store)
    if isinstance(where, str):
        from resograph.remote import RemoteReader

        return RemoteReader(where)
    return Reader(where)
