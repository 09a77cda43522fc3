"""Changes to the store, one at a time, each whole or not at all, in a process of their own.

A change becomes a new generation (``store.writing``), so that readers see all of it or nothing and are never held up.  The
process stays between changes, for a new one takes a tenth of a second; it is killed when a change takes too long, and its
memory is bounded.  ``perform`` is the change itself; the rest of this module is about the process.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

import pyoxigraph as ox

from resograph import updates
from resograph.errors import QueryError, RefusedError, ResographError, StoreError
from resograph.serve.evaluate import Busy, TookTooLong, is_damage
from resograph.store import writing

_log = logging.getLogger("resograph.serve")

SECONDS = 300.0
"""How long a change may take."""
MEMORY = 4 * 1024**3
"""Bytes that the process may allocate."""
WAITING = 8
"""Changes that may wait for their turn; the next one is refused at once."""
PATIENCE = 10.0
"""Seconds that a change waits for its turn."""
SMALL = 1_000_000
"""Bytes of a document up to which it is loaded triple by triple, which costs no new file in the store."""


@dataclass(frozen=True, slots=True)
class Update:
    """A SPARQL update request: its text, the graphs that the protocol names, the base of its relative IRIs."""

    text: str
    dataset: updates.Using = updates.UNSPECIFIED
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file of triples: where it is, its media type, the base of its relative IRIs."""

    path: str
    media_type: str
    base: str


@dataclass(frozen=True, slots=True)
class Load:
    """Documents to be put into a graph (None: the default graph), in the place of what it holds or beside it."""

    graph: str | None
    documents: tuple[Document, ...]
    replace: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """A graph to be taken out; the default graph (None) is emptied."""

    graph: str | None


class ConflictError(QueryError):
    """A change that the store as it is does not allow: a graph to be created is there, one to be cleared is not."""


