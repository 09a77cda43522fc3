"""A client that leaves before its answer has begun: the evaluation ends too."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, create_task_group, get_cancelled_exc_class
from anyio.to_thread import run_sync
from starlette.requests import Request

from resograph.serve.evaluate import CALLER

P = ParamSpec("P")
T = TypeVar("T")


async def unless_left(request: Request, function: Callable[..., T], *args: object, limiter: CapacityLimiter | None = None) -> T:
    """What *function* gives, in a thread; when the client of *request*, whose body has been read, leaves before, the query ends."""
    caller = CALLER.get()
    if caller is None:
        return await run_sync(function, *args, limiter=limiter)

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        caller.leave()

    found: list[T] = []
    raised: list[Exception] = []
    try:
        async with create_task_group() as group:
            group.start_soon(watch)
            try:
                found.append(await run_sync(function, *args, limiter=limiter, abandon_on_cancel=True))
            except Exception as error:  # outside of the group, which would wrap it
                raised.append(error)
            group.cancel_scope.cancel()
    except get_cancelled_exc_class():  # the server stops
        caller.leave()
        raise
    if raised:
        raise raised[0]
    return found[0]
