"""The one place where a query from outside is evaluated: ``evaluate(query) -> chunks``.

Today a thread of this process does the work; what goes in and comes out is plain data, so that a worker process that can
be killed may take its place.  A query that writes nothing cannot be stopped by a thread: its client is told after the time
limit, its slot stays taken until it ends.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pyoxigraph as ox

from resograph.errors import QueryError
from resograph.namespaces import PREFIXES
from resograph.serve.negotiate import Choice

_log = logging.getLogger("resograph.serve")

CHUNK = 64 * 1024
AHEAD = 8
WAITING = 4
"""Queries that may wait for a slot; the next one is refused at once."""
PATIENCE = 2.0
"""Seconds that a query waits for a slot."""
STACK = 16 * 1024 * 1024
"""Bytes of the stack of a thread that evaluates; ``safety.check`` lets through what needs a fifth of 8 MB."""
STALLED = 60.0
"""Seconds that a client may take no data before its answer is dropped."""


class TookTooLong(Exception):
    """The time limit passed before the first bytes of the answer."""


class Busy(Exception):
    """Every slot is taken by another query, and so are the places to wait."""


class Unacceptable(Exception):
    """The client takes no form that this kind of answer has."""


class Cut(Exception):
    """The answer broke off after its first bytes had gone out."""


@dataclass(frozen=True, slots=True)
class Query:
    """A checked query: its text, the forms wanted for rows and for triples, and its dataset.

    ``default_graphs`` and ``named_graphs`` are those of the protocol (None: not given); ``own_dataset`` is true where the
    query itself has FROM or FROM NAMED.
    """

    text: str
    rows: Choice | None
    triples: Choice | None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    own_dataset: bool = False
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back: the media type, whether it is triples, the first chunk, and the rest (None: the first is all)."""

    media_type: str
    is_graph: bool
    head: bytes
    rest: Pipe | None

    def chunks(self) -> Iterator[bytes]:
        """All of it; ``Cut`` where it breaks off."""
        yield self.head
        while self.rest is not None and (chunk := self.rest.next()):
            yield chunk

    def close(self) -> None:
        """No more is wanted: the evaluation ends at its next row."""
        if self.rest is not None:
            self.rest.closed.set()