Change = Update | Load | Drop


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the graph was there before (of an update: True)."""

    existed: bool = True


class Writer(Protocol):
    """Something that makes changes: ``QueryError`` where the change is wrong, ``StoreError``, ``TookTooLong``, ``Busy``."""

    def write(self, change: Change) -> Outcome: ...


# --- a change ---------------------------------------------------------------------------------------------------------


def perform(store: ox.Store, change: Change) -> Outcome:
    """Make *change* in *store*; ``QueryError`` where it is wrong or cannot be made, and the store is then to be thrown away."""
    try:
        if isinstance(change, Update):
            return _update(store, change)
        graph = ox.DefaultGraph() if change.graph is None else ox.NamedNode(change.graph)
        existed = isinstance(graph, ox.DefaultGraph) or store.contains_named_graph(graph)
        if isinstance(change, Load):
            _load(store, graph, change)
        elif isinstance(graph, ox.DefaultGraph):
            store.clear_graph(graph)
        elif existed:
            store.remove_graph(graph)
    except (RuntimeError, ValueError) as error:
        if is_damage(error):
            raise
        raise ConflictError(f"it cannot be done: {' '.join(str(error).split())[:300]}") from error
    return Outcome(existed)


def _update(store: ox.Store, change: Update) -> Outcome:
    scratch = ox.Store()
    try:
        pieces = updates.read(change.text, change.dataset)
    except RefusedError:
        updates.parse(change.text, scratch, change.base)  # what is no SPARQL at all is told so
        raise
    for piece in pieces:
        updates.parse(piece, scratch, change.base)
    for piece in pieces:
        store.update(piece, base_iri=change.base)
    return Outcome()


def _load(store: ox.Store, graph: ox.NamedNode | ox.DefaultGraph, change: Load) -> None:
    if isinstance(graph, ox.NamedNode):
        store.add_graph(graph)
    if change.replace:
        store.clear_graph(graph)
    for document in change.documents:
        form = ox.RdfFormat.from_media_type(document.media_type)
        assert form is not None
        try:
            if form == ox.RdfFormat.JSON_LD:  # the only one of the forms that can name other graphs
                store.bulk_extend(_triples_only(document, form, graph))
            elif Path(document.path).stat().st_size <= SMALL:
                store.load(path=document.path, format=form, base_iri=document.base, to_graph=graph)
            else:
                store.bulk_load(path=document.path, format=form, base_iri=document.base, to_graph=graph)
        except (SyntaxError, ValueError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            raise QueryError(f"not {form.name}: {' '.join(reason.split())[:300]}") from error


def _triples_only(document: Document, form: ox.RdfFormat, graph: ox.NamedNode | ox.DefaultGraph) -> Iterable[ox.Quad]:
    found = ox.parse(path=document.path, format=form, base_iri=document.base, without_named_graphs=True, rename_blank_nodes=True)
    return (ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in found)


# --- the process ------------------------------------------------------------------------------------------------------


class Writes:
    """Makes changes to the store in *folder*, one after the other, in a process that is started with the first."""

    def __init__(self, folder: Path, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._folder = folder
        self._seconds = seconds
        self._memory = memory
        self._turn = threading.Lock()
        self._waiting = 0
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def write(self, change: Change) -> Outcome:
        """Blocks until *change* is made or refused."""
        with self._in_turn():
            before = self._current()
            line = self._open()
            try:
                line.send(change)
                if not line.poll(self._seconds):
                    raise TookTooLong
                answer = line.recv()
            except TookTooLong:
                self._kill()
                if self._current() != before:  # it was killed after the switch: the change is made
                    return Outcome()
                raise
            except (EOFError, OSError) as error:
                ended = self._kill()
                if self._current() != before:
                    return Outcome()
                _log.error("the process that writes ended (%s)", ended)
                raise StoreError("the write ended before its time, most likely for want of memory; nothing of it was kept") from error
        if isinstance(answer, Outcome):
            return answer
        if isinstance(answer, str):
            _log.error("a write failed: %s", answer)
            raise StoreError("the write failed; nothing of it was kept, and the log of the server says why")
        assert isinstance(answer, ResographError)
        raise answer

    def close(self) -> None:
        """End the process; a change under way is not made."""
        self._kill()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._waiting >= WAITING:
            raise Busy
        self._waiting += 1
        try:
            if not self._turn.acquire(timeout=PATIENCE):
                raise Busy
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turn.release()

    def _open(self) -> Connection:
        if self._process is None or self._line is None or not self._process.is_alive():
            self._kill()
            context = multiprocessing.get_context("spawn")
            self._line, theirs = context.Pipe()
            self._process = context.Process(target=_loop, args=(theirs, self._folder, self._memory), name="writes", daemon=True)
            self._process.start()
            theirs.close()
        return self._line

    def _kill(self) -> str:
        """End the process; how it had ended by itself, if it had."""
        process, line, self._process, self._line = self._process, self._line, None, None
        if line is not None:
            line.close()
        if process is None:
            return ""
        process.join(timeout=0.1)
        status = process.exitcode
        process.kill()
        process.join()
        return f"status {status}"

    def _current(self) -> str:
        with suppress(OSError):
            return (self._folder / "CURRENT").read_text(encoding="ascii")
        return ""


def _loop(line: Connection, folder: Path, memory: int) -> None:
    """The life of the process: changes come in, outcomes or errors go out, until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the engine writes pages when its memory runs out; the server logs a line
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    while True:
        try:
            change = line.recv()
        except (EOFError, OSError):
            return
        try:
            answer: object = _committed(folder, change)
        except ResographError as error:
            answer = type(error)(str(error))  # without its cause, which may not travel
        except Exception:
            answer = traceback.format_exc()
        try:
            line.send(answer)
        except OSError:
            return


def _committed(folder: Path, change: Change) -> Outcome:
    with writing(folder) as writer:
        outcome = perform(writer.store, change)
        if outcome.existed or not isinstance(change, Drop):
            writer.commit(touched=_touched(change), counted=False)
        return outcome


def _touched(change: Change) -> set[str] | None:
    """The named graphs that *change* is about; None where only its evaluation would tell."""
    if isinstance(change, Update):
        return updates.graphs(change.text)
    return set() if change.graph is None else {change.graph}
