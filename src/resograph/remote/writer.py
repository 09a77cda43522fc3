"""A build at work on a remote store: the counterpart of ``store.Writer``, with the same face.

The build works on a copy of the store in a temporary folder here, where it also derives what follows from all texts; ``commit``
sends the named graphs that have become others, four at once, and takes away those that are gone.  On the server each graph changes
as a whole (one PUT, where it has a graph store), the store does not: between the first and the last graph readers see
some old and some new.  The manifest says so meanwhile, and is written anew at the end; a build that is killed before leaves it saying
so, and the next one sends whatever is not as it should be.

One build writes at a time: it puts its name into ``<base>graph/lock``.  A name that has stood there for longer than ``LEASE``
without a sign of life, or whose process on this machine is gone, counts no more.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from resograph.errors import StoreError
from resograph.namespaces import BASE
from resograph.remote import manifest
from resograph.remote.client import Client, open_client
from resograph.remote.dataset import AT_ONCE, RemoteDataset
from resograph.store import Manifest

if TYPE_CHECKING:
    import pyoxigraph as ox

LEASE = 600.0
"""Seconds after which the lock of a build that gives no sign of life is void."""
SIGN = 60.0
"""Seconds between two signs of life."""


class RemoteWriter:
    """A build: it reads the manifest, copies the store once something changes, and sends what has become another."""

    def __init__(self, client: Client, base: str, folder: Path, *, rebuild: bool = False) -> None:
        self.client = client
        self._folder = folder
        self._dataset = RemoteDataset(client)
        at = manifest.Head() if rebuild else manifest.head(self._dataset)
        kept = manifest.kept(self._dataset, at)
        self._graph = at.graph or f"{base}graph/manifest"
        self._ours = kept.graphs or (self._graphs_of(self._graph) if rebuild else frozenset())
        self.fresh = not at.graph
        self.current = kept.version.removesuffix("+")
        self.manifest: Manifest = kept.manifest
        self._kept = dict(kept.manifest.files)
        if at.unfinished:  # whatever was sent, the build looks again at what is derived and sends what is not as it should be
            self.manifest.shared.pop("code", None)
        self._store: ox.Store | None = None
        self._before: dict[str, str] = {}

    @property
    def store(self) -> ox.Store:
        """The copy that the build changes."""
        if self._store is None:
            import pyoxigraph as ox

            self._store = ox.Store(str(self._folder / "graph"))
            if not self.fresh:
                self._dataset.copy_into(self._store, self._ours)
                self._before = {name: _digest(self._store, name) for name in self._ours}
        return self._store

    def commit(self, *, optimize: bool = False) -> None:  # noqa: ARG002  # the server keeps its own house
        """Send what has changed."""
        store = self.store
        after = {str(name.value): _digest(store, str(name.value)) for name in store.named_graphs()}
        claimed = {graph for entry in self.manifest.files.values() for graph in entry.graphs}
        own = f"{self.manifest.base}graph/"  # what a killed build has left, and no file makes any longer, is neither
        after = {name: digest for name, digest in after.items() if digest and (name in claimed or name.startswith(own))}
        changed = [name for name, digest in after.items() if self._before.get(name) != digest]
        gone = sorted(self._ours - set(after))
        version = f"{int(self.current or 0) + 1:06}"
        # a build after one that is killed from here on reads again what this one has read, and takes away what it takes away
        new = self.manifest.files
        files = {name: entry for name, entry in self._kept.items() if new.get(name, entry) == entry}
        unfinished = f"{self.current or '000000'}+"
        marked = Manifest(self.manifest.base, files)
        self.client.put(self._graph, manifest.as_triples(self._graph, marked, unfinished, set(after) | self._ours))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda name: self.client.put(name, _triples(store, name)), changed))
            list(pool.map(self.client.drop, gone))
        self.client.put(self._graph, manifest.as_triples(self._graph, self.manifest, version, after))
        self.current = version

    def abandon(self) -> None:
        """Leave the server as it is."""
        self._store = None

    def _graphs_of(self, graph: str) -> frozenset[str]:
        """The graphs that a manifest of any format names: a rebuild takes them away."""
        import pyoxigraph as ox

        quads = self._dataset.quads_for_pattern(None, ox.NamedNode(manifest.DCTERMS + "hasPart"), None, ox.NamedNode(graph))
        return frozenset(str(getattr(quad.object, "value", "")) for quad in quads)


def _triples(store: ox.Store, graph: str) -> bytes:
    import pyoxigraph as ox

    return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph)) or b""


_BLANK = re.compile(rb"_:[0-9A-Za-z]+")


def _digest(store: ox.Store, graph: str) -> str:
    """What the graph says, whatever the names of its blank nodes and the order of its triples; "" for an empty one."""
    lines = sorted(_BLANK.sub(b"_:", line) if b"_:" in line else line for line in _triples(store, graph).splitlines())
    return hashlib.sha256(b"\n".join(lines)).hexdigest() if lines else ""


@contextmanager
def writing(url: str, base: str = BASE, *, wait: bool = False, rebuild: bool = False) -> Iterator[RemoteWriter]:
    """The right to write to the store at *url*, for one build at a time; leaving without ``commit`` changes nothing there."""
    client = open_client(url)
    try:
        with _locked(client, base, wait=wait), tempfile.TemporaryDirectory(prefix="resograph-", ignore_cleanup_errors=True) as folder:
            writer = RemoteWriter(client, base, Path(folder), rebuild=rebuild)
            try:
                yield writer
            except (OSError, RuntimeError) as error:
                reason = " ".join(str(getattr(error, "strerror", None) or error).split())
                raise StoreError(f"the copy of {client.shown} in {folder} cannot be written: {reason}") from error
            finally:
                writer.abandon()
    finally:
        client.close()


# --- one build at a time --------------------------------------------------------------------------------------------


@contextmanager
def _locked(client: Client, base: str, *, wait: bool) -> Iterator[None]:
    """The lock of the store, held by this process and kept alive by a thread."""
    lock = f"{base}graph/lock"
    me = f"{platform.node()} {os.getpid()} {uuid4().hex}"
    dataset = RemoteDataset(client, remember=False)
    while (holder := _take(client, dataset, lock, me)) != me:
        if not wait:
            raise StoreError(f"another build is writing to {client.shown} (on {' '.join(holder.split()[:1])}); wait for it to end (--wait)")
        time.sleep(1.0)
    done = threading.Event()

    def live() -> None:
        while not done.wait(SIGN):
            _sign(client, lock, me)

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        client.update(f"DROP SILENT GRAPH <{lock}>")


def _take(client: Client, dataset: RemoteDataset, lock: str, me: str) -> str:
    """Who holds the lock, after this build has tried to take it."""
    holder, since, now = _holder(dataset, lock)
    if holder and not _is_void(holder, since, now):
        return holder
    if holder:
        client.update(f"DROP SILENT GRAPH <{lock}>")
    client.update(
        f"INSERT {{ GRAPH <{lock}> {{ <{lock}> <{manifest.DCTERMS}creator> \"{me}\" ; <{manifest.DCTERMS}modified> ?now }} }} "
        f"WHERE {{ BIND(STR(NOW()) AS ?now) FILTER NOT EXISTS {{ GRAPH <{lock}> {{ <{lock}> <{manifest.DCTERMS}creator> ?other }} }} }}"
    )
    return _holder(dataset, lock)[0]


def _sign(client: Client, lock: str, me: str) -> None:
    client.update(
        f"DELETE {{ GRAPH <{lock}> {{ <{lock}> <{manifest.DCTERMS}modified> ?then }} }} "
        f"INSERT {{ GRAPH <{lock}> {{ <{lock}> <{manifest.DCTERMS}modified> ?now }} }} WHERE {{ BIND(STR(NOW()) AS ?now) "
        f"GRAPH <{lock}> {{ <{lock}> <{manifest.DCTERMS}creator> \"{me}\" ; <{manifest.DCTERMS}modified> ?then }} }}"
    )


def _holder(dataset: RemoteDataset, lock: str) -> tuple[str, str, str]:
    """Who holds the lock, since when, and what the server's clock says."""
    found: Any = dataset.query(
        f"SELECT ?who ?since (STR(NOW()) AS ?now) WHERE {{ GRAPH <{lock}> "
        f"{{ <{lock}> <{manifest.DCTERMS}creator> ?who ; <{manifest.DCTERMS}modified> ?since }} }} ORDER BY ?who"
    )
    return next(((str(row["who"].value), str(row["since"].value), str(row["now"].value)) for row in found), ("", "", ""))


def _is_void(holder: str, since: str, now: str) -> bool:
    host, pid, *_ = [*holder.split(), "", ""]
    if host == platform.node() and pid.isdigit() and not _runs(int(pid)):
        return True
    try:
        return (datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds() > LEASE
    except (ValueError, TypeError):
        return True


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
