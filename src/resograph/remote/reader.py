"""The state of a remote store, for commands and pages: the counterpart of ``store.Reader``.

There is no switch of generations on a server: while a build sends its graphs, readers see some old and some new ones.  The
manifest says so (its version ends in "+"), and such a state has another name each time that it is asked for, so that nothing
made from it is kept.
"""

from __future__ import annotations

import threading
import time
from typing import Any
from uuid import uuid4

from resograph.errors import QueryError, StoreError
from resograph.namespaces import BASE, RES
from resograph.remote import manifest
from resograph.remote.client import PATIENCE, Client, open_client
from resograph.remote.dataset import RemoteDataset
from resograph.safety import check
from resograph.store import Manifest

FRESH = 1.0
"""Seconds for which a state that has been read is taken for the present one."""


class RemoteReader:
    """The store on a server; ``StoreError`` where there is none.  With *remember* false nothing is kept of what was fetched."""

    def __init__(self, url: str, *, remember: bool = True, patience: float = PATIENCE) -> None:
        self.client: Client = open_client(url, patience=patience)
        self._remember = remember
        self._lock = threading.Lock()
        self._read = 0.0
        self._head = manifest.Head()
        self._generation = ""
        self._dataset: RemoteDataset | None = None
        self._manifest: Manifest | None = None
        self._open()

    @property
    def store(self) -> RemoteDataset:
        """The dataset of the current state."""
        return self._open()

    @property
    def generation(self) -> str:
        """The name of the current state: "000007"; while a build writes, another one each time."""
        self._open()
        return self._generation

    @property
    def base(self) -> str:
        """The base of the identifiers in this store."""
        self._open()
        return self._head.base or BASE

    @property
    def manifest(self) -> Manifest:
        """What the current state holds, as far as a build has noted it there."""
        dataset = self._open()
        if self._manifest is None:
            self._manifest = manifest.kept(dataset, self._head).manifest
        return self._manifest

    def holds(self, graph: str) -> bool:
        """Whether the store has a named graph with that IRI."""
        import pyoxigraph as ox

        try:
            return self.store.contains_named_graph(ox.NamedNode(graph))
        except ValueError:
            return False

    def query(self, query: str, **options: Any) -> Any:
        """Answer *query* after it has been found safe."""
        check(query, self.holds, options.get("prefixes"))
        try:
            return self.store.query(query, **options)
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"the query could not be answered: {' '.join(str(error).split())}") from error

    def close(self) -> None:
        self.client.close()

    def _open(self) -> RemoteDataset:
        with self._lock:
            if self._dataset is not None and time.monotonic() - self._read < FRESH:
                return self._dataset
            first = self._dataset is None
            probe = self._dataset or RemoteDataset(self.client, remember=False)
            found = manifest.head(probe)
            if first and not found.graph:
                self._refuse_empty(probe)
            if first or found != self._head or found.unfinished:
                graphs = manifest.kept(RemoteDataset(self.client), found).graphs
                self._dataset = RemoteDataset(self.client, tuple(sorted(graphs)), remember=self._remember)
                self._generation = found.version + (uuid4().hex if found.unfinished else "")
                self._head, self._manifest = found, None
            self._read = time.monotonic()
            assert self._dataset is not None
            return self._dataset

    def _refuse_empty(self, dataset: RemoteDataset) -> None:
        """A server that has our graph without a manifest was loaded by other means: it answers all the same."""
        shown = self.client.shown
        if not list(dataset.query(f"SELECT ?e WHERE {{ GRAPH ?g {{ ?e <{RES}answersFor> ?edition }} }} LIMIT 1")):  # type: ignore[arg-type]
            raise StoreError(f"there is no store at {shown}; run 'resograph build --store {shown}' first")
        if not list(dataset.query(f"SELECT ?e WHERE {{ ?e <{RES}answersFor> ?edition }} LIMIT 1")):  # type: ignore[arg-type]
            raise StoreError(f"the default graph of {shown} is not the union of its named graphs; start the server so that it is")
