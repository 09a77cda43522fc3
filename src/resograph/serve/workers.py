"""Evaluates in processes that only read, each killed at its deadline and replaced; the program of a worker is ``worker``.

A thread of the server, or for short queries its event loop, waits for the answer of its worker, so that a client who reads
slowly holds up its worker by the buffer of a socket, and memory stays flat on both sides.  No library that starts processes
(multiprocessing, pebble, anyio) streams what they give and kills them too.  Queries from outside and the pages of the server have lanes of their own, so that neither waits
for the other, and in each a client has its share (``turns``).

A worker is a new program and no fork: forking a server full of threads is unsafe.  It takes 0.1 s to start, so some always stand
ready: one more than a single client can take at once.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

import resograph
from resograph.dataset import Dataset
from resograph.serve.evaluate import CALLER, Answer, Busy, Caller, Cut, Lost, Query, TookTooLong, TooLarge
from resograph.serve.turns import Full, Turns

PATIENCE = 2.0
"""Seconds that a query waits for its turn."""
WAITING, EACH_WAITING = 128, 32
"""Queries that may wait, of all clients and of one; the next is refused at once."""
STALLED = 60.0
"""Seconds that a client may take no data before its answer is dropped."""
LONGEST = 600.0
"""Seconds after which an answer is dropped that a client fetches by drops."""
START = 20.0
"""Seconds that a worker has to start."""
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take: seconds, places beside one another, megabytes of memory, bytes of its answer.

    ``pages`` is the number of places for what the server's own pages ask.
    """

    seconds: float = 30.0
    slots: int = 4
    pages: int = 2
    memory: int = 1000
    answer: int = 1_000_000_000


