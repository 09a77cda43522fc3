"""``build --store URL``: the build is made here, in a copy of the remote store, and what has changed is sent.

The copy is an ordinary store in the user's cache folder, one for each server.  It remembers which state of the server it is a copy
of; where the server is in another one (somebody else has built, or a build was killed), it is fetched anew.  So a build does
and costs what it does for a folder, and on the server only those named graphs change that say something else than before:

    the manifest is written: "000007+", without the digests of the graphs that will change
    each changed graph is sent: what is gone and what is new, in one update, where that is little; else the whole graph (a PUT
    of the Graph Store Protocol, or updates); those that are gone are taken away
    the manifest is written: "000008"

There is no switch of generations on a server: from the first to the last graph readers see some old and some new ones, each
of them whole.  A build that is killed leaves the first manifest; the next one sees it, fetches what is there, and sends what is missing.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from resograph.errors import StoreError
from resograph.namespaces import BASE
from resograph.remote import manifest
from resograph.remote.client import Client, open_client
from resograph.remote.dataset import RemoteDataset
from resograph.remote.lock import locked
from resograph.remote.manifest import Head, Kept
from resograph.store import Entry, Manifest, Reader, writing

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.build import Progress, Report


def build(
    paths: Sequence[Path],
    url: str,
    *,
    base: str = BASE,
    jobs: int = 0,
    wait: bool = False,
    rebuild: bool = False,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Load *paths* into the store at *url*; as ``resograph.build.build`` for a folder."""
    from resograph import build as local

    client = open_client(url)
    try:
        with locked(client, base, wait=wait):
            dataset = RemoteDataset(client)
            at = Head() if rebuild else manifest.head(dataset)
            there = manifest.kept(dataset, at)
            if rebuild:
                there = Kept(Manifest(), dict.fromkeys(_named_before(dataset, f"{base}graph/manifest"), ""))
            copy = _folder(client.shown)
            if rebuild or not at.graph or at.unfinished or _state(copy) != at.state:
                _fetch(copy, dataset, at, there)
            _remember(copy, "")  # from here on the copy may be ahead of the server
            before = Reader(copy).store if (copy / "CURRENT").exists() else None
            report = local.build(paths, copy, base=base, jobs=jobs, wait=wait, scheduler=scheduler, progress=progress)
            if (copy / "CURRENT").exists() and (report.changed or at.unfinished or not at.graph):
                at = _send(client, copy, before, at, there, base)
            _remember(copy, at.state)
            report.generation = at.version
            return report
    finally:
        client.close()


# --- the copy -------------------------------------------------------------------------------------------------------


def _folder(shown: str) -> Path:
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("resograph", appauthor=False)) / "servers" / hashlib.sha256(shown.encode()).hexdigest()[:16]


def _state(copy: Path) -> str:
    """The state of the server of which *copy* is a copy; "" where that is not known."""
    try:
        return (copy / "STATE").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _remember(copy: Path, state: str) -> None:
    if copy.is_dir():
        (copy / "STATE").write_text(state + "\n", encoding="ascii")


def _fetch(copy: Path, dataset: RemoteDataset, at: Head, there: Kept) -> None:
    """Make *copy* anew: what the server has now, or nothing where it has no store."""
    try:
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(parents=True)
    except OSError as error:
        raise StoreError(f"the copy of {dataset.client.shown} in {copy} cannot be written: {error.strerror or error}") from error
    if not at.graph:
        return
    with writing(copy) as writer:
        graphs = _claimed(there.graphs, there.manifest.files, at.base)
        own = f"{at.base}graph/"  # of a build that was killed these may say what is no longer so, and all of them are made anew
        dataset.copy_into(writer.store, [graph for graph in graphs if not (at.unfinished and graph.startswith(own))])
        writer.manifest.base = at.base
        writer.manifest.files.update(there.manifest.files)
        if not at.unfinished:
            writer.manifest.shared.update(there.manifest.shared)
        writer.commit(derived=not at.unfinished)


def _claimed(graphs: Iterable[str], files: dict[str, Entry], base: str) -> list[str]:
    """Those of *graphs* that a file makes, or the build itself; what a killed build has left is neither."""
    made = {graph for entry in files.values() for graph in entry.graphs}
    return [graph for graph in graphs if graph in made or graph.startswith(f"{base}graph/")]


def _named_before(dataset: RemoteDataset, graph: str) -> list[str]:
    """The graphs that a manifest of any format names: a rebuild takes them away."""
    import pyoxigraph as ox

    quads = dataset.quads_for_pattern(None, ox.NamedNode(manifest.DCTERMS + "hasPart"), None, ox.NamedNode(graph))
    return [str(getattr(quad.object, "value", "")) for quad in quads]


# --- sending --------------------------------------------------------------------------------------------------------


def _send(client: Client, copy: Path, before: ox.Store | None, at: Head, there: Kept, base: str) -> Head:
    """Bring the server, which has what the copy had *before*, to the state of *copy*; gives the state that it has then."""
    reader = Reader(copy)
    store, here = reader.store, reader.manifest
    names = _claimed((str(graph.value) for graph in store.named_graphs()), here.files, here.base)
    digests = {name: _digest(store, name) for name in names}
    digests = {name: digest for name, digest in digests.items() if digest}
    changed = [name for name, digest in digests.items() if there.graphs.get(name) != digest]
    gone = sorted(set(there.graphs) - set(digests))
    graph = at.graph or f"{base}graph/manifest"
    number = int(at.version.removesuffix("+") or 0)

    unfinished = Head(graph, here.base, f"{number:06}+", uuid4().hex)
    known = {name: "" if name in changed else digest for name, digest in {**there.graphs, **digests}.items()}
    client.put(graph, manifest.as_triples(unfinished, Manifest(here.base, _certain(there.manifest.files, here.files)), known))
    for name in changed:  # one after another: servers write no faster when asked for several at once
        has = there.graphs.get(name)
        old = _lines(before, name) if before is not None and has and has == _digest(before, name) else None
        if old is None or not _changed(client, name, old, _lines(store, name)):
            client.put(name, _triples(store, name))
    for name in gone:
        client.drop(name)
    done = Head(graph, here.base, f"{number + 1:06}", uuid4().hex)
    client.put(graph, manifest.as_triples(done, here, digests))
    return done


def _changed(client: Client, graph: str, old: set[bytes], new: set[bytes]) -> bool:
    """Whether the graph could be changed by what is gone and what is new alone: it must be little, and have no blank nodes."""
    gone, come = sorted(old - new), sorted(new - old)
    return not any(b"_:" in line for line in (*gone, *come)) and client.change(graph, gone, come)


def _lines(store: ox.Store, graph: str) -> set[bytes]:
    return set(_triples(store, graph).splitlines())


def _certain(old: dict[str, Entry], new: dict[str, Entry]) -> dict[str, Entry]:
    """The files of which a build after a killed one need not read again: those that stay as they were, and those that go."""
    return {name: entry for name, entry in old.items() if new.get(name, entry) == entry}


def _triples(store: ox.Store, graph: str) -> bytes:
    import pyoxigraph as ox

    return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph)) or b""


_BLANK = re.compile(rb"_:[0-9A-Za-z]+")


def _digest(store: ox.Store, graph: str) -> str:
    """What the graph says, whatever the names of its blank nodes and the order of its triples; "" for an empty one."""
    lines = sorted(_BLANK.sub(b"_:", line) if b"_:" in line else line for line in _triples(store, graph).splitlines())
    return hashlib.sha256(b"\n".join(lines)).hexdigest() if lines else ""
