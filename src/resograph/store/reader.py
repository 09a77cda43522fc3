"""Reading the store: the generation that is the current one."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resograph.errors import QueryError, StoreError
from resograph.store.manifest import Manifest
from resograph.store.place import GRAPH, MANIFEST, current, default_folder, mend, place_of

if TYPE_CHECKING:
    import pyoxigraph as ox


class Reader:
    """The current generation, read-only; after a build has switched the pointer, ``store`` is the new one."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder()
        self._lock = threading.Lock()
        self._generation = ""
        self._store: ox.Store | None = None
        self._manifest = Manifest()
        self._open()

    @property
    def generation(self) -> str:
        """The name of the generation that answers: "000007"."""
        self._open()
        return self._generation

    @property
    def store(self) -> ox.Store:
        """The Oxigraph store of the current generation; asking costs the reading of one small file."""
        return self._open()

    @property
    def place(self) -> Path:
        """The folder of the current generation, with the full text beside the graph."""
        return place_of(self.folder, self.generation)

    @property
    def manifest(self) -> Manifest:
        """What the current generation holds."""
        self._open()
        return self._manifest

    @property
    def base(self) -> str:
        """The base of the identifiers in this store."""
        return self.manifest.base

    def holds(self, graph: str) -> bool:
        """Whether the store has a named graph with that IRI."""
        import pyoxigraph as ox

        try:
            return self.store.contains_named_graph(ox.NamedNode(graph))
        except ValueError:
            return False

    def query(self, query: str, **options: Any) -> Any:
        """Answer *query* after it has been found safe; the default graph is the union of all unless the query says FROM."""
        from resograph.safety import check, explained

        checked = check(query, self.holds, options.get("prefixes"))
        try:
            return self.store.query(query, use_default_graph_as_union=not checked.has_dataset, **options)
        except SyntaxError as error:
            raise QueryError(f"not SPARQL: {explained(error, query, options.get('prefixes'))}") from error
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"the query could not be answered: {' '.join(str(error).split())}") from error

    def _open(self) -> ox.Store:
        generation = current(self.folder)
        if self._store is not None and generation == self._generation:
            return self._store
        import pyoxigraph as ox

        with self._lock:
            for attempt in range(20):  # a generation may be swept between the reading of its name and its opening
                generation = current(self.folder)
                if not generation:
                    raise StoreError(f"there is no store in {self.folder}; run 'resograph build' first")
                if self._store is not None and generation == self._generation:
                    return self._store
                place = place_of(self.folder, generation)
                try:
                    manifest = Manifest.read(place / MANIFEST, self.folder)
                    self._store = ox.Store.read_only(str(place / GRAPH))
                    self._manifest, self._generation = manifest, generation
                    return self._store
                except (OSError, RuntimeError, StoreError) as error:  # RuntimeError: RocksDB finds the store damaged
                    if generation != current(self.folder) and attempt < 19:
                        continue
                    if isinstance(error, StoreError):
                        raise
                    reason = " ".join(str(error).split())
                    raise StoreError(f"the store {self.folder} cannot be opened ({reason}); {mend(self.folder)}") from error
        raise StoreError(f"the store {self.folder} cannot be opened")
