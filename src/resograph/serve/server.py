"""``resograph serve``: the application behind uvicorn."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from resograph.errors import ResographError
from resograph.serve.app import application
from resograph.serve.evaluate import Cut, is_damage

GRACE = 5
"""Seconds that requests under way have to end after SIGTERM."""


class _Server(uvicorn.Server):
    """A server that says where it is once it accepts requests."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            print(_address(sockets[0]), flush=True)


class _OneLine(logging.Filter):
    """What is no fault of the program is one line in the log, not a traceback: an answer that broke off, a damaged store.

    Requests that the end of the server cut short are none: uvicorn has said how many.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        errors = list(_leaves(record.exc_info[1])) if record.exc_info and record.exc_info[1] else []
        if not errors:
            return True
        if all(isinstance(error, asyncio.CancelledError) for error in errors):
            return False
        rest = [error for error in errors if not isinstance(error, asyncio.CancelledError)]
        if all(isinstance(error, Cut) or is_damage(error) for error in rest):
            record.msg, record.args, record.exc_info = "%s", (" ".join(str(rest[0]).split()),), None
        return True


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors of a group of groups."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def run(
    store: str | os.PathLike[str] | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    timeout: float = 30.0,
    base: str | None = None,
    slots: int = 8,
) -> None:
    """Serve the *store*, a folder or the URL of a server, until SIGTERM or SIGINT; port 0 takes any free one.

    ``ResographError`` where the store is missing or the address is taken.
    """
    from resograph.dataset import location
    from resograph.store import Reader

    where = store if isinstance(store, Path) else location(os.fspath(store) if store is not None else None)
    if isinstance(where, str):
        from resograph.remote import RemoteReader
        from resograph.serve.forward import Forward

        reader = RemoteReader(where, remember=False, patience=timeout)
        app = application(reader, base=base, evaluator=Forward(reader, seconds=timeout, slots=slots))
    else:
        app = application(Reader(where), base=base, timeout=timeout, slots=slots)
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=65536,
    )
    logging.getLogger("uvicorn.error").addFilter(_OneLine())
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again when it has stopped: that is the end we want
    _Server(config).run(sockets=[listener])
    listener.close()
    if app.state.site.evaluator.busy:
        _leave()


def _listen(host: str, port: int) -> socket.socket:
    """A socket at *host* and *port*; ``ResographError`` in one line where there can be none."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ResographError(f"cannot listen at {host}:{port} ({reason}); choose another --port or --host") from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _leave() -> None:
    """A query that cannot be stopped must not hold the process."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
