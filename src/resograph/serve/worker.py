"""A process that evaluates, one job at a time, over the store in a folder:  python -m resograph.serve.worker FOLDER MEGABYTES BYTES

It takes at most so many megabytes of memory, an answer has at most so many bytes.  Its standard input is a socket.  What comes is ("query", Query) or ("call", (function, arguments, keywords)); what goes, first
("ready", None), then for each job

    ("head", (media type, is it triples, bytes, is that all))       and, where it is not all, ("more", bytes) ... ("end", bytes)
    ("value", whatever the function gave)                           or instead of each of these
    ("error", exception)

The process ends when the other side of the socket is gone, whatever it is at; so it never outlives the server.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from pickle import PicklingError
from time import monotonic

from resograph.errors import QueryError, ResographError, StoreError
from resograph.serve.evaluate import CHUNK, STACK, Query, TooLarge, Unacceptable, shortened, write
from resograph.store import Reader

LONG = 0.03
"""Seconds of the processor after which a job is a long one."""
BEHIND = 5
"""By so much a worker gives way to the server, which passes on the answers of all, and a long job to the short ones."""
IDLE = 5.0
"""Seconds between two looks for a new generation, so that the files of an old one are not kept."""


class _Chunks:
    """The file that the engine writes to: sends what it gets in chunks, none but the last shorter than CHUNK."""

    def __init__(self, channel: Connection, most: int) -> None:
        self._channel = channel
        self._pending = bytearray()
        self._left = most
        self._head: tuple[str, bool] | None = None
        self._sent = False

    def begin(self, media_type: str, is_graph: bool) -> None:
        self._head = media_type, is_graph

    def write(self, data: bytes) -> int:
        self._pending += data
        while len(self._pending) > CHUNK:
            self._send(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Chunks go out when they are full."""

    def end(self) -> None:
        self._send(bytes(self._pending), last=True)

    def _send(self, data: bytes, *, last: bool) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        if self._sent:
            self._channel.send(("end" if last else "more", data))
        else:
            assert self._head
            self._channel.send(("head", (*self._head, data, last)))
        self._sent = True


@dataclass
class _Work:
    """The thread that does the jobs, whether it is at one, and whether others go before it."""

    channel: Connection
    reader: Reader
    most: int
    successor: int
    """A pipe: what is written there makes the main thread start another thread."""
    busy: bool = False
    thread: int = 0
    steps_back: bool = False

    def run(self) -> None:
        self.thread, self.steps_back = threading.get_native_id(), False
        try:
            while not self.steps_back:
                self._next()
            os.write(self.successor, b"x")
        except BaseException:  # nobody hears any more, or the engine panicked
            os._exit(1)

    def _next(self) -> None:
        try:
            kind, job = self.channel.recv()
            self.busy = True
            signal.setitimer(signal.ITIMER_PROF, LONG)  # of the processor, in whatever thread
            if kind == "query":
                _answer(self.channel, self.reader, job, self.most)
            else:
                function, arguments, keywords = job
                self.channel.send(("value", function(self.reader.store, *arguments, **keywords)))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            os._exit(0)
        except Exception as error:
            self.channel.send(("error", _portable(error)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.busy = False

    def step_back(self) -> None:
        """Let other queries go before, until the job is done: it takes little longer by it.  For this thread there is no way back."""
        self.steps_back = True
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, self.thread, os.getpriority(os.PRIO_PROCESS, 0) + BEHIND)


def _answer(channel: Connection, reader: Reader, query: Query, most: int) -> None:
    chunks = _Chunks(channel, most)
    write(reader.store, query, chunks.begin, chunks)
    chunks.end()


def _portable(error: Exception) -> Exception:
    """*error*, or one like it, in a form that can be sent."""
    if isinstance(error, SyntaxError):
        return QueryError(shortened(str(error)))
    if isinstance(error, ResographError | Unacceptable | TooLarge | MemoryError):
        return error
    for known in (OSError, RuntimeError, ValueError):  # what the engine raises
        if type(error) is known:
            return known(str(error))
    return RuntimeError(f"{type(error).__name__}: {error}" if not isinstance(error, PicklingError) else str(error))


def _limit(megabytes: int) -> None:
    """At most so much memory of its own: not the pages of files, which RocksDB reads through the cache of the system."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def main(folder: str, memory: str, most: str) -> None:
    """Serve jobs until the other side is gone."""
    for one in (signal.SIGINT, signal.SIGTERM):  # those are for the server, which ends its workers when it is ready to
        signal.signal(one, signal.SIG_IGN)
    channel = Connection(os.dup(0))
    with suppress(OSError, AttributeError):
        os.nice(BEHIND)
    _limit(int(memory))
    try:
        reader = Reader(Path(folder))
    except StoreError as error:
        channel.send(("error", error))
        return
    waking, successor = os.pipe()
    work = _Work(channel, reader, int(most), successor)
    threading.stack_size(STACK)
    threading.Thread(target=work.run, daemon=True).start()
    signal.signal(signal.SIGPROF, lambda *_: None)  # its number comes through the pipe, wherever the main thread waits
    os.set_blocking(successor, False)
    signal.set_wakeup_fd(successor, warn_on_full_buffer=False)
    channel.send(("ready", None))
    with open(os.devnull, "wb") as nowhere:  # where no memory is left the engine prints a page; the server says it in a line
        os.dup2(nowhere.fileno(), 2)
    changes = select.poll()
    changes.register(channel.fileno(), 0)  # nothing but the end of the other side
    changes.register(waking, select.POLLIN)
    looked = monotonic()
    while True:
        for number, _ in changes.poll(IDLE * 1000):
            if number != waking:
                os._exit(0)
            for what in os.read(waking, 64):
                if what != signal.SIGPROF:
                    threading.Thread(target=work.run, daemon=True).start()
                elif work.busy and not work.steps_back:
                    work.step_back()
        now = monotonic()
        if now - looked > IDLE:
            looked = now
            with suppress(ResographError):
                reader.generation  # noqa: B018  reading it opens the current one


if __name__ == "__main__":
    main(*sys.argv[1:])
