"""Graphs worked out from what the store holds: catalogue, changes between editions, likeness of clauses.

Each has a name below ``graph/`` and one maker, a pure function from the store to triples.  A maker reads the graphs of the documents,
the index, the vocabularies and the ontology, and of the derived graphs those that it comes ``after``: so they can be made side by side,
and dropping any of them leaves the graphs of the documents as they are.  A build that changes anything makes them anew; one
that can be made work by work keeps what it says of works whose texts are the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

Maker = Callable[["ox.Store", str], Iterable["Triple"]]
"""Takes the store (documents, index and vocabularies are in it) and the base of its identifiers."""
WorkMaker = Callable[["ox.Store", str, Collection[str]], Iterable["Triple"]]
"""The same for some works only, by their keys; every subject of what it makes is an edition of one of them, or part of one."""

_PARTS = 8  # pieces into which what is made work by work is cut, so that all processes are done at nearly the same time
_OF_WORK = 3  # segments of the key of a work: body, kind, number


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived graph: its name below ``graph/``, what makes it, what makes the part of it that speaks of some works, and the
    derived graphs that it reads."""

    name: str
    make: Maker
    make_of: WorkMaker | None = None
    after: tuple[str, ...] = ()


def graphs() -> tuple[Derived, ...]:
    """The derived graphs, in an order in which they can be made."""
    from resograph import likeness, marks, pairs, standing, tallies
    from resograph.catalogue_graph import make_catalogue, make_citations
    from resograph.diff.as_triples import changes, changes_of

    return (
        Derived("catalogue", make_catalogue),
        Derived("standing", standing.triples, after=("catalogue",)),
        Derived("tallies", tallies.triples, after=("catalogue",)),
        Derived("marks", marks.triples, after=("catalogue",)),
        Derived("citations", make_citations),
        Derived("changes", changes, changes_of),
        Derived("likeness", likeness.graph, after=("standing",)),
        Derived("pairs", pairs.triples, after=("catalogue", "likeness")),
    )


def renew(
    store: ox.Store,
    base: str,
    beside: Path,
    *,
    works: Collection[str] | None = None,
    held: Iterable[str] = (),
    pool: Executor | None = None,
) -> None:
    """Make the derived graphs of *store* anew, in the processes of *pool* where there is one.

    *works* are the keys of the works whose texts have changed since the graphs were made (None: any may have), *held* those of all
    that the store has a text of.  *beside* is a folder for the snapshots that the processes read.
    """
    import pyoxigraph as ox

    tasks: dict[str, list[_Task]] = {}
    for entry in graphs():
        graph = ox.NamedNode(f"{base}graph/{entry.name}")
        partly = entry.make_of is not None and (works is not None or pool is not None)
        tasks[entry.name] = _parts(entry.name, held if works is None else works) if partly else [_Task(entry.name)]
        if store.contains_named_graph(graph):
            if partly and works is not None:
                _take_out(store, graph, base, frozenset(works))
            else:
                store.remove_graph(graph)
    if pool is None:
        _one_by_one(store, base, tasks)
    else:
        _side_by_side(store, base, tasks, beside, pool)


class _Task(NamedTuple):
    """A derived graph to make, or the part of it that speaks of some works."""

    name: str
    works: tuple[str, ...] | None = None


def _parts(name: str, works: Iterable[str]) -> list[_Task]:
    these = sorted(works)
    return [_Task(name, part) for number in range(_PARTS) if (part := tuple(these[number::_PARTS]))]


def _take_out(store: ox.Store, graph: ox.NamedNode, base: str, works: frozenset[str]) -> None:
    """Take out of *graph* what it says of *works*."""
    for quad in list(store.quads_for_pattern(None, None, None, graph)):
        key = str(getattr(quad.subject, "value", "")).removeprefix(base).partition("#")[0]
        if "/".join(key.split("/")[:_OF_WORK]) in works:
            store.remove(quad)


# --- making -----------------------------------------------------------------------------------------------------------


class _Loader:
    """Loads what was made: at once what another graph reads, the rest together, as each load costs a tenth of a second."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.read = {name for entry in graphs() for name in entry.after}
        self.made: set[str] = set()
        self._waiting: list[bytes] = []

    def take(self, name: str, data: Iterable[bytes]) -> None:
        """The whole graph *name* as N-Quads."""
        self._waiting += data
        self.made.add(name)
        if name in self.read:
            self.load()

    def load(self) -> None:
        """Load what waits."""
        import pyoxigraph as ox

        if data := b"".join(self._waiting):
            self.store.bulk_load(data, format=ox.RdfFormat.N_QUADS)
        self._waiting.clear()


def _one_by_one(store: ox.Store, base: str, tasks: dict[str, list[_Task]]) -> None:
    loader = _Loader(store)
    for name, parts in tasks.items():
        loader.take(name, [_make(store, base, task) for task in parts])
    loader.load()


def _side_by_side(store: ox.Store, base: str, tasks: dict[str, list[_Task]], beside: Path, pool: Executor) -> None:
    """Begin each as soon as what it reads is there: first what others read, then those at the end of the table, which take longest.

    The processes read a snapshot: nothing that is written meanwhile changes it under them.
    """
    loader, snapshots = _Loader(store), beside / "snapshots"
    snapshots.mkdir()
    to_do = [entry for entry in graphs() if entry.name in loader.read]
    to_do += [entry for entry in reversed(graphs()) if entry not in to_do]
    made: dict[str, list[Future[bytes]]] = {}
    try:
        while len(loader.made) < len(tasks):
            ready = [entry for entry in to_do if loader.made.issuperset(entry.after)]
            if ready:
                place = snapshots / str(len(to_do))
                store.backup(str(place))
                for entry in ready:
                    made[entry.name] = [pool.submit(_make_at, place, base, task) for task in tasks[entry.name]]
                to_do = [entry for entry in to_do if entry not in ready]
            wait([future for parts in made.values() for future in parts if not future.done()], return_when=FIRST_COMPLETED)
            for name, parts in list(made.items()):
                if all(future.done() for future in parts):
                    loader.take(name, [future.result() for future in made.pop(name)])
        loader.load()
    finally:
        for parts in made.values():
            for future in parts:
                future.cancel()
        shutil.rmtree(snapshots, ignore_errors=True)


def _make_at(place: Path, base: str, task: _Task) -> bytes:
    """In a process of its own: *task* over the store at *place*."""
    import pyoxigraph as ox

    return _make(ox.Store.read_only(str(place)), base, task)


def _make(store: ox.Store, base: str, task: _Task) -> bytes:
    """The triples of *task* as N-Quads."""
    import pyoxigraph as ox

    from resograph.graph import as_quads

    entry = next(entry for entry in graphs() if entry.name == task.name)
    found = entry.make(store, base) if task.works is None or entry.make_of is None else entry.make_of(store, base, task.works)
    return ox.serialize(as_quads(f"{base}graph/{entry.name}", found), format=ox.RdfFormat.N_QUADS) or b""
