"""An evaluator for a store on another server: queries go there, answers come back in pieces as they come.

The server is asked for the very form that the client wants, and its bytes go through as they are; what it gives in another form, or
in a dialect of its own, is read and written anew, whole.  It has the time that a query has here: past it the connection is closed, and
what the other server does then is its own affair (docs/scale.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Concatenate, ParamSpec, TypeVar

import httpx
import pyoxigraph as ox

from resograph.dataset import Dataset
from resograph.errors import StoreError
from resograph.namespaces import PREFIXES
from resograph.remote import RemoteReader
from resograph.remote.client import Reply
from resograph.remote.dataset import read_rows, read_triples
from resograph.serve.evaluate import CALLER, CHUNK, Answer, Busy, Cut, Query, TookTooLong, Unacceptable

PATIENCE = 2.0
"""Seconds that a query waits for its turn."""

P = ParamSpec("P")
T = TypeVar("T")


class Rest:
    """The chunks of an answer after the first; ``Cut`` where it breaks off."""

    def __init__(self, chunks: Iterator[bytes], end: Callable[[], object]) -> None:
        self._chunks, self._end = chunks, end
        self.closed = threading.Event()

    def next(self) -> bytes:
        try:
            chunk = next(self._chunks, b"")
        except (StoreError, httpx.HTTPError) as error:
            self.close()
            raise Cut(f"the answer broke off: {error}") from error
        if not chunk:
            self.close()
        return chunk

    def close(self) -> None:
        if not self.closed.is_set():
            self.closed.set()
            self._end()


class Forward:
    """Evaluates by asking the server that *reader* leads to, *slots* queries at a time, each within *seconds*."""

    def __init__(self, reader: RemoteReader, *, seconds: float, slots: int = 8) -> None:
        self.seconds = seconds
        self._reader = reader
        self._slots = threading.BoundedSemaphore(slots)

    def evaluate(self, query: Query) -> Answer:
        """Blocks until the first bytes are there; raises QueryError, TookTooLong, Busy, Unacceptable, StoreError."""
        if caller := CALLER.get():
            caller.asks(query.text)
        if not self._slots.acquire(timeout=min(PATIENCE, self.seconds)):
            raise Busy
        with ExitStack() as under_way:
            under_way.callback(self._slots.release)
            try:
                media_type, is_graph, chunks = self._asked(query, under_way)
                head = next(chunks, b"")
            except StoreError as error:
                if isinstance(error.__cause__, httpx.TimeoutException):
                    raise TookTooLong from error
                raise
            if len(head) < CHUNK:
                return Answer(media_type, is_graph, head, None)
            return Answer(media_type, is_graph, head, Rest(chunks, under_way.pop_all().close))

    def call(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What *function* makes of the dataset."""
        return function(self._reader.store, *args, **kwargs)

    check = call

    def close(self) -> None:
        self._reader.close()

    def _asked(self, query: Query, under_way: ExitStack) -> tuple[str, bool, Iterator[bytes]]:
        """The media type of the answer, whether it is triples, and its chunks."""
        dataset, is_graph = self._reader.store, query.rows is None
        form, media_type = query.triples or query.rows or (None, "")
        if form is None or form.writer is None:
            raise Unacceptable("graph" if is_graph else "rows")
        if dataset.client.at.engine.dialect:
            return media_type, is_graph, _chunked(iter([_written(self._whole(query), form.writer)]))
        graphs = [("default-graph-uri", graph) for graph in query.default_graphs or ()]
        graphs += [("named-graph-uri", graph) for graph in query.named_graphs or ()]
        text = f"BASE <{query.base}>\n{query.text}" if query.base else query.text
        asking = dataset.client.streamed(
            text, accept=", ".join(form.media_types), graphs=tuple(graphs), own=query.own_dataset, seconds=self.seconds
        )
        reply = under_way.enter_context(asking)
        if reply.media_type in form.media_types:
            return media_type, is_graph, _chunked(reply.pieces)
        found = _read(reply, is_graph=is_graph, text=text, shown=dataset.client.shown)
        return media_type, is_graph, _chunked(iter([_written(found, form.writer)]))

    def _whole(self, query: Query) -> Any:
        own = query.default_graphs is not None or query.named_graphs is not None
        graphs = {
            "default_graph": [ox.NamedNode(graph) for graph in query.default_graphs or ()],
            "named_graphs": [ox.NamedNode(graph) for graph in query.named_graphs or ()],
        }
        more: dict[str, Any] = graphs if own else {"use_default_graph_as_union": not query.own_dataset}
        return self._reader.store.query(query.text, base_iri=query.base, **more)


def _read(reply: Reply, *, is_graph: bool, text: str, shown: str) -> Any:
    data = b"".join(reply.pieces)
    return read_triples(data, reply, shown) if is_graph else read_rows(data, reply, ask="ASK" in text.upper(), shown=shown)


def _written(found: Any, writer: Any) -> bytes:
    if isinstance(found, ox.QueryTriples):
        return ox.serialize(found, None, writer, prefixes=PREFIXES) or b""
    data: bytes = found.serialize(None, writer)
    return data


def _chunked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes of *pieces* in chunks of one size, the last one shorter."""
    pending = bytearray()
    for piece in pieces:
        pending += piece
        while len(pending) >= CHUNK:
            yield bytes(pending[:CHUNK])
            del pending[:CHUNK]
    if pending:
        yield bytes(pending)
