"""The embedded store on disk, in generations: readers keep the one they have open while a build prepares the next.

    store/CURRENT                               names the generation that answers
    store/generations/000007/graph/             the Oxigraph store
    store/generations/000007/manifest.json      format version, and for each source file what it was and which graphs it made
    store/lock                                  held by the build that writes

A build copies the current generation by hard links, changes the copy, and renames the pointer at the end: a build that is
killed leaves nothing but a folder that the next one sweeps away.  Only the current generation and the one before it stay.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resograph.errors import QueryError, StoreError

if TYPE_CHECKING:
    import pyoxigraph as ox

FORMAT = 2  # 2: with the derived graphs that the questions ask


def folder_of(store: str | None) -> Path:
    """The folder that ``--store`` names, else the default one."""
    if store and "://" in store:
        raise StoreError(f"{store}: a store is a folder here; a server is asked with its own tools")
    return Path(store) if store else default_folder()


def default_folder() -> Path:
    """Where the store is when nobody says: ``RESOGRAPH_STORE``, else the user's data directory."""
    if named := os.environ.get("RESOGRAPH_STORE"):
        return Path(named)
    from platformdirs import user_data_dir

    return Path(user_data_dir("resograph", appauthor=False)) / "store"


# --- what a generation says of itself -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A source file as it was built: its content, the version of the program that read it, what came of it."""

    sha256: str
    digest: str
    keys: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    note: str = ""


@dataclass
class Manifest:
    """What a generation holds: the source files by name, and the digests of what is loaded beside them."""

    base: str = ""
    files: dict[str, Entry] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def dump(self) -> str:
        """As JSON, files in order."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, path: Path, folder: Path) -> Manifest:
        """The manifest at *path* of the store *folder*; ``StoreError`` when it is damaged or of another format."""
        mend = f"write it anew with 'resograph build --rebuild --store {folder}'"
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise StoreError(f"the store {folder} has format {data['format']}, this program reads {FORMAT}; {mend}")
            files = {name: Entry(**{**entry, "keys": tuple(entry["keys"]), "graphs": tuple(entry["graphs"])})
                     for name, entry in data["files"].items()}  # fmt: skip
            return cls(data["base"], files, dict(data["shared"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"the store {folder} is damaged ({path.name}: {type(error).__name__}); {mend}") from error


# --- reading --------------------------------------------------------------------------------------------------------


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
        generation = _current(self.folder)
        if self._store is not None and generation == self._generation:
            return self._store
        import pyoxigraph as ox

        with self._lock:
            for attempt in range(20):  # a generation may be swept between the reading of its name and its opening
                generation = _current(self.folder)
                if not generation:
                    raise StoreError(f"there is no store in {self.folder}; run 'resograph build' first")
                if self._store is not None and generation == self._generation:
                    return self._store
                place = self.folder / "generations" / generation
                try:
                    manifest = Manifest.read(place / "manifest.json", self.folder)
                    self._store = ox.Store.read_only(str(place / "graph"))
                    self._manifest, self._generation = manifest, generation
                    return self._store
                except (OSError, RuntimeError, StoreError) as error:  # RuntimeError: RocksDB finds the store damaged
                    if generation != _current(self.folder) and attempt < 19:
                        continue
                    if isinstance(error, StoreError):
                        raise
                    raise StoreError(
                        f"the store {self.folder} cannot be opened; build it anew with --rebuild: {' '.join(str(error).split())}"
                    ) from error
        raise StoreError(f"the store {self.folder} cannot be opened")


def _current(folder: Path) -> str:
    try:
        return (folder / "CURRENT").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"the store {folder} cannot be read: {getattr(error, 'strerror', None) or 'CURRENT is damaged'}") from error


# --- writing --------------------------------------------------------------------------------------------------------


class Writer:
    """A build at work: it reads the manifest of the current generation and opens the next only when something changes."""

    def __init__(self, folder: Path, *, rebuild: bool = False) -> None:
        self.folder = folder
        self._generations = folder / "generations"
        self.current = _current(folder)
        self.fresh = rebuild or not self.current
        self.manifest = Manifest() if self.fresh else Manifest.read(self._place(self.current) / "manifest.json", folder)
        self._store: ox.Store | None = None
        self._sweep()
        self._next = f"{max([0, *map(int, self._names())]) + 1:06}"

    @property
    def store(self) -> ox.Store:
        """The store of the next generation, for writing."""
        if self._store is None:
            import pyoxigraph as ox

            place = self._place(self._next)
            place.mkdir(parents=True)
            if not self.fresh:
                ox.Store.read_only(str(self._place(self.current) / "graph")).backup(str(place / "graph"))
            self._store = ox.Store(str(place / "graph"))
        return self._store

    def commit(self, *, optimize: bool = False) -> None:
        """Make the next generation the current one: everything is on the disk before the pointer moves."""
        store, place = self.store, self._place(self._next)
        if optimize:
            store.optimize()
        store.flush()
        self._store = None
        del store
        _write_through(place / "manifest.json", self.manifest.dump())
        _sync_folder(place / "graph")
        _sync_folder(place)
        _sync_folder(self._generations)
        _write_through(self.folder / "CURRENT.next", self._next + "\n")
        os.replace(self.folder / "CURRENT.next", self.folder / "CURRENT")
        _sync_folder(self.folder)
        self.current = self._next
        self._sweep()

    def abandon(self) -> None:
        """Leave the current generation as it is and take away what was prepared."""
        self._store = None
        if self.current != self._next:
            shutil.rmtree(self._place(self._next), ignore_errors=True)

    def _place(self, name: str) -> Path:
        return self._generations / name

    def _names(self) -> list[str]:
        return sorted(path.name for path in self._generations.iterdir() if path.name.isdigit()) if self._generations.is_dir() else []

    def _sweep(self) -> None:
        """Take away what killed builds have left, and generations older than the one before the current."""
        names = self._names()
        kept = [name for name in names if name <= self.current][-2:]
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


def _write_through(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Make the names in a folder survive a power cut, where the system can (not on Windows)."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
