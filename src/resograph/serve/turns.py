"""Whose turn it is: so many at once, no client more than its share, those that wait one of each client after the other."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


class Full(Exception):
    """As many as may wait do so already, of this client or of all."""


@dataclass
class Turns(Generic[T]):
    """``slots`` may run at once, ``each`` of one client; ``waiting`` may wait, ``each_waiting`` of one client.

    Whoever wants to run does ``join``; ``next`` gives those that may begin, ``end`` says that one has ended.  It is no lock: its
    owner has one.
    """

    slots: int
    each: int
    waiting: int
    each_waiting: int
    running: Counter[str] = field(default_factory=Counter)
    _queues: dict[str, deque[T]] = field(default_factory=dict)
    """Those that wait, by client; the client that comes next stands first."""

    @property
    def under_way(self) -> int:
        """How many run."""
        return self.running.total()

    @property
    def queued(self) -> int:
        """How many wait."""
        return sum(map(len, self._queues.values()))

    def may_begin(self, client: str) -> bool:
        """Whether one more of *client* would begin without having to wait."""
        return not self._queues.get(client) and self.running[client] < self.each and self.under_way < self.slots

    def join(self, client: str, one: T) -> None:
        """*one* of *client* wants to run; ``Full`` where it would have to wait and too many do."""
        mine = len(self._queues.get(client, ()))
        if not self.may_begin(client) and (mine >= self.each_waiting or self.queued >= self.waiting):
            raise Full
        self._queues.setdefault(client, deque()).append(one)

    def next(self) -> T | None:
        """The one that may begin now, which then runs; None where none may."""
        if self.under_way >= self.slots:
            return None
        for client, queue in self._queues.items():
            if self.running[client] < self.each:
                one = queue.popleft()
                del self._queues[client]
                if queue:
                    self._queues[client] = queue  # behind the others
                self.running[client] += 1
                return one
        return None

    def withdraw(self, client: str, one: T) -> bool:
        """*one* waits no longer; False where it has begun."""
        queue = self._queues.get(client)
        if queue is None or one not in queue:
            return False
        queue.remove(one)
        if not queue:
            del self._queues[client]
        return True

    def dismiss(self) -> list[T]:
        """All who wait, who then wait no longer."""
        waiting = [one for queue in self._queues.values() for one in queue]
        self._queues.clear()
        return waiting

    def end(self, client: str) -> None:
        """One of *client* has ended."""
        self.running[client] -= 1
        if not self.running[client]:
            del self.running[client]
