"""The state of a store: what it is, whether it is whole, and making it small."""

from __future__ import annotations

import io
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from resograph.errors import StoreError
from resograph.store import text
from resograph.store.manifest import DERIVED, FORMAT, Manifest
from resograph.store.place import GRAPH, MANIFEST, TEXT, current, generations, mend, place_of, sha256
from resograph.store.reader import Reader
from resograph.store.writer import writing

if TYPE_CHECKING:
    from typing_extensions import Buffer

TEXT_MEND = "make it anew with 'resograph store compact'"


@dataclass(frozen=True, slots=True)
class Status:
    """What a store is and holds; ``full_text`` is "in step", "not in step", "none" or "damaged", ``derived`` whether the derived
    graphs are those of the texts."""

    folder: str
    format: int
    generation: str
    generations: tuple[str, ...]
    made: str
    bytes: int
    triples: int
    graphs: int
    files: int
    editions: int
    sources: tuple[tuple[str, int], ...]
    full_text: str
    clauses: int
    derived: bool


def status(folder: Path) -> Status:
    """The state of the store in *folder*; ``StoreError`` where there is none or it cannot be opened."""
    reader = Reader(folder)
    store, manifest, place = reader.store, reader.manifest, reader.place
    clauses, full_text = 0, "none"
    if (place / TEXT).exists():
        try:
            full_text = "in step" if text.in_step(store, manifest.base, place / TEXT) else "not in step"
            with closing(text.opened(place / TEXT)) as index:
                clauses = index.execute("SELECT count(*) FROM clauses").fetchone()[0]
        except sqlite3.Error:
            full_text = "damaged"
    built = {name: entry for name, entry in manifest.files.items() if entry.graphs}
    folders: dict[str, int] = {}
    for name in built:
        where = name.rpartition("/" if name.startswith("corpus:") else os.sep)[0] or "."
        folders[where] = folders.get(where, 0) + 1
    return Status(
        folder=str(folder),
        format=manifest.format,
        generation=reader.generation,
        generations=tuple(generations(folder)),
        made=manifest.made,
        bytes=_size(folder),
        triples=manifest.triples if manifest.triples >= 0 else len(store),
        graphs=sum(1 for _ in store.named_graphs()),
        files=len(built),
        editions=len({key for entry in built.values() for key in entry.keys}),
        sources=tuple(sorted(folders.items())),
        full_text=full_text,
        clauses=clauses,
        derived=DERIVED in manifest.shared,
    )


def _size(folder: Path) -> int:
    """Bytes on the disk; what two generations share by hard links counts once."""
    found = {}
    for path in folder.rglob("*"):
        try:
            state = path.stat()
        except OSError:  # swept away meanwhile
            continue
        found[state.st_dev, state.st_ino] = state.st_size if path.is_file() else 0
    return sum(found.values())


# --- is it whole? -----------------------------------------------------------------------------------------------------


def verify(folder: Path) -> list[str]:
    """What is wrong with the store in *folder*, each a line that says what mends it; nothing where it is whole.

    Reads everything: the engine's files against their digests, every statement, each graph that the manifest names, the full text
    against itself and against the graph.  ``StoreError`` where there is no store at all.
    """
    import pyoxigraph as ox

    if not (folder / "CURRENT").exists():
        raise StoreError(f"there is no store in {folder}; run 'resograph build' first")
    try:
        place = place_of(folder, current(folder))
        manifest = Manifest.read(place / MANIFEST, folder)
    except StoreError as error:
        return [str(error)]
    found = [f"{path.name} of the graph is not what was written; {mend(folder)}" for path in _changed(place / GRAPH, manifest)]
    try:
        store = ox.Store.read_only(str(place / GRAPH))
        statements = _Lines()
        store.dump(statements, format=ox.RdfFormat.N_QUADS)
    except (OSError, RuntimeError, ValueError) as error:
        return [*found, f"the graph cannot be read ({' '.join(str(error).split())}); {mend(folder)}"]
    if manifest.triples not in (-1, statements.number):
        found.append(f"the graph has {statements.number} statements, and {manifest.triples} were written; {mend(folder)}")
    found += [f"{fault}; {mend(folder)}" for fault in _lost(store, manifest)]
    if found:  # the full text cannot agree with what is not there
        return found
    if manifest.format < FORMAT:
        return [f"the store has format {manifest.format}, without full text; 'resograph build' or 'resograph store compact' adds it"]
    with tempfile.TemporaryDirectory() as scratch:
        return [f"{fault}; {TEXT_MEND}" for fault in text.faults(store, manifest.base, place / TEXT, Path(scratch))]


class _Lines(io.BytesIO):
    """A file that counts lines and keeps none."""

    number = 0

    def write(self, data: Buffer) -> int:
        """Count the lines of *data*."""
        self.number += bytes(data).count(b"\n")
        return memoryview(data).nbytes


def _changed(graph: Path, manifest: Manifest) -> Iterator[Path]:
    """The engine's tables that are there and not as they were written (one that is missed shows when the graph is read)."""
    for name, digest in manifest.tables.items():
        path = graph / name
        if path.is_file() and sha256(path) != digest:
            yield path


def _lost(store: object, manifest: Manifest) -> Iterator[str]:
    """The graphs that the manifest names and the store has not."""
    import pyoxigraph as ox

    assert isinstance(store, ox.Store)
    there = {graph.value for graph in store.named_graphs()}
    wanted = {graph: name for name, entry in manifest.files.items() for graph in entry.graphs}
    lost = sorted(set(wanted) - there)
    if lost:
        yield f"{len(lost)} graphs are lost, such as {lost[0]} of {wanted[lost[0]]}"
    for name in manifest.shared:
        if name in ("vocabulary", "ontology") and f"{manifest.base}graph/{name}" not in there:
            yield f"the graph of the {name} is lost"


# --- smaller ----------------------------------------------------------------------------------------------------------


def compact(folder: Path, *, wait: bool = False) -> tuple[int, int]:
    """Order the graph for reading, make the full text anew, and keep the current generation only; bytes before and after."""
    if not (folder / "CURRENT").exists():
        raise StoreError(f"there is no store in {folder}; run 'resograph build' first")
    before = _size(folder)
    with writing(folder, wait=wait) as writer:
        writer.commit(optimize=True, derived=True, anew=True)
        writer.sweep(keep=1)
    return before, _size(folder)
