"""A query from outside and its answer: ``evaluate(query) -> Answer`` in chunks, whoever evaluates.

Evaluators are ``workers.Workers`` (processes that can be killed, over a store on disk) and ``threads.Threads`` (this process,
over a store in memory).  What goes in and comes out is plain data; ``write`` is the one place where the engine is asked.
"""

from __future__ import annotations

import copyreg
import hashlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import pyoxigraph as ox

from resograph.dataset import Dataset
from resograph.namespaces import PREFIXES
from resograph.serve.negotiate import Choice

CHUNK = 64 * 1024
STACK = 16 * 1024 * 1024
"""Bytes of the stack of a thread that evaluates; ``safety.check`` lets through what needs a fifth of 8 MB."""

P = ParamSpec("P")
T = TypeVar("T")

# the formats travel to a worker with the query
copyreg.pickle(ox.QueryResultsFormat, lambda one: (ox.QueryResultsFormat.from_extension, (one.file_extension,)))  # type: ignore[arg-type, return-value]
copyreg.pickle(ox.RdfFormat, lambda one: (ox.RdfFormat.from_extension, (one.file_extension,)))  # type: ignore[arg-type, return-value]


class TookTooLong(Exception):
    """The time limit passed before the first bytes of the answer."""


class Busy(Exception):
    """Every slot is taken by another query, and so are the places to wait."""


class Lost(Exception):
    """The process that evaluated ended before it answered; the message says why."""


class Unacceptable(Exception):
    """The client takes no form that this kind of answer has."""


class TooLarge(Exception):
    """The answer has more bytes than one may have."""


class Cut(Exception):
    """The answer broke off after its first bytes had gone out, or its client left before."""


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


class Rest(Protocol):
    """The chunks of an answer after the first."""

    def next(self) -> bytes:
        """The next chunk, b"" at the end; ``Cut`` where the answer breaks off."""

    def close(self) -> None:
        """No more is wanted: the evaluation ends."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back: the media type, whether it is triples, the first chunk, and the rest (None: the first is all)."""

    media_type: str
    is_graph: bool
    head: bytes
    rest: Rest | None

    def chunks(self) -> Iterator[bytes]:
        """All of it; ``Cut`` where it breaks off."""
        yield self.head
        while self.rest is not None and (chunk := self.rest.next()):
            yield chunk

    def close(self) -> None:
        """No more is wanted: the evaluation ends."""
        if self.rest is not None:
            self.rest.close()


class Evaluator(Protocol):
    """Whoever answers queries, each within ``seconds``."""

    seconds: float

    def evaluate(self, query: Query) -> Answer:
        """Blocks until the first bytes are there; raises QueryError, TookTooLong, Busy, Lost, Unacceptable."""

    def call(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What *function*, which stands in a module, makes of the store; raises what it raises, TookTooLong, Busy, Lost."""

    def check(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As ``call``, within the bounds of the query that is to follow."""

    def close(self) -> None:
        """End everything that is under way."""


# --- who asks -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Caller:
    """Who asks, when first, and what the log is told of it: the SHA-256 of the query, the seconds that it waited for its turn.

    ``leave`` says that nobody waits for the answer any more; what an evaluator has put into ``stop`` then ends the evaluation.
    """

    client: str = ""
    query: str = ""
    waited: float = 0.0
    began: float = 0.0
    left: bool = False
    stop: Callable[[], None] | None = field(default=None, repr=False)

    def asks(self, text: str) -> None:
        self.query = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]

    def leave(self) -> None:
        self.left = True
        if self.stop is not None:
            self.stop()


CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)
"""Who sent the request that is being answered; threads that a handler starts with anyio know it too."""


# --- evaluation -----------------------------------------------------------------------------------------------------


class Sink(Protocol):
    """Where the engine writes to."""

    def write(self, data: bytes) -> int: ...
    def flush(self) -> None: ...


def write(store: ox.Store, query: Query, begin: Callable[[str, bool], None], sink: Sink) -> None:
    """Evaluate *query*: first ``begin(media type, is it triples)``, then the answer goes to *sink*."""
    dataset: dict[str, Any] = {"use_default_graph_as_union": not query.own_dataset}
    if query.default_graphs is not None or query.named_graphs is not None:
        dataset = {
            "default_graph": [ox.NamedNode(graph) for graph in query.default_graphs or ()],
            "named_graphs": [ox.NamedNode(graph) for graph in query.named_graphs or ()],
        }
    found = store.query(query.text, base_iri=query.base, **dataset)
    is_graph = isinstance(found, ox.QueryTriples)
    choice = query.triples if is_graph else query.rows
    if choice is None or choice[0].writer is None:
        raise Unacceptable("graph" if is_graph else "rows")
    begin(choice[1], is_graph)
    writer: Any = choice[0].writer
    if isinstance(found, ox.QueryTriples):
        ox.serialize(found, sink, writer, prefixes=PREFIXES)  # type: ignore[arg-type]
    else:
        found.serialize(sink, writer)  # type: ignore[arg-type]


def is_damage(error: BaseException) -> bool:
    """Whether the engine says so of its files; whatever else it cannot do is a ``RuntimeError`` as well."""
    return isinstance(error, RuntimeError) and str(error).startswith(("Corruption", "IO error"))


def shortened(message: str) -> str:
    """A syntax error in one line; the parser's list of all that could have stood there is cut."""
    place, found, wanted = " ".join(message.split()).partition("expected one of ")
    return f"{place}{found}{wanted[:120]} ..." if len(wanted) > 120 else f"{place}{found}{wanted}"