class Pipe:
    """A writer on the side of the evaluation, chunks on the side of the answer; only the last chunk is shorter than CHUNK."""

    def __init__(self, seconds: float) -> None:
        self._queue: queue.Queue[bytes | BaseException | None] = queue.Queue(AHEAD)
        self._pending = bytearray()
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self.closed = threading.Event()

    # the side of the evaluation

    def write(self, data: bytes) -> int:
        if time.monotonic() > self._deadline:
            raise TookTooLong
        if self.closed.is_set():
            raise Cut("the client left")
        self._pending += data
        while len(self._pending) >= CHUNK:
            self.put(bytes(self._pending[:CHUNK]))
            del self._pending[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Chunks go out when they are full."""

    def end(self) -> None:
        if self._pending:
            self.put(bytes(self._pending))
        self.put(None)

    def put(self, item: bytes | BaseException | None) -> None:
        began = time.monotonic()
        while True:
            try:
                self._queue.put(item, timeout=0.5)
                break
            except queue.Full:
                if self.closed.is_set() or time.monotonic() - began > STALLED:
                    raise Cut("the client takes no more") from None
        self._deadline += time.monotonic() - began  # waiting for the client is not evaluating

    # the side of the answer

    def first(self) -> bytes | None:
        """The first chunk; whatever went wrong before it is raised."""
        try:
            item = self._queue.get(timeout=self._seconds)
        except queue.Empty:
            item = TookTooLong()
        if isinstance(item, BaseException):
            self.closed.set()
            raise item
        return item

    def next(self) -> bytes:
        """The next chunk, b"" at the end; ``Cut`` where the answer breaks off."""
        try:
            item = self._queue.get(timeout=self._seconds + 1)
        except queue.Empty:
            item = TookTooLong()
        if isinstance(item, BaseException):
            self.closed.set()
            reason = "the time limit passed" if isinstance(item, TookTooLong) else str(item)
            raise Cut(f"the answer broke off: {reason}") from item
        return item or b""


Kind = list[tuple[str, bool]]
Job = tuple[ox.Store, Query, Pipe, Kind]


class Evaluator:
    """Evaluates queries against a store, ``slots`` at a time, each within ``seconds``.

    The threads stay: a new one costs the store far more than a small query does.
    """

    def __init__(self, *, seconds: float, slots: int) -> None:
        self.seconds = seconds
        self._slots = slots
        self._taken = 0
        self._waiting = 0
        self._threads = 0
        self._changed = threading.Condition()
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()

    @property
    def busy(self) -> bool:
        """Whether a query is being evaluated."""
        return self._taken > 0

    def evaluate(self, store: ox.Store, query: Query) -> Answer:
        """Blocks until the first bytes are there; raises QueryError, TookTooLong, Busy, Unacceptable."""
        with self._changed:
            if self._taken >= self._slots:
                self._wait()
            self._taken += 1
            if self._taken > self._threads:
                self._threads += 1
                _start(self._loop)
        pipe, kind = Pipe(self.seconds), Kind()
        self._jobs.put((store, query, pipe, kind))
        head = pipe.first()
        media_type, is_graph = kind[0]
        return Answer(media_type, is_graph, head or b"", pipe if head and len(head) == CHUNK else None)

    def _wait(self) -> None:
        """Until a slot is free; ``Busy`` at once when too many wait already, else when none becomes free."""
        if self._waiting >= WAITING:
            raise Busy
        self._waiting += 1
        try:
            if not self._changed.wait_for(lambda: self._taken < self._slots, timeout=min(PATIENCE, self.seconds)):
                raise Busy
        finally:
            self._waiting -= 1

    def _loop(self) -> None:
        while True:
            self._work(*self._jobs.get())

    def _work(self, store: ox.Store, query: Query, pipe: Pipe, kind: Kind) -> None:
        try:
            _write(store, query, pipe, kind)
            pipe.end()
        except Cut as cut:
            _log.info("%s", cut)
        except SyntaxError as error:
            self._tell(pipe, QueryError(shortened(str(error))))
        except Exception as error:
            self._tell(pipe, error)
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify()

    @staticmethod
    def _tell(pipe: Pipe, error: Exception) -> None:
        error.__traceback__ = error.__context__ = None  # its frames hold the results, which must end in their own thread
        with suppress(Cut):
            pipe.put(error)


_starting = threading.Lock()


def _start(loop: Callable[[], None]) -> None:
    """A thread with a stack of a known size: what the system gives may be small."""
    with _starting:
        before = threading.stack_size()
        with suppress(ValueError, RuntimeError):
            threading.stack_size(STACK)
        try:
            threading.Thread(target=loop, name="query", daemon=True).start()
        finally:
            threading.stack_size(before)


def _write(store: ox.Store, query: Query, pipe: Pipe, kind: Kind) -> None:
    own = query.default_graphs is not None or query.named_graphs is not None
    dataset: dict[str, object] = {"use_default_graph_as_union": not query.own_dataset}
    if own:
        dataset = {
            "default_graph": [ox.NamedNode(graph) for graph in query.default_graphs or ()],
            "named_graphs": [ox.NamedNode(graph) for graph in query.named_graphs or ()],
        }
    found = store.query(query.text, base_iri=query.base, **dataset)  # type: ignore[arg-type]
    is_graph = isinstance(found, ox.QueryTriples)
    choice = query.triples if is_graph else query.rows
    if choice is None or choice[0].writer is None:
        raise Unacceptable("graph" if is_graph else "rows")
    kind.append((choice[1], is_graph))
    writer = choice[0].writer
    if isinstance(found, ox.QueryTriples):
        ox.serialize(found, pipe, writer, prefixes=PREFIXES)  # type: ignore[arg-type]
    else:
        found.serialize(pipe, writer)  # type: ignore[arg-type]


def is_damage(error: BaseException) -> bool:
    """Whether the engine says so of its files; whatever else it cannot do is a ``RuntimeError`` as well."""
    return isinstance(error, RuntimeError) and str(error).startswith(("Corruption", "IO error"))


def shortened(message: str) -> str:
    """A syntax error in one line; the parser's list of all that could have stood there is cut."""
    place, found, wanted = " ".join(message.split()).partition("expected one of ")
    return f"{place}{found}{wanted[:120]} ..." if len(wanted) > 120 else f"{place}{found}{wanted}"
