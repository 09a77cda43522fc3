"""Where named questions are answered: so many at a time, so many that wait, and the last answers remembered."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import Response

from resograph.errors import ResographError
from resograph.questions import Answer
from resograph.serve.caching import NotModified
from resograph.serve.problems import Problem

AT_ONCE = 4
"""Questions that are answered at the same time."""
WAITING = 16
"""Requests that may wait for their turn; the next is refused at once."""
KEPT = 200_000
"""Cells of answers that are remembered."""

Handler = Callable[[Request], Response]


class Desk:
    """Where questions are answered: ``AT_ONCE`` at the same time, ``WAITING`` may wait, the next is refused.

    One that takes longer than it may keeps its thread until it ends: the engine cannot be asked to stop.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "question")
        self._places = threading.BoundedSemaphore(AT_ONCE + WAITING)
        self._running = 0
        self._counting = threading.Lock()
        self.remembered = Remembered()

    @property
    def busy(self) -> bool:
        """Whether a question is being answered."""
        return self._running > 0

    async def response(self, handler: Handler, request: Request, seconds: float) -> Response:
        """What *handler* makes of *request* within *seconds*; ``Problem`` 503 where there is no place, or no answer in time."""
        if not self._places.acquire(blocking=False):
            raise Problem(503, "Other questions are being answered; try again shortly.", {"Retry-After": "2"})
        future = self._threads.submit(self._work, handler, request)
        future.add_done_callback(lambda _: self._places.release())
        try:
            found = await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except TimeoutError as error:
            told = f"No answer within {seconds:g} seconds; ask for one body, edition or actor."
            raise Problem(503, told, {"Retry-After": "30"}) from error
        if isinstance(found, Exception):
            raise found
        return found

    def _work(self, handler: Handler, request: Request) -> Response | Exception:
        with self._counting:
            self._running += 1
        try:
            return handler(request)
        except (Problem, NotModified, ResographError, RuntimeError) as error:
            error.__traceback__ = error.__context__ = error.__cause__ = None  # frames hold what must end in this thread
            return error
        finally:
            with self._counting:
                self._running -= 1


class Remembered:
    """The last answers, as long as the generation is the same; their cells are bounded, the one asked longest ago goes first."""

    def __init__(self, cells: int = KEPT) -> None:
        self._cells = cells
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> Answer | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: tuple[object, ...], answer: Answer) -> None:
        with self._lock:
            self._answers[key] = answer
            while sum(_cells(one) for one in self._answers.values()) > self._cells:
                self._answers.popitem(last=False)


def _cells(answer: Answer) -> int:
    return (len(answer.rows) + 1) * (len(answer.columns) + 1)
