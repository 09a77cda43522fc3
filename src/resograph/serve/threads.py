"""An evaluator in this process, for a store in memory (a notebook, a test): a thread for each query.

A thread cannot be killed: a query that writes nothing goes on after its time limit, though its client has been told.  A server
over a store on disk evaluates in ``workers``.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import pyoxigraph as ox

from resograph.dataset import Dataset
from resograph.errors import QueryError, StoreError
from resograph.serve.evaluate import CALLER, CHUNK, STACK, Answer, Cut, Query, TookTooLong, shortened, write

_log = logging.getLogger("resograph.serve")

AHEAD = 8
"""Chunks that wait for the client."""
STALLED = 60.0
"""Seconds that a client may take no data before its answer is dropped."""

P = ParamSpec("P")
T = TypeVar("T")
Kind = list[tuple[str, bool]]


class Leads(Protocol):
    """Something that leads to a store."""

    @property
    def store(self) -> ox.Store: ...


class Pipe:
    """A writer on the side of the evaluation, chunks on the side of the answer; only the last chunk is shorter than CHUNK."""

    def __init__(self, seconds: float) -> None:
        self._queue: queue.Queue[bytes | BaseException | None] = queue.Queue(AHEAD)
        self._pending = bytearray()
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._closed = threading.Event()

    # the side of the evaluation

    def write(self, data: bytes) -> int:
        if time.monotonic() > self._deadline:
            raise TookTooLong
        if self._closed.is_set():
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
                if self._closed.is_set() or time.monotonic() - began > STALLED:
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
            self.close()
            raise item
        return item

    def next(self) -> bytes:
        """The next chunk, b"" at the end; ``Cut`` where the answer breaks off."""
        try:
            item = self._queue.get(timeout=self._seconds + 1)
        except queue.Empty:
            item = TookTooLong()
        if isinstance(item, BaseException):
            self.close()
            reason = "the time limit passed" if isinstance(item, TookTooLong) else str(item)
            raise Cut(f"the answer broke off: {reason}") from item
        return item or b""

    def close(self) -> None:
        """The evaluation ends at its next row."""
        self._closed.set()


class Threads:
    """Evaluates in threads of this process whatever store *reader* leads to at that moment."""

    def __init__(self, reader: Leads, *, seconds: float) -> None:
        self.seconds = seconds
        self._reader = reader

    def evaluate(self, query: Query) -> Answer:
        if caller := CALLER.get():
            caller.asks(query.text)
        pipe, kind, store = Pipe(self.seconds), Kind(), self._store()
        started_with_stack(lambda: _work(store, query, pipe, kind))
        head = pipe.first()
        media_type, is_graph = kind[0]
        return Answer(media_type, is_graph, head or b"", pipe if head and len(head) == CHUNK else None)

    def call(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(self._store(), *args, **kwargs)

    check = call

    def _store(self) -> ox.Store:
        try:
            return self._reader.store
        except RuntimeError as error:  # so the engine tells of damage
            raise StoreError("the store is damaged; write it anew with 'resograph build --rebuild'") from error

    def close(self) -> None:
        """Nothing here can be ended."""


def _work(store: ox.Store, query: Query, pipe: Pipe, kind: Kind) -> None:
    try:
        write(store, query, lambda *found: kind.append(found), pipe)
        pipe.end()
    except Cut as cut:
        _log.info("%s", cut)
    except SyntaxError as error:
        _tell(pipe, QueryError(shortened(str(error))))
    except Exception as error:
        _tell(pipe, error)


def _tell(pipe: Pipe, error: Exception) -> None:
    error.__traceback__ = error.__context__ = None  # its frames hold the results, which must end in their own thread
    with suppress(Cut):
        pipe.put(error)


_starting = threading.Lock()


def started_with_stack(run: Callable[[], None]) -> None:
    """Start a thread with a stack of a known size: what the system gives may be small."""
    with _starting:
        before = threading.stack_size()
        with suppress(ValueError, RuntimeError):
            threading.stack_size(STACK)
        try:
            threading.Thread(target=run, name="query", daemon=True).start()
        finally:
            threading.stack_size(before)
