"""Graphs worked out from what the store holds: catalogue, changes between editions, likeness of clauses.

Each has a name below ``graph/`` and one maker, a pure function from the store to triples.  A maker reads the graphs of the documents,
the index, the vocabularies and the ontology, and no other derived graph: so they can be made side by side, and dropping any of them
leaves the rest as it is.  A build that changes anything makes them anew; one that is made work by work keeps what it says of
works whose texts are the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
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
_BATCH = 32 << 20  # bytes of N-Quads that are loaded at once: each load costs a tenth of a second, however small
_OF_WORK = 3  # segments of the key of a work: body, kind, number


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived graph: its name below ``graph/``, what makes it, and what makes the part of it that speaks of some works."""

    name: str
    make: Maker
    make_of: WorkMaker | None = None


def graphs() -> tuple[Derived, ...]:
    """The derived graphs, those that take longest first."""
    from resograph import likeness, standing, tallies
    from resograph.catalogue_graph import make_catalogue, make_citations
    from resograph.diff.as_triples import changes, changes_of

    return (
        Derived("likeness", likeness.graph),
        Derived("changes", changes, changes_of),
        Derived("citations", make_citations),
        Derived("tallies", tallies.triples),
        Derived("catalogue", make_catalogue),
        Derived("standing", standing.triples),
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
    that the store has a text of.  *beside* is a folder for a snapshot that the processes read.
    """
    import pyoxigraph as ox

    tasks: list[_Task] = []
    for entry in graphs():
        graph = ox.NamedNode(f"{base}graph/{entry.name}")
        if entry.make_of is None or (works is None and pool is None):
            tasks.append(_Task(entry.name))
        else:
            these = sorted(held if works is None else works)
            tasks += [_Task(entry.name, part) for number in range(_PARTS) if (part := tuple(these[number::_PARTS]))]
        if store.contains_named_graph(graph):
            if entry.make_of is None or works is None:
                store.remove_graph(graph)
            else:
                _take_out(store, graph, base, frozenset(works))
    made = list(_made(store, base, beside, tasks, pool))  # all of them before the first is loaded: none reads another
    while made:
        batch = bytearray()
        while made and len(batch) < _BATCH:
            batch += made.pop()
        store.bulk_load(bytes(batch), format=ox.RdfFormat.N_QUADS)


class _Task(NamedTuple):
    """A derived graph to make, or the part of it that speaks of some works."""

    name: str
    works: tuple[str, ...] | None = None


def _take_out(store: ox.Store, graph: ox.NamedNode, base: str, works: frozenset[str]) -> None:
    """Take out of *graph* what it says of *works*."""
    for quad in list(store.quads_for_pattern(None, None, None, graph)):
        key = str(getattr(quad.subject, "value", "")).removeprefix(base).partition("#")[0]
        if "/".join(key.split("/")[:_OF_WORK]) in works:
            store.remove(quad)


def _made(store: ox.Store, base: str, beside: Path, tasks: list[_Task], pool: Executor | None) -> Iterator[bytes]:
    """What comes of *tasks*, as N-Quads; other processes read a snapshot, which no write of ours changes under them."""
    if pool is None:
        yield from (_make(store, base, task) for task in tasks)
        return
    snapshot = beside / "snapshot"
    store.backup(str(snapshot))
    try:
        yield from pool.map(partial(_make_at, snapshot, base), tasks)
    finally:
        shutil.rmtree(snapshot, ignore_errors=True)


def _make_at(place: Path, base: str, task: _Task) -> bytes:
    """In a process of its own: *task* over the store at *place*."""
    import pyoxigraph as ox

    return _make(ox.Store.read_only(str(place)), base, task)


def _make(store: ox.Store, base: str, task: _Task) -> bytes:
    import pyoxigraph as ox

    from resograph.graph import as_quads

    entry = next(entry for entry in graphs() if entry.name == task.name)
    found = entry.make(store, base) if task.works is None or entry.make_of is None else entry.make_of(store, base, task.works)
    return ox.serialize(as_quads(f"{base}graph/{entry.name}", found), format=ox.RdfFormat.N_QUADS) or b""
