"""Writing to the store: the next generation is prepared beside the current one, then the pointer moves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from resograph.errors import StoreError
from resograph.store import text
from resograph.store.manifest import DERIVED, FORMAT, Manifest
from resograph.store.place import GRAPH, MANIFEST, TEXT, current, generations, place_of, sha256, switch, write_through

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pyoxigraph as ox


class Writer:
    """A build at work: it reads the manifest of the current generation and opens the next only when something changes."""

    def __init__(self, folder: Path, *, rebuild: bool = False) -> None:
        self.folder = folder
        self.current = ""
        try:
            self.current = current(folder)
        except StoreError:
            if not rebuild:  # what the pointer names is of no matter to one who begins anew
                raise
        self.fresh = rebuild or not self.current
        self.manifest = Manifest() if self.fresh else Manifest.read(self._place(self.current) / MANIFEST, folder)
        self._store: ox.Store | None = None
        self.sweep()
        self._next = f"{max([0, int(self.current or 0), *map(int, generations(folder))]) + 1:06}"

    @property
    def place(self) -> Path:
        """The folder of the next generation."""
        return self._place(self._next)

    @property
    def store(self) -> ox.Store:
        """The store of the next generation, for writing."""
        if self._store is None:
            import pyoxigraph as ox

            self.place.mkdir(parents=True)
            if not self.fresh:
                ox.Store.read_only(str(self._place(self.current) / GRAPH)).backup(str(self.place / GRAPH))
            self._store = ox.Store(str(self.place / GRAPH))
        return self._store

    def commit(
        self,
        *,
        optimize: bool = False,
        touched: Collection[str] | None = None,
        derived: bool = False,
        anew: bool = False,
        counted: bool = True,
    ) -> None:
        """Make the next generation the current one, its full text in step with its graph.

        *touched* are the IRIs of the graphs that may have changed, where the caller knows them: only those are looked at for the
        full text, otherwise every one is.  *derived* says that index and derived graphs are in step already; else, where the graph of
        an expression may have changed, the next build makes them anew.  *anew* makes the full text from nothing.
        Counting reads the whole graph, so a small write does without (*counted*).
        """
        store = self.store
        touched = None if touched is None else {str(name) for name in touched}  # an IRI of rdflib is no equal of its str
        if optimize:
            store.optimize()
        store.flush()
        before = None if self.fresh or anew else self._place(self.current) / TEXT
        text.bring(store, self.manifest.base, self.place / TEXT, before, touched)
        self.manifest.triples = len(store) if counted else -1
        expressions = f"{self.manifest.base}expression/"
        if not derived and (touched is None or any(name.startswith(expressions) for name in touched)):
            self.manifest.shared.pop(DERIVED, None)
        self._store = None
        del store
        self._finish()

    def adopt(self, fill: Callable[[Path], Manifest]) -> None:
        """Make what *fill* puts into an empty folder (graph and full text) the next and the current generation."""
        self.place.mkdir(parents=True)
        self.manifest = fill(self.place)
        self._finish()

    def _finish(self) -> None:
        manifest = self.manifest
        manifest.format, manifest.made = FORMAT, datetime.now(UTC).isoformat(timespec="seconds")
        known = manifest.tables  # a table that is already known is the same file by a hard link
        manifest.tables = {path.name: known.get(path.name) or sha256(path) for path in sorted((self.place / GRAPH).glob("*.sst"))}
        write_through(self.place / MANIFEST, manifest.dump())
        switch(self.folder, self._next)
        self.current = self._next
        self.sweep()

    def abandon(self) -> None:
        """Leave the current generation as it is and take away what was prepared."""
        self._store = None
        if self.current != self._next:
            shutil.rmtree(self.place, ignore_errors=True)
            with suppress(OSError):
                (self.folder / "CURRENT.next").unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        return place_of(self.folder, name)

    def sweep(self, keep: int = 2) -> None:
        """Take away what killed builds have left, and all generations but the last *keep* up to the current one."""
        names = generations(self.folder)
        kept = [name for name in names if name <= self.current][-keep:]
        for name in names:
            if name not in kept:
                shutil.rmtree(self._place(name), ignore_errors=True)


@contextmanager
def writing(folder: Path, *, wait: bool = False, rebuild: bool = False) -> Iterator[Writer]:
    """The right to write to the store in *folder*, for one build at a time; leaving without ``commit`` changes nothing."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        lock.acquire(timeout=-1 if wait else 0)
    except Timeout as error:
        raise StoreError(f"another build is writing to {folder}; wait for it to end (--wait) or use another --store") from error
    except OSError as error:
        raise StoreError(f"the store {folder} cannot be written: {error.strerror or error}") from error
    try:
        writer = Writer(folder, rebuild=rebuild)
        try:
            yield writer
        except (OSError, RuntimeError) as error:
            reason = " ".join(str(getattr(error, "strerror", None) or error).split())
            raise StoreError(f"the store {folder} cannot be written: {reason}") from error
        finally:
            writer.abandon()
    finally:
        lock.release()
