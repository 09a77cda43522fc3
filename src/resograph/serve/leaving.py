"""A client that leaves before its answer has begun: the evaluation ends too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from typing import TypeVar, TypeVarTuple

from starlette.requests import Request

from resograph.serve.evaluate import CALLER, Caller

A = TypeVarTuple("A")
T = TypeVar("T")

THREADS = 240
"""Threads for requests that wait for an answer, of queries and of pages each; they cost next to nothing while they wait."""
SOON = 0.1
"""Seconds after which it is worth while to look whether the client is still there."""

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="query")


@asynccontextmanager
async def leaving(request: Request) -> AsyncIterator[None]:
    """While this lasts, the evaluation ends when the client of *request*, whose body has been read, leaves."""
    caller, loop = CALLER.get() or Caller(), asyncio.get_running_loop()
    watching: list[asyncio.Task[None]] = []
    later = loop.call_later(SOON, lambda: watching.append(loop.create_task(_watch(request, caller))))
    try:
        yield
    except asyncio.CancelledError:  # the server stops
        caller.leave()
        raise
    finally:
        later.cancel()
        for task in watching:
            task.cancel()


async def in_thread(function: Callable[[*A], T], *args: *A) -> T:
    """What *function* gives, in a thread: as anyio does it, in half the time."""
    return await asyncio.get_running_loop().run_in_executor(_threads, copy_context().run, function, *args)


async def _watch(request: Request, caller: Caller) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    caller.leave()