@dataclass(eq=False)
class _Worker:
    """A process, the channel to it, and when it must be done with what it is at."""

    process: subprocess.Popen[bytes]
    channel: Connection
    until: float
    answers: select.poll = field(default_factory=select.poll)

    def __post_init__(self) -> None:
        self.answers.register(self.channel.fileno(), select.POLLIN)

    @classmethod
    def start(cls, folder: Path, limits: Limits) -> _Worker:
        ours, theirs = socket.socketpair()
        path = [str(Path(resograph.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        program = [sys.executable, "-P", "-m", "resograph.serve.worker"]
        with theirs:
            process = subprocess.Popen(
                [*program, str(folder.absolute()), str(limits.memory), str(limits.answer)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
            )
        return cls(process, Connection(ours.detach()), monotonic() + START)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


@dataclass(eq=False)
class _Ticket:
    """Someone who wants a worker, and gets one, or the reason why there is none; ``ring`` tells whoever waits."""

    caller: Caller
    ring: Callable[[], object]
    began: float = field(default_factory=monotonic)
    worker: _Worker | None = None
    error: Exception | None = None

    @property
    def served(self) -> bool:
        return self.worker is not None or self.error is not None


class Workers:
    """An evaluator over the store in *folder*."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.limits, self.seconds = limits, limits.seconds
        self.counts: Counter[str] = Counter()
        """What has happened to workers: started, late (killed at the deadline), left (by the client), stalled, lost."""
        self.queries: Turns[_Ticket] = Turns(limits.slots, max(1, limits.slots // 2), WAITING, EACH_WAITING)
        self.pages: Turns[_Ticket] = Turns(limits.pages, max(1, limits.pages // 2), WAITING, EACH_WAITING)
        self.spare = self.queries.each + 1
        self._folder = folder
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._starting: list[_Worker] = []
        self._dead: list[_Worker] = []
        self._not_before = 0.0
        self._tried = threading.Event()
        self._closed = False
        self._woken, self._waker = Pipe(duplex=False)
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._keeper.start()

    # --- asking -----------------------------------------------------------------------------------------------------

    def evaluate(self, query: Query) -> Answer:
        caller = CALLER.get() or Caller()
        caller.asks(query.text)
        return self._take(self.queries, caller).answer(query)

    async def evaluate_in_loop(self, query: Query) -> Answer:
        """``evaluate`` in the event loop, which spares small queries half of their time: no thread waits for turn or answer."""
        caller = CALLER.get() or Caller()
        caller.asks(query.text)
        if not self._tried.is_set():
            await asyncio.to_thread(self._tried.wait, START)
        job = None
        while job is None:
            loop, turn = asyncio.get_running_loop(), asyncio.Event()
            ticket = self._queue(self.queries, caller, partial(loop.call_soon_threadsafe, turn.set))
            try:
                if not ticket.served:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(min(PATIENCE, self.seconds)):
                            await turn.wait()
            except asyncio.CancelledError:  # the server stops
                with suppress(Busy, Lost):
                    job = self._job(self.queries, ticket)
                if job is not None:
                    job.close()
                raise
            job = self._job(self.queries, ticket)
        return await job.answer_in_loop(query)

    def call(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        found: T = self._called(self.pages, function, args, kwargs)
        return found

    def check(self, function: Callable[Concatenate[Dataset, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        found: T = self._called(self.queries, function, args, kwargs)
        return found

    def _called(self, turns: Turns[_Ticket], *job: object) -> Any:
        hold = self._take(turns, CALLER.get() or Caller())
        tag, value = hold.ask("call", job)
        if tag != "value":
            raise hold.failed(value)
        hold.end()
        return value

    @property
    def alive(self) -> list[int]:
        """The process numbers of the workers."""
        with self._lock:
            return [worker.process.pid for worker in (*self._idle, *self._busy, *self._starting)]

    def close(self) -> None:
        """End every worker, whatever it is at; none is left when this returns."""
        with self._lock:
            self._closed = True
            for turns in (self.queries, self.pages):
                self._refuse(turns, Lost("the server is stopping"))
        self._wake()
        self._keeper.join()

    # --- turns ------------------------------------------------------------------------------------------------------

    def _take(self, turns: Turns[_Ticket], caller: Caller) -> _Job:
        """A worker of one's own; ``Busy`` when none becomes free in time."""
        self._tried.wait(START)
        job = None
        while job is None:
            turn = threading.Event()
            ticket = self._queue(turns, caller, turn.set)
            if not ticket.served:
                turn.wait(min(PATIENCE, self.seconds))
            job = self._job(turns, ticket)
        return job

    def _queue(self, turns: Turns[_Ticket], caller: Caller, ring: Callable[[], object]) -> _Ticket:
        """A place among those who wait, or a worker at once; ``Busy`` where too many wait."""
        ticket = _Ticket(caller, ring)
        caller.began = caller.began or ticket.began
        with self._lock:
            if self._closed:
                raise Lost("the server is stopping")
            try:
                turns.join(caller.client, ticket)
            except Full:
                self.counts["refused"] += 1
                raise Busy from None
            self._serve()
            missing = not ticket.served and self._missing() > 0
        if missing:
            self._wake()
        return ticket

    def _job(self, turns: Turns[_Ticket], ticket: _Ticket) -> _Job | None:
        """The job of a ticket that has waited; ``Busy`` where it waited in vain, None where its worker is dead: take the next."""
        caller = ticket.caller
        caller.waited += monotonic() - ticket.began
        with self._lock:
            if not ticket.served and turns.withdraw(caller.client, ticket):
                self.counts["refused"] += 1
                raise Busy
        if ticket.error is not None:
            raise ticket.error
        assert ticket.worker is not None
        job = _Job(self, ticket.worker, turns, caller, self.seconds - (monotonic() - caller.began))
        if not job.worker.alive:  # it was killed while it had nothing to do: that is nobody's fault
            job.end(because="lost")
            return None
        return job

    def _serve(self) -> None:
        """Give free workers to those whose turn it is.  The lock is held."""
        for turns in (self.pages, self.queries):
            while self._idle and (ticket := turns.next()) is not None:
                ticket.worker = self._idle.pop()
                ticket.worker.until = monotonic() + START
                self._busy.add(ticket.worker)
                ticket.ring()

    def _refuse(self, turns: Turns[_Ticket], error: Exception) -> None:
        """Tell all who wait that there is nothing to wait for.  The lock is held."""
        for ticket in turns.dismiss():
            ticket.error = error
            ticket.ring()

    def _given_back(self, job: _Job, because: str) -> None:
        with self._lock:
            self._busy.discard(job.worker)
            job.turns.end(job.caller.client)
            if because or self._closed:
                self.counts[because or "stopped"] += 1
                self._kill(job.worker)
            else:
                self._idle.append(job.worker)
                self._serve()
                if not self._missing():
                    return
        self._wake()

    # --- the processes: all that starts, and all that waits for an end, is in one thread ----------------------------

    def _wake(self) -> None:
        with suppress(OSError):
            self._waker.send_bytes(b"x")

    def _keep(self) -> None:
        """Start what is missing, kill what stalls, take note of what has died."""
        while not self._closed:
            for worker in self._started():
                self._begin(worker)
            with self._lock:
                self._drop()
                missing = 0 if monotonic() < self._not_before else self._missing()
                if self._idle and missing:  # nobody waits for it: one after the other, so that they take less time from those that work
                    missing = 0 if self._starting else 1
            for _ in range(missing):
                self._start()
            soon = 0.02 if self._dead else 0.5
            for one in wait([self._woken, *(worker.channel for worker in self._starting)], timeout=soon):
                while one is self._woken and self._woken.poll():
                    self._woken.recv_bytes()
        with self._lock:
            for worker in (*self._idle, *self._busy, *self._starting):
                self._kill(worker)
            self._idle, self._busy, self._starting = [], set(), []
        for worker in self._dead:
            worker.process.wait()

    def _started(self) -> list[_Worker]:
        return [worker for worker in self._starting if worker.channel.poll() or not worker.alive]

    def _begin(self, worker: _Worker) -> None:
        """*worker* has said that it is ready, or why it cannot be."""
        try:
            tag, error = worker.channel.recv()
        except (EOFError, OSError):
            tag, error = "error", Lost("no process could be started that evaluates queries; the log of the server says why")
            with suppress(subprocess.TimeoutExpired):
                tag = "killed" if worker.process.wait(timeout=1) < 0 else tag  # from outside: try again
        with self._lock:
            self._starting.remove(worker)
            if tag == "ready":
                self._idle.append(worker)
                self._serve()
            elif tag == "killed":
                self.counts["lost"] += 1
                self._kill(worker)
            else:
                self._not_before = monotonic() + 1.0
                self._kill(worker)
                for turns in (self.queries, self.pages):
                    self._refuse(turns, error)
        self._tried.set()

    def _drop(self) -> None:
        """Take leave of workers that are dead, or too long at something.  The lock is held."""
        now = monotonic()
        for worker in [worker for worker in self._idle if not worker.alive]:
            self.counts["lost"] += 1
            self._idle.remove(worker)
            self._kill(worker)
        for worker in (*self._busy, *self._starting):
            if now > worker.until:
                self.counts["stalled"] += 1
                worker.process.kill()  # whoever waits for it is told by the end of the channel
        self._dead = [worker for worker in self._dead if worker.alive]

    def _missing(self) -> int:
        """How many workers to start: for all who wait, and a spare one.  The lock is held."""
        have = len(self._idle) + len(self._busy) + len(self._starting)
        wanted = len(self._busy) + self.queries.queued + self.pages.queued + self.spare
        return max(0, min(wanted, self.limits.slots + self.limits.pages) - have)

    def _start(self) -> None:
        try:
            worker = _Worker.start(self._folder, self.limits)
        except OSError as error:
            with self._lock:
                self._not_before = monotonic() + 1.0
                for turns in (self.queries, self.pages):
                    self._refuse(turns, Lost(f"no process can be started ({error.strerror or error}); try again"))
            self._tried.set()
            return
        with self._lock:
            self._starting.append(worker)
            self.counts["started"] += 1

    def _kill(self, worker: _Worker) -> None:
        with suppress(OSError):
            worker.process.kill()
        self._dead.append(worker)


class _Job:
    """A worker at one job, from taking it to giving it back; of an answer in chunks also the rest of it.

    The time limit runs while the server waits for the worker; while the client is waited for, that of a client.
    """

    def __init__(self, workers: Workers, worker: _Worker, turns: Turns[_Ticket], caller: Caller, left: float) -> None:
        self.worker, self.turns, self.caller = worker, turns, caller
        self._workers = workers
        self._left = left
        self._last = monotonic() + LONGEST
        self._ended = threading.Lock()  # held once it has been given back
        self._complete = False
        caller.stop = self.close
        if caller.left:
            self.close()

    def end(self, because: str = "") -> None:
        """Give the worker back; *because* of something, it is killed."""
        if self._ended.acquire(blocking=False):
            self.caller.stop = None
            self._workers._given_back(self, because)

    def answer(self, query: Query) -> Answer:
        """The answer to *query*, this job being its rest."""
        return self._begun(*self.ask("query", query))

    async def answer_in_loop(self, query: Query) -> Answer:
        """The same in the event loop."""
        self._send("query", query)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[None] = loop.create_future()
        number = self.worker.channel.fileno()

        def arrived() -> None:
            if not answered.done():
                answered.set_result(None)

        loop.add_reader(number, arrived)
        began = monotonic()
        try:
            async with asyncio.timeout(self._left):
                await answered
        except TimeoutError:
            self.end(because="late")
            raise TookTooLong from None
        except asyncio.CancelledError:  # the server stops
            self.close()
            raise
        finally:
            loop.remove_reader(number)
            os.set_blocking(number, True)  # uvloop makes it otherwise
        self._left -= monotonic() - began
        return self._begun(*self._receive())

    def _begun(self, tag: str, value: Any) -> Answer:
        if tag != "head":
            raise self.failed(value)
        media_type, is_graph, head, is_all = value
        if is_all:
            self.end()
        return Answer(media_type, is_graph, head, None if is_all else self)

    def ask(self, kind: str, job: object) -> tuple[str, Any]:
        """Send *job*; what comes first."""
        self._send(kind, job)
        return self._receive()

    def _send(self, kind: str, job: object) -> None:
        self.worker.until = monotonic() + self._left + 1
        try:
            self.worker.channel.send((kind, job))
        except OSError:
            raise self._lost() from None
        except Exception:  # it cannot be sent: nothing of it has been
            self.end()
            raise

    def failed(self, error: Exception) -> Exception:
        """The *error* that came instead of an answer."""
        limits = self._workers.limits
        self.end(because="lost" if isinstance(error, MemoryError) else "")
        if isinstance(error, MemoryError):
            return Lost(_needs(limits))
        if isinstance(error, TooLarge):
            return Lost(f"the answer has more than {limits.answer:,} bytes; narrow the query, or add LIMIT")
        return error

    def next(self) -> bytes:
        if self._complete:
            return b""
        try:
            tag, value = self._receive()
        except TookTooLong:
            raise Cut("the answer broke off: the time limit passed") from None
        except Lost as error:
            raise Cut(f"the answer broke off: {error}") from None
        if tag == "error":
            raise Cut(f"the answer broke off: {self.failed(value)}")
        if tag == "end":
            self._complete = True
            self.end()
        data: bytes = value
        return data

    def close(self) -> None:
        self.end(because="left")

    def _receive(self) -> tuple[str, Any]:
        began = monotonic()
        self.worker.until = min(began + self._left + 1, self._last)
        try:
            if not self.worker.answers.poll(max(0.0, self._left) * 1000):
                self.end(because="late")
                raise TookTooLong
            found: tuple[str, Any] = self.worker.channel.recv()
        except (EOFError, OSError):
            raise self._lost() from None
        now = monotonic()
        self._left -= now - began
        self.worker.until = min(now + STALLED, self._last)
        return found

    def _lost(self) -> Exception:
        """What to tell of a worker that is gone."""
        self.end(because="lost")
        if self.caller.left:
            return Cut("the client left")
        with suppress(subprocess.TimeoutExpired):
            if self.worker.process.wait(timeout=1) == -signal.SIGABRT:  # so Rust and C++ end when they get no memory
                return Lost(_needs(self._workers.limits))
        return Lost("the process that evaluated the query was ended; try again")


def _needs(limits: Limits) -> str:
    return f"the query needs more than the {limits.memory} MB of memory that it may have; narrow it, or add LIMIT"
